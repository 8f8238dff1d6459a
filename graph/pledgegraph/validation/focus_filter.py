"""Which nodes a report is about: those asked for, and none that only the ontology describes."""

from __future__ import annotations

from collections.abc import Collection
from typing import Final

from pyoxigraph import NamedNode, Triple

from pledgegraph.validation.rdflib_terms import Term
from pledgegraph.validation.report import ValidationReport
from pledgegraph.validation.shapes import Shapes

_MOST: Final = 10_000


def engine_focus(focus: Collection[Term] | None) -> list[str] | None:
    """The focus nodes as an engine takes them, or None where it has to judge all nodes.

    Engines take IRIs only; a list with a literal or a blank node on it has to be applied to the
    report. So is a very long one: measured, 13,000 nodes on the list cost more than judging all.
    """
    if focus is None or len(focus) > _MOST:
        return None
    iris = [node.value for node in focus if isinstance(node, NamedNode)]
    return iris if len(iris) == len(focus) else None


def within(
    report: ValidationReport,
    data: Collection[Triple],
    focus: Collection[Term] | None,
    joined: Shapes | None,
) -> ValidationReport:
    """The results on the focus nodes, and on no node that only the joined ontology describes."""
    results = report.results
    if focus is not None:
        asked = {str(node) for node in focus}
        results = tuple(result for result in results if result.focus in asked)
    if joined is not None and results:
        foreign = {str(node) for node in joined.described}
        suspects = {result.focus for result in results} & foreign
        if suspects:
            suspects -= {str(triple.subject) for triple in data}
            results = tuple(result for result in results if result.focus not in suspects)
    return ValidationReport(results)
