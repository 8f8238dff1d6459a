"""Earlier versions of the data: snapshot N again, long after it was swept away.

A version is made from the nearest state that there is (the newest snapshot, a version that is
kept, or nothing at all) by applying the changes log from there, forwards or backwards: a change
set tells exactly what it added and removed, so it can be undone. What was made is kept in
``past/N`` until it is among the least used.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from filelock import FileLock, Timeout
from pyoxigraph import Store

from pledgegraph.errors import DirectoryLocked, DirectoryReadOnly, StorageFull, VersionMissing
from pledgegraph.store.atomic_files import publish_folder
from pledgegraph.store.checksums import write_checksums
from pledgegraph.store.directory import DataDirectory
from pledgegraph.store.embedded_snapshot import EmbeddedSnapshot
from pledgegraph.store.log.applying import replay, undo
from pledgegraph.store.log.changes_log import DISK_REFUSES
from pledgegraph.store.log.published_log import PublishedLog
from pledgegraph.store.snapshots import Lease, Snapshots

_LOCK_WAIT: Final = 600.0
"""Seconds to wait for another process that makes a version; the makers take turns."""


class Past:
    """The earlier versions of a data directory; ``kept`` of them stay on the disk."""

    def __init__(self, directory: DataDirectory, *, kept: int) -> None:
        self._directory = directory
        self._folder = directory.past
        self._kept = kept
        self._log = PublishedLog(directory.path)
        self._snapshots = Snapshots(directory)
        self._made = Snapshots(directory, folder=self._folder)

    def at(self, sequence: int) -> PastVersion:
        """The version after change set ``sequence``; it is not made yet.

        Raises:
            VersionMissing: there is no such version.
        """
        last = self._log.last()
        if not 1 <= sequence <= last:
            raise VersionMissing(
                f"There is no version {sequence}.", remedy=f"There are versions 1 to {last}."
            )
        return PastVersion(self, sequence)

    def time(self, sequence: int) -> datetime:
        """When the version came about."""
        return self._log.record(sequence).header().time

    def is_there(self, sequence: int) -> bool:
        """Whether the version can be opened without making it first."""
        return sequence == self._snapshots.current() or (self._folder / str(sequence)).is_dir()

    def open(self, sequence: int) -> EmbeddedSnapshot:
        """The version as a snapshot, made if need be; to be closed by whoever opened it.

        Raises:
            StorageFull: there is no room for it.
            DirectoryLocked: others have been making versions for ten minutes.
            DirectoryReadOnly: this process may not write there.
        """
        lease = self._held(sequence) or self._make(sequence)
        return EmbeddedSnapshot(lease, base=self._directory.base, union=self._directory.gated)

    def _held(self, sequence: int) -> Lease | None:
        """A hold on the version where it is there."""
        for each in (self._made, self._snapshots):
            lease = each.hold(sequence)
            if lease is not None:
                if each is self._made:
                    # The time of its folder tells when it was used last.
                    os.utime(lease.path)
                return lease
        return None

    def _make(self, sequence: int) -> Lease:
        try:
            self._folder.mkdir(exist_ok=True)
            with FileLock(self._folder / "lock", timeout=_LOCK_WAIT):
                found = self._held(sequence)
                if found is not None:
                    return found
                self._made.sweep(kept=self._most_used(self._kept - 1))
                self._write(sequence)
                lease = self._made.hold(sequence)
        except Timeout as error:
            raise DirectoryLocked("Other versions are being made.") from error
        except OSError as error:
            if error.errno in DISK_REFUSES or "No space left" in str(error):
                raise StorageFull("The disk is full: the version cannot be made.") from error
            raise DirectoryReadOnly("No version can be made in the data directory.") from error
        if lease is None:
            raise DirectoryLocked(f"Version {sequence} was removed at once; ask again.")
        return lease

    def _write(self, sequence: int) -> None:
        partial = self._folder / f".{sequence}.partial"
        shutil.rmtree(partial, ignore_errors=True)
        try:
            with ExitStack() as stack:
                start, store = self._nearest(sequence, stack)
                if store is not None:
                    store.backup(partial)
                    del store
                self._travel(Store(partial), start, sequence)
            self._made.lease_file(sequence).touch()
            write_checksums(partial)
            publish_folder(partial, self._folder / str(sequence))
        except BaseException:
            shutil.rmtree(partial, ignore_errors=True)
            raise

    def _travel(self, store: Store, start: int, end: int) -> None:
        """Bring the store from one version to another."""
        merge = self._directory.gated
        for number in range(start + 1, end + 1):
            replay(store, self._log.record(number), merge=merge)
        for number in range(start, end, -1):
            undo(store, self._log.record(number), merge=merge)
        store.flush()

    def _nearest(self, sequence: int, stack: ExitStack) -> tuple[int, Store | None]:
        """The state from which the way is shortest, open; None for an empty store."""
        known = {0, *self._numbers()}
        current = self._snapshots.current()
        if current is not None:
            known.add(current)
        before = max(each for each in known if each <= sequence)
        after = min((each for each in known if each >= sequence), default=before)
        for each in sorted({before, after}, key=lambda number: self._way(number, sequence)):
            if each == 0:
                break
            lease = self._held(each)
            if lease is not None:
                stack.callback(lease.release)
                return each, Store.read_only(str(lease.path))
        return 0, None

    def _way(self, start: int, end: int) -> int:
        """How many bytes of the log lie between two versions."""
        first, last = min(start, end) + 1, max(start, end)
        return sum(record.length for record in self._log.records(first, last))

    def _numbers(self) -> list[int]:
        """The versions that are kept, the one used last first."""
        found = [e for e in self._folder.iterdir() if e.is_dir() and e.name.isdecimal()]
        found.sort(key=lambda entry: entry.stat().st_mtime_ns, reverse=True)
        return [int(entry.name) for entry in found]

    def _most_used(self, number: int) -> frozenset[int]:
        return frozenset(self._numbers()[: max(number, 0)])


@dataclass(frozen=True, slots=True)
class PastVersion:
    """One version, opened by whoever asks it."""

    past: Past
    sequence: int

    @property
    def time(self) -> datetime:
        """When it came about."""
        return self.past.time(self.sequence)

    @contextmanager
    def snapshot(self) -> Iterator[EmbeddedSnapshot]:
        """The version as a snapshot, held until the block is left; see `Past.open`."""
        opened = self.past.open(self.sequence)
        try:
            yield opened
        finally:
            opened.close()

    def opened_snapshot(self) -> AbstractContextManager[EmbeddedSnapshot] | None:
        """None: a version is not kept open between questions."""
        return None
