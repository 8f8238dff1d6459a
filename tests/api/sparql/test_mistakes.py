"""A mistake in a query is named for what it is, at its place."""

from __future__ import annotations

import pytest

from tests.api.sparql.conftest import Asked

pytestmark = pytest.mark.anyio


@pytest.mark.parametrize(
    ("query", "place", "said"),
    [
        ("SELECT * { ?s ?p ?x BIND(1 AS ?x) }", "?x) }", "?x has a value already"),
        ("SELECT * { { ?s :p ?x } BIND(?s + 1 AS ?x) }", "?x) }", "?x has a value already"),
        ("SELECT * { GRAPH ?g { ?s ?p ?o } BIND(1 AS ?g) }", "?g) }", "?g has a value already"),
        ("SELECT * { ?s ex:p ?o }", "ex:p", "the prefix ex: is not declared"),
        ("SELECT * { ?s ?p 'x'^^ex:y }", "ex:y", "the prefix ex: is not declared"),
        ("SELECT * { ?s ?p ?o FILTER(ex:f(?o)) }", "ex:f", "the prefix ex: is not declared"),
        ("SELECT * { VALUES (?a ?b) { (1) } }", "(1)", "names 2 variables, and this row has 1"),
        ("SELECT * { VALUES (?a ?b) { (1 2) (:a 'x'@en 3) } }", "(:a", "this row has 3"),
        ("SELECT * { _:a ?p ?o { _:a ?p ?x } }", "_:a ?p ?x", "use a variable"),
        ("SELECT ?s (COUNT(*) AS ?n) { ?s ?p ?o }", "?s (", "neither in GROUP BY"),
        ("SELECT (COUNT(?s) AS ?n) (?n + 1 AS ?m) { ?s ?p ?o }", "?n + 1", "expression again"),
        ("SELECT (SUM(?o) / ?s AS ?n) { ?s ?p ?o }", "?s AS", "neither in GROUP BY"),
        ("SELECT ?s { ?s ?p ?o } GROUP BY ?p", "?s {", "neither in GROUP BY"),
        ("SELECT * { ?s ?p ?o } GROUP BY ?p", "SELECT", "`*` cannot be asked for"),
        ("SELECT ?s { ?s ?p ?o FILTER(COUNT(?s) > 1) }", "COUNT", "COUNT cannot stand in FILTER"),
        ("SELECT * { ?s ?p ?o FILTER(!foo(?o)) }", "foo", "there is no function foo"),
        ("SELECT (1 AS ?s) { ?s ?p ?o }", "?s)", "?s has a value already"),
        ("SELECT (1 AS ?s) (2 AS ?s) {}", "?s) {}", "?s has a value already"),
    ],
)
async def test_the_mistake_is_named(asked: Asked, query: str, place: str, said: str) -> None:
    response = await asked.get(f"\n{query}")
    assert response.status_code == 400
    problem = response.json()
    assert said in problem["detail"]
    assert f"line 2, column {query.index(place) + 1}:" in problem["detail"]
