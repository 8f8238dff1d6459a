"""The rule that no shape can state: every named graph has a source that describes it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final

from pyoxigraph import Dataset, NamedNode, Quad

from pledgegraph.namespaces import PG, RDF
from pledgegraph.store.changes import ChangeSet
from pledgegraph.store.system_graphs import graph_of_sources, is_computed
from pledgegraph.validation.affected_nodes import Lookup
from pledgegraph.validation.report import Severity, Violation
from pledgegraph.validation.shapes import Shapes

SHAPE: Final = "https://w3id.org/pledgegraph/shapes#Source-of-graph"
_MESSAGES: Final[Mapping[str, str]] = {
    "en": "Every named graph is described by its source. Add the statement that the graph's IRI "
    "is a pg:Source, with who published it and when it was retrieved.",
    "fr": "Chaque graphe nommé est décrit par sa source. Ajoutez la déclaration que l'IRI du "
    "graphe est une pg:Source, avec son éditeur et sa date de consultation.",
    "es": "Cada grafo con nombre está descrito por su fuente. Añada la declaración de que el IRI "
    "del grafo es una pg:Source, con su editor y la fecha de consulta.",
}


def unsourced_graphs(
    change: ChangeSet, store: Lookup, shapes: Shapes, base: str
) -> tuple[Violation, ...]:
    """One violation for each graph that the change would leave without a source.

    A graph that holds statements needs, in the graph of sources, the statement that it is a
    `pg:Source` or of a class below that. Excepted are the graph of sources itself and computed
    graphs, ``{base}/id/graph/computed/...``. Only graphs that the change adds to, or whose
    description it removes, are looked at.
    """
    sources = graph_of_sources(base)
    kinds = shapes.subclasses(PG.Source)
    touched = {quad.graph_name for quad in change.added}
    touched |= {
        quad.subject
        for quad in change.removed.quads_for_graph_name(sources)
        if quad.predicate == RDF.type
    }
    graphs = sorted(
        (graph for graph in touched if isinstance(graph, NamedNode) and graph != sources), key=str
    )
    return tuple(
        _violation(graph)
        for graph in graphs
        if not is_computed(graph, base)
        and _holds_statements(graph, change, store)
        and not any(
            quad.object in kinds
            for quad in _after(
                change.removed,
                store.quads_for_pattern(graph, RDF.type, None, sources),
                change.added.quads_for_subject(graph),
            )
            if quad.predicate == RDF.type and quad.graph_name == sources
        )
    )


def _holds_statements(graph: NamedNode, change: ChangeSet, store: Lookup) -> bool:
    return any(
        True
        for _ in _after(
            change.removed,
            store.quads_for_pattern(None, None, None, graph),
            change.added.quads_for_graph_name(graph),
        )
    )


def _after(removed: Dataset, before: Iterable[Quad], added: Iterable[Quad]) -> Iterable[Quad]:
    yield from (quad for quad in before if quad not in removed)
    yield from added


def _violation(graph: NamedNode) -> Violation:
    return Violation(
        focus=str(graph),
        path=str(RDF.type),
        value=None,
        constraint="SourceOfGraph",
        shape=f"<{SHAPE}>",
        severity=Severity.VIOLATION,
        messages=_MESSAGES,
        expected="a pg:Source with the IRI of the graph",
    )
