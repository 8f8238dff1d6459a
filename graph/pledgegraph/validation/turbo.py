"""The default engine: pyshacl-turbo, written in Rust."""

from __future__ import annotations

import os
from collections.abc import Collection
from concurrent.futures import ThreadPoolExecutor
from functools import cached_property, partial
from itertools import chain
from typing import Final

from pyoxigraph import RdfFormat, Triple, serialize
from pyshacl_turbo import CompiledShapes, ValidationFailure
from pyshacl_turbo.rdf import Input
from rdflib import Graph, URIRef
from rdflib.namespace import OWL, RDF, RDFS, SH
from rdflib.term import Node

from pledgegraph.errors import ShapesUnusable
from pledgegraph.validation.outcome import report_from
from pledgegraph.validation.rdflib_terms import Term, ill_typed_literals_expected
from pledgegraph.validation.report import ValidationReport
from pledgegraph.validation.shapes import Shapes
from pledgegraph.validation.within import engine_focus, within

SHARED: Final = range(20_000, 500_000)
"""How many triples two threads judge together: fewer take no time, more take too much memory."""
_TARGETS: Final = (SH.targetClass, SH.targetNode, SH.targetSubjectsOf, SH.targetObjectsOf)


class TurboValidator:
    """Validates with pyshacl-turbo; the shapes are compiled once and kept.

    Data go over as N-Triples text. Measured at 100,000 triples: text 2.0 s, a pyoxigraph Store
    2.1 s and 0.8 s to fill it, N-Triples bytes through the engine's own loader 11 s, since that
    makes an rdflib graph of them on the way.

    Much data is judged in two threads, each by some of the shapes; the engine does not hold
    Python's lock. Each thread has a copy of the data, 0.6 MB for 1,000 triples.
    """

    def __init__(self, shapes: Shapes, *, shared: range = SHARED) -> None:
        self.shapes = shapes
        self._shared = shared if (os.cpu_count() or 1) > 1 else range(0)
        self._ontology = _ntriples(shapes.ontology)
        try:
            with ill_typed_literals_expected():
                self._program = CompiledShapes(shapes.graph)  # type: ignore[no-untyped-call]
        except (ValidationFailure, ValueError) as failure:
            raise _unusable(failure) from failure

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
        text = _ntriples(data) + (self._ontology if join_ontology else "")
        names = engine_focus(focus)
        parts = self._parts if names is None and len(data) in self._shared else ()
        with ill_typed_literals_expected():
            if parts:
                with ThreadPoolExecutor(len(parts)) as threads:
                    found = list(threads.map(partial(self._results, text, None), parts))
            else:
                found = [self._results(text, names, None)]
            report = ValidationReport.of(
                chain.from_iterable(report_from(each, self.shapes).results for each in found)
            )
        return within(report, data, focus, self.shapes if join_ontology else None)

    @cached_property
    def _parts(self) -> tuple[list[str], ...]:
        """The shapes that each thread uses; none where they cannot all be named.

        Those that ask queries take about as long as all others together.
        """
        graph = self.shapes.graph
        targeted = {shape for target in _TARGETS for shape in graph.subjects(target, None)}
        asking = {shape for shape in targeted if self._asks(shape)}
        parts = (asking, targeted - asking)
        has_classes = any((None, RDF.type, kind) in graph for kind in (RDFS.Class, OWL.Class))
        if has_classes or not all(parts) or not all(isinstance(s, URIRef) for s in targeted):
            return ()
        return tuple(sorted(map(str, part)) for part in parts)

    def _asks(self, shape: Node) -> bool:
        graph = self.shapes.graph
        return any(
            (each, SH.sparql, None) in graph for each in (shape, *graph.objects(shape, SH.property))
        )

    def _results(self, text: str, focus: list[str] | None, shapes: list[str] | None) -> Graph:
        try:
            _, results, _ = self._program.validate(  # type: ignore[no-untyped-call]
                Input(text, "nt", None, {}, preserve_ids=True),
                focus_nodes=focus,
                use_shapes=shapes,
            )
        except ValidationFailure as failure:
            raise _unusable(failure) from failure
        if not isinstance(results, Graph):
            raise _unusable("it gave no report")
        return results


def _ntriples(triples: Collection[Triple]) -> str:
    return (serialize(triples, format=RdfFormat.N_TRIPLES) or b"").decode("utf-8")


def _unusable(failure: object) -> ShapesUnusable:
    return ShapesUnusable(
        f"The validator cannot work with the shapes: {failure}", remedy="Mend the shapes."
    )
