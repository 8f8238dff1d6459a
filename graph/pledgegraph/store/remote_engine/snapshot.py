"""The newest state of a remote engine, as pages and documents read it."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from pyoxigraph import (
    DefaultGraph,
    NamedNode,
    Quad,
    QueryResultsFormat,
    QuerySolutions,
    parse_query_results,
)

from pledgegraph.store.embedded_snapshot import EmbeddedSnapshot
from pledgegraph.store.engine import Substitutions
from pledgegraph.store.graph_states import GraphStates
from pledgegraph.store.remote_engine.asking import Reading, RemoteResult, ask, prepared

_COUNT: Final = "SELECT (COUNT(*) AS ?quads) WHERE { GRAPH ?g { ?s ?p ?o } }"


class RemoteSnapshot:
    """What a remote engine holds while nothing changes it; see `engine.AddressedSnapshot`.

    ``own`` is the snapshot of the same number in the data directory.
    """

    def __init__(
        self, at: Reading, own: EmbeddedSnapshot, base: str, card: Mapping[str, object]
    ) -> None:
        self._at = at
        self._own = own
        self._base = base
        self._card = card

    @property
    def sequence(self) -> int:
        """The number of the last change set in it."""
        return self._at.sequence

    @property
    def version(self) -> str:
        """Its name, which no other snapshot has or had."""
        return self._at.version

    @property
    def default_is_union(self) -> bool:
        """True: a data directory whose default graph is its own has no remote engine."""
        return True

    @property
    def published(self) -> float:
        """When it was published, in seconds since 1970."""
        return self._own.published

    @property
    def address(self) -> Mapping[str, object]:
        """What another process needs to ask the same engine, and where the directory's copy is."""
        return {**self._own.address, "remote": self._card}

    @property
    def states(self) -> GraphStates:
        """What state each of its graphs is in; told from the directory's copy."""
        return self._own.states

    def query(
        self,
        text: str,
        *,
        default_graphs: Sequence[NamedNode] = (),
        named_graphs: Sequence[NamedNode] = (),
        substitutions: Substitutions | None = None,
    ) -> RemoteResult:
        """Begin to answer a SPARQL 1.1 query; see `pledgegraph.store.engine.Snapshot.query`."""
        return ask(
            self._at.connection,
            prepared(text, self._base, substitutions),
            default_graphs=default_graphs,
            named_graphs=named_graphs,
        )

    def about(
        self,
        nodes: Sequence[NamedNode],
        properties: Sequence[NamedNode] = (),
        *,
        value: NamedNode | None = None,
        merged: bool = False,
    ) -> Iterator[Quad]:
        """The statements on the nodes; see `pledgegraph.store.engine.Snapshot.about`."""
        values = {"s": nodes, "p": properties, "o": () if value is None else (value,)}
        return self._quads(values, merged=merged)

    def pointing_at(
        self,
        nodes: Sequence[NamedNode],
        properties: Sequence[NamedNode] = (),
        *,
        merged: bool = False,
    ) -> Iterator[Quad]:
        """The statements that lead to the nodes; see `engine.Snapshot.pointing_at`."""
        return self._quads({"o": nodes, "p": properties}, merged=merged)

    def _quads(self, values: Mapping[str, Sequence[NamedNode]], *, merged: bool) -> Iterator[Quad]:
        if not values.get("s", values.get("o")):
            return
        blocks = " ".join(
            f"VALUES ?{name} {{ {' '.join(str(term) for term in terms)} }}"
            for name, terms in values.items()
            if terms
        )
        if merged:
            text = f"SELECT DISTINCT ?s ?p ?o WHERE {{ {blocks} ?s ?p ?o }}"
        else:
            text = f"SELECT DISTINCT ?s ?p ?o ?g WHERE {{ {blocks} GRAPH ?g {{ ?s ?p ?o }} }}"
        with self._at.connection.asked(text) as body:
            rows = parse_query_results(body.read(), format=QueryResultsFormat.JSON)
        if not isinstance(rows, QuerySolutions):
            raise TypeError("the query is a SELECT")
        for row in rows:
            subject, predicate, value = row["s"], row["p"], row["o"]
            graph = DefaultGraph() if merged else row["g"]
            yield Quad(subject, predicate, value, graph)

    def __bool__(self) -> bool:
        """True, be there quads or not; the engine is not asked for that."""
        return True

    def __len__(self) -> int:
        """How many quads there are."""
        with self._at.connection.asked(_COUNT) as body:
            (row,) = json.loads(body.read())["results"]["bindings"]
        return int(row["quads"]["value"])
