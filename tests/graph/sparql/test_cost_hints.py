"""Which queries are taken for look-ups."""

from __future__ import annotations

import pytest

from pledgegraph.sparql.cost_hints import looks_light


@pytest.mark.parametrize(
    "query",
    [
        "SELECT ?p ?o { <http://example.org/a> ?p ?o } LIMIT 10",
        "SELECT * WHERE { <id/a> ?p ?o . ?o a ?c }",
        'PREFIX ex: <http://example.org/> SELECT DISTINCT ?o { ex:a ex:b ?o ; ex:c "(x)" }',
        "DESCRIBE <id/commitment/water>",
        "ASK { <id/a> ?p <id/b> } # (but quick)",
        "CONSTRUCT { ?s ?p ?o } WHERE { GRAPH ?g { <id/a> ?p ?o } }",
    ],
)
def test_a_look_up_is_one(query: str) -> None:
    assert looks_light(query)


@pytest.mark.parametrize(
    "query",
    [
        "SELECT * { ?a ?b ?c . ?d ?e ?f }",
        "SELECT (COUNT(*) AS ?n) { <id/a> ?p ?o }",
        "SELECT * { <id/a> <id/p>* ?o }",
        "SELECT * { <id/a> <id/p>/<id/q> ?o }",
        'SELECT * { <id/a> ?p ?o FILTER(REGEX(?o, "a")) }',
        "SELECT * { <id/a> ?p ?o } ORDER BY ?o",
        "SELECT * { VALUES ?x { <id/a> } ?x ?p ?o }",
        "DESCRIBE ?x { ?x ?p ?o }",
        "SELECT * { <id/a> ?p ?o }" + " " * 4000,
        "ASK { ?a ?b ?c # { <id/a> \n }",
    ],
)
def test_what_may_be_more_is_none(query: str) -> None:
    assert not looks_light(query)
