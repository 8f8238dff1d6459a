"""The SPARQL 1.1 Protocol: parameters, datasets, encodings, methods."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from urllib.parse import quote, urlencode

import httpx
import pytest
from fastapi import FastAPI
from pyoxigraph import NamedNode, Quad

from pledgegraph.settings import Settings
from pledgegraph.store.changes import Change
from pledgegraph.store.embedded import EmbeddedEngine
from pledgegraph_api.app.create import create_app

pytestmark = pytest.mark.anyio

ClientOf = Callable[[FastAPI], AbstractAsyncContextManager[httpx.AsyncClient]]

RDF_TYPE = NamedNode("http://www.w3.org/1999/02/22-rdf-syntax-ns#type")
ASK = "ASK {}"
ALLOWED = "GET, HEAD, OPTIONS, POST, QUERY"
ONE = "https://data.example.org/id/source/one"
TWO = "https://data.example.org/id/source/two"
FORM = {"Content-Type": "application/x-www-form-urlencoded"}
QUERY = {"Content-Type": "application/sparql-query"}


def labels(response: httpx.Response) -> set[str]:
    assert response.status_code == 200, response.text
    return {b["label"]["value"] for b in response.json()["results"]["bindings"]}


def names(response: httpx.Response) -> set[str]:
    """The last parts of the IRIs that an answer's ?s stands for."""
    assert response.status_code == 200, response.text
    found = (b["s"]["value"] for b in response.json()["results"]["bindings"])
    return {iri.rpartition("/")[2] for iri in found}


def problem(response: httpx.Response, status: int, name: str) -> dict[str, object]:
    assert response.status_code == status, response.text
    assert response.headers["content-type"] == "application/problem+json"
    document: dict[str, object] = response.json()
    assert document["type"] == f"https://data.example.org/problems/{name}"
    assert document["status"] == status
    return document


COMMITMENTS = "PREFIX pg: <https://w3id.org/pledgegraph/def#> SELECT ?s { ?s a pg:Commitment }"
IN_GRAPHS = (
    "PREFIX pg: <https://w3id.org/pledgegraph/def#> SELECT ?s { GRAPH ?g { ?s a pg:Commitment } }"
)


async def test_the_default_graph_is_the_union_of_all_named_graphs(
    client: httpx.AsyncClient,
) -> None:
    response = await client.get("/sparql", params={"query": COMMITMENTS})
    assert names(response) == {"water", "light"}


@pytest.mark.parametrize("way", ["GET", "form", "query"])
async def test_the_request_may_name_the_dataset(client: httpx.AsyncClient, way: str) -> None:
    async def ask(query: str, dataset: list[tuple[str, str]]) -> set[str]:
        if way == "GET":
            url = "/sparql?" + urlencode([("query", query), *dataset])
            return names(await client.get(url))
        if way == "form":
            body = urlencode([("query", query), *dataset])
            return names(await client.post("/sparql", content=body, headers=FORM))
        url = "/sparql?" + urlencode(dataset)
        return names(await client.post(url, content=query, headers=QUERY))

    assert await ask(COMMITMENTS, [("default-graph-uri", ONE)]) == {"water"}
    both = [("default-graph-uri", ONE), ("default-graph-uri", TWO)]
    assert await ask(COMMITMENTS, both) == {"water", "light"}
    assert await ask(IN_GRAPHS, [("named-graph-uri", TWO)]) == {"light"}
    assert await ask(COMMITMENTS, [("named-graph-uri", TWO)]) == set()
    assert await ask(IN_GRAPHS, [("default-graph-uri", TWO)]) == set()
    # What the request says goes before what the query says (2.1.4).
    said = COMMITMENTS.replace("{", "FROM <id/source/two> {", 1)
    assert await ask(said, []) == {"light"}
    assert await ask(said, [("default-graph-uri", ONE)]) == {"water"}


@pytest.mark.parametrize("name", ["default-graph-uri", "named-graph-uri"])
@pytest.mark.parametrize("value", ["id/source/one", "http://a b", "http://a/<x>"])
async def test_a_graph_that_is_no_iri_is_refused(
    client: httpx.AsyncClient, name: str, value: str
) -> None:
    response = await client.get("/sparql", params={"query": ASK, name: value})
    document = problem(response, 400, "parameter")
    assert name in str(document["detail"])


@pytest.mark.parametrize(
    "address",
    [
        "/sparql?query=",
        "/sparql?query=%20%0A",
        "/sparql?query=&format=turtle",
        "/sparql?default-graph-uri=http://x/g",
        "/sparql?QUERY=ASK%20%7B%7D",
    ],
)
async def test_a_missing_query_is_told_how_to_come(client: httpx.AsyncClient, address: str) -> None:
    document = problem(await client.get(address), 400, "query-missing")
    assert "application/sparql-query" in str(document["remedy"])


