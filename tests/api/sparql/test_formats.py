"""Every kind of query, in every format that carries its answer, by every way of asking."""

from __future__ import annotations

import csv
import io
import json
from xml.etree import ElementTree as ET

import httpx
import pytest
from pyoxigraph import (
    Literal,
    NamedNode,
    Quad,
    QueryBoolean,
    QuerySolutions,
    RdfFormat,
    parse,
    parse_query_results,
)

from pledgegraph.media_types import GRAPH_FORMATS, JSON, RESULT_FORMATS, XML, Format

pytestmark = pytest.mark.anyio

BASE = "https://data.example.org"
WATER = NamedNode(f"{BASE}/id/commitment/water")
LABEL = NamedNode("http://www.w3.org/2000/01/rdf-schema#label")
LABELS = {
    Literal('Clean water, "for all"', language="en"),
    Literal("De l'eau <propre> & sûre", language="fr"),
}
SELECT = "SELECT ?label WHERE { <id/commitment/water> " + f"{LABEL} ?label }}"
ASK = f"ASK {{ <id/commitment/water> {LABEL} ?label }}"
CONSTRUCT = f"CONSTRUCT WHERE {{ <id/commitment/water> {LABEL} ?label }}"
DESCRIBE = "DESCRIBE <id/commitment/water>"

WAYS = ["GET", "POST form", "POST query"]


async def ask(
    client: httpx.AsyncClient, way: str, query: str, form: Format, *, by_name: bool
) -> httpx.Response:
    """The answer to a query, asked for in one of the protocol's three ways."""
    headers = {} if by_name else {"Accept": form.media_type}
    named = {"format": form.name} if by_name else {}
    match way:
        case "GET":
            return await client.get("/sparql", params={"query": query, **named}, headers=headers)
        case "POST form":
            return await client.post("/sparql", data={"query": query, **named}, headers=headers)
        case _:
            headers["Content-Type"] = "application/sparql-query; charset=UTF-8"
            return await client.post("/sparql", content=query, params=named, headers=headers)


def check(response: httpx.Response, form: Format) -> None:
    assert response.status_code == 200, response.text
    assert response.headers["content-type"] == form.content_type
    assert "Accept" in response.headers["vary"]
    assert response.headers["pledgegraph-snapshot"] == "1"
    assert response.headers["content-disposition"] == f'inline; filename="answer.{form.extension}"'


@pytest.mark.parametrize("by_name", [True, False])
@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("form", RESULT_FORMATS, ids=lambda f: f.name)
async def test_select(client: httpx.AsyncClient, form: Format, way: str, *, by_name: bool) -> None:
    response = await ask(client, way, SELECT, form, by_name=by_name)
    check(response, form)
    if form.name == "csv":
        rows = list(csv.reader(io.StringIO(response.text)))
        assert rows[0] == ["label"]
        assert {row[0] for row in rows[1:]} == {label.value for label in LABELS}
    else:
        solutions = parse_query_results(response.content, format=form.results)
        assert isinstance(solutions, QuerySolutions)
        assert {solution["label"] for solution in solutions} == LABELS


@pytest.mark.parametrize("by_name", [True, False])
@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("form", RESULT_FORMATS, ids=lambda f: f.name)
async def test_ask(client: httpx.AsyncClient, form: Format, way: str, *, by_name: bool) -> None:
    response = await ask(client, way, ASK, form, by_name=by_name)
    check(response, form)
    if form in (JSON, XML):
        answer = parse_query_results(response.content, format=form.results)
        assert isinstance(answer, QueryBoolean)
        assert bool(answer) is True
    else:
        assert response.text.strip() == "true"


@pytest.mark.parametrize("by_name", [True, False])
@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("query", [CONSTRUCT, DESCRIBE], ids=["construct", "describe"])
@pytest.mark.parametrize("form", GRAPH_FORMATS, ids=lambda f: f.name)
async def test_graphs(
    client: httpx.AsyncClient, query: str, form: Format, way: str, *, by_name: bool
) -> None:
    response = await ask(client, way, query, form, by_name=by_name)
    check(response, form)
    quads = set(parse(response.content, format=form.rdf))
    assert {Quad(WATER, LABEL, label) for label in LABELS} <= quads
    if query is CONSTRUCT:
        assert len(quads) == len(LABELS)


async def test_json_and_xml_are_what_other_parsers_read(client: httpx.AsyncClient) -> None:
    response = await ask(client, "GET", SELECT, JSON, by_name=True)
    bindings = json.loads(response.content)["results"]["bindings"]
    assert {b["label"]["xml:lang"] for b in bindings} == {"en", "fr"}
    response = await ask(client, "GET", SELECT, XML, by_name=True)
    spaces = {"r": "http://www.w3.org/2005/sparql-results#"}
    texts = ET.fromstring(response.content).findall(".//r:literal", spaces)  # noqa: S314 -- our own
    assert {text.text for text in texts} == {label.value for label in LABELS}


async def test_turtle_uses_the_prefixes_that_people_know(client: httpx.AsyncClient) -> None:
    response = await client.get("/sparql", params={"query": DESCRIBE, "format": "turtle"})
    assert "pg:Commitment" in response.text
    assert len(list(parse(response.content, format=RdfFormat.TURTLE))) == 5


@pytest.mark.parametrize("query", [SELECT, ASK, CONSTRUCT, DESCRIBE])
async def test_head_is_get_without_its_body(client: httpx.AsyncClient, query: str) -> None:
    got = await client.get("/sparql", params={"query": query})
    head = await client.head("/sparql", params={"query": query})
    assert head.status_code == 200
    assert head.content == b""
    # The second one comes from memory, where the length is known.
    of_the_moment = ("server-timing", "content-length")
    for each in (head, got):
        for name in of_the_moment:
            each.headers.pop(name, None)
    assert dict(head.headers) == dict(got.headers)


async def test_no_answer_is_an_answer(client: httpx.AsyncClient) -> None:
    nothing = "SELECT ?s WHERE { ?s <http://example.org/nothing> ?o }"
    response = await client.get("/sparql", params={"query": nothing})
    assert response.json() == {"head": {"vars": ["s"]}, "results": {"bindings": []}}
    response = await client.get(
        "/sparql", params={"query": "DESCRIBE <http://example.org/nobody>", "format": "nt"}
    )
    assert (response.status_code, response.content) == (200, b"")


async def test_csv_for_spreadsheets_holds_no_formulas(client: httpx.AsyncClient) -> None:
    query = "SELECT ?x { VALUES ?x { '=1+1' '@x' '-2+3' -2 'plain, or not' } }"
    standard = await client.get("/sparql", params={"query": query, "format": "csv"})
    assert standard.text.splitlines()[1:] == ["=1+1", "@x", "-2+3", "-2", '"plain, or not"']
    safe = await client.get("/sparql", params={"query": query, "format": "csv-safe"})
    assert safe.headers["content-type"] == "text/csv; charset=utf-8"
    assert safe.text.splitlines()[1:] == ["'=1+1", "'@x", "'-2+3", "-2", '"plain, or not"']
    by_type = await client.get("/sparql", params={"query": query}, headers={"Accept": "text/csv"})
    assert by_type.content == standard.content
    graph = await client.get("/sparql", params={"query": DESCRIBE, "format": "csv-safe"})
    assert graph.status_code == 406
