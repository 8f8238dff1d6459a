"""USING: several graphs make one default graph, in which a statement stands once."""

from __future__ import annotations

import re

import pytest

from tests.api.write.conftest import Place

pytestmark = pytest.mark.anyio

FEW = (
    "PREFIX : <urn:> INSERT DATA { GRAPH :g { :x :p :y ; :in 'g' . :s :p 1 } "
    "GRAPH :h { :x :p :y . :s :p 1 } GRAPH :i { :x :in 'i' } }"
)
COUNT = "{ SELECT (COUNT(*) AS ?n) { ?s ?p ?o } }"
STORED = '<urn:r> <urn:n> "%s"^^<http://www.w3.org/2001/XMLSchema#integer> <urn:report>'


@pytest.mark.parametrize(
    ("clauses", "number"),
    [
        ("USING :g USING :h", 3),
        ("USING :g USING :h USING :i", 4),
        ("USING :g USING :g", 3),
        ("USING :g USING <urn:\\u0067>", 3),
        ("USING <urn:g> # USING :i\n USING NAMED :i USING :h", 3),
    ],
)
async def test_a_statement_of_two_graphs_counts_once(
    ungated: Place, clauses: str, number: int
) -> None:
    await ungated.update(FEW)
    response = await ungated.update(
        f"PREFIX : <urn:> INSERT {{ GRAPH :report {{ :r :n ?n }} }} {clauses} WHERE {COUNT}"
    )
    assert response.status_code == 200, response.text
    assert ungated.quads("urn:report") == {STORED % number}
    assert len(ungated.quads()) == 7


async def test_the_graphs_of_the_request_are_merged_too(ungated: Place) -> None:
    await ungated.update(FEW)
    response = await ungated.update(
        f"PREFIX : <urn:> INSERT {{ GRAPH :report {{ :r :n ?n }} }} WHERE {COUNT}",
        using_graph_uri=["urn:g", "urn:h", "urn:g"],
    )
    assert response.status_code == 200, response.text
    assert ungated.quads("urn:report") == {STORED % 3}


async def test_named_graphs_and_a_graph_to_write_stay_what_they_are(ungated: Place) -> None:
    await ungated.update(FEW)
    response = await ungated.update(
        "PREFIX : <urn:> WITH :report DELETE { ?s :p ?o } INSERT { :r :n ?n ; :of ?g } USING :g "
        "USING :h USING NAMED :i WHERE { { SELECT (COUNT(*) AS ?n) { ?s ?p ?o } } "
        "GRAPH ?g { ?x :in 'i' } }"
    )
    assert response.status_code == 200, response.text
    assert ungated.quads("urn:report") == {STORED % 3, "<urn:r> <urn:of> <urn:i> <urn:report>"}
    assert len(ungated.quads()) == 8


async def test_a_word_that_sticks_to_a_name_is_refused(ungated: Place) -> None:
    await ungated.update(FEW)
    response = await ungated.update(
        f"PREFIX : <urn:> INSERT {{ GRAPH :report {{ :r :n ?n }} }} using:g using:h WHERE {COUNT}"
    )
    assert response.status_code == 400
    assert "Put a space between any two words" in response.text


@pytest.mark.parametrize(
    ("where", "stored"),
    [
        ("{ GRAPH ?r { { SELECT (COUNT(*) AS ?n) { ?s ?p ?o } } } }", {"g 3", "h 2", "i 1"}),
        ("USING NAMED :i WHERE { GRAPH ?r { { SELECT (COUNT(*) AS ?n) { ?s ?p ?o } } } }", {"i 1"}),
        ("{ GRAPH :g { :s :p ?a } BIND(:s AS ?r) :none (:p|:q)* ?n }", {"s none"}),
        (
            "{ VALUES (?r ?z ?a) { (:s '2025-01-31'^^xsd:date 'P1D'^^xsd:dayTimeDuration) } "
            "BIND(?z + ?a AS ?n) }",
            {"s 2025-02-01"},
        ),
    ],
)
async def test_an_update_stores_what_is_right(ungated: Place, where: str, stored: set[str]) -> None:
    await ungated.update(FEW)
    where = where if "WHERE" in where else f"WHERE {where}"
    response = await ungated.update(
        "PREFIX : <urn:> PREFIX xsd: <http://www.w3.org/2001/XMLSchema#> "
        f"INSERT {{ GRAPH :report {{ ?r :n ?n }} }} {where}"
    )
    assert response.status_code == 200, response.text
    found = {quad.replace("<urn:", "").replace(">", "") for quad in ungated.quads("urn:report")}
    words = [re.split(r' n "?|"| report', quad) for quad in found]
    assert {f"{each[0]} {each[1]}" for each in words} == stored


async def test_nothing_comes_into_a_pattern_of_an_update_from_outside(ungated: Place) -> None:
    await ungated.update("PREFIX : <urn:> INSERT DATA { :a :p :b ; :q :b . :b :p :c }")
    before = ungated.quads()
    for text in (
        "DELETE { ?s ?p ?o } WHERE { ?s ?p ?o FILTER NOT EXISTS { ?s ?p ?o MINUS { ?x :q ?y } } }",
        "INSERT { ?a :found ?c } WHERE { ?a :p ?z OPTIONAL { ?a :p ?b "
        "OPTIONAL { { ?b :p ?c FILTER(?a = :a) } } } }",
    ):
        response = await ungated.update(f"PREFIX : <urn:> {text}")
        assert response.status_code == 200, response.text
        assert ungated.quads() == before


async def test_an_update_that_would_go_wrong_is_refused(ungated: Place) -> None:
    await ungated.update(FEW)
    response = await ungated.update(
        "INSERT { <urn:r> <urn:n> ?o } WHERE { ?s ?p ?o FILTER(REGEX(?o, '(a)\\\\1')) }"
    )
    assert response.status_code == 400
    assert "regular expression" in response.text
