"""A copy of the data in this process's memory: made of a snapshot, then kept in step by the log.

The engine's in-memory store answers what scans three to four times as fast as its files. A copy
is always in the state of one snapshot, which it names, or on its way from one to the next; it
tells which. What it takes from the changes log is what the writer did to the primary store.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import islice
from pathlib import Path
from typing import BinaryIO, Final

from pyoxigraph import NamedNode, Quad, RdfFormat, Store, parse

from pledgegraph.errors import LogDamaged
from pledgegraph.store.log.changes_log import ChangesLog
from pledgegraph.store.log.record import Record
from pledgegraph.store.union_graph import Graph, forget_empty, merged
from pledgegraph.store.union_graph import remove as remove_merged

BYTES_A_QUAD: Final = 300
"""Memory of one quad of the engine's in-memory store, which holds the union graph's too."""
_PIECE: Final = 500
"""Quads that are added or removed at once; what waits for the process waits no longer."""
_SCANNED: Final = 2000
_LEAST_MOVED: Final = 50_000
"""So many quads may come and go before a copy is made anew, however small it is."""
_MOST_RECORDS: Final = 5000
"""Records that are caught up with; with more than these, a new copy is made sooner."""


class MemoryStore:
    """The data of a directory, as of one of its snapshots.

    ``changes`` is the folder of its log. With ``merge`` its default graph is the union of the
    named ones.
    """

    def __init__(self, changes: Path, *, merge: bool) -> None:
        self.store: Final = Store()
        self.sequence = 0
        """The number of the snapshot that it is of, or that it was of last."""
        self.is_stale = False
        """True when it cannot be brought in step any more, or should not: make a new one."""
        self._version: str | None = None
        self._seal: str | None = None
        """The checksum of the record that brought it where it is."""
        self._log = ChangesLog(changes)
        self._merge = merge
        self._loaded = 0
        self._moved = 0
        self._ahead: Iterator[None] | None = None

    def load(self, quads: BinaryIO, graphs: Iterable[str], *, sequence: int, version: str) -> int:
        """Take in a snapshot, as N-Quads and the names of its graphs; return how many there are.

        Raises:
            LogDamaged: the log has no record of that snapshot's number.
        """
        self.store.bulk_extend(parse(quads, RdfFormat.N_QUADS))
        # A graph that has become empty is there still, as it is in the files.
        for graph in graphs:
            self.store.add_graph(NamedNode(graph))
        self._seal = self._sealed(sequence)
        self.sequence, self._version = sequence, version
        self._loaded = len(self.store)
        return self._loaded

    def scan(self) -> Iterator[None]:
        """Go once through all of it, and stop for a moment after each piece.

        In a process that was forked, what is read is copied: better now than for a query.
        """
        quads = iter(self.store)
        while any(True for _ in islice(quads, _SCANNED)):
            yield

    @property
    def is_grown(self) -> bool:
        """True when so much has come and gone that a new one should be made before long."""
        return self._moved > max(_LEAST_MOVED, self._loaded // 2) // 2

    def is_of(self, version: str) -> bool:
        """Whether it is in the state of the snapshot of that name, as it is."""
        return version == self._version and not self.is_stale

    @property
    def is_behind(self) -> bool:
        """True when there is something for `step` to do."""
        return self._ahead is not None

    def reaches(self, sequence: int, version: str, *, at_once: int) -> bool:
        """Whether it is in the state of that snapshot, perhaps by taking in what came since.

        More than ``at_once`` quads are not taken in here, but with `step`.
        """
        if self.is_of(version):
            return True
        if self.is_stale or self._ahead is not None:
            return False
        records = self._between(sequence)
        if not records:
            return False
        size = sum(header.added + header.removed for header in map(Record.header, records))
        self._moved += size
        if self._moved > max(_LEAST_MOVED, self._loaded // 2):
            # The memory of statements that were removed is not given back.
            self.is_stale = True
            return False
        self._version = None
        self._ahead = self._taken_in(records, version)
        if size <= at_once:
            while self.step():
                pass
            return True
        return False

    def step(self) -> bool:
        """Take in a piece of what is outstanding; False when nothing is."""
        if self._ahead is None:
            return False
        try:
            next(self._ahead)
        except StopIteration:
            self._ahead = None
        except (OSError, ValueError, SyntaxError, RuntimeError, LogDamaged):
            self._ahead = None
            self.is_stale = True
        return self._ahead is not None

    def _taken_in(self, records: Iterable[Record], version: str) -> Iterator[None]:
        for record in records:
            emptied: set[Graph] = set()
            for piece in _pieces(record.removed()):
                for quad in piece:
                    emptied.add(quad.graph_name)
                    if self._merge:
                        remove_merged(self.store, quad)
                    else:
                        self.store.remove(quad)
                yield
            for piece in _pieces(record.added()):
                self.store.extend(piece)
                if self._merge:
                    self.store.extend(merged(piece))
                yield
            forget_empty(self.store, emptied)
            self.sequence, self._seal = record.sequence, record.sha256
        self._version = version

    def _between(self, sequence: int) -> list[Record] | None:
        """The records that lead from here to there; None where none do.

        A directory that was put back to an older state counts on from there: it has the numbers
        of its records again, but not the records. So the one that led here has to be there still.
        """
        found: list[Record] = []
        seal = None
        try:
            for record in self._log.newest_first():
                if record.sequence <= self.sequence:
                    seal = record.sha256 if record.sequence == self.sequence else None
                    break
                if record.sequence <= sequence:
                    found.append(record)
                if len(found) > _MOST_RECORDS:
                    self.is_stale = True
                    return None
        except (OSError, LogDamaged):
            return None
        is_same = seal == self._seal and len(found) == max(0, sequence - self.sequence)
        # The same number under another name is that of a snapshot that was made again.
        if not is_same or sequence == self.sequence:
            self.is_stale = True
            return None
        return found[::-1]  # none of a snapshot that is older than this: somebody held it longer

    def _sealed(self, sequence: int) -> str | None:
        """The checksum of the record of that number; None for the state before the first."""
        if sequence == 0:
            return None
        for record in self._log.newest_first():
            if record.sequence == sequence:
                return record.sha256
            if record.sequence < sequence:
                break
        raise LogDamaged(f"Record {sequence} is missing in the changes log.")


def _pieces(quads: Iterable[Quad]) -> Iterator[list[Quad]]:
    rest = iter(quads)
    while piece := list(islice(rest, _PIECE)):
        yield piece
