"""The writer: one at a time, through the file system's lock, brought up to date by replay."""

from __future__ import annotations

import gc
import logging
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from pyoxigraph import Store

from pledgegraph.changes import ChangeSet, Receipt
from pledgegraph.changes_log import ChangesLog, Record
from pledgegraph.directory import DataDirectory
from pledgegraph.errors import DirectoryError, PublishDelayed
from pledgegraph.snapshots import Snapshots

_BULK: Final = 50_000
"""From so many quads on, sorted files are written to the store at once (RocksDB ingestion)."""
_OPEN_PATIENCE: Final = 5.0

_log = logging.getLogger(__name__)


class Writer:
    """The one writer of a data directory, with the primary store at the log's end."""

    def __init__(self, directory: DataDirectory, store: Store, sequence: int) -> None:
        self.store = store
        self.sequence = sequence
        self._log = ChangesLog(directory.changes)
        self._snapshots = Snapshots(directory)

    def commit(
        self, change_set: ChangeSet, *, agent: str, reason: str, sources: tuple[str, ...] = ()
    ) -> Receipt:
        """Log the change set, apply it and publish the snapshot that shows it.

        Raises:
            StorageFull: the log could not take it; nothing was changed.
            PublishDelayed: it is accepted, but readers see it only after the next write.
        """
        if not change_set:
            return Receipt(self.sequence, 0, 0)
        header = self._log.append(
            change_set, sequence=self.sequence + 1, agent=agent, reason=reason, sources=sources
        )
        self.sequence = header.sequence
        try:
            apply(self.store, change_set)
            self._snapshots.publish(self.store, self.sequence)
        except OSError as error:
            raise PublishDelayed(
                f"Change set {self.sequence} is in the changes log, "
                "but the snapshot that shows it could not be written."
            ) from error
        self._snapshots.sweep()
        return Receipt(header.sequence, header.added, header.removed)


@contextmanager
def writing(directory: DataDirectory, *, wait: float) -> Iterator[Writer]:
    """Be the writer of the data directory until the block is left.

    What a dead writer left unfinished is cut off or replayed first.

    Raises:
        DirectoryLocked: another writer holds the lock for longer than ``wait`` seconds.
        LogDamaged: the changes log cannot be trusted.
    """
    with directory.locked(wait):
        writer = _recovered(directory)
        try:
            yield writer
        finally:
            del writer.store


def _recovered(directory: DataDirectory) -> Writer:
    log = ChangesLog(directory.changes)
    snapshots = Snapshots(directory)
    shown = snapshots.current()
    last = log.mend(trusted=shown or 0)
    has_primary = (directory.primary / "CURRENT").exists()
    try:
        store = _open(directory)
    except OSError as error:
        _log.warning("The store could not be opened and is rebuilt from the changes log: %s", error)
        shutil.rmtree(directory.primary)
        has_primary = False
        store = _open(directory)
    # Replaying what is applied already changes nothing: the last word on each quad is the same.
    for record in log.after(shown or 0 if has_primary else 0):
        replay(store, record)
    if shown != last:
        snapshots.publish(store, last)
        snapshots.sweep()
    return Writer(directory, store, last)


def _open(directory: DataDirectory) -> Store:
    """The primary store; waits for an owner in this process that is being collected."""
    deadline = time.monotonic() + _OPEN_PATIENCE
    while True:
        try:
            return Store(directory.primary)
        except OSError as error:
            if "lock" not in str(error).lower():
                raise
            if time.monotonic() > deadline:
                raise DirectoryError(
                    "The store is held open by a process that is not a writer of ours.",
                    remedy="Stop the program that has opened primary/ directly.",
                ) from error
            gc.collect()
            time.sleep(0.05)


def apply(store: Store, change_set: ChangeSet) -> None:
    """Bring the store to the state after the change set; doing it twice does no harm."""
    for quad in change_set.removed:
        store.remove(quad)
    if len(change_set.added) < _BULK:
        store.extend(change_set.added)
    else:
        store.bulk_extend(change_set.added)


def replay(store: Store, record: Record) -> None:
    """Bring the store to the state after a record of the changes log."""
    header = record.header()
    for quad in record.removed():
        store.remove(quad)
    if header.added < _BULK:
        store.extend(record.added())
    else:
        store.bulk_extend(record.added())
