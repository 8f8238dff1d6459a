"""Problems and their types as RDF, for clients that read no other JSON than JSON-LD, or none.

RFC 9457 has JSON and XML only. Here a problem is a resource (its ``instance``) whose class is
the problem's type; what a member means is told under ``/problems``, where its IRI leads.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final

from pyoxigraph import Literal, NamedNode, Triple

from pledgegraph.media_types import GRAPH_FORMATS, Format
from pledgegraph.namespaces import DCTERMS, OWL, RDF, RDFS, XSD, Vocabulary
from pledgegraph.results import graph_bytes
from pledgegraph_api.http.negotiation import Accept
from pledgegraph_api.problems.mapping import Json, Problem
from pledgegraph_api.problems.problem_type import ProblemType

_HTTP: Final = Vocabulary("http://www.w3.org/2011/http#")
_ENGLISH: Final = "en"
_STATUS: Final = _HTTP.statusCodeNumber
_STANDARD: Final = {"title": DCTERMS.title, "detail": DCTERMS.description, "status": _STATUS}
"""Members that another vocabulary has a term for."""
_OWN: Final = {
    "remedy": "what to do",
    "limit": "the setting or parameter whose limit was met",
    "limitValue": "the value of that limit",
    "limitUnit": "the unit of that value",
    "line": "the line of a syntax error, counted from 1",
    "column": "the column of a syntax error, counted from 1",
    "available": "a format that there is: its media type",
    "parameters": "what is wrong with a parameter",
    "near": "the id of a question that looks like the one asked for",
}
"""Members that have terms under ``/problems``, and what they mean."""
_PARTS: Final = {"available": "mediaType", "parameters": "detail"}
"""Of members that are lists of objects, the part that is told."""


def preferred_rdf(accept: Accept, otherwise: str, aliases: tuple[str, ...]) -> Format | None:
    """The RDF format that the client would rather have than ``otherwise``; in doubt none."""
    best = max(GRAPH_FORMATS, key=lambda each: accept.rank(each.media_type))
    rank = accept.rank(best.media_type)
    return best if rank[0] > 0 and rank > accept.rank(otherwise, aliases) else None


def problem_in_rdf(problem: Problem, base: str, form: Format) -> bytes:
    """One occurrence of a problem."""
    node = NamedNode(problem.instance)
    document = problem.document(base)
    triples = [Triple(node, RDF.type, NamedNode(str(document["type"])))]
    for name, value in document.items():
        predicate = _STANDARD.get(name) or (_term(base, name) if name in _OWN else None)
        if predicate is not None:
            triples += [Triple(node, predicate, each) for each in _values(name, value)]
    return _written(triples, base, form)


def types_in_rdf(types: Iterable[ProblemType], base: str, form: Format) -> bytes:
    """Types of problems, and the terms that problems are told with."""
    described = (triple for each in types for triple in _type(each, base))
    return _written([*_vocabulary(base), *described], base, form)


def _type(kind: ProblemType, base: str) -> Iterator[Triple]:
    node = NamedNode(f"{base}/problems/{kind.name}")
    yield Triple(node, RDF.type, RDFS.Class)
    yield Triple(node, RDFS.label, Literal(kind.title, language=_ENGLISH))
    yield Triple(node, RDFS.comment, Literal(kind.about, language=_ENGLISH))
    yield Triple(node, _STATUS, Literal(kind.status))
    yield Triple(node, RDFS.isDefinedBy, NamedNode(f"{base}/problems"))
    if kind.remedy:
        yield Triple(node, _term(base, "remedy"), Literal(kind.remedy, language=_ENGLISH))


def _vocabulary(base: str) -> Iterator[Triple]:
    for name, meaning in _OWN.items():
        yield Triple(_term(base, name), RDF.type, OWL.DatatypeProperty)
        yield Triple(_term(base, name), RDFS.label, Literal(meaning, language=_ENGLISH))
        yield Triple(_term(base, name), RDFS.isDefinedBy, NamedNode(f"{base}/problems"))


def _term(base: str, name: str) -> NamedNode:
    return NamedNode(f"{base}/problems#{name}")


def _values(name: str, value: Json) -> Iterator[Literal]:
    for each in value if isinstance(value, list) else [value]:
        if isinstance(each, dict):
            yield Literal(str(each.get(_PARTS[name], "")))
        elif isinstance(each, str):
            told = name in ("title", "detail", "remedy")
            yield Literal(each, language=_ENGLISH) if told else Literal(each)
        elif isinstance(each, int):
            yield Literal(each)
        else:
            yield Literal(f"{each:g}", datatype=XSD.decimal)


def _written(triples: Iterable[Triple], base: str, form: Format) -> bytes:
    prefixes = {
        "dcterms": DCTERMS.iri,
        "http": _HTTP.iri,
        "owl": OWL.iri,
        "rdfs": RDFS.iri,
        "problem": f"{base}/problems/",
        "member": f"{base}/problems#",
    }
    return graph_bytes(triples, form, prefixes=prefixes)
