"""What requests that went wrong get: RFC 9457 problem documents, or pages."""

from __future__ import annotations

import inspect
import logging
import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractAsyncContextManager, contextmanager
from typing import Any

import httpx
import pytest
from fastapi import FastAPI

from pledgegraph import errors as graph_errors
from pledgegraph.errors import (
    DirectoryMissing,
    PledgegraphError,
    QuerySyntaxError,
    ReceiptMissing,
    StaleReceipt,
    ValidationFailed,
    WorkbookRefused,
)
from pledgegraph.settings import Settings
from pledgegraph.store.embedded import EmbeddedEngine
from pledgegraph.store.engine import Engine, Snapshot
from pledgegraph.tabular import WorkbookReport
from pledgegraph.validation import ValidationReport
from pledgegraph_api import errors as api_errors
from pledgegraph_api.app.create import create_app
from pledgegraph_api.problems.mapping import PROBLEM_TYPES, problem_of
from pledgegraph_api.problems.other_addresses import NAMES

pytestmark = pytest.mark.anyio

ClientOf = Callable[[FastAPI], AbstractAsyncContextManager[httpx.AsyncClient]]
BROWSER = {"Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"}
BASE = "https://data.example.org"


class Failing:
    """An engine in front of a real one whose snapshots cannot be had."""

    def __init__(self, error: BaseException) -> None:
        self._error = error

    def version(self) -> None:
        """None: there is no snapshot to be named."""

    @contextmanager
    def snapshot(self) -> Iterator[Snapshot]:
        """Raises what it was made with."""
        raise self._error
        yield

    def opened_snapshot(self) -> None:
        """None is open."""


def failing(error: BaseException) -> Engine:
    return Failing(error)  # type: ignore[return-value]


ERRORS = [
    each
    for module in (graph_errors, api_errors)
    for _, each in inspect.getmembers(module, inspect.isclass)
    if issubclass(each, PledgegraphError) and each is not PledgegraphError
]


def sample(kind: type[PledgegraphError]) -> PledgegraphError:
    """An error of that class."""
    if kind is ValidationFailed:
        return ValidationFailed(ValidationReport(()), base=BASE)
    if kind in (ReceiptMissing, StaleReceipt, WorkbookRefused):
        return kind(WorkbookReport("idc", 1, 0))
    more: dict[str, Any] = {}
    parameters = inspect.signature(kind).parameters
    if "file" in parameters:
        more["file"] = "x.ttl"
    if "retry_after" in parameters:
        more["retry_after"] = 1
    if "available" in parameters:
        more["available"] = ()
    return kind("What happened.", **more)


@pytest.mark.parametrize("kind", ERRORS, ids=lambda kind: kind.__name__)
def test_every_error_has_its_problem(kind: type[PledgegraphError]) -> None:
    error = sample(kind)
    problem = problem_of(error)
    if kind not in (api_errors.RequestError,):
        assert problem.type.name != "unexpected"
    assert problem.type.discreet or problem.detail == str(error)
    assert problem.remedy or not kind.remedy


def test_names_of_problems_are_unique() -> None:
    names = [each.name for each in PROBLEM_TYPES]
    assert len(names) == len(set(names))


@pytest.mark.parametrize("kind", PROBLEM_TYPES, ids=lambda kind: kind.name)
async def test_the_type_of_a_problem_leads_to_its_explanation(
    client: httpx.AsyncClient, kind: object
) -> None:
    name, title = kind.name, kind.title  # type: ignore[attr-defined]
    response = await client.get(f"/problems/{name}")
    assert response.status_code == 200
    assert f"<h1>{title}</h1>" in response.text
    assert f'href="/problems/{name}"' in (await client.get("/problems")).text


@pytest.mark.parametrize(
    ("query", "line", "column"),
    [
        ("SELECT * WHERE {", 1, 17),
        ("SELEC", 1, 1),
        ("SELECT *\nWHERE {\n  ?s ?p\n}", 4, 1),
        ("SELECT * WHERE { ?s nope:nope ?o }", 1, 21),
    ],
)
async def test_a_syntax_error_says_where(
    client: httpx.AsyncClient, query: str, line: int, column: int
) -> None:
    for response in (
        await client.get("/sparql", params={"query": query}),
        await client.post("/sparql", data={"query": query}),
        await client.post(
            "/sparql", content=query, headers={"Content-Type": "application/sparql-query"}
        ),
    ):
        assert response.status_code == 400
        assert response.headers["content-type"] == "application/problem+json"
        document = response.json()
        assert document["type"] == f"{BASE}/problems/query-syntax"
        assert document["title"] == "Syntax error in the query"
        assert (document["line"], document["column"]) == (line, column)
        assert document["remedy"]


