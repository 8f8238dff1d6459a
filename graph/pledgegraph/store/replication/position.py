"""How far a node has copied the shared log: which message, and which record came with it.

The file is written after the records are on the disk. When a node dies in between, it says less
than is there; what comes twice then is passed over.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from pledgegraph.store.atomic_files import SealBroken, sealed, unsealed, write_whole
from pledgegraph.store.directory import DataDirectory

_FILE: Final = "position.json"


@dataclass(frozen=True, slots=True)
class Position:
    """The last message that was taken, and the last record in it."""

    message: int = 0
    record: int = 0


def read_position(directory: DataDirectory) -> Position:
    """Where the node is; at the beginning of the log where the file is missing or damaged."""
    try:
        told = unsealed((directory.path / _FILE).read_text(encoding="utf-8"))
        return Position(int(told["message"]), int(told["record"]))
    except (FileNotFoundError, SealBroken, ValueError, KeyError, TypeError):
        return Position()


def write_position(directory: DataDirectory, position: Position) -> None:
    """Say where the node is."""
    told = {"message": position.message, "record": position.record}
    write_whole(directory.path / _FILE, sealed(told))
