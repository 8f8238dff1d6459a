"""The engine that ours is measured against: pySHACL, over rdflib."""

from __future__ import annotations

from collections.abc import Collection

from pyoxigraph import Triple
from pyshacl import validate as pyshacl_validate
from pyshacl.errors import ReportableRuntimeError
from rdflib import Graph

from pledgegraph.errors import ShapesUnusable
from pledgegraph.validation.outcome import report_from
from pledgegraph.validation.rdflib_terms import Term, graph_of, ill_typed_literals_expected
from pledgegraph.validation.report import ValidationReport
from pledgegraph.validation.shapes import Shapes
from pledgegraph.validation.within import engine_focus, within


class ReferenceValidator:
    """Validates with pySHACL: slower by far, and the W3C's reference for Python."""

    def __init__(self, shapes: Shapes) -> None:
        self.shapes = shapes

    def validate(
        self,
        data: Collection[Triple],
        *,
        focus: Collection[Term] | None = None,
        join_ontology: bool = True,
    ) -> ValidationReport:
        """The report on ``data``; see `pledgegraph.validation.validator.Validator`."""
        if focus is not None and not focus:
            return ValidationReport()
        with ill_typed_literals_expected():
            # Joined by us: pySHACL's own `ont_graph` does not show SKOS concepts to `sh:class`.
            union = graph_of(data)
            if join_ontology:
                for triple in graph_of(self.shapes.ontology):
                    union.add(triple)
            report = report_from(self._results(union, focus), self.shapes)
        return within(report, data, focus, self.shapes if join_ontology else None)

    def _results(self, union: Graph, focus: Collection[Term] | None) -> Graph:
        try:
            _, results, text = pyshacl_validate(
                union,
                shacl_graph=self.shapes.graph,
                # Nothing is inferred, so nothing is written to the graph: no copy is needed.
                inplace=True,
                focus_nodes=engine_focus(focus),
            )
        except ReportableRuntimeError as failure:
            raise _unusable(str(failure)) from failure
        if not isinstance(results, Graph):
            raise _unusable(text.strip())
        return results


def _unusable(why: str) -> ShapesUnusable:
    return ShapesUnusable(
        f"The validator cannot work with the shapes: {why}", remedy="Mend the shapes."
    )
