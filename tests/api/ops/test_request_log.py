"""The line that each request gets in the log, and what is never in it."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Iterator
from contextlib import AbstractAsyncContextManager

import httpx
import pytest
from fastapi import FastAPI
from hypothesis import given
from hypothesis import strategies as st

from pledgegraph.settings import Settings
from pledgegraph.store.embedded import EmbeddedEngine
from pledgegraph_api.app.create import create_app
from pledgegraph_api.ops.log_format import FIELDS, JsonLines, TextLines
from tests.api.server.test_serving import Start, ask, start

__all__ = ["start"]

pytestmark = pytest.mark.anyio

ClientOf = Callable[[FastAPI], AbstractAsyncContextManager[httpx.AsyncClient]]
SECRET = "never-to-be-seen"  # noqa: S105 -- it opens nothing
FAKE = "\n2026-01-01T00:00:00.000Z INFO pledgegraph.requests: request status=200"


@pytest.fixture
def records(caplog: pytest.LogCaptureFixture) -> Iterator[Callable[[], list[dict[str, object]]]]:
    """The fields of the requests' lines so far."""
    caplog.set_level(logging.INFO, logger="pledgegraph.requests")
    yield lambda: [
        record.fields  # type: ignore[attr-defined]
        for record in caplog.records
        if record.name == "pledgegraph.requests"
    ]


Records = Callable[[], list[dict[str, object]]]


async def test_what_a_line_tells(client: httpx.AsyncClient, records: Records) -> None:
    answer = await client.get("/sparql", params={"query": "ASK {}"})
    problem = await client.get("/sparql", params={"query": "ASK {"})
    await client.get("/problems/busy")
    first, second, third = records()
    assert first["method"] == "GET"
    assert first["route"] == "/sparql"
    assert first["status"] == 200
    assert first["outcome"] == "ok"
    assert first["bytes"] == len(answer.content)
    assert first["snapshot"] == answer.headers["pledgegraph-snapshot"]
    assert isinstance(first["seconds"], float)
    assert (second["outcome"], second["problem"]) == ("syntax", "query-syntax")
    # The client can name its problem to the operator.
    assert second["instance"] == problem.json()["instance"]
    assert third["route"] == "/problems/{name}"


async def test_nothing_personal_is_logged(
    client: httpx.AsyncClient, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    headers = {
        "Authorization": f"Bearer {SECRET}",
        "X-Forwarded-For": "203.0.113.77",
        "User-Agent": SECRET,
        "Cookie": SECRET,
    }
    for query in (f'SELECT ("{SECRET}" AS ?x) {{}}', f"SELECT {SECRET} {{"):
        await client.get("/sparql", params={"query": query}, headers=headers)
    await client.get(f"/{SECRET}", headers=headers)
    written = "\n".join(
        formatter.format(record)
        for record in caplog.records
        if record.name.startswith("pledgegraph")
        for formatter in (JsonLines(), TextLines())
    )
    assert "pledgegraph.requests" in written
    assert SECRET not in written
    assert "203.0.113.77" not in written
    assert "127.0.0.1" not in written


async def test_queries_are_logged_where_the_operator_wants_it(
    settings: Settings, engine: EmbeddedEngine, client_of: ClientOf, records: Records
) -> None:
    app = create_app(settings.model_copy(update={"log_queries": True}), engine)
    query = "ASK {} #" + FAKE
    async with client_of(app) as client:
        await client.get("/sparql", params={"query": query})
    assert records()[-1]["query"] == query


async def test_requests_need_not_be_logged(
    settings: Settings, engine: EmbeddedEngine, client_of: ClientOf, records: Records
) -> None:
    app = create_app(settings.model_copy(update={"log_requests": False}), engine)
    async with client_of(app) as client:
        await client.get("/sparql", params={"query": "ASK {}"})
    assert records() == []


def record_of(message: str, value: str) -> logging.LogRecord:
    """A record with text of a stranger's everywhere that there can be some."""
    error = ValueError(message)
    record = logging.LogRecord(
        "pledgegraph.x", logging.INFO, "", 1, "%s", (message,), (ValueError, error, None)
    )
    setattr(record, FIELDS, {"query": value})
    return record


@given(st.text(), st.text())
def test_no_text_makes_a_line_of_its_own(message: str, value: str) -> None:
    record = record_of(message + FAKE, value + FAKE)
    head, *further = TextLines().format(record).split("\n")
    assert head.count("pledgegraph.x") == 1
    assert all(line.startswith("    ") for line in further)
    line = JsonLines().format(record)
    assert "\n" not in line
    assert len(line.splitlines()) == 1
    assert json.loads(line)["query"] == value + FAKE
    assert json.loads(line)["message"] == message + FAKE


def test_fields_can_be_told_apart() -> None:
    record = logging.LogRecord("x", logging.INFO, "", 1, "request", (), None)
    setattr(record, FIELDS, {"status": 200, "query": 'a b="c" d=e', "empty": ""})
    assert (
        TextLines().format(record).endswith(r'x: request status=200 query="a b=\"c\" d=e" empty=""')
    )


def test_a_service_writes_json_lines(start: Start) -> None:
    service = start(log_format="json", log_queries=True)
    query = f"SELECT ('''{FAKE}''' AS ?x) {{}}"
    assert ask(service.address(), query).status_code == 200
    service.stop()
    lines = [json.loads(line) for line in service.end().splitlines()]
    (request,) = [line for line in lines if line["logger"] == "pledgegraph.requests"]
    assert request["query"] == query
    assert request["level"] == "info"
    assert request["time"].endswith("Z")
