"""Which dumps there are, and what is in them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Any


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
    """The dumps in a folder, which need not be there yet."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def newest_first(self) -> list[Dump]:
        """All that are whole."""
        return list(self._whole())

    def newest(self) -> Dump | None:
        """The newest that is whole, if there is one."""
        return next(self._whole(), None)

    def _whole(self) -> Iterator[Dump]:
        if not self._folder.is_dir():
            return
        numbers = [int(e.name) for e in self._folder.iterdir() if e.name.isdecimal()]
        for number in sorted(numbers, reverse=True):
            dump = self.of(number)
            if dump is not None:
                yield dump

    def of(self, sequence: int) -> Dump | None:
        """The dump of that snapshot, if there is one."""
        try:
            text = (self._folder / str(sequence) / "dump.json").read_text(encoding="utf-8")
        except (FileNotFoundError, NotADirectoryError):
            return None
        return _from_json(json.loads(text))

    def path(self, sequence: int, name: str) -> Path | None:
        """The file of that name, or the checksum beside it; no other name leads anywhere."""
        dump = self.of(sequence)
        if dump is None or name.removesuffix(".sha256") not in {f.name for f in dump.files}:
            return None
        return self._folder / str(sequence) / name


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
