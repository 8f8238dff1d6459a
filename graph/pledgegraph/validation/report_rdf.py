"""A report as the graph that SHACL makes of it (section 3.6, https://www.w3.org/TR/shacl/)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import pairwise
from typing import Final

from pyoxigraph import BlankNode, Literal, NamedNode, RdfFormat, Triple, parse

from pledgegraph.namespaces import RDF, SH, XSD
from pledgegraph.validation.report import Severity, ValidationReport, Violation

_SEVERITIES: Final = {
    Severity.INFO: SH.Info,
    Severity.WARNING: SH.Warning,
    Severity.VIOLATION: SH.Violation,
}
_OWN: Final = "https://w3id.org/pledgegraph/shapes#"
"""Where the constraints stand that SHACL has no component for."""
_STEP: Final = re.compile(r"(\^?)<([^<>]*)>")
_SEQUENCE: Final = re.compile(r"\^?<[^<>]*>(?:/\^?<[^<>]*>)*")

Node = NamedNode | BlankNode


def report_triples(report: ValidationReport) -> Iterator[Triple]:
    """A `sh:ValidationReport` with a `sh:ValidationResult` for each result."""
    node = BlankNode()
    yield Triple(node, RDF.type, SH.ValidationReport)
    yield Triple(node, SH.conforms, _boolean(report.conforms))
    for result in report.results:
        found = BlankNode()
        yield Triple(node, SH.result, found)
        yield from _result(found, result)


def _result(node: BlankNode, result: Violation) -> Iterator[Triple]:
    yield Triple(node, RDF.type, SH.ValidationResult)
    yield Triple(node, SH.focusNode, _term(result.focus))
    yield Triple(node, SH.resultSeverity, _SEVERITIES[result.severity])
    yield Triple(node, SH.sourceConstraintComponent, _component(result.constraint))
    yield Triple(node, SH.sourceShape, _term(result.shape))
    if result.value is not None:
        yield Triple(node, SH.value, _term(result.value))
    for tag, message in result.messages.items():
        words = Literal(message, language=tag) if tag else Literal(message)
        yield Triple(node, SH.resultMessage, words)
    if result.expected:
        yield Triple(node, SH.resultMessage, Literal(f"expected {result.expected}", language="en"))
    # Other paths than sequences have no one form; their words are in the message.
    if result.path is not None and _SEQUENCE.fullmatch(result.path):
        yield from _path(node, result.path)


def _path(node: BlankNode, path: str) -> Iterator[Triple]:
    """A path of SPARQL in the words of SHACL (section 2.3.1)."""
    steps: list[Node] = []
    for inverse, iri in _STEP.findall(path):
        step: Node = NamedNode(iri)
        if inverse:
            step = BlankNode()
            yield Triple(step, SH.inversePath, NamedNode(iri))
        steps.append(step)
    if len(steps) == 1:
        yield Triple(node, SH.resultPath, steps[0])
        return
    cells = [BlankNode() for _ in steps]
    yield Triple(node, SH.resultPath, cells[0])
    for cell, step in zip(cells, steps, strict=True):
        yield Triple(cell, RDF.first, step)
    for cell, following in pairwise(cells):
        yield Triple(cell, RDF.rest, following)
    yield Triple(cells[-1], RDF.rest, RDF.nil)


def _component(name: str) -> NamedNode:
    return SH[name] if name.endswith("ConstraintComponent") else NamedNode(_OWN + name)


def _term(text: str) -> NamedNode | BlankNode | Literal:
    """The term that N-Triples writes so."""
    (quad,) = parse(f"<urn:s> <urn:p> {text} .", format=RdfFormat.N_TRIPLES)
    if not isinstance(quad.object, NamedNode | BlankNode | Literal):
        raise TypeError("a result speaks of IRIs, blank nodes and literals")
    return quad.object


def _boolean(value: bool) -> Literal:  # noqa: FBT001 - reads as a sentence
    return Literal(str(value).lower(), datatype=XSD.boolean)
