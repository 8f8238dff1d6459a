"""Which dumps there are, and what is in them."""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from pledgegraph.store.atomic_files import unsealed

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class DumpFile:
    """One file of a dump."""

    name: str
    format: str
    """The name of its format in `pledgegraph.media_types`; the file is compressed by gzip."""
    bytes: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Dump:
    """The whole of one snapshot, in files."""

    sequence: int
    time: datetime
    quads: int
    hash: str
    """The canonical hash: SHA-256 of the N-Quads file, unpacked."""
    files: tuple[DumpFile, ...]


class Dumps:
    """The dumps in a folder, which need not be there yet.

    A dump is whole when its description is what was written and each file has its size. What is
    not whole is passed over, and the log says so once.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._told: set[int] = set()

    def newest_first(self) -> list[Dump]:
        """All that are whole."""
        return list(self._whole())

    def newest(self) -> Dump | None:
        """The newest that is whole, if there is one."""
        return next(self._whole(), None)

    def damaged(self) -> list[int]:
        """The numbers of those that are not whole, the newest first."""
        return [number for number in self._numbers() if self.of(number) is None]

    def _whole(self) -> Iterator[Dump]:
        for number in self._numbers():
            dump = self.of(number)
            if dump is not None:
                yield dump

    def _numbers(self) -> list[int]:
        if not self._folder.is_dir():
            return []
        numbers = (int(e.name) for e in self._folder.iterdir() if e.name.isdecimal())
        return sorted(numbers, reverse=True)

    def of(self, sequence: int) -> Dump | None:
        """The dump of that snapshot, if there is one that is whole."""
        folder = self._folder / str(sequence)
        try:
            dump = _from_json(unsealed((folder / "dump.json").read_text(encoding="utf-8")))
            is_whole = dump.sequence == sequence and all(
                _has_size(folder / each.name, each.bytes) and _has_checksum(folder, each)
                for each in dump.files
            )
        except (FileNotFoundError, NotADirectoryError):
            if not folder.is_dir():
                return None
            is_whole = False
        except (ValueError, KeyError, TypeError):
            is_whole = False
        if is_whole:
            return dump
        if sequence not in self._told:
            self._told.add(sequence)
            _log.warning("Dump %d is damaged and passed over.", sequence)
        return None

    def changed_files(self, dump: Dump, *, pause: Callable[[], None] = lambda: None) -> list[str]:
        """The names of the dump's files whose content is not what was written."""
        folder = self._folder / str(dump.sequence)
        try:
            return [e.name for e in dump.files if _sum_of(folder / e.name, pause) != e.sha256]
        except FileNotFoundError:
            # It was one too many.
            return []

    def path(self, sequence: int, name: str) -> Path | None:
        """The file of that name, or the checksum beside it; no other name leads anywhere."""
        dump = self.of(sequence)
        if dump is None or name.removesuffix(".sha256") not in {f.name for f in dump.files}:
            return None
        return self._folder / str(sequence) / name


def checksum_line(file: DumpFile) -> str:
    """What stands in the file beside it, as `sha256sum --check` reads it."""
    return f"{file.sha256}  {file.name}\n"


def _has_size(path: Path, size: int) -> bool:
    return path.stat().st_size == size


def _has_checksum(folder: Path, file: DumpFile) -> bool:
    beside = folder / f"{file.name}.sha256"
    return beside.read_bytes() == checksum_line(file).encode()


def _sum_of(path: Path, pause: Callable[[], None]) -> str:
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while block := file.read(1 << 20):
            digest.update(block)
            pause()
    return digest.hexdigest()


def as_json(dump: Dump) -> dict[str, Any]:
    """The dump's description."""
    return {**asdict(dump), "time": dump.time.isoformat()}


def _from_json(told: dict[str, Any]) -> Dump:
    return Dump(
        told["sequence"],
        datetime.fromisoformat(told["time"]),
        told["quads"],
        told["hash"],
        tuple(DumpFile(**each) for each in told["files"]),
    )
