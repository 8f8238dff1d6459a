"""What stands in GRAPH is evaluated as the standard says, whatever the engine makes of it.

See SPARQL 1.1 Query, section 18.6, and docs/decisions/0013-engine-faults.md.
"""

from __future__ import annotations

import pytest

from tests.api.sparql.conftest import Asked

pytestmark = pytest.mark.anyio


@pytest.mark.parametrize(
    ("query", "rows"),
    [
        (
            "SELECT ?g ?n { GRAPH ?g { { SELECT (COUNT(*) AS ?n) { ?s ?p ?o } } } }",
            [":g1 3", ":g2 4", ":g3 2"],
        ),
        (
            "SELECT * { GRAPH ?g { { SELECT (COUNT(*) AS ?n) { ?s :in ?o } } } }",
            [":g1 1", ":g2 1", ":g3 0"],
        ),
        (
            "SELECT ?g ?m { GRAPH ?g { { SELECT (MAX(?o) AS ?m) { ?s :p ?o "
            "FILTER(isNumeric(?o)) } } } }",
            [":g1 1", ":g2 2", ":g3 3"],
        ),
        (
            "SELECT * { GRAPH ?g { { SELECT (COUNT(*) AS ?n) { _:k :in ?o } } } }",
            [":g1 1", ":g2 1", ":g3 0"],
        ),
        ("SELECT ?g { GRAPH ?g { _:k :p 3 { SELECT ?x { _:l :p ?x } LIMIT 1 } } }", [":g3"]),
        ("SELECT ?x { VALUES ?x { :x } FILTER EXISTS { GRAPH :none { ?x :p* ?b } } }", []),
        ("SELECT ?x { VALUES ?x { :x } FILTER EXISTS { GRAPH :none { :x :p? ?b } } }", []),
        ("SELECT ?x { VALUES ?x { :x } FILTER EXISTS { GRAPH :g3 { ?x :p* ?b } } }", [":x"]),
        (
            "SELECT ?g { VALUES ?g { :none :g3 } FILTER EXISTS { GRAPH ?g { :x :p* ?b } } }",
            [":g3"],
        ),
        ("SELECT ?g ?x { GRAPH ?g { VALUES ?x { 1 } } }", [":g1 1", ":g2 1", ":g3 1"]),
        ("SELECT ?g ?x { GRAPH ?g { VALUES ?x { 1 } ?s :p 3 } }", [":g3 1"]),
        (
            "SELECT ?g ?h { GRAPH ?g { GRAPH ?h { ?s :p 3 } } }",
            [":g1 :g3", ":g2 :g3", ":g3 :g3"],
        ),
        ("SELECT ?g { GRAPH ?g { GRAPH :g2 { ?s :p 2 } } }", [":g1", ":g2", ":g3"]),
        ("SELECT ?g { GRAPH ?g { ?s :p 1 MINUS { ?x :in ?z } } }", [":g1", ":g2", ":g3"]),
        (
            "SELECT ?g ?n { GRAPH ?g { { SELECT (COUNT(*) AS ?n) { ?s ?p ?o } } } "
            "FILTER(?g != :g2) }",
            [":g1 3", ":g3 2"],
        ),
        ("SELECT ?g ?k { GRAPH ?g { VALUES ?k { :g1 } } FILTER(?g = ?k) }", [":g1 :g1"]),
        ("SELECT ?g { GRAPH ?g { ?g ?p ?o FILTER(BOUND(?g)) } }", []),
        ("SELECT ?g { GRAPH ?g { ?s :p 3 OPTIONAL { ?g :p 1 } } }", []),
        ("SELECT ?g { GRAPH ?g { ?s :p 3 OPTIONAL { ?s :p 3 } } }", [":g3"]),
        ("SELECT ?g { GRAPH ?g { ?s :p 3 MINUS { ?g :p 1 } } }", [":g3"]),
        (
            "SELECT ?g ?n FROM NAMED :g1 FROM NAMED :none { GRAPH ?g { "
            "{ SELECT (COUNT(*) AS ?n) { ?s ?p ?o } } } }",
            [":g1 3", ":none 0"],
        ),
        (
            "SELECT ?g ?s { GRAPH ?g { { SELECT ?s { ?s :p ?o } ORDER BY ?s LIMIT 1 } } }",
            [":g1 :s", ":g2 :o", ":g3 :s"],
        ),
        (
            "SELECT ?g { GRAPH ?g { ?s :p 1 FILTER EXISTS { { SELECT ?x { ?x :in 'g1' } } } } }",
            [":g1"],
        ),
        (
            "SELECT ?g ?h ?n { GRAPH ?g { GRAPH ?h { { SELECT (COUNT(*) AS ?n) { ?s :p 2 } } } } "
            "FILTER(?g = :g1) }",
            [":g1 :g1 0", ":g1 :g2 1", ":g1 :g3 0"],
        ),
        ("SELECT ?g { GRAPH ?g { ?s :p ?o BIND(:g2 AS ?g) } FILTER(?o = 1) }", [":g2"]),
        ("SELECT ?g { GRAPH ?g { ?s :p 3 { BIND(:g3 AS ?g) } } }", [":g3"]),
        ("SELECT ?g { GRAPH ?g { ?g :p* :none } }", []),
        ("SELECT ?g { GRAPH ?g { GRAPH :g2 { ?g :p* :g1 } } }", [":g1"]),
        ("SELECT ?g { GRAPH ?g { { ?s :in ?g } UNION { ?s :p 3 } FILTER(!BOUND(?g)) } }", [":g3"]),
        ("SELECT ?g { GRAPH ?g { ?s :p 3 OPTIONAL { OPTIONAL { ?x :q ?s } ?s :q ?x } } }", [":g3"]),
    ],
)
async def test_what_stands_in_graph_is_evaluated_in_each_graph(
    asked: Asked, query: str, rows: list[str]
) -> None:
    assert [" ".join(row) for row in await asked.rows(query)] == rows


