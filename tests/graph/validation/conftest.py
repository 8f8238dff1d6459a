"""Small shapes and data to check with both engines."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from pyoxigraph import RdfFormat, Triple, parse

from pledgegraph.validation import Shapes, ValidationReport
from pledgegraph.validation.pyshacl_engine import ReferenceValidator
from pledgegraph.validation.rdflib_terms import graph_of
from pledgegraph.validation.turbo_engine import TurboValidator

PREFIXES = """
@prefix : <http://test.example/> .
@prefix pg: <https://w3id.org/pledgegraph/def#> .
@prefix rdf: <http://www.w3.org/1999/02/22-rdf-syntax-ns#> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
@prefix sh: <http://www.w3.org/ns/shacl#> .
@prefix skos: <http://www.w3.org/2004/02/skos/core#> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
"""

Triples = Callable[[str], list[Triple]]
MakeShapes = Callable[..., Shapes]
Check = Callable[..., ValidationReport]


@pytest.fixture(scope="session")
def triples() -> Triples:
    """Triples from Turtle in which our usual prefixes are known."""

    def read(turtle: str) -> list[Triple]:
        return [quad.triple for quad in parse(PREFIXES + turtle, format=RdfFormat.TURTLE)]

    return read


@pytest.fixture(scope="session")
def make_shapes(triples: Triples) -> MakeShapes:
    """Shapes from Turtle, with an ontology."""

    def make(turtle: str, ontology: str = "") -> Shapes:
        return Shapes(graph_of(triples(turtle)), tuple(triples(ontology)))

    return make


@pytest.fixture(scope="session")
def check(triples: Triples, make_shapes: MakeShapes) -> Check:
    """The report on which both engines agree, also in its words."""

    def validate(
        shapes: str, data: str, *, ontology: str = "", focus: list[str] | None = None
    ) -> ValidationReport:
        made = make_shapes(shapes, ontology)
        nodes = None if focus is None else [triple.subject for triple in triples("".join(focus))]
        fast, reference = (
            engine(made).validate(triples(data), focus=nodes)
            for engine in (TurboValidator, ReferenceValidator)
        )
        assert fast == reference
        assert [r.messages for r in fast.results] == [r.messages for r in reference.results]
        assert [r.expected for r in fast.results] == [r.expected for r in reference.results]
        return fast

    return validate
