"""What state a graph is in, told by a short name: two states have one name only if they are equal.

Whoever read a graph can have a change refused that would fall on another state of it.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from hashlib import blake2b
from typing import TYPE_CHECKING, BinaryIO, Final, cast

from pyoxigraph import DefaultGraph, NamedNode, RdfFormat

from pledgegraph.store.system_graphs import graph_of_sources

if TYPE_CHECKING:
    from pyoxigraph import Store

Graph = NamedNode | DefaultGraph

_BYTES: Final = 16


class GraphStates:
    """The states of the graphs of one store, as it is now.

    Behind a gate a graph counts with what is said of it in the graph of sources, since a file
    that is put there replaces both; and the default graph is in the state that ``version`` names.
    """

    def __init__(self, store: Store, *, base: str, gated: bool, version: str | None) -> None:
        self._store = store
        self._sources = graph_of_sources(base) if gated else None
        self._version = version

    def is_there(self, graph: Graph) -> bool:
        """Whether the graph holds anything or is described; the default graph is always there."""
        if isinstance(graph, DefaultGraph):
            return True
        held = self._store.quads_for_pattern(None, None, None, graph)
        if next(held, None) is not None:
            return True
        return self._sources is not None and (
            next(self._store.quads_for_pattern(graph, None, None, self._sources), None) is not None
        )

    def state(self, graph: Graph) -> str | None:
        """The name of its state; None where it is not there. Reads all of the graph."""
        if self._sources is not None and isinstance(graph, DefaultGraph):
            return self._version
        if not self.is_there(graph):
            return None
        hashed = _Hashed()
        # Equal stores hold equal quads in one order, which is that of their keys.
        self._store.dump(cast(BinaryIO, hashed), RdfFormat.N_TRIPLES, from_graph=graph)
        if self._sources is not None and isinstance(graph, NamedNode):
            said = self._store.quads_for_pattern(graph, None, None, self._sources)
            for line in sorted(str(quad) for quad in said):
                hashed.write(f"\0{line}".encode())
        return hashed.name()


class _Hashed:
    """A file that keeps no more of what is written to it than a hash."""

    def __init__(self) -> None:
        self._hash = blake2b(digest_size=_BYTES)

    def write(self, data: bytes) -> int:
        self._hash.update(data)
        return len(data)

    def flush(self) -> None:
        """There is nothing to wait for."""

    def name(self) -> str:
        return self._hash.hexdigest()


Guard = Callable[[Collection[Graph], GraphStates], None]
"""Raises an error when the graphs of a change are not in the state that it was meant for.

Called when nobody else can write any more, with what the change is about to fall on.
"""
