"""Property paths: from their RDF form (SHACL section 2.3.1) to rdflib's objects."""

from __future__ import annotations

from rdflib import BNode, Graph, URIRef
from rdflib.collection import Collection
from rdflib.namespace import RDF, SH
from rdflib.paths import AlternativePath, InvPath, MulPath, Path, SequencePath
from rdflib.term import Node

from pledgegraph.errors import ShapesUnusable

_REPEATED = (
    (SH.zeroOrMorePath, "*"),
    (SH.oneOrMorePath, "+"),
    (SH.zeroOrOnePath, "?"),
)


def path_at(graph: Graph, node: Node) -> URIRef | Path:
    """The path that a node of the graph stands for; ``.n3()`` gives it in SPARQL's syntax.

    Raises:
        ShapesUnusable: the node is not a path.
    """
    if isinstance(node, URIRef):
        return node
    if isinstance(node, BNode):
        if (node, RDF.first, None) in graph:
            return SequencePath(*(path_at(graph, part) for part in Collection(graph, node)))
        inverse = graph.value(node, SH.inversePath)
        if inverse is not None:
            return InvPath(path_at(graph, inverse))
        branches = graph.value(node, SH.alternativePath)
        if branches is not None:
            return AlternativePath(*(path_at(graph, part) for part in Collection(graph, branches)))
        for term, sign in _REPEATED:
            repeated = graph.value(node, term)
            if repeated is not None:
                return MulPath(path_at(graph, repeated), sign)  # type: ignore[arg-type]
    raise ShapesUnusable(
        "A shape has an `sh:path` that is not a property path.",
        remedy="Write it as SHACL section 2.3.1 says.",
    )
