"""The rule that no shape can state: every named graph has a source that describes it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from pyoxigraph import NamedNode

from pledgegraph.namespaces import PG, RDF
from pledgegraph.store.system_graphs import graph_of_sources, is_computed
from pledgegraph.validation.beyond_shapes.after import After
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


def unsourced_graphs(after: After, shapes: Shapes) -> Iterator[Violation]:
    """One violation for each graph that the change would leave without a source.

    A graph that holds statements needs, in the graph of sources, the statement that it is a
    `pg:Source` or of a class below that. Excepted are the graph of sources itself and computed
    graphs, ``{base}/id/graph/computed/...``. Only graphs that the change adds to, or whose
    description it removes, are looked at.
    """
    sources = graph_of_sources(after.base)
    kinds = shapes.subclasses(PG.Source)
    touched = {quad.graph_name for quad in after.change.added}
    touched |= {
        quad.subject
        for quad in after.change.removed.quads_for_graph_name(sources)
        if quad.predicate == RDF.type
    }
    graphs = sorted(
        (graph for graph in touched if isinstance(graph, NamedNode) and graph != sources), key=str
    )
    for graph in graphs:
        if (
            not is_computed(graph, after.base)
            and any(True for _ in after.of_graph(graph))
            and not any(q.object in kinds for q in after.of_subject(graph, RDF.type, sources))
        ):
            yield _violation(graph)


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