async def test_a_form_without_a_query(client: httpx.AsyncClient) -> None:
    problem(await client.post("/sparql", data={"a": "b"}), 400, "query-missing")
    problem(await client.post("/sparql", content=b"", headers=FORM), 400, "query-missing")
    problem(await client.post("/sparql", content=b"", headers=QUERY), 400, "query-missing")


async def test_a_query_that_is_there_twice(client: httpx.AsyncClient) -> None:
    parameters = urlencode([("query", ASK), ("format", "json"), ("query", ASK)])
    problem(await client.get("/sparql?" + parameters), 400, "parameter")
    problem(await client.post("/sparql", content=parameters, headers=FORM), 400, "parameter")


async def test_the_first_format_that_can_carry_the_answer(client: httpx.AsyncClient) -> None:
    names = [("format", "turtle"), ("format", "x,tsv"), ("format", "json")]
    address = "/sparql?" + urlencode([("query", ASK), *names])
    assert (await client.get(address)).headers["content-type"].startswith("text/tab-separated")
    address = "/sparql?" + urlencode([("query", ASK), *names[:1]])
    problem(await client.get(address), 406, "not-acceptable")


async def test_a_thousand_times_the_same_parameter(client: httpx.AsyncClient) -> None:
    many = urlencode([("query", ASK)] * 1001)
    problem(await client.post("/sparql", content=many, headers=FORM), 400, "parameter")
    few = urlencode([("query", ASK)] + [("default-graph-uri", ONE)] * 900)
    assert (await client.post("/sparql", content=few, headers=FORM)).status_code == 200


async def test_address_and_body_are_not_mixed(client: httpx.AsyncClient) -> None:
    for name in ("query", "default-graph-uri", "named-graph-uri"):
        response = await client.post(f"/sparql?{name}={quote(ONE)}", data={"query": ASK})
        problem(response, 400, "parameter")
    response = await client.post("/sparql?query=ASK{}", content=ASK, headers=QUERY)
    problem(response, 400, "parameter")


async def test_an_update_in_a_query_parameter_is_not_run(client: httpx.AsyncClient) -> None:
    update = "DROP ALL"
    problem(await client.get("/sparql", params={"query": update}), 400, "query-syntax")
    for hidden in ({"update": update}, {"query": ASK, "update": update}):
        problem(await client.get("/sparql", params=hidden), 400, "parameter")
        problem(await client.post("/sparql", data=hidden), 400, "parameter")
    response = await client.post(
        "/sparql", content=update, headers={"Content-Type": "application/sparql-update"}
    )
    problem(response, 415, "unsupported-content")
    assert names(await client.get("/sparql", params={"query": COMMITMENTS})) == {"water", "light"}


@pytest.mark.parametrize(
    "headers",
    [
        {"Content-Type": "text/plain"},
        {"Content-Type": "application/json"},
        {"Content-Type": "multipart/form-data; boundary=x"},
        {"Content-Type": ""},
        {"Content-Type": ";;;"},
        {"Content-Type": "application/sparql-query; charset=latin-1"},
        {"Content-Type": 'application/x-www-form-urlencoded; charset="utf-16"'},
        {"Content-Type": "application/sparql-query", "Content-Encoding": "gzip"},
    ],
    ids=str,
)
async def test_bodies_of_other_kinds(client: httpx.AsyncClient, headers: dict[str, str]) -> None:
    response = await client.post("/sparql", content=b"query=ASK{}", headers=headers)
    document = problem(response, 415, "unsupported-content")
    assert "application/sparql-query" in str(document["remedy"])


async def test_a_body_of_no_kind(client: httpx.AsyncClient) -> None:
    problem(await client.post("/sparql?query=ASK{}"), 415, "unsupported-content")


@pytest.mark.parametrize(
    "kind",
    [
        "application/sparql-query;charset=UTF-8",
        'APPLICATION/SPARQL-QUERY; Charset="utf-8"',
        "application/sparql-query ; charset=utf8",
    ],
)
async def test_utf8_may_be_said(client: httpx.AsyncClient, kind: str) -> None:
    response = await client.post("/sparql", content=ASK, headers={"Content-Type": kind})
    assert response.status_code == 200


async def test_bytes_that_are_not_utf8(client: httpx.AsyncClient) -> None:
    latin = 'SELECT ("é" AS ?x) {}'.encode("latin-1")
    problem(await client.post("/sparql", content=latin, headers=QUERY), 400, "encoding")
    body = b"query=" + latin
    problem(await client.post("/sparql", content=body, headers=FORM), 400, "encoding")
    for escaped in ("%E9", "%ED%A0%80", "%FF"):
        response = await client.get(f"/sparql?query=ASK{{}}&x={escaped}")
        problem(response, 400, "encoding")
        response = await client.post("/sparql", content=f"query={escaped}", headers=FORM)
        problem(response, 400, "encoding")


