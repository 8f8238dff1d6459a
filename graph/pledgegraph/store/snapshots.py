"""Snapshots: numbered, unchanging copies of the store, made of hard links.

A reader holds a shared lock on the file beside its snapshot; the writer removes a snapshot
only when it gets that lock for itself. The kernel drops a lock when its process ends, so a
reader that was killed keeps nothing alive.
"""

from __future__ import annotations

import fcntl
import logging
import os
import shutil
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final

from pyoxigraph import Store

from pledgegraph.errors import DirectoryError
from pledgegraph.store.atomic_files import alone_with, publish_folder, write_whole
from pledgegraph.store.checksums import add_checksums, has_checksums, write_checksums
from pledgegraph.store.directory import DataDirectory

_TRIES: Final = 100
_log = logging.getLogger(__name__)

_FileState = tuple[int, int]
_Seen = tuple[_FileState, int]
"""A pointer's file, and the number in it."""


def _version(number: int, lock_file: os.stat_result) -> str:
    return f"{number}-{lock_file.st_mtime_ns:x}"


def _number_in(told: bytes) -> int | None:
    """The number that a pointer holds, if it does."""
    text = told.strip()
    return int(text) if text.isdigit() else None


def _state(found: os.stat_result) -> _FileState:
    """What no two files have in common that take each other's place."""
    return (found.st_ino, found.st_mtime_ns)


@dataclass(frozen=True, slots=True)
class Lease:
    """A hold on one snapshot; it stays on disk until `release`."""

    sequence: int
    path: Path
    _descriptor: int

    @property
    def published(self) -> float:
        """When the snapshot was published, in seconds since 1970."""
        return os.fstat(self._descriptor).st_mtime

    @property
    def version(self) -> str:
        """The snapshot's name among all that ever had its number; see `Snapshots.version`."""
        return _version(self.sequence, os.fstat(self._descriptor))

    def release(self) -> None:
        """Let the snapshot go."""
        os.close(self._descriptor)


