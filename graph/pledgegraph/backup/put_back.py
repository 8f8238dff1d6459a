"""Puts a backup back: a new data directory, which is one only when all of it is there and right."""

from __future__ import annotations

import hashlib
import os
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from pledgegraph.backup.backups import Backup, BackupFile
from pledgegraph.errors import (
    BackupUnusable,
    BaseMismatch,
    DirectoryError,
    DirectoryExists,
    FormatTooNew,
    StorageFull,
)
from pledgegraph.history.verify import verify
from pledgegraph.settings import Settings
from pledgegraph.setup.engine_choice import engine_over
from pledgegraph.store.atomic_files import sync_folder
from pledgegraph.store.directory import FORMAT, DataDirectory, new_directory
from pledgegraph.store.log.changes_log import DISK_REFUSES

_BLOCK: Final = 1 << 20
_UNLINKED: Final = ".sst"
"""How the names of those files of the store end that never change, so that both may share them."""


@dataclass(frozen=True, slots=True)
class Restored:
    """What was put back."""

    sequence: int
    quads: int
    hash: str | None
    rebuilt: bool
    """Whether the store was made anew from the log: its files in the backup are damaged."""


def restore(backup: Backup, settings: Settings) -> Restored:
    """Make a data directory of the backup at the settings' place, which must be empty.

    Every file is compared with its checksum, and then the store with the changes log.

    Raises:
        DirectoryExists: there is something at that place.
        BaseMismatch: the settings ask for another base IRI.
        FormatTooNew: a newer release made the backup.
        BackupUnusable: a file of it is damaged or missing; nothing was restored.
        StorageFull, DirectoryError: nothing can be written there; nothing was restored.
    """
    _refuse(backup, settings)
    try:
        with new_directory(
            settings.data_dir, base=backup.base, gated=backup.gated, origin=backup.origin
        ) as directory:
            return _filled(backup, directory, settings)
    except DirectoryExists as error:
        raise DirectoryExists(
            f"There is something at {settings.data_dir} already; nothing was restored.",
            remedy="Stop the service, move the data directory away, then restore. Or restore to "
            "another place with --data-dir.",
        ) from error
    except OSError as error:
        if error.errno in DISK_REFUSES or "No space left" in str(error):
            raise StorageFull("The disk is full: nothing was restored.") from error
        raise DirectoryError(
            f"Nothing was restored: {error.strerror or error}.",
            remedy="Check the places of the backup and of the data directory, and their "
            "permissions.",
        ) from error


def _refuse(backup: Backup, settings: Settings) -> None:
    if backup.format > FORMAT:
        raise FormatTooNew(
            f"The backup has format {backup.format}; this release reads formats up to {FORMAT}."
        )
    if settings.asked_base is not None and settings.asked_base != backup.base:
        raise BaseMismatch(
            f"The backup was made of {backup.base}, not of {settings.asked_base}.",
            remedy=f"Set PLEDGEGRAPH_BASE={backup.base}.",
        )


def _filled(backup: Backup, directory: DataDirectory, settings: Settings) -> Restored:
    store = f"snapshots/{backup.sequence}/"
    damaged = [each.path for each in backup.files if not _copied(backup, each, directory.path)]
    lost = [each for each in damaged if not each.startswith(store)]
    if lost:
        raise BackupUnusable(f"The backup {backup.folder.name} is damaged: {', '.join(lost)}.")
    if damaged or backup.format < FORMAT:
        # The log is whole, and makes all of it again, in the form of this release.
        shutil.rmtree(directory.snapshots)
        directory.snapshots.mkdir()
        directory.current.unlink()
    else:
        _make_primary(directory, backup.sequence)
    _sync_folders(directory.path)
    engine = engine_over(directory, settings)
    try:
        engine.settle()
        with engine.snapshot() as snapshot:
            found = verify(directory, snapshot)
    finally:
        engine.close()
    if found.faults or found.sequence != backup.sequence or found.hash != backup.hash:
        raise BackupUnusable(
            f"What the backup {backup.folder.name} comes to is not what was backed up: "
            f"{' '.join(found.faults) or 'it holds other statements.'}"
        )
    return Restored(found.sequence, found.quads, found.hash, rebuilt=bool(damaged))


def _copied(backup: Backup, file: BackupFile, target: Path) -> bool:
    """Copy a file, and wait until it is on the disk; False where it is not what was written."""
    path = target / file.path
    if not path.resolve().is_relative_to(target.resolve()):
        raise BackupUnusable(f"The backup {backup.folder.name} names a file outside of it.")
    path.parent.mkdir(parents=True, exist_ok=True)
    mode = 0o600 if file.private else 0o666
    digest = hashlib.sha256()
    try:
        with (backup.data / file.path).open("rb") as source:
            descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, mode)
            with os.fdopen(descriptor, "wb") as copy:
                while block := source.read(_BLOCK):
                    digest.update(block)
                    copy.write(block)
                copy.flush()
                os.fsync(copy.fileno())
    except FileNotFoundError:
        return False
    return digest.hexdigest() == file.sha256


def _make_primary(directory: DataDirectory, sequence: int) -> None:
    """Make the writer's store of the snapshot, as the snapshot was made of the store."""
    directory.primary.mkdir()
    for entry in (directory.snapshots / str(sequence)).iterdir():
        target = directory.primary / entry.name
        if entry.suffix == _UNLINKED:
            os.link(entry, target)
        else:
            shutil.copyfile(entry, target)


def _sync_folders(path: Path) -> None:
    for entry in (path, *path.rglob("*")):
        if entry.is_dir():
            sync_folder(entry)