async def test_percent_signs_are_decoded_once(client: httpx.AsyncClient) -> None:
    query = 'SELECT ("100%25 a+b é ضوء 😀 &amp;" AS ?label) {}'
    expected = {"100%25 a+b é ضوء 😀 &amp;"}
    assert labels(await client.get("/sparql", params={"query": query})) == expected
    assert labels(await client.post("/sparql", data={"query": query})) == expected
    by_body = await client.post("/sparql", content=query.encode(), headers=QUERY)
    assert labels(by_body) == expected


async def test_other_parameters_are_left_alone(client: httpx.AsyncClient) -> None:
    extra = {"query": ASK, "output": "json", "results": "json", "results ": "json"}
    assert (await client.get("/sparql", params=extra)).status_code == 200


async def test_the_longest_query(
    settings: Settings, engine: EmbeddedEngine, client_of: ClientOf
) -> None:
    longest = 2_000
    app = create_app(settings.model_copy(update={"max_query_bytes": longest}), engine)
    fits = f"ASK {{}} # {'é' * 995}"
    assert len(fits.encode()) == longest - 1
    async with client_of(app) as client:
        for query, status in ((fits, 200), (fits + "é", 413)):
            for response in (
                await client.get("/sparql", params={"query": query}),
                await client.post("/sparql", data={"query": query}),
                await client.post("/sparql", content=query.encode(), headers=QUERY),
            ):
                assert response.status_code == status
        response = await client.post("/sparql", content=b"x" * 10_000_000, headers=QUERY)
        document = problem(response, 413, "too-large")
        assert "2,000" in str(document["detail"])
        response = await client.post("/sparql", content=b"x=" + b"x" * 10_000_000, headers=FORM)
        problem(response, 413, "too-large")


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH", "BREW"])
async def test_other_methods(client: httpx.AsyncClient, method: str) -> None:
    response = await client.request(method, "/sparql", params={"query": ASK})
    problem(response, 405, "method-not-allowed")
    assert response.headers["allow"] == ALLOWED


async def test_options(client: httpx.AsyncClient) -> None:
    response = await client.options("/sparql")
    assert response.status_code == 204
    assert response.headers["allow"] == ALLOWED
    assert response.headers["accept-query"] == (
        '"application/sparql-query", "application/x-www-form-urlencoded"'
    )


@pytest.mark.parametrize("method", ["GET", "POST", "HEAD", "QUERY"])
async def test_any_page_of_any_site_may_ask(client: httpx.AsyncClient, method: str) -> None:
    response = await client.options(
        "/sparql",
        headers={
            "Origin": "https://elsewhere.example",
            "Access-Control-Request-Method": method,
            "Access-Control-Request-Headers": "accept, content-type",
        },
    )
    assert response.status_code == 200
    assert response.headers["access-control-allow-origin"] == "*"
    assert method in response.headers["access-control-allow-methods"]
    assert "access-control-allow-credentials" not in response.headers


@pytest.mark.parametrize("query", [ASK, "nonsense"])
async def test_cross_origin_answers_can_be_read(client: httpx.AsyncClient, query: str) -> None:
    origin = {"Origin": "https://elsewhere.example"}
    response = await client.get("/sparql", params={"query": query}, headers=origin)
    assert response.headers["access-control-allow-origin"] == "*"
    assert "access-control-allow-credentials" not in response.headers
    assert "Pledgegraph-Snapshot" in response.headers["access-control-expose-headers"]


async def test_a_change_is_seen_by_the_next_query(
    settings: Settings, empty_engine: EmbeddedEngine, client_of: ClientOf
) -> None:
    async with client_of(create_app(settings, empty_engine)) as client:
        response = await client.get("/sparql", params={"query": COMMITMENTS})
        assert (names(response), response.headers["pledgegraph-snapshot"]) == (set(), "0")
        pg = "https://w3id.org/pledgegraph/def#"
        quad = Quad(
            NamedNode("http://x/new"), RDF_TYPE, NamedNode(pg + "Commitment"), NamedNode(ONE)
        )
        empty_engine.update(Change(agent="tests", reason="One more", add=[quad]))
        response = await client.get("/sparql", params={"query": COMMITMENTS})
        assert (names(response), response.headers["pledgegraph-snapshot"]) == ({"new"}, "1")


async def test_nothing_redirects(app: FastAPI, client: httpx.AsyncClient) -> None:
    assert app.router.redirect_slashes is False
    for address in ("/sparql/", "http://testserver//evil.example/sparql", "/docs/", "/health/"):
        response = await client.get(address, headers={"Host": "evil.example"})
        assert response.status_code in (308, 404)
        assert "evil" not in response.text
        # A slash too many leads to the address without it, by its path alone.
        led = {"location": address.rstrip("/")} if response.status_code == 308 else {}
        assert {k: v for k, v in response.headers.items() if k == "location"} == led