async def test_a_browser_gets_a_page_about_it(client: httpx.AsyncClient) -> None:
    query = "SELECT <script>alert(1)</script> WHERE {"
    response = await client.get("/sparql", params={"query": query}, headers=BROWSER)
    assert response.status_code == 400
    assert response.headers["content-type"] == "text/html; charset=utf-8"
    assert "Accept" in response.headers["vary"]
    assert "<strong>Syntax error in the query.</strong>" in response.text
    assert "Line 1, column" in response.text
    assert "SELECT &lt;script&gt;alert(1)&lt;/script&gt; WHERE {</textarea>" in response.text
    assert 'href="/problems/query-syntax"' in response.text
    assert "<script>" not in response.text


@pytest.mark.parametrize(
    ("query", "there", "not_there"),
    [
        ("SELECT * {}", "text/csv", "text/turtle"),
        ("ASK {}", "application/sparql-results+xml", "application/trig"),
        ("DESCRIBE <x:y>", "application/ld+json", "text/csv"),
    ],
)
async def test_an_unknown_media_type_gets_the_list(
    client: httpx.AsyncClient, query: str, there: str, not_there: str
) -> None:
    for how in ({"headers": {"Accept": "image/png"}}, {}):
        params = {"query": query} | ({} if how else {"format": "png"})
        response = await client.get("/sparql", params=params, **how)  # type: ignore[arg-type]
        assert response.status_code == 406
        document = response.json()
        assert document["type"] == f"{BASE}/problems/not-acceptable"
        listed = [each["mediaType"] for each in document["available"]]
        assert there in listed
        assert not_there not in listed
        assert there in document["remedy"]
        assert "Accept" in response.headers["vary"]


async def test_a_huge_accept_header(client: httpx.AsyncClient) -> None:
    accept = ", ".join(["text/csv;q=0.1"] * 10_000)
    response = await client.get("/sparql", params={"query": "ASK {}"}, headers={"Accept": accept})
    assert response.status_code == 431
    assert response.json()["type"] == f"{BASE}/problems/header-too-large"


async def test_several_accept_headers_count_as_one(client: httpx.AsyncClient) -> None:
    headers = [("Accept", "text/csv;q=0.1"), ("Accept", "text/tab-separated-values")]
    response = await client.get("/sparql", params={"query": "ASK {}"}, headers=headers)
    assert response.headers["content-type"].startswith("text/tab-separated-values")


@pytest.mark.parametrize(
    "service",
    [
        "SELECT * { SERVICE <http://127.0.0.1:1/> { ?s ?p ?o } }",
        "SELECT * { VALUES ?x { <http://127.0.0.1:1/> } sErViCe SILENT ?x { ?s ?p ?o } }",
    ],
)
async def test_service_is_refused_with_advice(client: httpx.AsyncClient, service: str) -> None:
    response = await client.get("/sparql", params={"query": service})
    assert response.status_code == 400
    assert response.json()["type"] == f"{BASE}/problems/query-refused"
    assert response.json()["remedy"]


async def test_a_deeply_nested_query_is_refused(client: httpx.AsyncClient) -> None:
    query = "ASK " + "{" * 5_000 + "}" * 5_000
    response = await client.post("/sparql", data={"query": query})
    assert (response.status_code, response.json()["status"]) == (400, 400)
    assert (await client.get("/health")).status_code == 200


@pytest.mark.parametrize("address", ["/nothing", "/problems/nothing", "/docs/nothing.js"])
async def test_nothing_there(client: httpx.AsyncClient, address: str) -> None:
    response = await client.get(address)
    assert response.status_code == 404
    assert response.json()["type"] == f"{BASE}/problems/not-found"
    page = await client.get(address, headers=BROWSER)
    assert page.status_code == 404
    assert "<h1>Nothing at this address</h1>" in page.text


@pytest.mark.parametrize(
    "address",
    ["/static/nothing.css", "/static/../application.py", "/static/%2e%2e/application.py"],
)
async def test_only_static_files_are_static(client: httpx.AsyncClient, address: str) -> None:
    assert (await client.get(address)).status_code == 404


@pytest.mark.parametrize("address", ["/", "/health", "/docs", "/static/style.css", "/problems"])
async def test_pages_are_only_read(client: httpx.AsyncClient, address: str) -> None:
    response = await client.post(address)
    assert response.status_code == 405
    assert response.headers["allow"] == "GET, HEAD"
    assert (await client.head(address)).status_code == 200


