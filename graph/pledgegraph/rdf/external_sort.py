"""Lines of any number in the order of their code points, in a bounded amount of memory.

What does not fit into the memory given is written in sorted pieces to a temporary folder, and
the pieces are merged (external merge sort). UTF-8 sorts by bytes as it does by code points.
"""

from __future__ import annotations

import heapq
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack
from io import BytesIO
from pathlib import Path
from types import TracebackType
from typing import Final

MEMORY: Final = 64 * 1024 * 1024
_PER_LINE: Final = 42
"""Bytes that a line takes in memory beside its text: the object, and its place in the list."""


class LineSorter:
    """A file to its writer; `lines` then gives what was written, sorted. Leaves no files."""

    def __init__(self, *, memory: int = MEMORY, folder: Path | None = None) -> None:
        self._memory = memory
        self._folder = tempfile.TemporaryDirectory(prefix=".sorting-", dir=folder)
        self._pieces: list[Path] = []
        self._held: list[bytes] = []
        self._size = 0
        self._rest = b""

    def __enter__(self) -> LineSorter:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._folder.cleanup()

    def write(self, data: bytes) -> int:
        """Take a piece of the text; lines may go on in the next one."""
        whole, line_feed, rest = data.rpartition(b"\n")
        if not line_feed:
            self._rest += rest
            return len(data)
        # Unlike bytes.splitlines, it takes a line feed only for the end of a line.
        lines = BytesIO(self._rest + whole + line_feed).readlines()
        self._rest = rest
        self._held += lines
        self._size += len(whole) + _PER_LINE * len(lines)
        if self._size >= self._memory:
            self._put_aside()
        return len(data)

    def flush(self) -> None:
        """Nothing: a writer may think that this is a file."""

    def lines(self) -> Iterator[bytes]:
        """All lines, each with its line feed, in order."""
        if self._rest:
            self.write(b"\n")
        self._held.sort()
        with ExitStack() as files:
            pieces = [files.enter_context(path.open("rb")) for path in self._pieces]
            yield from heapq.merge(self._held, *pieces)

    def _put_aside(self) -> None:
        self._held.sort()
        path = Path(self._folder.name) / str(len(self._pieces))
        with path.open("wb") as file:
            file.writelines(self._held)
        self._pieces.append(path)
        self._held = []
        self._size = 0
