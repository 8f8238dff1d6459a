"""The union of all named graphs, kept as the store's default graph.

The default graph of a gated store is the RDF merge of its named graphs (SPARQL 1.1 Query, section
13.2, https://www.w3.org/TR/sparql11-query/#specifyingDataset): a statement that two sources make
is in it once. The engine can take the union at query time, but does not merge it then: such a
statement comes twice, and every COUNT is wrong. So the writer keeps the merge, a triple for the
first graph that says it until the last one that does is gone. Nobody else writes there.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import chain
from typing import Final

import pyoxigraph
from pyoxigraph import BlankNode, DefaultGraph, NamedNode, Quad, Store

_DEFAULT: Final = DefaultGraph()
Graph = NamedNode | BlankNode | DefaultGraph


def merged(quads: Iterable[Quad]) -> Iterator[Quad]:
    """What the union graph holds because of these quads."""
    for quad in quads:
        yield Quad(quad.subject, quad.predicate, quad.object)


def remove(store: Store, quad: Quad) -> None:
    """Remove a quad, and from the union what no other graph says."""
    store.remove(quad)
    subject, predicate, value = quad.triple
    if next(named_quads(store, subject, predicate, value), None) is None:
        store.remove(Quad(subject, predicate, value))


def named_quads(
    store: Store,
    subject: NamedNode | BlankNode | pyoxigraph.Triple | None = None,
    predicate: NamedNode | None = None,
    value: NamedNode | BlankNode | pyoxigraph.Literal | pyoxigraph.Triple | None = None,
) -> Iterator[Quad]:
    """The quads of the pattern that stand in named graphs.

    With a bound term the union's few are passed over; without any, graph after graph is read.
    """
    if subject is None and predicate is None and value is None:
        return chain.from_iterable(_of(store, graph) for graph in store.named_graphs())
    found = store.quads_for_pattern(subject, predicate, value)
    return (quad for quad in found if quad.graph_name != _DEFAULT)


def forget_empty(store: Store, graphs: Iterable[Graph]) -> None:
    """Let the store know no longer of those of the named graphs that hold nothing.

    Empty graphs are not recorded here: a graph is there while it holds a statement (SPARQL 1.1
    Update, section 3.2). The engine goes on to name one whose last statement was removed.
    """
    for graph in graphs:
        if graph != _DEFAULT and next(_of(store, graph), None) is None:
            store.remove_graph(graph)


def _of(store: Store, graph: Graph) -> Iterator[Quad]:
    return store.quads_for_pattern(None, None, None, graph)
