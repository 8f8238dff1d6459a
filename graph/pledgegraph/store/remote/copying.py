"""Brings a remote engine to the state of the changes log: what it lacks, in one update.

It is told the whole of a change with what the rules made of it, and how far it is then, in one
request of SPARQL 1.1 Update, which engines make whole or not at all. What a program that died
did not tell, the next one does. An engine that has nothing is loaded with all there is.
"""

from __future__ import annotations

import logging
from collections import defaultdict
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from itertools import islice
from pathlib import Path
from typing import Final, Protocol

from pyoxigraph import NamedNode, Quad, Store

from pledgegraph.errors import RemoteDiffers, RemoteUnavailable
from pledgegraph.store.remote.address import RemoteAddress
from pledgegraph.store.remote.connection import GRAPHS, Connection
from pledgegraph.store.remote.read_lock import ReadLock
from pledgegraph.store.remote.state import State, loading, read_state, saying
from pledgegraph.store.union_graph import named_quads


class Record(Protocol):
    """What is told of a change set; see `pledgegraph.store.log.record`."""

    @property
    def sha256(self) -> str:
        """Its checksum."""
        ...

    def removed(self) -> Iterator[Quad]:
        """The quads that it took away."""
        ...

    def added(self) -> Iterator[Quad]:
        """The quads that it brought."""
        ...


class Log(Protocol):
    """The part of a changes log that is needed here."""

    def after(self, sequence: int) -> Iterator[Record]:
        """The records with a higher number, in their order."""
        ...


_AT_ONCE: Final = 5_000
"""Statements in one request when everything is loaded."""
_log = logging.getLogger(__name__)


class RemoteCopy:
    """The copy of a data directory's data in a remote engine. Only for the directory's writer."""

    def __init__(self, address: RemoteAddress, directory: Path) -> None:
        self._connection = Connection(address)
        self._lock = ReadLock(directory)
        self._graph = self._connection.dialect.state_graph

    @contextmanager
    def brought(
        self, log: Log, store: Store, sequence: int, *, shown: int | None
    ) -> Iterator[None]:
        """Bring the engine to the change set of that number, and keep readers out of the block.

        ``store`` is in that state. Readers may stay where it is there already, and ``shown``.

        Raises:
            RemoteUnavailable: it does not answer; it may have the change all the same.
            RemoteDiffers: what it holds is not of this log.
        """
        if shown == sequence and self._is_at(read_state(self._connection), log, sequence):
            yield
            return
        with self._lock.alone():
            self._bring(log, store, sequence)
            yield

    def _bring(self, log: Log, store: Store, sequence: int) -> None:
        state = read_state(self._connection)
        if state.sequence is None:
            self._load(state, log, store, sequence)
        elif not self._is_at(state, log, sequence):
            self._follow(state.sequence, log, sequence)

    def _is_at(self, state: State, log: Log, sequence: int) -> bool:
        """Whether the engine is there already.

        Raises:
            RemoteDiffers: it has been at a change set that this log does not have.
        """
        if state.sequence is None:
            return False
        if state.sequence > sequence or state.record != _checksum(log, state.sequence):
            raise RemoteDiffers(
                f"The remote engine holds change set {state.sequence} of another changes log; "
                f"this one ends at {sequence}."
            )
        return state.sequence == sequence

    def _follow(self, since: int, log: Log, sequence: int) -> None:
        """Tell what the log has since a change set, in one update where the engine takes that."""
        added: dict[Quad, None] = {}
        removed: dict[Quad, None] = {}
        for record in log.after(since):
            for quad in record.removed():
                if quad in added:
                    del added[quad]
                else:
                    removed[quad] = None
            for quad in record.added():
                if quad in removed:
                    del removed[quad]
                else:
                    added[quad] = None
        end = saying(self._graph, sequence, _checksum(log, sequence))
        if len(added) + len(removed) <= self._connection.dialect.most_statements:
            data = [_data("DELETE", removed), _data("INSERT", added), end]
            self._update(" ;\n".join(filter(None, data)), sequence)
            return
        # Readers are told to wait until the last piece is there; who dies in between leaves it so.
        self._connection.update(loading(self._graph))
        self._put(removed, "DELETE")
        self._put(added, "INSERT")
        self._update(end, sequence)

    def _update(self, text: str, sequence: int) -> None:
        """Make an update; one whose acknowledgement was lost may have been made."""
        try:
            self._connection.update(text)
        except RemoteUnavailable:
            with suppress(RemoteUnavailable):
                if read_state(self._connection).sequence == sequence:
                    return
            raise

    def _load(self, state: State, log: Log, store: Store, sequence: int) -> None:
        """Give an engine everything that has nothing, or that was not loaded to the end."""
        there = self._graphs()
        if there and not state.is_loading:
            raise RemoteDiffers(
                f"The remote engine holds {len(there):,} graphs that are none of this data "
                f"directory's, such as {min(there)}."
            )
        _log.info("The remote engine is loaded up to change set %d.", sequence)
        self._connection.update(loading(self._graph))
        for graph in there:
            self._connection.update(f"CLEAR SILENT GRAPH <{graph}>")
        self._put(named_quads(store), "INSERT")
        self._update(saying(self._graph, sequence, _checksum(log, sequence)), sequence)

    def _graphs(self) -> list[str]:
        """The graphs that the engine holds, but for its own and that of the number."""
        rows = self._connection.rows(GRAPHS)
        named = {row["g"]["value"] for row in rows}
        return sorted(each for each in named if each != self._graph)

    def _put(self, quads: Iterable[Quad], what: str) -> None:
        """Add or remove statements, in pieces."""
        by_graph = what == "INSERT" and bool(self._connection.address.graphs)
        most = _AT_ONCE if by_graph else min(_AT_ONCE, self._connection.dialect.most_statements)
        for piece in _pieces(quads, most):
            if not by_graph:
                self._connection.update(_data(what, piece))
                continue
            for graph, lines in _by_graph(piece).items():
                self._connection.add(graph, "\n".join(lines).encode())


def _checksum(log: Log, sequence: int) -> str:
    """The checksum of a record; of none for the beginning of the log."""
    record = next(log.after(sequence - 1), None) if sequence else None
    return "" if record is None else record.sha256


def _pieces(quads: Iterable[Quad], most: int) -> Iterator[list[Quad]]:
    them = iter(quads)
    while piece := list(islice(them, most)):
        yield piece


def _by_graph(quads: Iterable[Quad]) -> dict[str, list[str]]:
    """The statements of each graph, each as a line of N-Triples."""
    found: dict[str, list[str]] = defaultdict(list)
    for quad in quads:
        if isinstance(quad.graph_name, NamedNode):
            found[quad.graph_name.value].append(f"{quad.triple} .")
    return found


def _data(what: str, quads: Iterable[Quad]) -> str:
    """The operation that adds or removes statements; empty without any."""
    graphs = _by_graph(quads)
    if not graphs:
        return ""
    blocks = "\n".join(
        f"GRAPH <{name}> {{\n" + "\n".join(lines) + "\n}" for name, lines in graphs.items()
    )
    return f"{what} DATA {{\n{blocks}\n}}"