async def test_an_unexpected_error(
    settings: Settings, client_of: ClientOf, caplog: pytest.LogCaptureFixture
) -> None:
    app = create_app(settings, failing(ZeroDivisionError("at /somewhere/secret/place.py")))
    async with client_of(app) as client:
        for address in ("/", "/sparql?query=ASK{}"):
            caplog.clear()
            response = await client.get(address, headers={"Origin": "https://x.example"})
            assert response.status_code == 500
            assert response.json()["type"] == f"{BASE}/problems/unexpected"
            assert "secret" not in response.text
            assert "Traceback" not in response.text
            assert response.headers["access-control-allow-origin"] == "*"
            assert response.headers["x-content-type-options"] == "nosniff"
            assert "ZeroDivisionError" in caplog.text
            page = await client.get(address, headers=BROWSER)
            assert (page.status_code, "secret" in page.text) == (500, False)


async def test_a_store_that_cannot_be_opened(
    settings: Settings, client_of: ClientOf, caplog: pytest.LogCaptureFixture
) -> None:
    app = create_app(settings, failing(DirectoryMissing("There is none at /somewhere/secret.")))
    async with client_of(app) as client:
        health = await client.get("/health")
        assert health.status_code == 503
        assert health.json()["status"] == "unavailable"
        assert health.json()["snapshot"] is None
        for address in ("/", "/sparql?query=ASK{}"):
            response = await client.get(address)
            assert response.status_code == 503
            assert response.json()["type"] == f"{BASE}/problems/store-unavailable"
            assert "secret" not in response.text
    assert "/somewhere/secret" in caplog.text


async def test_no_process_to_be_had(
    settings: Settings, engine: EmbeddedEngine, client_of: ClientOf, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = create_app(settings, engine)
    async with client_of(app) as client:
        with monkeypatch.context() as patch:
            patch.setattr(sys, "executable", "/nothing/python")
            response = await client.get("/sparql", params={"query": "ASK {}"})
            assert response.status_code == 503
            assert int(response.headers["retry-after"]) > 0
            assert response.json()["type"] == f"{BASE}/problems/worker-lost"
        assert app.state.runner.running == 0
        assert (await client.get("/sparql", params={"query": "ASK {}"})).status_code == 200


async def test_a_syntax_error_whose_place_is_not_known(
    settings: Settings, client_of: ClientOf
) -> None:
    app = create_app(settings, failing(QuerySyntaxError("No SPARQL.")))
    async with client_of(app) as client:
        response = await client.get("/sparql", params={"query": "x"})
        assert response.status_code == 400
        assert "line" not in response.json()
        page = await client.get("/sparql", params={"query": "x"}, headers=BROWSER)
        assert "No SPARQL." in page.text


async def test_queries_are_not_logged(
    client: httpx.AsyncClient, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG, logger="pledgegraph")
    for query in ('SELECT ("my-secret" AS ?x) {}', "SELECT my-secret {"):
        await client.get("/sparql", params={"query": query})
    assert "my-secret" not in "\n".join(
        record.getMessage() for record in caplog.records if record.name.startswith("pledgegraph")
    )


@pytest.mark.parametrize(
    ("asked", "meant"),
    [
        ("/about", "/guide"),
        ("/download?lang=fr", "/dumps/?lang=fr"),
        ("/Commitments/", "/commitments"),
        ("/register", "/registers"),
        ("/fr", "/?lang=fr"),
    ],
)
async def test_an_address_that_can_mean_one_thing_only_leads_there(
    client: httpx.AsyncClient, asked: str, meant: str
) -> None:
    response = await client.get(asked)
    assert response.status_code == 308
    assert response.headers["location"] == meant
    there = await client.get(meant)
    assert there.status_code == 200
    assert (await client.post(asked)).status_code == 404


async def test_of_an_address_that_looks_like_another_that_is_told(
    client: httpx.AsyncClient,
) -> None:
    told = (await client.get("/comitments")).json()
    assert told["near"] == ["/commitments"]
    assert "Did you mean /commitments?" in told["remedy"]
    page = await client.get("/comitments", headers={"accept": "text/html"})
    assert page.status_code == 404
    assert '<a href="/commitments" dir="ltr">' in page.text
    assert "near" not in (await client.get("/zzzzzzzz")).json()


async def test_all_that_is_led_on_to_is_there(client: httpx.AsyncClient) -> None:
    for way in NAMES:
        response = await client.get(way, headers={"accept": "text/html"})
        assert response.status_code in (200, 303), way
