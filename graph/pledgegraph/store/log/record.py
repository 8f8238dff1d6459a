"""One record of the changes log, as it stands in a segment."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from pyoxigraph import Quad

from pledgegraph.errors import LogDamaged
from pledgegraph.store.changes import Header
from pledgegraph.store.log.rdf_patch import read_header, read_quads

_BLOCK: Final = 1 << 20


@dataclass(frozen=True, slots=True)
class Record:
    """Where a record stands in the log; its content is read when asked for."""

    sequence: int
    segment: Path
    start: int
    length: int
    sha256: str

    def header(self) -> Header:
        """Who changed what, when and why.

        Raises:
            LogDamaged: the record does not begin as records do.
        """
        try:
            return read_header(self._lines())
        except (ValueError, TypeError) as error:
            raise LogDamaged(f"Record {self.sequence} of the changes log is damaged.") from error

    def removed(self) -> Iterator[Quad]:
        """The quads that the change set took away."""
        return read_quads(self._lines(), b"D")

    def added(self) -> Iterator[Quad]:
        """The quads that the change set brought."""
        return read_quads(self._lines(), b"A")

    def lines(self, letter: bytes) -> Iterator[bytes]:
        """The quads added (``b"A"``) or removed (``b"D"``) as they are written, in N-Quads."""
        wanted = letter + b" "
        return (line[2:] for line in self._lines() if line.startswith(wanted))

    def patch(self) -> Iterator[bytes]:
        """The record as RDF Patch, in pieces."""
        with self.segment.open("rb") as file:
            file.seek(self.start)
            left = self.length
            while left > 0 and (piece := file.read(min(_BLOCK, left))):
                left -= len(piece)
                yield piece

    def written(self) -> Iterator[bytes]:
        """The record as it stands in the log, with its last line, in pieces."""
        yield from self.patch()
        yield end_line(self.sequence, self.length, self.sha256)

    @property
    def written_length(self) -> int:
        """How many bytes those are."""
        return self.length + len(end_line(self.sequence, self.length, self.sha256))

    def is_intact(self) -> bool:
        """True when the patch is, byte for byte, what was written."""
        digest = hashlib.sha256()
        for piece in self.patch():
            digest.update(piece)
        return digest.hexdigest() == self.sha256

    def _lines(self) -> Iterator[bytes]:
        with self.segment.open("rb") as file:
            file.seek(self.start)
            end = self.start + self.length
            place = self.start
            while place < end:
                line = file.readline()
                place += len(line)
                yield line


def end_line(sequence: int, length: int, sha256: str) -> bytes:
    """The last line of a record, by which it is known to be whole."""
    return f"# end {sequence} {length} {sha256}\n".encode()
