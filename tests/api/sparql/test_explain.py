"""`explain=true`: what a query means and what in it is slow, without running it."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from typing import Any

import httpx
import pytest
from fastapi import FastAPI

from pledgegraph.settings import Settings
from pledgegraph.store.embedded import EmbeddedEngine
from pledgegraph_api.app.create import create_app
from tests.api.outline import Outline, rows_of
from tests.api.sparql.test_protocol import problem

pytestmark = pytest.mark.anyio

ClientOf = Callable[[FastAPI], AbstractAsyncContextManager[httpx.AsyncClient]]

PREFIXES = """PREFIX pg: <https://w3id.org/pledgegraph/def#>
PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#>
"""
BROWSER = {"Accept": "text/html,application/xhtml+xml,*/*;q=0.8"}


async def explained(client: httpx.AsyncClient, query: str, **more: str) -> dict[str, Any]:
    given = {"query": PREFIXES + query, "explain": "true", **more}
    response = await client.get("/sparql", params=given)
    assert response.status_code == 200, response.text
    assert response.headers["content-type"] == "application/json"
    assert response.headers["pledgegraph-snapshot"] == "1"
    document: dict[str, Any] = response.json()
    return document


def shapes(document: dict[str, Any]) -> list[str]:
    """The warnings, but for those of terms that the few data of these tests do not have."""
    found = [each["shape"] for each in document["warnings"]]
    return [each for each in found if each != "absent-term"]


async def test_algebra_and_counts(client: httpx.AsyncClient) -> None:
    query = "SELECT ?s ?l { ?s a pg:Commitment ; rdfs:label ?l ; pg:nothing ?x ; ?p ?o } LIMIT 5"
    document = await explained(client, query)
    names = []
    node = document["algebra"]
    while node:
        names.append(f"{node['name']} {node['text']}".strip())
        node = node["inputs"][0] if node["inputs"] else None
    assert names[:4] == ["SelectQuery", "Slice LIMIT 5", "Project ?s ?l", "BGP"]
    most = {each["pattern"]: each["atMost"] for each in document["patterns"]}
    counted = {}
    for name, pattern in (("l", "rdfs:label ?o"), ("p", "?p ?o"), ("t", "a ?o")):
        count = f"SELECT (COUNT(*) AS ?n) {{ GRAPH ?g {{ ?s {pattern} }} }}"
        answer = await client.get("/sparql", params={"query": PREFIXES + count})
        counted[name] = int(answer.json()["results"]["bindings"][0]["n"]["value"])
    assert most == {
        "?s rdf:type pg:Commitment": counted["t"],
        "?s rdfs:label ?l": counted["l"],
        "?s pg:nothing ?x": 0,
        "?s ?p ?o": counted["p"],
    }
    assert document["dataset"]["statements"] == counted["p"]
    (warning,) = document["warnings"]
    assert warning["shape"] == "absent-term"
    assert warning["detail"].startswith("pg:nothing (line 3, column ")


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("SELECT * { ?a pg:x ?b . ?c pg:y ?d } LIMIT 1", ["cross-product"]),
        ("SELECT * { ?a pg:x ?b . ?b pg:y ?d } LIMIT 1", []),
        ("SELECT * { ?a pg:x ?b OPTIONAL { ?c pg:y ?d } } LIMIT 1", ["cross-product"]),
        ("SELECT * { { ?a pg:x ?b } { ?c pg:y ?d } } LIMIT 1", ["cross-product"]),
        ("SELECT * { ?a pg:x ?b . <x:c> pg:y 1 } LIMIT 1", []),
        ("SELECT * { ?a pg:x+ ?b }", ["unbounded-path"]),
        ("SELECT * { ?a pg:y/pg:x* ?b }", ["unbounded-path"]),
        ("SELECT * { <x:a> pg:x+ ?b }", []),
        ("SELECT * { ?a pg:x? ?b }", []),
        (
            "SELECT * { ?a pg:on ?d FILTER NOT EXISTS { ?b pg:on ?e FILTER (?e > ?d) } }",
            ["correlated-not-exists"],
        ),
        (
            "SELECT * { ?a pg:x ?b { ?c pg:y ?d FILTER NOT EXISTS { ?c pg:z ?b . ?b pg:y ?d } }"
            " ?b pg:v ?d }",
            ["cross-product", "not-exists-of-several"],
        ),
        ("SELECT * { ?a pg:on ?d FILTER NOT EXISTS { ?a pg:x ?b . ?b pg:y ?c } }", []),
        (
            "SELECT * { ?a pg:on ?d FILTER NOT EXISTS { ?a pg:x ?b ; pg:y ?c FILTER (?c > ?d) } }",
            [],
        ),
        ("SELECT * { ?a pg:on ?d FILTER NOT EXISTS { ?a pg:x ?b } }", []),
        ("SELECT * { ?a pg:on ?d MINUS { ?a pg:x ?b . ?b pg:y ?c } }", []),
        ("SELECT * { ?a pg:on ?d } ORDER BY ?d", ["order-without-limit"]),
        ("SELECT * { ?a pg:on ?d } ORDER BY ?d LIMIT 10", []),
        ("SELECT * { ?a ?b ?c }", ["everything"]),
        ("CONSTRUCT WHERE { ?a ?b ?c }", ["everything"]),
        ("ASK { <x:a> ?b ?c }", []),
        ("DESCRIBE <x:a>", []),
    ],
)
async def test_slow_shapes(client: httpx.AsyncClient, query: str, expected: list[str]) -> None:
    document = await explained(client, query)
    assert shapes(document) == expected
    assert all(each["detail"] and each["remedy"] for each in document["warnings"])


async def test_what_is_asked_in_another_way(client: httpx.AsyncClient) -> None:
    query = """SELECT ?u ?s {
      { SELECT ?u (MAX(?d) AS ?last) { ?r pg:reportsOn ?u ; pg:asOf ?d } GROUP BY ?u }
      ?r pg:reportsOn ?u ; pg:asOf ?last ; pg:status ?s
      OPTIONAL { ?c a pg:Commitment . ?u pg:partOf ?c }
      FILTER NOT EXISTS { ?u pg:partOf/pg:inRegister [] } }"""
    document = await explained(client, query)
    told = {each["what"]: each for each in document["rewritten"]}
    assert told["subquery"]["written"] == (
        "LATERAL { ?r pg:reportsOn ?u } LATERAL { ?r pg:asOf ?last } LATERAL { ?r pg:status ?s }"
    )
    assert told["optional"]["written"] == (
        "OPTIONAL { ?u pg:partOf ?c LATERAL { ?c a pg:Commitment } }"
    )
    assert told["exists"]["written"] == (
        "{ ?u pg:partOf ?step_2 LATERAL { ?step_2 pg:inRegister ?step_1 } }"
    )
    assert {name: (each["line"], each["column"]) for name, each in told.items()} == {
        "subquery": (4, 7),
        "optional": (6, 7),
        "exists": (7, 14),
    }
    page = await client.get(
        "/sparql", params={"query": PREFIXES + query, "explain": "true"}, headers=BROWSER
    )
    assert "Line 6, column 7" in page.text
    plain = await explained(client, "SELECT ?s { ?s a pg:Commitment } LIMIT 5")
    assert plain["rewritten"] == []


async def test_a_misspelt_term_is_told_with_what_was_meant(client: httpx.AsyncClient) -> None:
    document = await explained(client, "SELECT ?c { ?c a pg:Comitment ; pg:madeby ?who } LIMIT 1")
    one, two = document["warnings"]
    assert one["shape"] == two["shape"] == "absent-term"
    assert "pg:Comitment (line 3, column 18) does not occur" in one["detail"]
    assert "pg:Commitment" in one["remedy"]
    assert "pg:madeBy" in two["remedy"]
    page = await client.get(
        "/sparql",
        params={"query": f"{PREFIXES}SELECT ?c {{ ?c a pg:Comitment }}", "explain": "true"},
        headers=BROWSER,
    )
    assert "pg:Comitment (line 3, column 18) does not occur" in page.text


@pytest.mark.parametrize(
    ("query", "warned"),
    [
        ("SELECT ?m (MAX(?d) AS ?n) { ?c pg:m ?m OPTIONAL { ?c pg:d ?d } } GROUP BY ?m", "MAX"),
        ("SELECT (SUM(?d) AS ?n) { ?c pg:m ?m OPTIONAL { ?c pg:d ?d } }", "SUM"),
        (
            "SELECT ?m (GROUP_CONCAT(STR(?d)) AS ?n) { ?c pg:m ?m "
            "{ ?c pg:d ?d } UNION { ?c pg:e ?f } } GROUP BY ?m",
            "GROUP_CONCAT",
        ),
        ("SELECT ?m (MIN(?d) AS ?n) { VALUES (?m ?d) { (1 2) (1 UNDEF) } } GROUP BY ?m", "MIN"),
        (
            "SELECT * { { SELECT ?m (AVG(?e) AS ?n) { ?c pg:m ?m OPTIONAL { ?c pg:d ?d } "
            "BIND (?d + 1 AS ?e) } GROUP BY ?m } }",
            "AVG",
        ),
        # Counts and samples take what there is.
        ("SELECT (COUNT(?d) AS ?n) (SAMPLE(?d) AS ?s) { ?c pg:m ?m OPTIONAL { ?c pg:d ?d } }", ""),
        ("SELECT (MAX(COALESCE(?d, 0)) AS ?n) { ?c pg:m ?m OPTIONAL { ?c pg:d ?d } }", ""),
        # All rows of a thing have its optional value, or none has.
        ("SELECT ?c (MIN(?d) AS ?n) { ?c pg:m ?m OPTIONAL { ?c pg:d ?d } } GROUP BY ?c", ""),
        ("SELECT ?m (MAX(?d) AS ?n) { ?c pg:m ?m ; pg:d ?d } GROUP BY ?m", ""),
        (
            "SELECT ?m (MAX(?d) AS ?n) { ?c pg:m ?m OPTIONAL { ?c pg:d ?d } FILTER (?d > 1) } "
            "GROUP BY ?m",
            "",
        ),
        (
            "SELECT ?m (MAX(?d) AS ?n) { ?c pg:m ?m OPTIONAL { ?c pg:d ?d } FILTER BOUND(?d) } "
            "GROUP BY ?m",
            "",
        ),
    ],
)
async def test_aggregates_that_one_row_leaves_without_a_value(
    client: httpx.AsyncClient, query: str, warned: str
) -> None:
    document = await explained(client, query)
    told = [each for each in document["warnings"] if each["shape"] == "aggregate-over-optional"]
    assert len(told) == bool(warned)
    if warned:
        assert told[0]["detail"].startswith(f"{warned} has no value")
        assert "COALESCE" in told[0]["remedy"]


async def test_a_query_is_not_run(
    settings: Settings, engine: EmbeddedEngine, client_of: ClientOf
) -> None:
    endless = "SELECT (COUNT(*) AS ?n) { " + " . ".join(f"?a{n} ?b{n} ?c{n}" for n in range(12))
    async with client_of(create_app(settings, engine)) as client:
        document = await explained(client, endless + " }")
    assert "cross-product" in shapes(document)


async def test_the_dataset_is_told(client: httpx.AsyncClient) -> None:
    graph = "https://data.example.org/id/source/one"
    document = await explained(client, "ASK {}", **{"default-graph-uri": graph})
    assert document["dataset"]["defaultGraphs"] == [graph]
    assert document["dataset"]["namedGraphs"] == []


async def test_what_only_the_engine_reads(client: httpx.AsyncClient) -> None:
    document = await explained(client, "SELECT * { ?a pg:x ?b LATERAL { ?b pg:y ?c } }")
    assert document["algebra"] is None
    assert document["patterns"] == []


async def test_mistakes_are_told_as_ever(client: httpx.AsyncClient) -> None:
    given = {"query": "SELECT * {", "explain": "true"}
    document = problem(await client.get("/sparql", params=given), 400, "query-syntax")
    assert document["line"] == 1
    page = await client.get("/sparql", params=given, headers=BROWSER)
    assert page.status_code == 400
    assert Outline(page.text).text_of("textarea") == ["SELECT * {"]
    given["query"] = "ASK " + "{" * 300 + "}" * 300
    problem(await client.get("/sparql", params=given), 400, "query-refused")


@pytest.mark.parametrize(
    "parameters", [{"explain": "yes"}, {"explain": ""}, {"explain": "true", "format": "csv"}]
)
async def test_parameters(client: httpx.AsyncClient, parameters: dict[str, str]) -> None:
    response = await client.get("/sparql", params={"query": "ASK {}", **parameters})
    problem(response, 400, "parameter")
    twice = await client.get("/sparql?query=ASK{}&explain=true&explain=true")
    problem(twice, 400, "parameter")
    off = await client.get("/sparql", params={"query": "ASK {}", "explain": "false"})
    assert off.json()["boolean"] is True


async def test_a_query_that_takes_too_long_to_read(
    settings: Settings, engine: EmbeddedEngine, client_of: ClientOf
) -> None:
    long = f"SELECT * {{ VALUES ?x {{ {'<x:a> ' * 150_000} }} }}"
    app = create_app(settings.model_copy(update={"query_timeout": 1.5}), engine)
    async with client_of(app) as client:
        response = await client.post("/sparql", data={"query": long, "explain": "true"})
        problem(response, 504, "query-timeout")


async def test_the_page(client: httpx.AsyncClient) -> None:
    query = PREFIXES + 'SELECT * { ?a pg:madeBy ?b . ?c rdfs:label "</code><script>" }'
    given = {"query": query, "explain": "true"}
    response = await client.get("/sparql", params=given, headers=BROWSER)
    assert response.status_code == 200
    outline = Outline(response.text)
    assert "<script" not in response.text
    assert "share no variable" in "".join(outline.text_of("li"))
    assert ["?a pg:madeBy ?b", "2"] in rows_of(response.text)
    links = outline.attribute("a", "href")
    (run,) = [each for each in links if each.endswith("format=html")]
    answered = Outline((await client.get(run)).text)
    (back,) = [each for each in answered.attribute("a", "href") if each.endswith("explain=true")]
    assert (await client.get(back)).json()["patterns"]
