"""The default engine: pyshacl-turbo, written in Rust."""

from __future__ import annotations

import os
from collections.abc import Collection, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import cached_property, partial
from io import SEEK_END, BytesIO
from itertools import chain
from typing import Final

from pyoxigraph import RdfFormat, Triple, serialize
from pyshacl_turbo import CompiledShapes, ValidationFailure
from pyshacl_turbo.rdf import Input
from rdflib import Graph, URIRef
from rdflib.namespace import OWL, RDF, RDFS, SH
from rdflib.term import Node

from pledgegraph.errors import ShapesUnusable
from pledgegraph.validation.focus_filter import engine_focus, within
from pledgegraph.validation.rdflib_terms import Term, ill_typed_literals_expected
from pledgegraph.validation.report import ValidationReport
from pledgegraph.validation.results_graph import report_from
from pledgegraph.validation.shapes import Shapes

TARGETS: Final = (SH.targetClass, SH.targetNode, SH.targetSubjectsOf, SH.targetObjectsOf)
"""How a shape says what it is about (SHACL section 2.1.3)."""
SHARED: Final = range(20_000, 150_000)
"""How many triples two threads judge together: fewer take no time, more take too much memory."""


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
        self._ontology = serialize(shapes.ontology, format=RdfFormat.N_TRIPLES) or b""
        self._program = _compiled(shapes.graph)

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
        text = _ntriples(data, self._ontology if join_ontology else b"")
        names = engine_focus(focus)
        judge = partial(_results, self._program, text, names)
        with ill_typed_literals_expected():
            parts: Sequence[list[str] | None] = (
                [None] if names is not None else self._parts(text.count("\n"))
            )
            if len(parts) > 1:
                with ThreadPoolExecutor(len(parts)) as threads:
                    found = list(threads.map(judge, parts))
            else:
                found = [judge(part) for part in parts]
            report = ValidationReport.of(
                chain.from_iterable(report_from(each, self.shapes).results for each in found)
            )
        return within(report, data, focus, self.shapes if join_ontology else None)

    def _parts(self, triples: int) -> Sequence[list[str] | None]:
        """The shapes that each thread uses to judge all data; None stands for all shapes."""
        if triples not in self._shared or not self._groups:
            return [None]
        return [sorted(map(str, group)) for group in self._groups]

    @cached_property
    def _groups(self) -> list[frozenset[Node]]:
        """Shapes that take about as long as all others; none where not all can be named.

        Those are the ones about classes.
        """
        graph = self.shapes.graph
        targeted = {shape for target in TARGETS for shape in graph.subjects(target, None)}
        about_classes = frozenset(graph.subjects(SH.targetClass, None))
        has_classes = any((None, RDF.type, kind) in graph for kind in (RDFS.Class, OWL.Class))
        if has_classes or not all(isinstance(s, URIRef) for s in targeted):
            return []
        return [group for group in (about_classes, frozenset(targeted - about_classes)) if group]


def _compiled(shapes: Graph) -> CompiledShapes:
    try:
        with ill_typed_literals_expected():
            return CompiledShapes(shapes)  # type: ignore[no-untyped-call]
    except (ValidationFailure, ValueError) as failure:
        raise _unusable(failure) from failure


def _results(
    program: CompiledShapes, text: str, focus: list[str] | None, shapes: list[str] | None
) -> Graph:
    try:
        _, results, _ = program.validate(  # type: ignore[no-untyped-call]
            Input(text, "nt", None, {}, preserve_ids=True),
            focus_nodes=focus,
            use_shapes=shapes,
        )
    except ValidationFailure as failure:
        raise _unusable(failure) from failure
    if not isinstance(results, Graph):
        raise _unusable("it gave no report")
    return results


def _ntriples(data: Collection[Triple], more: bytes) -> str:
    """The data as N-Triples, with ``more`` of them; at no time is more than twice of it there."""
    held = BytesIO(more)
    held.seek(0, SEEK_END)
    serialize(data, held, RdfFormat.N_TRIPLES)
    return str(held.getbuffer(), "utf-8")


def _unusable(failure: object) -> ShapesUnusable:
    return ShapesUnusable(
        f"The validator cannot work with the shapes: {failure}", remedy="Mend the shapes."
    )
