"""Which backups there are in a folder, and what is in them."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from pledgegraph.errors import BackupUnusable
from pledgegraph.store.atomic_files import SealBroken, unsealed

CARD: Final = "backup.json"
DATA: Final = "data"
"""The folder with the files, each where it stands in a data directory."""
_NAME: Final = re.compile(r"pledgegraph-\d+-\d{8}T\d{6}Z(-\d+)?")
_BLOCK: Final = 1 << 20


def _no_pause() -> None:
    return


@dataclass(frozen=True, slots=True)
class BackupFile:
    """One file of a backup."""

    path: str
    """Where it stands in a data directory."""
    bytes: int
    sha256: str
    private: bool
    """Whether its owner alone may read it."""


@dataclass(frozen=True, slots=True)
class Backup:
    """A backup that is whole: its description has been read."""

    folder: Path
    time: datetime
    sequence: int
    """The number of the snapshot in it, and of the last record of its log."""
    base: str
    gated: bool
    format: int
    """The format of the data directory."""
    origin: str | None
    quads: int
    hash: str | None
    """The canonical hash of the statements, as `pledgegraph verify` prints it."""
    files: tuple[BackupFile, ...]

    @property
    def data(self) -> Path:
        """The folder with its files."""
        return self.folder / DATA


def as_json(backup: Backup) -> dict[str, Any]:
    """The content of the description."""
    told = asdict(backup)
    del told["folder"]
    return {**told, "time": backup.time.isoformat()}


def backup_at(folder: Path) -> Backup:
    """The backup in that folder, or the newest of those in it.

    Raises:
        BackupUnusable: there is none, or its description is damaged.
    """
    if (folder / CARD).exists():
        return _read(folder)
    found = newest_backup(folder)
    if found is None:
        raise BackupUnusable(f"There is no backup at {folder}.")
    return found


def whole_backups(folder: Path) -> list[Backup]:
    """The backups in a folder, the newest first; what is unfinished or damaged is passed over."""
    if not folder.is_dir():
        return []
    found = [backup for entry in _named(folder) if (backup := _if_whole(entry)) is not None]
    return sorted(found, key=lambda each: (each.time, each.folder.name), reverse=True)


def newest_backup(folder: Path) -> Backup | None:
    """The newest backup in a folder, if there is one."""
    return next(iter(whole_backups(folder)), None)


def sum_of(path: Path, pause: Callable[[], None] = _no_pause) -> str:
    """The SHA-256 of a file."""
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while block := file.read(_BLOCK):
            digest.update(block)
            pause()
    return digest.hexdigest()


def _named(folder: Path) -> Iterator[Path]:
    return (entry for entry in folder.iterdir() if _NAME.fullmatch(entry.name))


def _if_whole(folder: Path) -> Backup | None:
    try:
        return _read(folder)
    except BackupUnusable:
        return None


def _read(folder: Path) -> Backup:
    try:
        told = unsealed((folder / CARD).read_text(encoding="utf-8"))
        files = tuple(BackupFile(**each) for each in told.pop("files"))
        time = datetime.fromisoformat(told.pop("time"))
        return Backup(folder=folder, time=time, files=files, **told)
    except SealBroken as error:
        raise BackupUnusable(f"{CARD} of the backup {folder.name} is damaged.") from error
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise BackupUnusable(
            f"{CARD} of the backup {folder.name} is not the description of a backup."
        ) from error
