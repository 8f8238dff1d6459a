"""Every constraint of the shapes catches something, and both engines say the same of it."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import pytest
from pyoxigraph import RdfFormat, Triple, parse
from rdflib import Graph

from pledgegraph.shipped import shipped
from pledgegraph.validation import Shapes, ValidationReport, describe
from pledgegraph.validation.pyshacl_engine import ReferenceValidator
from pledgegraph.validation.rdflib_terms import graph_of
from pledgegraph.validation.turbo_engine import TurboValidator
from tests.data.mutations import BASE, COMPONENTS, Constraint, Mutation, Mutator, constraints

EXAMPLE = Path(__file__).parent / "example.ttl"
SHAPES = Shapes.read(shipped("ontology"))
CONSTRAINTS = list(constraints(SHAPES.graph))


def read(graph: Graph) -> list[Triple]:
    text = graph.serialize(format="nt")
    return [quad.triple for quad in parse(text, format=RdfFormat.N_TRIPLES)]


def both(data: Iterable[Triple]) -> ValidationReport:
    """The report on which both engines agree."""
    triples = list(data)
    fast = TurboValidator(SHAPES).validate(triples)
    assert fast == ReferenceValidator(SHAPES).validate(triples)
    return fast


@pytest.fixture(scope="module")
def example() -> Graph:
    return Graph().parse(EXAMPLE, publicID=BASE)


@pytest.fixture(scope="module")
def mutations(example: Graph) -> dict[Constraint, Mutation]:
    mutate = Mutator(SHAPES.graph, graph_of(SHAPES.ontology), example)
    return {constraint: mutate(constraint) for constraint in CONSTRAINTS}


@pytest.fixture(scope="module")
def report(example: Graph, mutations: dict[Constraint, Mutation]) -> ValidationReport:
    """One report on the example and on all mutations of its records together.

    Each mutation is a record of its own beside the good ones, so none hides another.
    """
    graph = Graph()
    graph += example
    for mutation in mutations.values():
        for triple in mutation.triples:
            graph.add(triple)
    return both(read(graph))


def test_the_example_is_in_order(example: Graph) -> None:
    assert [describe(result) for result in both(read(example)).results] == []


def test_there_are_constraints_of_every_kind() -> None:
    assert {constraint.parameter for constraint in CONSTRAINTS} == set(COMPONENTS)
    assert len(CONSTRAINTS) > 200


def test_only_mutated_records_are_reported(example: Graph, report: ValidationReport) -> None:
    untouched = {f"<{node}>" for node in example.subjects()}
    assert {result.focus for result in report.results} & untouched == set()


@pytest.mark.parametrize("constraint", CONSTRAINTS, ids=str)
def test_a_broken_record_is_caught(
    constraint: Constraint, mutations: dict[Constraint, Mutation], report: ValidationReport
) -> None:
    record = mutations[constraint].record.n3()
    found = {(r.shape, r.constraint) for r in report.results if r.focus == record}
    assert (constraint.shape.n3(), COMPONENTS[constraint.parameter]) in found


@pytest.mark.parametrize("constraint", CONSTRAINTS, ids=str)
def test_what_is_caught_is_said_in_three_languages(
    constraint: Constraint, mutations: dict[Constraint, Mutation], report: ValidationReport
) -> None:
    record = mutations[constraint].record.n3()
    results = [r for r in report.results if (r.focus, r.shape) == (record, constraint.shape.n3())]
    for result in results:
        texts = {result.messages[language] for language in ("en", "fr", "es")}
        assert len(texts) == 3
