"""The QUERY method, and texts of queries that editors and careless clients send."""

from __future__ import annotations

from urllib.parse import urlencode
from xml.etree import ElementTree as ET

import httpx
import pytest

pytestmark = pytest.mark.anyio

QUERY = {"Content-Type": "application/sparql-query"}
FORM = {"Content-Type": "application/x-www-form-urlencoded"}
BROWSER = {"Accept": "text/html,application/xhtml+xml,*/*;q=0.8"}
ONE = "https://data.example.org/id/source/one"


def values(response: httpx.Response) -> list[str]:
    assert response.status_code == 200, response.text
    return [
        each["value"] for row in response.json()["results"]["bindings"] for each in row.values()
    ]


@pytest.mark.parametrize("method", ["QUERY", "POST"])
async def test_a_body_that_is_a_query(client: httpx.AsyncClient, method: str) -> None:
    query = "SELECT (COUNT(*) AS ?n) { ?s ?p ?o }"
    everything = values(await client.request(method, "/sparql", content=query, headers=QUERY))
    one = await client.request(
        method, "/sparql", params={"default-graph-uri": ONE}, content=query, headers=QUERY
    )
    assert 0 < int(values(one)[0]) < int(everything[0])
    by_name = await client.request(
        method, "/sparql?format=csv", content=query.encode(), headers=QUERY
    )
    assert by_name.text == f"n\r\n{everything[0]}\r\n"


async def test_a_form_by_query(client: httpx.AsyncClient) -> None:
    form = urlencode({"query": "SELECT (1 AS ?x) {}", "format": "tsv"})
    response = await client.request("QUERY", "/sparql", content=form, headers=FORM)
    assert response.text == "?x\n1\n"


async def test_a_query_request_needs_a_body_of_a_kind(client: httpx.AsyncClient) -> None:
    response = await client.request("QUERY", "/sparql?query=ASK{}")
    assert response.status_code == 415
    response = await client.request(
        "QUERY", "/sparql", content="{}", headers={"Content-Type": "a/b"}
    )
    assert response.status_code == 415
    response = await client.request("QUERY", "/sparql", content="", headers=QUERY)
    assert response.json()["type"].endswith("/problems/query-missing")
    response = await client.request("QUERY", "/sparql?query=ASK{}", content="ASK {}", headers=QUERY)
    assert response.json()["type"].endswith("/problems/parameter")
    update = {"Content-Type": "application/sparql-update"}
    response = await client.request("QUERY", "/sparql", content="DROP ALL", headers=update)
    assert response.status_code == 415


async def test_a_query_request_gets_no_form(client: httpx.AsyncClient) -> None:
    response = await client.request("QUERY", "/sparql", headers=QUERY | BROWSER)
    assert response.status_code == 400


async def test_a_byte_order_mark_is_no_part_of_the_query(client: httpx.AsyncClient) -> None:
    marked = "\ufeffSELECT (1 AS ?x) {}"
    assert values(await client.get("/sparql", params={"query": marked})) == ["1"]
    response = await client.post("/sparql", content=marked.encode(), headers=QUERY)
    assert values(response) == ["1"]
    only = await client.post("/sparql", content=b"\xef\xbb\xbf", headers=QUERY)
    assert only.json()["type"].endswith("/problems/query-missing")


@pytest.mark.parametrize("end", ["\r", "\n", "\r\n"])
async def test_line_ends_of_any_kind(client: httpx.AsyncClient, end: str) -> None:
    query = f"SELECT ?x # ?y{end}{{ BIND ('''a{end}b''' AS ?x) }}{end}"
    response = await client.post("/sparql", content=query.encode(), headers=QUERY)
    assert values(response) == [f"a{end}b"]


async def test_codepoint_escapes(client: httpx.AsyncClient) -> None:
    query = r"""PREFIX \u03B4: <http://ex\u00E4mple/>
        SELECT * { VALUES (?\u03B2 ?a) { (\u03B4:\u0061 "\u0022\U0001F600") } }"""
    response = await client.get("/sparql", params={"query": query})
    assert response.json()["head"]["vars"] == ["β", "a"]
    assert values(response) == ["http://exämple/a", '"😀']


async def test_characters_that_xml_cannot_hold(client: httpx.AsyncClient) -> None:
    query = r'SELECT ?x { VALUES ?x { "a\u0000\u0001\uFFFF\u001Fb\tc é" } }'
    as_json = await client.get("/sparql", params={"query": query})
    assert values(as_json) == ["a\x00\x01\uffff\x1fb\tc é"]
    as_xml = await client.get("/sparql", params={"query": query, "format": "xml"})
    texts = [each.text for each in ET.fromstring(as_xml.content).iter() if each.text]  # noqa: S314 -- our own
    assert texts == ["a\ufffd\ufffd\ufffd\ufffdb\tc é"]
    query = r'CONSTRUCT { <x:a> <x:b> "a\u0000\uFFFEb" } {}'
    as_rdf = await client.get("/sparql", params={"query": query, "format": "rdfxml"})
    assert "a\ufffd\ufffdb" in [each.text for each in ET.fromstring(as_rdf.content).iter()]  # noqa: S314 -- our own


@pytest.mark.parametrize("name", ["json", "xml", "csv", "tsv"])
async def test_columns_stand_in_the_order_of_the_query(
    client: httpx.AsyncClient, name: str
) -> None:
    query = "SELECT * { VALUES (?zeta ?beta ?alpha) { (1 2 3) } }"
    text = (await client.get("/sparql", params={"query": query, "format": name})).text
    head = text.partition("results>" if name == "xml" else "\n" if name != "json" else "]")[0]
    assert sorted(["zeta", "beta", "alpha"], key=head.index) == ["zeta", "beta", "alpha"]


async def test_a_raw_null_and_half_a_surrogate_pair(client: httpx.AsyncClient) -> None:
    response = await client.post("/sparql", content=b"ASK {} \x00", headers=QUERY)
    assert response.json()["type"].endswith("/problems/query-syntax")
    response = await client.post("/sparql", content=rb"SELECT ('\uD83D' AS ?x) {}", headers=QUERY)
    assert response.json()["type"].endswith("/problems/query-syntax")
    response = await client.post("/sparql", content=b"ASK {} # \xed\xa0\xbd", headers=QUERY)
    assert response.json()["type"].endswith("/problems/encoding")
