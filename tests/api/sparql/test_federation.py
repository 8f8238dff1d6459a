"""SERVICE: only what the operator allows, only as it stands, and within limits (threat 15)."""

from __future__ import annotations

import json
import threading
from collections.abc import AsyncIterator, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs

import httpx
import pytest

from pledgegraph.settings import Settings
from pledgegraph.store.embedded import EmbeddedEngine
from pledgegraph_api.app.create import create_app
from tests.api.conftest import client_of
from tests.api.server.test_serving import BASE
from tests.api.sparql.test_protocol import problem
from tests.running_service import Service

pytestmark = pytest.mark.anyio

WITHIN = 20.0
"""Seconds that the other endpoint is waited for, which answers at once."""


class Elsewhere:
    """Another endpoint, which answers what a test wants."""

    def __init__(self) -> None:
        self.forget()
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                length = int(self.headers["content-length"])
                outer.asked.append(parse_qs(self.rfile.read(length).decode())["query"][0])
                outer.answers.wait(WITHIN)
                self.send_response(outer.status)
                for name, value in outer.headers.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(outer.body)))
                self.end_headers()
                self.wfile.write(outer.body)

            def do_GET(self) -> None:
                outer.asked.append(f"GET {self.path}")
                self.send_response(200)
                self.end_headers()

            def log_message(self, *_: Any) -> None:
                """Not to the tests' output."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.address = f"http://127.0.0.1:{self.server.server_address[1]}/sparql"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def forget(self) -> None:
        """Answer at once, with nothing, as if nobody had asked before."""
        self.asked: list[str] = []
        self.status = 200
        self.headers: dict[str, str] = {}
        self.body: bytes = b""
        self.answers = threading.Event()
        self.answers.set()

    def says(self, names: list[str], rows: list[dict[str, dict[str, str]]]) -> None:
        document = {"head": {"vars": names}, "results": {"bindings": rows}}
        self.body = json.dumps(document).encode()


@pytest.fixture(scope="module")
def server() -> Iterator[Elsewhere]:
    """Another endpoint, for all tests."""
    made = Elsewhere()
    yield made
    made.server.shutdown()
    made.server.server_close()


@pytest.fixture
def elsewhere(server: Elsewhere) -> Elsewhere:
    """That endpoint, which nobody has asked yet."""
    server.forget()
    return server


@pytest.fixture(scope="module")
async def allowing(
    settings: Settings, engine: EmbeddedEngine, server: Elsewhere, anyio_backend: str
) -> AsyncIterator[httpx.AsyncClient]:
    """A client of a service that may ask the other endpoint."""
    assert anyio_backend == "asyncio"
    async with client_of(create_app(allowed(settings, server), engine)) as client:
        yield client


def allowed(settings: Settings, elsewhere: Elsewhere, seconds: float = WITHIN) -> Settings:
    """Settings that let the other endpoint be asked, and wait so long for it."""
    limits = {"service_rows": 20, "service_bytes": 20_000, "service_timeout": seconds}
    return settings.model_copy(
        update={"service_allow": f"{elsewhere.address} http://127.0.0.1:1/", **limits}
    )


async def rows(client: httpx.AsyncClient, query: str) -> list[dict[str, str]]:
    response = await client.get("/sparql", params={"query": query})
    assert response.status_code == 200, response.text
    assert "etag" not in response.headers
    found = response.json()["results"]["bindings"]
    return [{name: term["value"] for name, term in row.items()} for row in found]


def literal(text: str, **more: str) -> dict[str, str]:
    return {"type": "literal", "value": text, **more}


async def test_solutions_are_joined(allowing: httpx.AsyncClient, elsewhere: Elsewhere) -> None:
    water = f"{BASE}/id/commitment/water"
    nasty = 'a "quoted" \\ } text\n# with <all> of it ?x'
    elsewhere.says(
        ["s", "note", "extra"],
        [
            {"s": {"type": "uri", "value": water}, "note": literal(nasty)},
            {"s": {"type": "uri", "value": "x:other"}, "note": literal("no")},
            {"note": literal("où", **{"xml:lang": "fr"})},
        ],
    )
    query = f"""PREFIX pg: <https://w3id.org/pledgegraph/def#>
        SELECT ?s ?note (LANG(?note) AS ?lang) {{
          ?s a pg:Commitment
          SERVICE <{elsewhere.address}> {{ ?s pg:note ?note . FILTER (?note != "}}") # }}
          }}
        }} ORDER BY ?s ?note"""
    found = await rows(allowing, query)
    assert {(row["s"].rpartition("/")[2], row["note"], row["lang"]) for row in found} == {
        ("water", nasty, ""),
        ("water", "où", "fr"),
        ("light", "où", "fr"),
    }
    (asked,) = elsewhere.asked
    assert asked.startswith(f"BASE <{BASE}/>\nPREFIX pg: <https://w3id.org/pledgegraph/def#>")
    assert asked.rstrip().endswith('FILTER (?note != "}") # }\n          }')
    # It is asked anew every time.
    await rows(allowing, query)
    assert len(elsewhere.asked) == 2


async def test_numbers_and_blank_nodes(allowing: httpx.AsyncClient, elsewhere: Elsewhere) -> None:
    integer = "http://www.w3.org/2001/XMLSchema#integer"
    blank = {"type": "bnode", "value": "b0"}
    elsewhere.says(["a", "n"], [{"a": blank, "n": literal("7", datatype=integer)}, {"a": blank}])
    query = f"SELECT ?a ?n (?n + 1 AS ?m) {{ SERVICE <{elsewhere.address}> {{ ?a <x:n> ?n }} }}"
    first, second = sorted(await rows(allowing, query), key=len, reverse=True)
    assert (first["n"], first["m"]) == ("7", "8")
    assert first["a"] == second["a"]
    assert first["a"].startswith(f"{BASE}/.well-known/genid/service-")


async def test_a_group_without_variables(allowing: httpx.AsyncClient, elsewhere: Elsewhere) -> None:
    query = f"SELECT (COUNT(*) AS ?n) {{ SERVICE <{elsewhere.address}> {{ <x:a> <x:b> 1 }} }}"
    elsewhere.says([], [{}])
    assert await rows(allowing, query) == [{"n": "1"}]
    elsewhere.says([], [])
    assert await rows(allowing, query) == [{"n": "0"}]


@pytest.mark.parametrize(
    "wrong",
    [
        {"status": 302, "headers": {"Location": "{address}"}},
        {"status": 500},
        {"body": b"no JSON"},
        {"body": b'{"head":{},"boolean":true}'},
        {"body": b"x" * 30_000},
        {"headers": {"Content-Encoding": "gzip"}},
        {"rows": 21},
        {"iri": "x:a> } SERVICE <http://127.0.0.1:1/> { <x:b"},
    ],
    ids=str,
)
async def test_what_is_no_answer(
    allowing: httpx.AsyncClient, elsewhere: Elsewhere, wrong: dict[str, Any]
) -> None:
    iri = {"type": "uri", "value": wrong.pop("iri", "x:a")}
    elsewhere.says(["s"], [{"s": iri}] * wrong.pop("rows", 1))
    for name, value in wrong.items():
        setattr(elsewhere, name, value)
    if "Location" in elsewhere.headers:
        elsewhere.headers = {"Location": elsewhere.address + "?redirected"}
    clause = f"<{elsewhere.address}> {{ ?s <x:p> ?o }}"
    response = await allowing.get("/sparql", params={"query": f"SELECT * {{ SERVICE {clause} }}"})
    problem(response, 502, "service-failed")
    # A clause that may fail joins as one solution that binds nothing.
    silent = f"SELECT * {{ VALUES ?x {{ 1 }} sErViCe  SILENT {clause} }}"
    assert await rows(allowing, silent) == [{"x": "1"}]
    assert len(elsewhere.asked) == 2


async def test_an_answer_that_does_not_come(
    settings: Settings, engine: EmbeddedEngine, elsewhere: Elsewhere
) -> None:
    elsewhere.says(["s"], [{"s": literal("x")}])
    elsewhere.answers.clear()
    clause = f"<{elsewhere.address}> {{ ?s <x:p> ?o }}"
    try:
        async with client_of(create_app(allowed(settings, elsewhere, 0.5), engine)) as client:
            query = f"SELECT * {{ SERVICE {clause} }}"
            response = await client.get("/sparql", params={"query": query})
            document = problem(response, 502, "service-failed")
            assert "within 0.5 seconds" in str(document["detail"])
            silent = f"SELECT * {{ VALUES ?x {{ 1 }} SERVICE SILENT {clause} }}"
            assert await rows(client, silent) == [{"x": "1"}]
    finally:
        elsewhere.answers.set()


@pytest.mark.parametrize(
    "clause",
    [
        "SERVICE <http://127.0.0.1:{port}/other> {{}}",
        "SERVICE <http://localhost:{port}/sparql> {{}}",
        "SERVICE <http://[::1]:{port}/sparql> {{}}",
        "SERVICE <http://2130706433:{port}/sparql> {{}}",
        "SERVICE <http://169.254.169.254/latest/meta-data/> {{}}",
        "sErViCe SILENT <http://127.0.0.1:{port}/> {{}}",
        "SERVICE <{address}?x> {{}}",
        "VALUES ?g {{ <{address}> }} SERVICE ?g {{}}",
        "SERVICE <{address}> {{ SERVICE <{address}> {{}} }}",
        "FILTER EXISTS {{ SERVICE <{address}> {{}} }}",
        "FILTER NOT EXISTS {{ {{ SERVICE SILENT <{address}> {{}} }} }}",
        r"SERVICE <\u0068ttp://127.0.0.1:{port}/sparql> {{}}",
        "SERVICE <{address}> {{}} SERVICE <http://127.0.0.1:{port}/other> {{}}",
    ],
)
async def test_what_is_refused(
    allowing: httpx.AsyncClient, elsewhere: Elsewhere, clause: str
) -> None:
    port = elsewhere.server.server_address[1]
    written = clause.format(address=elsewhere.address, port=port)
    response = await allowing.get("/sparql", params={"query": f"SELECT * {{ {written} }}"})
    assert response.status_code == 400, response.text
    assert elsewhere.asked == []


async def test_nothing_is_asked_where_nothing_is_allowed(
    client: httpx.AsyncClient, elsewhere: Elsewhere
) -> None:
    query = f"SELECT * {{ SERVICE SILENT <{elsewhere.address}> {{}} }}"
    document = problem(await client.get("/sparql", params={"query": query}), 400, "query-refused")
    assert "VALUES" in str(document["remedy"])
    assert elsewhere.asked == []


async def test_proxies_of_the_environment_are_not_used(
    allowing: httpx.AsyncClient, elsewhere: Elsewhere, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:1")
    monkeypatch.setenv("ALL_PROXY", "http://127.0.0.1:1")
    elsewhere.says(["s"], [{"s": literal("x")}])
    query = f"SELECT * {{ SERVICE <{elsewhere.address}> {{ ?s <x:p> ?o }} }}"
    assert await rows(allowing, query) == [{"s": "x"}]


async def test_an_endpoint_that_is_not_there(allowing: httpx.AsyncClient) -> None:
    query = "SELECT * { SERVICE <http://127.0.0.1:1/> { ?s ?p ?o } }"
    problem(await allowing.get("/sparql", params={"query": query}), 502, "service-failed")


async def test_too_many_at_once(allowing: httpx.AsyncClient, elsewhere: Elsewhere) -> None:
    query = f"SELECT * {{ {f'SERVICE <{elsewhere.address}> {{}} ' * 6} }}"
    problem(await allowing.get("/sparql", params={"query": query}), 400, "query-refused")
    assert elsewhere.asked == []


async def test_the_description_says_so(allowing: httpx.AsyncClient) -> None:
    assert "sd:BasicFederatedQuery" in (await allowing.get("/sparql?format=turtle")).text


def test_one_service_asks_another(engine: EmbeddedEngine) -> None:
    other = Service(data_dir=engine.directory.path, base=BASE, port=0)
    try:
        address = other.address() + "sparql"
        asking = Service(data_dir=engine.directory.path, base=BASE, port=0, service_allow=address)
        try:
            query = f"""SELECT (COUNT(*) AS ?n) {{
                SERVICE <{address}> {{ ?s ?p ?o }} FILTER EXISTS {{ ?s ?p ?o }} }}"""
            found = httpx.get(asking.address() + "sparql", params={"query": query}, timeout=20)
            count = "SELECT (COUNT(*) AS ?n) { ?s ?p ?o }"
            expected = httpx.get(address, params={"query": count}, timeout=20)
            assert found.json() == expected.json()
        finally:
            asking.end()
    finally:
        other.end()
