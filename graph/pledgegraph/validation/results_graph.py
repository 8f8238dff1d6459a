"""A SHACL results graph, whichever engine wrote it, as a report."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

from rdflib import Graph, Literal, URIRef
from rdflib.namespace import SH
from rdflib.term import Node

from pledgegraph.validation.constraint_text import Expectation
from pledgegraph.validation.paths import path_at
from pledgegraph.validation.rdflib_terms import from_rdflib
from pledgegraph.validation.report import Severity, ValidationReport, Violation
from pledgegraph.validation.shapes import Shapes
from pledgegraph.validation.term_names import readable

_SEVERITIES: Final = {SH.Info: Severity.INFO, SH.Warning: Severity.WARNING}
_PLACEHOLDER: Final = re.compile(r"\{[?$](\w+)\}")


def report_from(results: Graph, shapes: Shapes) -> ValidationReport:
    """The report of a results graph (SHACL section 3.6), the same for equal findings.

    The messages are those of the shapes graph, since each engine has its own for a shape
    without any; details (``sh:detail``) of a nested shape's failure are left out for the same
    reason. A severity of one's own counts as a Violation.
    """
    return ValidationReport.of(
        _violation(results, result, shapes) for result in results.objects(None, SH.result)
    )


def _violation(results: Graph, result: Node, shapes: Shapes) -> Violation:
    shape = _needed(results, result, SH.sourceShape)
    component = str(_needed(results, result, SH.sourceConstraintComponent)).rpartition("#")[2]
    focus = _term(_needed(results, result, SH.focusNode))
    found = results.value(result, SH.value)
    value = None if found is None else _term(found)
    along = results.value(result, SH.resultPath)
    # A complex path keeps its node's label, and only the shapes graph surely has it whole.
    source = shapes.graph if (along, None, None) in shapes.graph else results
    path = None if along is None else path_at(source, along).n3()
    severity = results.value(result, SH.resultSeverity)
    return Violation(
        focus=focus,
        path=path,
        value=value,
        constraint=component,
        shape=_term(shapes.named(shape)),
        severity=_SEVERITIES.get(severity, Severity.VIOLATION)
        if isinstance(severity, URIRef)
        else Severity.VIOLATION,
        messages=_messages(
            shapes.graph,
            (results.value(result, SH.sourceConstraint), shape),
            {"this": focus, "value": value, "path": path, "PATH": path},
        ),
        expected=Expectation(shapes.graph, shape).of(component),
    )


def _messages(
    shapes: Graph, sources: tuple[Node | None, ...], found: Mapping[str, str | None]
) -> Mapping[str, str]:
    """Those of the constraint, or else of the shape, with ``{?value}`` and the like filled in."""
    for source in filter(None, sources):
        messages = {
            message.language or "": _PLACEHOLDER.sub(
                lambda name: readable(found.get(name[1]) or "…"), str(message)
            )
            for message in sorted(shapes.objects(source, SH.message), key=str)
            if isinstance(message, Literal)
        }
        if messages:
            return messages
    return {}


def _needed(graph: Graph, subject: Node, predicate: URIRef) -> Node:
    value = graph.value(subject, predicate)
    if value is None:
        raise TypeError(f"a validation result has no {predicate}")
    return value


def _term(node: Node) -> str:
    return str(from_rdflib(node))
