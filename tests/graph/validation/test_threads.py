"""Two threads that judge much data together say what one says."""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor

import pytest
from pyoxigraph import RdfFormat, parse

from pledgegraph.namespaces import PG, RDF
from pledgegraph.shipped import shipped
from pledgegraph.validation import Shapes
from pledgegraph.validation.turbo_engine import TurboValidator
from tests.graph.validation.conftest import MakeShapes, Triples

ALWAYS = range(1, 1_000_000)
NEVER = range(0)

TWO = """
:Named a sh:NodeShape ; sh:targetClass pg:Actor ;
  sh:property [ sh:path pg:acronym ; sh:minCount 1 ; sh:message "Name it."@en ] .
:Alone a sh:NodeShape ; sh:targetClass pg:Actor ;
  sh:sparql [ a sh:SPARQLConstraint ; sh:message "One is enough."@en ; sh:select
    "SELECT $this ?value WHERE { $this <https://w3id.org/pledgegraph/def#partOf> ?value }" ] .
"""
DATA = ":x a pg:Actor ; pg:partOf :y . :y a pg:Actor ; pg:acronym 'Y' . :z a pg:Event ."


@pytest.fixture(autouse=True)
def pools(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """On a machine with two cores: how many threads each pool had that was made."""
    sizes: list[int] = []

    class Counted(ThreadPoolExecutor):
        def __init__(self, max_workers: int) -> None:
            sizes.append(max_workers)
            super().__init__(max_workers)

    monkeypatch.setattr(os, "cpu_count", lambda: 2)
    monkeypatch.setattr("pledgegraph.validation.turbo_engine.ThreadPoolExecutor", Counted)
    return sizes


def test_the_report_on_the_shipped_data_is_the_same(pools: list[int]) -> None:
    """With the types left out of some records, so that shapes of all kinds are broken."""
    shapes = Shapes.read(shipped("ontology"))
    data = [
        quad.triple
        for file in sorted(shipped("data").rglob("*.ttl"))
        for quad in parse(path=file, format=RdfFormat.TURTLE, base_iri="http://localhost:8000/")
    ]
    types = [t for t in data if t.predicate == RDF.type]
    broken = set(types[::7]) | {t for t in data if t.predicate in (PG.earliest, PG.grade)}
    left = [triple for triple in data if triple not in broken]
    alone = TurboValidator(shapes, shared=NEVER).validate(left)
    assert len({result.shape for result in alone.results}) > 10
    assert pools == []
    assert TurboValidator(shapes, shared=ALWAYS).validate(left) == alone
    assert pools == [2]


def test_few_data_are_judged_by_one_thread(
    make_shapes: MakeShapes, triples: Triples, pools: list[int]
) -> None:
    TurboValidator(make_shapes(TWO)).validate(triples(DATA))
    assert pools == []


@pytest.mark.parametrize(
    "more",
    [
        pytest.param("", id="all shapes have names"),
        pytest.param("[] a sh:NodeShape ; sh:targetClass pg:Event ; sh:hasValue :q .", id="blank"),
        pytest.param("pg:Event a rdfs:Class , sh:NodeShape ; sh:hasValue :q .", id="class"),
    ],
)
def test_no_shape_is_left_out(more: str, make_shapes: MakeShapes, triples: Triples) -> None:
    """Also where a shape has no name to call it by, or is its own target."""
    shapes = make_shapes(TWO + more)
    alone = TurboValidator(shapes, shared=NEVER).validate(triples(DATA))
    assert len(alone.results) == (3 if more else 2)
    assert TurboValidator(shapes, shared=ALWAYS).validate(triples(DATA)) == alone
