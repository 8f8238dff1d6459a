"""The entity tags of graphs, which last as long as what the graph holds.

A tag of an answer to a query goes with the next change of anything. That of a graph stays until
the graph itself changes, so that it can guard a change of it: two editors of two graphs do not
disturb each other.
"""

from __future__ import annotations

import threading
from collections.abc import Collection
from importlib.resources import files
from typing import Final

from cachetools import LRUCache
from pyoxigraph import DefaultGraph, NamedNode

from pledgegraph.media_types import GRAPH_FORMATS
from pledgegraph.results import CODINGS, IDENTITY
from pledgegraph.store import Engine, Graph, GraphStates, Guard
from pledgegraph_api.errors import PreconditionFailed
from pledgegraph_api.http.graph_iris import GraphAddresses
from pledgegraph_api.http.preconditions import Preconditions
from pledgegraph_api.sparql.answer_etag import AnswerTags
from pledgegraph_api.sparql.protocol import QueryRequest

_KNOWN: Final = 2000
"""Graphs whose state is remembered, which for a large one takes a while to find out."""


class GraphTags:
    """The states of graphs, and the tags that go with them."""

    def __init__(self, engine: Engine, tags: AnswerTags, addresses: GraphAddresses) -> None:
        self._engine = engine
        self._tags = tags
        self._addresses = addresses
        self._known: LRUCache[tuple[str | None, Graph], str | None] = LRUCache(_KNOWN)
        self._guard = threading.Lock()
        here = files("pledgegraph_api.write") / "queries"
        self._content = (here / "graph_content.rq").read_text(encoding="utf-8")

    def query(self, graph: Graph) -> QueryRequest:
        """The query whose answer is what the graph holds."""
        named = (graph,) if isinstance(graph, NamedNode) else ()
        return QueryRequest(self._content, default_graphs=named)

    def newest(self, graph: Graph) -> tuple[str | None, str | None]:
        """The name of the newest snapshot, and that of the graph's state in it; it may read all.

        The second is None where there is no such graph.
        """
        with self._engine.snapshot() as snapshot:
            key = snapshot.version, graph
            with self._guard:
                if key in self._known:
                    return snapshot.version, self._known[key]
            state = snapshot.states.state(graph)
            if snapshot.version is not None:
                with self._guard:
                    self._known[key] = state
            return snapshot.version, state

    def all_of(self, graph: Graph, state: str) -> frozenset[str]:
        """The tags of all representations of a graph in that state."""
        query = self.query(graph)
        return frozenset(
            self._tags.of(state, query, form, coding)
            for form in GRAPH_FORMATS
            for coding in (IDENTITY, *CODINGS)
        )

    def check(self, conditions: Preconditions, graph: Graph, state: str | None) -> None:
        """Refuse a request whose conditions a graph in that state does not meet.

        Raises:
            PreconditionFailed: it does not.
        """
        conditions.check(
            f"The graph {graph.value}" if isinstance(graph, NamedNode) else "The default graph",
            None if state is None else lambda: self.all_of(graph, state),
            at=self._addresses.address_of(graph, gated=self._engine.gated),
        )

    def guard_of_update(self, conditions: Preconditions) -> Guard:
        """What refuses an update whose conditions the graphs do not meet that it would change.

        Behind a gate the default graph holds all others: its tag says that nothing has changed.
        """

        def guard(graphs: Collection[Graph], states: GraphStates) -> None:
            asked = conditions
            if asked.match is not None and self._engine.gated:
                whole = states.state(DefaultGraph())
                if whole and asked.match.strong & self.all_of(DefaultGraph(), whole):
                    asked = Preconditions(None, asked.none_match)
            if asked.match is not None and not asked.match.is_any and not graphs:
                raise PreconditionFailed(
                    "The update changes nothing and names no graph that it may change, so that "
                    "no entity tag can be compared.",
                    remedy="Leave If-Match out, or name the graph, as in WITH <...>.",
                )
            for graph in sorted(graphs, key=str):
                self.check(asked, graph, states.state(graph))

        return guard