@pytest.mark.parametrize(
    "pattern",
    [
        "VALUES ?k { :g1 } FILTER(?g = ?k)",
        "?s :in ?k FILTER(STR(?g) = 'x')",
        "?s :in ?k BIND(?g AS ?h) ?g :in ?h",
        "?g :in ?k { FILTER(BOUND(?g)) }",
        "?s :in ?k OPTIONAL { ?s :p ?o FILTER(?g = :g1) }",
        "{ ?s :in ?k } UNION { ?s :p ?k FILTER EXISTS { ?g :p ?k } }",
    ],
)
async def test_the_variable_of_a_graph_has_no_value_in_it_yet(asked: Asked, pattern: str) -> None:
    response = await asked.get(f"SELECT * {{ GRAPH ?g {{ {pattern} }} }}")
    assert response.status_code == 400
    assert "behind the braces of GRAPH" in response.text


@pytest.mark.parametrize(
    ("pattern", "clauses"),
    [
        ("GRAPH :none {}", ""),
        ("GRAPH :none { VALUES ?x { 1 } }", ""),
        ("GRAPH :none { { SELECT (COUNT(*) AS ?n) { ?s ?p ?o } } }", ""),
        ("GRAPH :none { GRAPH :g1 { ?s ?p ?o } }", ""),
        ("GRAPH :none { {} UNION { VALUES ?x { 1 } } }", ""),
        ("GRAPH <http://ex.test/\\u006eone> { VALUES ?x { 1 } }", ""),
        ("GRAPH :g1 { VALUES ?x { 1 } }", "FROM :g1"),
        ("GRAPH :g1 { VALUES ?x { 1 } }", "FROM NAMED :g2"),
    ],
)
async def test_nothing_is_in_a_graph_that_there_is_not(
    asked: Asked, pattern: str, clauses: str
) -> None:
    assert not await asked.ask(f"ASK {clauses} {{ {pattern} }}")
    there = pattern.replace(":none", ":g2").replace("\\u006eone", "g2")
    clauses = clauses.replace("FROM :g1", "FROM NAMED :g1").replace("NAMED :g2", "NAMED :g1")
    assert await asked.ask(f"ASK {clauses} {{ {there} }}")
