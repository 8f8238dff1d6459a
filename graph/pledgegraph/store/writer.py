"""The writer: one at a time, through the file system's lock, brought up to date by replay."""

from __future__ import annotations

import gc
import logging
import re
import shutil
import sys
import time
import traceback
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from functools import partial
from typing import Final, TypeVar

from pyoxigraph import Store

from pledgegraph.errors import (
    DirectoryError,
    MirrorReadOnly,
    PledgegraphError,
    PublishDelayed,
    RemoteUnavailable,
    StorageFull,
)
from pledgegraph.long_work import long_work
from pledgegraph.store.atomic_files import sync_folder
from pledgegraph.store.changes import ChangeSet, Header, Receipt
from pledgegraph.store.directory import DataDirectory, seal_card
from pledgegraph.store.log.applying import apply, replay, replay_all
from pledgegraph.store.log.changes_log import DISK_REFUSES, ChangesLog
from pledgegraph.store.log.record import Record
from pledgegraph.store.remote.copying import RemoteCopy
from pledgegraph.store.rules import Derive
from pledgegraph.store.snapshots import Snapshots

COMPUTED_BY: Final = "Pledgegraph rules"
"""The agent of the records that rules make."""
COMPUTED_WHY: Final = "Computed by the rules of the ontology."
_OPEN_PATIENCE: Final = 5.0
_ALONE: Final = 2
"""The count of references to what one variable holds, with the one of the count itself."""
_MEND: Final = "Run `pledgegraph verify --files --mend`: it makes the store from the changes log."
_AFTER_DAMAGE: Final = f"Do not repeat the change. The store is damaged. {_MEND}"
_HELD: Final = re.compile(r"While lock file|lock hold by")
"""How the engine says that somebody else has the store open."""

_log = logging.getLogger(__name__)


class Writer:
    """The one writer of a data directory, with the primary store at the log's end."""

    def __init__(
        self,
        directory: DataDirectory,
        store: Store,
        sequence: int,
        derive: Derive | None = None,
    ) -> None:
        self.store = store
        self.sequence = sequence
        self._derive = derive
        self._merges = directory.gated
        self._origin = directory.origin
        self._path = directory.path
        self._primary = directory.primary
        self._log = ChangesLog(directory.changes)
        self._snapshots = Snapshots(directory)
        self._remote = RemoteCopy(directory.remote, directory.path) if directory.remote else None

    def commit(
        self,
        change_set: ChangeSet,
        *,
        agent: str,
        reason: str,
        sources: tuple[str, ...] = (),
        key: str = "",
    ) -> Receipt:
        """Log the change set, apply it, let the rules follow and publish the snapshot.

        The receipt counts what the change set itself added and removed.

        Raises:
            MirrorReadOnly: the data directory takes its changes from another service.
            StorageFull: the log could not take it; nothing was changed.
            PublishDelayed: it is accepted, but readers see it only after the next write.
        """
        if not change_set:
            return Receipt(self.sequence, 0, 0)
        if self._origin is not None:
            raise MirrorReadOnly(f"The data directory mirrors {self._origin}.")
        header = self._accept(change_set, agent, reason, sources, key)
        try:
            apply(self.store, change_set, merge=self._merges)
            self.follow(change_set)
        except (OSError, RuntimeError, StorageFull, RemoteUnavailable) as error:
            raise PublishDelayed(
                f"Change set {header.sequence} is in the changes log, "
                "but the snapshot that shows it could not be written.",
                remedy=_AFTER_DAMAGE if isinstance(error, RuntimeError) else None,
            ) from error
        return Receipt(self.sequence, header.added, header.removed)

    def recover(self, shown: int | None, last: int, *, anew: bool) -> None:
        """Finish what a dead writer left, after its last record has been replayed."""
        if shown != last:
            # The writer that died may have died before the rules had their turn.
            self.follow(None)
        else:
            self._publish(anew=anew)

    def join(self) -> None:
        """Take what others have added; the log of this directory is its own."""

    def made_already(self, key: str) -> Receipt | None:
        """The receipt of the change that was made with the key; see `store.log.idempotency`."""
        # Few writes have one, and no other command needs what it brings along.
        from pledgegraph.store.log.idempotency import Keys  # noqa: PLC0415

        return Keys(self._log, self._path).made_already(key)

    def take_over(self, records: Iterable[Record]) -> None:
        """Log, apply and publish records of another log, which have to be the next ones.

        Raises:
            StorageFull: there is no room for all; some may have been taken.
        """
        for record in self._log.append_copies(records):
            replay(self.store, record, merge=self._merges)
            self.sequence = record.sequence
        self.follow(None)

    def close(self) -> None:
        """Close the store, before the lock goes.

        The engine does that when nothing refers to the store any more. Whoever validated with
        it may have left a cycle that does, which would keep every other process out.
        """
        store = self.store
        del self.store
        is_held = sys.getrefcount(store) > _ALONE
        del store
        if is_held:
            gc.collect()

    def follow(self, change_set: ChangeSet | None) -> None:
        """Bring in step what is computed from the data, and publish the result.

        What the rules change is logged too, each layer as a record of its own: a snapshot then
        shows what the log says and nothing else. None stands for any change at all.
        """
        if self._derive is not None:
            for computed in self._derive(self.store, change_set):
                self._accept(computed, COMPUTED_BY, COMPUTED_WHY, (), "")
                apply(self.store, computed, merge=self._merges)
        self._publish()
        if self._snapshots.sweep():
            self._sweep_engine_logs()

    def _publish(self, *, anew: bool = False) -> None:
        newest = next(self._log.newest_first(), None)
        moment = newest.header().time if newest and newest.sequence == self.sequence else None
        publish = partial(
            self._snapshots.publish, self.store, self.sequence, moment=moment, anew=anew
        )
        if self._remote is None:
            publish()
            return
        shown = self._snapshots.current()
        with self._remote.brought(self._log, self.store, self.sequence, shown=shown):
            publish()

    def _sweep_engine_logs(self) -> None:
        """Remove what the engine told of its work: it begins a new file each time it is opened."""
        for old in self._primary.glob("LOG.old.*"):
            old.unlink(missing_ok=True)

    def _accept(
        self,
        change_set: ChangeSet,
        agent: str,
        reason: str,
        sources: tuple[str, ...],
        key: str,
    ) -> Header:
        header = self._log.append(
            change_set,
            sequence=self.sequence + 1,
            agent=agent,
            reason=reason,
            sources=sources,
            key=key,
        )
        self.sequence = header.sequence
        return header


