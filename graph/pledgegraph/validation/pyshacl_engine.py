"""The engine that ours is measured against: pySHACL, over rdflib."""

from __future__ import annotations

import re
from collections.abc import Collection
from typing import Any

from pyoxigraph import Triple
from pyshacl import validate as pyshacl_validate
from pyshacl.errors import ReportableRuntimeError
from rdflib import Graph
from rdflib.plugins.sparql import prepareQuery
from rdflib.plugins.sparql.sparql import Query
from rdflib.query import Result

from pledgegraph.errors import ShapesUnusable
from pledgegraph.validation.focus_filter import within
from pledgegraph.validation.rdflib_terms import Term, fill, ill_typed_literals_expected
from pledgegraph.validation.report import ValidationReport
from pledgegraph.validation.results_graph import report_from
from pledgegraph.validation.shapes import Shapes


class _PreparedGraph(Graph):
    """A graph that parses each query text once; pySHACL asks the same of every focus node."""

    def __init__(self) -> None:
        super().__init__(bind_namespaces="none")
        self._prepared: dict[str, Query] = {}

    def query(self, query_object: str | Query, *args: Any, **kwargs: Any) -> Result:
        if isinstance(query_object, str):
            if query_object not in self._prepared:
                self._prepared[query_object] = prepareQuery(query_object)
            query_object = self._prepared[query_object]
        return super().query(query_object, *args, **kwargs)


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
            union = fill(_PreparedGraph(), data)
            if join_ontology:
                fill(union, self.shapes.ontology)
            report = report_from(self._results(union), self.shapes)
        return within(report, data, focus, self.shapes if join_ontology else None)

    def _results(self, union: Graph) -> Graph:
        try:
            _, results, text = pyshacl_validate(
                union,
                shacl_graph=self.shapes.graph,
                # Nothing is inferred, so nothing is written to the graph: no copy is needed.
                inplace=True,
                # No `focus_nodes`: pySHACL 0.40 applies them to the value nodes of `sh:node`
                # and `sh:qualifiedValueShape` as well, and then misses what is wrong there.
            )
        except (ReportableRuntimeError, re.error) as failure:
            raise _unusable(str(failure)) from failure
        if not isinstance(results, Graph):
            raise _unusable(text.strip())
        return results


def _unusable(why: str) -> ShapesUnusable:
    return ShapesUnusable(
        f"The validator cannot work with the shapes: {why}", remedy="Mend the shapes."
    )
