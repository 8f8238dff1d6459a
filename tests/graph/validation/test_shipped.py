"""The shapes and data that come with Pledgegraph, as they are validated when somebody writes."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Sequence

import pytest
from pyoxigraph import Dataset, NamedNode, Quad, RdfFormat, Store, parse

from pledgegraph.shipped import shipped
from pledgegraph.store.changes import ChangeSet
from pledgegraph.validation import ChangeValidator, Shapes, Violation, describe
from pledgegraph.validation.pyshacl_engine import ReferenceValidator
from pledgegraph.validation.turbo_engine import TurboValidator

BASE = "http://localhost:8000"
PREFIXES = """
    @prefix pg: <https://w3id.org/pledgegraph/def#> .
    @prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
    @prefix schema: <https://schema.org/> .
"""


@pytest.fixture(scope="module")
def shapes() -> Shapes:
    return Shapes.read(shipped("ontology"))


@pytest.fixture(scope="module")
def turbo(shapes: Shapes) -> TurboValidator:
    return TurboValidator(shapes)


@pytest.fixture(scope="module")
def quads() -> list[Quad]:
    """The shipped data, in one graph: the union is what is validated."""
    return sorted(
        {
            Quad(quad.subject, quad.predicate, quad.object, NamedNode(f"{BASE}/id/source/all"))
            for file in sorted(shipped("data").rglob("*.ttl"))
            for quad in parse(path=file, format=RdfFormat.TURTLE, base_iri=f"{BASE}/")
        },
        key=str,
    )


def test_no_shape_looks_beyond_a_neighbourhood(turbo: TurboValidator) -> None:
    assert ChangeValidator(turbo).reach.apart == ()


def test_of_many_that_are_alike_each_is_told_once(shapes: Shapes, turbo: TurboValidator) -> None:
    """A row pasted a hundred times would have a report of ten thousand lines otherwise."""
    alike = """
        <id/commitment/{0}> a pg:Commitment ; rdfs:label "Odd"@en ; pg:madeBy <id/actor/a> ;
            schema:sameAs <http://test.example/one> ; pg:inRegister <id/register/r> ;
            pg:registerIdentifier "7" .
        <id/actor/{0}> a pg:Actor ; rdfs:label "Bureau"@en ; pg:acronym "B" .
        <id/event/{0}> a pg:Event ; rdfs:label "Forum"@en ; pg:startsOn "2026-01-01" .
        <id/source/{0}> a pg:Source ; schema:url <http://test.example/page> .
    """
    names = "abcde"
    turtle = PREFIXES + "".join(map(alike.format, names))
    data = [q.triple for q in parse(turtle, format=RdfFormat.TURTLE, base_iri=f"{BASE}/")]
    report = turbo.validate(data)
    assert report == ReferenceValidator(shapes).validate(data)
    told = Counter(
        each.shape.rsplit("#")[-1].rstrip(">")
        for each in report.results
        if each.shape.partition("#")[2].startswith(("Twin", "UniqueIdentifier"))
    )
    kinds = ("Acronym", "Actor", "Commitment", "Event", "Identifier", "Source")
    assert told == {**dict.fromkeys((f"Twin{kind}" for kind in kinds), 5), "UniqueIdentifier": 5}
    (of_the_last,) = [
        each.value
        for each in report.results
        if "TwinEvent" in each.shape and each.focus == f"<{BASE}/id/event/e>"
    ]
    assert of_the_last == f"<{BASE}/id/event/a>"


def test_both_engines_find_the_ontology_in_order(shapes: Shapes, turbo: TurboValidator) -> None:
    reference = ReferenceValidator(shapes).validate(shapes.ontology)
    assert reference == turbo.validate(shapes.ontology)
    assert [describe(result) for result in reference.violations] == []


def test_every_shape_says_in_words_what_it_expects(shapes: Shapes, quads: list[Quad]) -> None:
    """Statements with all objects made wrong break many shapes; each line can be read."""
    data = [q.triple for q in quads if "type" in q.predicate.value]
    report = TurboValidator(shapes).validate(data)
    lines = [describe(result, languages=("fr",), base=BASE) for result in report.results]
    assert len({result.shape for result in report.results}) > 10
    for result, line in zip(report.results, lines, strict=True):
        assert {"en", "fr", "es"} <= set(result.messages), result.shape
        # What a query asks for stands in its message only.
        assert result.expected or result.constraint == "SPARQLConstraintComponent", result.shape
        assert result.message("fr").rstrip(".") in line


@pytest.fixture(scope="module")
def found(turbo: TurboValidator, quads: list[Quad]) -> Sequence[Violation]:
    """What full validation says of the shipped data."""
    return turbo.validate([quad.triple for quad in quads]).results


@pytest.mark.parametrize("seed", range(8))
def test_a_write_is_judged_as_full_validation_would(
    seed: int, turbo: TurboValidator, quads: list[Quad], found: Sequence[Violation]
) -> None:
    chance = random.Random(seed)  # noqa: S311 - not for secrets
    subject = chance.choice(quads).subject
    gone = [quad for quad in quads if quad.subject == subject]
    if seed % 2:
        gone = chance.sample(gone, 1)
    store = Store()
    store.bulk_extend(quads)
    judge = ChangeValidator(turbo)
    change = ChangeSet(removed=Dataset(gone))
    focus = {str(node) for node in judge.scope(change, store).focus or ()}
    after = turbo.validate([quad.triple for quad in set(quads) - set(gone)])
    assert set(judge.check(change, store).results) == {
        result for result in after.results if result.focus in focus
    }
    assert {r for r in found if r.focus not in focus} == {
        r for r in after.results if r.focus not in focus
    }
