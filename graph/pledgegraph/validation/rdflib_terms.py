"""pyoxigraph's terms as rdflib's and back, with every literal's spelling kept.

Both SHACL engines speak rdflib in at least one direction: they take the shapes, and give their
report, as an rdflib graph. rdflib rewrites literals unless told not to (``"07"`` to ``"7"``).
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator
from contextlib import contextmanager

import pyoxigraph as ox
from rdflib import BNode, Graph, Literal, URIRef
from rdflib.term import Node

from pledgegraph.errors import InputError
from pledgegraph.namespaces import XSD

Term = ox.NamedNode | ox.BlankNode | ox.Literal | ox.Triple
"""What can stand in a triple (RDF 1.2)."""

_RDF_LOG = logging.getLogger("rdflib.term")


def to_rdflib(term: Term) -> Node:
    """The same term for rdflib.

    Raises:
        InputError: the term is a triple (RDF 1.2), which rdflib and SHACL 1.0 do not know.
    """
    if isinstance(term, ox.NamedNode):
        return URIRef(term.value)
    if isinstance(term, ox.BlankNode):
        return BNode(term.value)
    if isinstance(term, ox.Triple):
        raise InputError(
            "A triple stands in the place of a term, which cannot be validated.",
            remedy="Say it in a named graph of its own instead of with a triple term.",
        )
    if term.language is not None:
        return Literal(term.value, lang=term.language, normalize=False)
    if term.datatype == XSD.string:
        # rdflib holds "a" and "a"^^xsd:string for two terms, and reads files as the first.
        return Literal(term.value, normalize=False)
    return Literal(term.value, datatype=URIRef(term.datatype.value), normalize=False)


def from_rdflib(node: Node) -> ox.NamedNode | ox.BlankNode | ox.Literal:
    """The same term for pyoxigraph."""
    if isinstance(node, URIRef):
        return ox.NamedNode(str(node))
    if isinstance(node, BNode):
        return ox.BlankNode(str(node))
    if isinstance(node, Literal):
        if node.language is not None:
            return ox.Literal(str(node), language=node.language)
        if node.datatype is not None:
            return ox.Literal(str(node), datatype=ox.NamedNode(str(node.datatype)))
        return ox.Literal(str(node))
    raise TypeError(f"not an RDF term: {type(node).__name__}")


def fill(graph: Graph, triples: Iterable[ox.Triple]) -> Graph:
    """The graph, with the triples added."""
    for triple in triples:
        subject, predicate, value = triple
        graph.add((to_rdflib(subject), to_rdflib(predicate), to_rdflib(value)))
    return graph


def graph_of(triples: Iterable[ox.Triple]) -> Graph:
    """The triples as a new rdflib graph without any prefix bound."""
    return fill(Graph(bind_namespaces="none"), triples)


class _IllTypedLiteral(logging.Filter):
    """Keeps back rdflib's complaint about a literal that is not of its datatype."""

    def filter(self, record: logging.LogRecord) -> bool:
        return not str(record.msg).startswith("Failed to convert Literal lexical form")


@contextmanager
def ill_typed_literals_expected() -> Iterator[None]:
    """Within the block, rdflib does not log each literal that it cannot convert.

    It would print a stack trace for each; here such a literal is a finding of the report.
    """
    silence = _IllTypedLiteral()
    _RDF_LOG.addFilter(silence)
    try:
        yield
    finally:
        _RDF_LOG.removeFilter(silence)
