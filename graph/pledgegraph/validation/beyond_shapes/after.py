"""The statements as a change would leave them, with the graphs that they stand in."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from pyoxigraph import BlankNode, DefaultGraph, NamedNode, Quad, Triple

from pledgegraph.store.changes import ChangeSet
from pledgegraph.validation.affected_nodes import Lookup
from pledgegraph.validation.rdflib_terms import Term

Subject = NamedNode | BlankNode | Triple
_UNION = DefaultGraph()


@dataclass(frozen=True, slots=True)
class After:
    """A store with a change made; what a rule beyond the shapes looks at."""

    change: ChangeSet
    store: Lookup
    base: str
    """The base IRI of the data, without a slash at its end."""

    def of_subject(
        self, subject: Subject, predicate: NamedNode | None = None, graph: NamedNode | None = None
    ) -> Iterator[Quad]:
        """The quads with that subject, and with the predicate and graph if any is given."""
        yield from self._kept(self.store.quads_for_pattern(subject, predicate, None, graph))
        for quad in self.change.added.quads_for_subject(subject):
            if predicate in (None, quad.predicate) and graph in (None, quad.graph_name):
                yield quad

    def of_graph(self, graph: NamedNode) -> Iterator[Quad]:
        """The quads of that graph."""
        yield from self._kept(self.store.quads_for_pattern(None, None, None, graph))
        yield from self.change.added.quads_for_graph_name(graph)

    def stored_in(self, graph: NamedNode, predicate: NamedNode) -> Iterator[Quad]:
        """The quads of that graph with the predicate which were there before, and stay."""
        yield from self._kept(self.store.quads_for_pattern(None, predicate, None, graph))

    def with_value(self, predicate: NamedNode, value: Term) -> Iterator[Quad]:
        """The quads with that predicate and object."""
        yield from self._kept(self.store.quads_for_pattern(None, predicate, value))
        for quad in self.change.added.quads_for_object(value):
            if quad.predicate == predicate:
                yield quad

    def is_record(self, node: object) -> bool:
        """True for the IRIs under which records of these data stand."""
        return isinstance(node, NamedNode) and node.value.startswith(f"{self.base}/id/")

    def _kept(self, quads: Iterable[Quad]) -> Iterator[Quad]:
        # What the union graph holds is said by a named graph too.
        for quad in quads:
            if quad.graph_name != _UNION and quad not in self.change.removed:
                yield quad
