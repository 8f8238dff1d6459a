"""Makes a backup of a data directory that may be served and written meanwhile.

What is copied is one snapshot and the changes log up to it: a snapshot never changes, and the log
only grows. Then the copy is read again, and compared with itself as `pledgegraph verify` does.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from filelock import FileLock, Timeout

from pledgegraph.backup.backups import (
    CARD,
    DATA,
    Backup,
    BackupFile,
    as_json,
    sum_of,
    whole_backups,
)
from pledgegraph.errors import BackupUnusable, DirectoryReadOnly, LogDamaged, StorageFull
from pledgegraph.history.verify import verify
from pledgegraph.store.atomic_files import publish_folder, sealed, sync_file, sync_folder
from pledgegraph.store.directory import FORMAT, DataDirectory
from pledgegraph.store.embedded import EmbeddedEngine
from pledgegraph.store.embedded_snapshot import EmbeddedSnapshot
from pledgegraph.store.log.changes_log import DISK_REFUSES, ChangesLog
from pledgegraph.store.snapshots import Snapshots

SMALL_FILES: Final = ("tokens.json", "shipped")
"""What is copied beside the log and the snapshot, where it is there.

Of tokens there are only hashes of 256 random bits, which are of no use to who reads them; without
them all stewards would need new tokens after a restore.
"""
TREES: Final = ("corrections", "reviews")
"""Folders of such files: what readers reported and what waits for review, with what came of it."""
_IN_TREES: Final = ("*.json", "*.file")
"""Cards first: a file that is gone by then goes with a card that is decided by now."""
_BLOCK: Final = 1 << 20
_PRIVATE: Final = 0o600

Pause = Callable[[], None]
"""Called after each megabyte that was copied or read, by who does not want to hurry."""


def _no_pause() -> None:
    return


def make_backup(
    engine: EmbeddedEngine,
    folder: Path,
    *,
    keep: int | None = None,
    every: float = 0,
    pause: Pause = _no_pause,
) -> Backup | None:
    """Copy the data directory to a new folder in ``folder``, verify it and return what it is.

    With ``keep`` older backups are removed, all but the newest ``keep``. None where another
    process makes one there, or the newest is younger than ``every`` seconds.

    Raises:
        BackupUnusable: the copy is not what it should be, or ``folder`` cannot hold it.
        LogDamaged: the changes log is damaged: no backup was made, and none was removed.
        StorageFull: the disk refused.
        DirectoryReadOnly: nothing can be written there.
    """
    _refuse_overlap(engine.directory.path, folder)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with FileLock(folder / ".lock", timeout=0):
            for leftover in folder.glob(".*.partial"):
                shutil.rmtree(leftover, ignore_errors=True)
            before = whole_backups(folder)
            now = datetime.now(UTC)
            if before and every and 0 <= (now - before[0].time).total_seconds() < every:
                return None
            with engine.snapshot() as snapshot:
                made = _written(engine.directory, snapshot, folder, now, pause)
            if keep is not None:
                for old in [made, *before][max(keep, 1) :]:
                    _remove(old.folder)
            return made
    except Timeout:
        return None
    except OSError as error:
        if error.errno in DISK_REFUSES or "No space left" in str(error):
            raise StorageFull(
                "The disk is full: no backup was made.",
                remedy="Free some space on the disk that holds the backups, then try again.",
            ) from error
        raise DirectoryReadOnly(
            f"No backup can be made in {folder}: {error.strerror or error}.",
            remedy="Choose another folder, or mend its permissions.",
        ) from error


def _refuse_overlap(directory: Path, folder: Path) -> None:
    ours, theirs = directory.resolve(), folder.resolve()
    if theirs.is_relative_to(ours) or ours.is_relative_to(theirs):
        raise BackupUnusable(
            "The folder for backups and the data directory lie one within the other.",
            remedy="Choose a folder elsewhere, best on another disk.",
        )


def _written(
    directory: DataDirectory, snapshot: EmbeddedSnapshot, folder: Path, now: datetime, pause: Pause
) -> Backup:
    final = _free_name(folder, f"pledgegraph-{snapshot.sequence}-{now:%Y%m%dT%H%M%SZ}")
    partial = folder / f".{final.name}.partial"
    data = partial / DATA
    data.mkdir(parents=True)
    try:
        _copy_log(directory, data / "changes", snapshot.sequence, pause)
        _copy_snapshot(snapshot, data / "snapshots", pause)
        (data / "current").write_text(f"{snapshot.sequence}\n", encoding="utf-8")
        for name in SMALL_FILES:
            _copy_small(directory.path / name, data / name)
        for tree in TREES:
            for pattern in _IN_TREES:
                for entry in (directory.path / tree).rglob(pattern):
                    _copy_small(entry, data / entry.relative_to(directory.path))
        # What is described is what is read from the copy, not what was meant to be written.
        files = tuple(_described(data, each, pause) for each in _files(data))
        quads, found = _verified(directory, data)
        made = Backup(
            folder=final,
            time=now,
            sequence=snapshot.sequence,
            base=directory.base,
            gated=directory.gated,
            format=FORMAT,
            origin=directory.origin,
            quads=quads,
            hash=found,
            files=files,
        )
        _sync(data)
        card = partial / CARD
        card.write_text(sealed(as_json(made)), encoding="utf-8")
        publish_folder(partial, final, fresh=[card])
    except BaseException:
        shutil.rmtree(partial, ignore_errors=True)
        raise
    return made


def _free_name(folder: Path, name: str) -> Path:
    """A name that nothing has: two backups may begin in the same second."""
    final, number = folder / name, 1
    while final.exists():
        number += 1
        final = folder / f"{name}-{number}"
    return final


def _copy_log(directory: DataDirectory, target: Path, last: int, pause: Pause) -> None:
    """Copy the records up to ``last``, each after a look at its checksum."""
    target.mkdir()
    copied = 0
    for record in ChangesLog(directory.changes).after(0):
        if record.sequence > last:
            break
        if not record.is_intact():
            raise LogDamaged(
                f"Record {record.sequence} of the changes log is damaged: no backup was made.",
                remedy="Restore an earlier backup.",
            )
        with (target / record.segment.name).open("ab") as file:
            file.writelines(record.written())
        copied = record.sequence
        pause()
    if copied < last:
        raise LogDamaged(f"The changes log ends at {copied}, the snapshot is {last}.")


def _copy_snapshot(snapshot: EmbeddedSnapshot, target: Path, pause: Pause) -> None:
    folder = target / str(snapshot.sequence)
    folder.mkdir(parents=True)
    for entry in sorted(snapshot.folder.iterdir()):
        if entry.is_file() and not entry.name.startswith(("LOG", "LOCK")):
            _copy(entry, folder / entry.name, pause)
    (target / f"{snapshot.sequence}.lease").touch()


def _copy(source: Path, target: Path, pause: Pause) -> None:
    with source.open("rb") as one, target.open("wb") as other:
        while block := one.read(_BLOCK):
            other.write(block)
            pause()


def _copy_small(source: Path, target: Path) -> None:
    """Copy a file that is replaced whole, and may not be there."""
    try:
        content, mode = source.read_bytes(), source.stat().st_mode & 0o777
    except FileNotFoundError:
        return
    target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    descriptor = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, mode)
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)


def _files(folder: Path) -> list[Path]:
    return sorted(entry for entry in folder.rglob("*") if entry.is_file())


def _described(data: Path, path: Path, pause: Pause) -> BackupFile:
    status = path.stat()
    is_private = status.st_mode & 0o777 == _PRIVATE
    name = path.relative_to(data).as_posix()
    return BackupFile(name, status.st_size, sum_of(path, pause), is_private)


def _verified(directory: DataDirectory, data: Path) -> tuple[int, str | None]:
    """Compare the log and the snapshot of the copy; how many quads there are, and their hash."""
    copy = DataDirectory(data, directory.base, directory.gated, origin=directory.origin)
    with _opened(copy) as snapshot:
        found = verify(copy, snapshot)
    if found.faults:
        raise BackupUnusable(
            f"The backup was not made: {' '.join(found.faults)}",
            remedy="Run `pledgegraph verify --files --mend` on the data directory, then try again.",
        )
    return found.quads, found.hash


@contextmanager
def _opened(copy: DataDirectory) -> Iterator[EmbeddedSnapshot]:
    snapshot = EmbeddedSnapshot(Snapshots(copy).hold_current(), base=copy.base, union=copy.gated)
    try:
        yield snapshot
    finally:
        snapshot.close()


def _sync(data: Path) -> None:
    """Wait until all of the copy is on the disk."""
    for entry in data.rglob("*"):
        if entry.is_dir():
            sync_folder(entry)
        else:
            sync_file(entry)
    sync_folder(data)


def _remove(folder: Path) -> None:
    """Take a backup away in one step."""
    doomed = folder.with_name(f".{folder.name}.partial")
    folder.rename(doomed)
    shutil.rmtree(doomed, ignore_errors=True)