class Snapshots:
    """The snapshots of a data directory."""

    def __init__(self, directory: DataDirectory, *, folder: Path | None = None) -> None:
        self._folder = folder or directory.snapshots
        self._published = directory.snapshots
        self._pointer = directory.current
        self._pointer_path = str(directory.current)
        self._seen: _Seen | None = None
        self._version: tuple[_Seen, str] | None = None

    def current(self) -> int | None:
        """The number of the newest snapshot; None before there is a first one.

        Where `current` does not hold a number, it is the highest of the snapshots that are there.
        Takes some microseconds where nothing has changed.
        """
        seen = self._look()
        return None if seen is None else seen[1]

    def _look(self) -> _Seen | None:
        """What the pointer says; the same object until there is a new pointer."""
        try:
            seen = self._seen
            if seen is None or seen[0] != _state(os.stat(self._pointer_path)):  # noqa: PTH116 -- thrice as fast
                with self._pointer.open("rb") as file:
                    state, told = _state(os.fstat(file.fileno())), file.read()
                number = _number_in(told)
                if number is None:
                    number = self._highest()
                    _log.warning(
                        "The file `current` of the data directory does not hold a number; "
                        "the newest snapshot is %s.",
                        number,
                    )
                seen = self._seen = None if number is None else (state, number)
        except FileNotFoundError:
            return None
        return seen

    def _highest(self) -> int | None:
        """The highest number of a snapshot that is there."""
        names = (entry.name for entry in self._published.iterdir() if entry.is_dir())
        return max((int(name) for name in names if name.isdecimal()), default=None)

    def mend(self, last: int) -> int:
        """Bring in order what readers begin with; return the number that a snapshot shows.

        ``last`` is the number of the last record in the changes log. `current` is written anew
        where it holds no number, or one that neither a snapshot nor the log has. A snapshot of an
        older release gets the checksums of its files. Only for the writer.
        """
        shown, highest = self.current(), self._highest()
        if shown is None:
            return highest or 0
        is_there = (self._published / str(shown)).is_dir()
        if shown > last and not is_there and highest is not None:
            _log.warning(
                "The file `current` of the data directory names snapshot %d, which is not there; "
                "the newest snapshot is %d.",
                shown,
                highest,
            )
            shown, is_there = highest, True
        if self._pointer.read_bytes() != f"{shown}\n".encode():
            write_whole(self._pointer, f"{shown}\n")
        if is_there and not has_checksums(self._published / str(shown)):
            add_checksums(self._published / str(shown))
        return shown

    def version(self) -> str | None:
        """The name of the newest snapshot; None before there is a first one.

        A directory that was put back to an older state counts on from there. The name tells
        the new snapshot from the one that had its number before: it has the time in it, that of
        the change set. So it is the same on every node and mirror with the same changes log.
        """
        try:
            seen = self._look()
            if seen is None:
                return None
            known = self._version
            if known is None or known[0] is not seen:
                name = _version(seen[1], self.lease_file(seen[1]).stat())
                known = self._version = seen, name
        except (OSError, DirectoryError):
            # Whoever opens the snapshot is told; or it has been replaced this very moment.
            return None
        return known[1]

    def hold_current(self) -> Lease:
        """A hold on the newest snapshot.

        Raises:
            DirectoryError: there is no snapshot, or they vanish as fast as we look.
        """
        for _ in range(_TRIES):
            sequence = self.current()
            if sequence is None:
                break
            lease = self.hold(sequence)
            if lease is not None:
                return lease
        raise DirectoryError(
            "The data directory has no snapshot that can be opened.",
            remedy="Run `pledgegraph stats`: it makes one from the store and the changes log.",
        )

    def publish(
        self,
        primary: Store,
        sequence: int,
        *,
        moment: datetime | None = None,
        anew: bool = False,
    ) -> None:
        """Make the primary's state the newest snapshot; readers see it from now on.

        ``moment`` is the time of the change set that it ends with; see `version`.

        With ``anew`` it takes the place of a snapshot that has the same number. Who reads that
        one keeps what he has open.
        """
        final = self._folder / str(sequence)
        before = self.current()
        if before == sequence and final.is_dir() and not anew:
            return
        partial = self._folder / f".{sequence}.partial"
        doomed = self._folder / f".{sequence}.doomed"
        for leftover in (partial, doomed):
            shutil.rmtree(leftover, ignore_errors=True)
        # What the snapshot shows is never replayed again, so it must be on the disk now.
        primary.flush()
        primary.backup(partial)
        like = None if before is None else self._folder / str(before)
        fresh = write_checksums(partial, like=like)
        if final.exists():
            final.rename(doomed)
            self.lease_file(sequence).unlink(missing_ok=True)
        self._date(sequence, None if anew else moment)
        publish_folder(partial, final, fresh=fresh)
        write_whole(self._pointer, f"{sequence}\n")
        shutil.rmtree(doomed, ignore_errors=True)

    def _date(self, sequence: int, moment: datetime | None) -> None:
        """Give the snapshot the time of the change set that it ends with, and so its name.

        So it has the same name on every node and mirror with the same changes log. One that is
        made again gets a new one.
        """
        lease = self.lease_file(sequence)
        lease.touch()
        if moment is not None:
            nanoseconds = round(moment.timestamp() * 1_000_000) * 1000
            os.utime(lease, ns=(nanoseconds, nanoseconds))

    def sweep(self, *, kept: frozenset[int] = frozenset()) -> list[int]:
        """Remove the snapshots that are neither current nor held; return their numbers."""
        spared = {self.current(), *kept}
        gone = []
        for entry in self._folder.iterdir():
            if entry.name.startswith("."):
                if entry.is_dir():
                    shutil.rmtree(entry, ignore_errors=True)
            elif entry.is_dir() and entry.name.isdecimal() and int(entry.name) not in spared:
                with alone_with(self.lease_file(int(entry.name)), flags=os.O_CREAT) as alone:
                    if alone:
                        doomed = entry.with_name(f".{entry.name}.doomed")
                        entry.rename(doomed)
                        self.lease_file(int(entry.name)).unlink(missing_ok=True)
                        shutil.rmtree(doomed, ignore_errors=True)
                        gone.append(int(entry.name))
        return gone

    def lease_file(self, sequence: int) -> Path:
        """What a reader of the snapshot holds a lock on."""
        return self._folder / f"{sequence}.lease"

    def hold(self, sequence: int) -> Lease | None:
        """A lease, or None when the snapshot was removed while we asked."""
        try:
            descriptor = os.open(self.lease_file(sequence), os.O_RDONLY | os.O_CLOEXEC)
        except FileNotFoundError:
            return None
        path = self._folder / str(sequence)
        fcntl.flock(descriptor, fcntl.LOCK_SH)
        if self._is_named(descriptor, self.lease_file(sequence)) and path.is_dir():
            return Lease(sequence, path, descriptor)
        os.close(descriptor)
        return None

    @staticmethod
    def _is_named(descriptor: int, path: Path) -> bool:
        """True when the open file is still the one of that name."""
        try:
            there = path.stat()
        except FileNotFoundError:
            return False
        here = os.fstat(descriptor)
        return (here.st_dev, here.st_ino) == (there.st_dev, there.st_ino)