W = TypeVar("W", bound=Writer)
Maker = Callable[[DataDirectory, Store, int, Derive | None], W]
"""Makes a writer, with the primary store and the number of the log's last record."""


@contextmanager
def writing(
    directory: DataDirectory,
    kind: Maker[W],
    *,
    wait: float,
    derive: Derive | None = None,
    anew: bool = False,
) -> Iterator[W]:
    """Be the writer of the data directory until the block is left.

    What a dead writer left unfinished is cut off or replayed first. With ``anew`` the store and
    the newest snapshot are made again from the whole changes log.

    Raises:
        DirectoryLocked: another writer holds the lock for longer than ``wait`` seconds.
        DirectoryError: the store cannot be written.
        LogDamaged: the changes log cannot be trusted.
        StorageFull: there is no room for what recovery has to write.
    """
    with directory.locked(wait):
        try:
            writer = _recovered(directory, derive, kind, anew=anew)
            try:
                writer.join()
                yield writer
            finally:
                writer.close()
        except BaseException as error:
            _let_go(error)
            # The engine tells so of a file that is not what it wrote.
            if isinstance(error, RuntimeError) and "Corruption" in str(error):
                raise DirectoryError(
                    "The store is damaged; nothing was changed.", remedy=_MEND
                ) from error
            raise


def _let_go(error: BaseException) -> None:
    """Clear the frames that an error leads to: they hold the store, and it would stay open.

    Whoever catches an error may keep it for as long as he likes.
    """
    link: BaseException | None = error
    while link is not None:
        traceback.clear_frames(link.__traceback__)
        link = link.__cause__ or link.__context__
    gc.collect()


def _recovered(directory: DataDirectory, derive: Derive | None, kind: Maker[W], *, anew: bool) -> W:
    log = ChangesLog(directory.changes)
    snapshots = Snapshots(directory)
    try:
        seal_card(directory)
        acknowledged = snapshots.mend(log.last())
        shown = snapshots.current()
        store = None if anew else _primary(directory)
        last = log.mend(
            shown=acknowledged,
            check_all=store is None,
            is_copy=directory.origin is not None or directory.log is not None,
        )
        if store is None:
            store = _rebuilt(directory, log)
        else:
            # Replaying what is applied already changes nothing: the last word on each quad is
            # the same.
            replay_all(store, log, shown or 0, last, merge=directory.gated)
        writer = kind(directory, store, last, derive)
        if shown == last and not anew:
            writer.recover(shown, last, anew=anew)
        else:
            with long_work("Computing what follows from the changes, and publishing a snapshot"):
                writer.recover(shown, last, anew=anew)
    except OSError as error:
        raise _refusal(error) from error
    return writer


def _primary(directory: DataDirectory) -> Store | None:
    """The primary store; None when there is none, or none that can be opened."""
    if not (directory.primary / "CURRENT").exists():
        return None
    try:
        return _open(directory)
    except (OSError, RuntimeError) as error:
        # The engine tells of files that are missing by OSError, of damaged ones by RuntimeError.
        if _is_full(error):
            raise
        _log.warning("The store could not be opened and is rebuilt from the changes log.")
        _log.debug("It said: %s", error)
        return None


def _rebuilt(directory: DataDirectory, log: ChangesLog) -> Store:
    """A primary store made from the whole changes log.

    It lies beside until it is complete and on the disk: half of one would pass for a whole one.
    """
    beside = directory.primary.with_name("primary.new")
    shutil.rmtree(beside, ignore_errors=True)
    try:
        store = Store(beside)
        replay_all(store, log, 0, log.last() or 0, merge=directory.gated)
        store.flush()
        del store
    except BaseException:
        shutil.rmtree(beside, ignore_errors=True)
        raise
    shutil.rmtree(directory.primary, ignore_errors=True)
    beside.rename(directory.primary)
    sync_folder(directory.path)
    return _open(directory)


def _refusal(error: OSError) -> PledgegraphError:
    """What to say when the disk refuses."""
    if _is_full(error):
        return StorageFull("The disk is full: the data directory cannot be written.")
    return DirectoryError(
        "The store of the data directory cannot be written.",
        remedy="Check the disk and the permissions of the data directory.",
    )


def _is_full(error: Exception) -> bool:
    """Whether there is no room; the engine's errors carry no number, only words."""
    number = error.errno if isinstance(error, OSError) else None
    return number in DISK_REFUSES or "No space left" in str(error)


def _open(directory: DataDirectory) -> Store:
    """The primary store; waits for an owner in this process that is being collected."""
    deadline = time.monotonic() + _OPEN_PATIENCE
    while True:
        try:
            return Store(directory.primary)
        except OSError as error:
            if not _HELD.search(str(error)):
                raise
            if time.monotonic() > deadline:
                raise DirectoryError(
                    "The store is held open by a process that is not a writer of ours.",
                    remedy="Stop the program that has opened primary/ directly.",
                ) from error
            gc.collect()
            time.sleep(0.05)
