"""Assistants ask by the official client of their protocol, over HTTP and over stdio."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

import httpx
import pytest
from mcp import Client, MCPError, StdioServerParameters
from mcp.client.stdio import stdio_client
from mcp_types import CallToolResult, TextContent

from pledgegraph.catalogue import catalogue
from tests.running_service import PROGRAM, RunningService, environment_of, running_service
from tests.shipped_store import copy_shipped

pytestmark = pytest.mark.anyio

BASE = "http://localhost:8000"
CROSS = "SELECT (COUNT(*) AS ?n) { " + " . ".join(f"?a{n} ?b{n} ?c{n}" for n in range(9)) + " }"
HEADERS = {
    "accept": "application/json, text/event-stream",
    "content-type": "application/json",
}
PING: dict[str, object] = {"jsonrpc": "2.0", "id": 1, "method": "ping"}
CONVERSATION = (
    b'{"jsonrpc":"2.0","id":0,"method":"initialize","params":{"protocolVersion":'
    b'"2025-11-25","capabilities":{},"clientInfo":{"name":"t","version":"0"}}}\n'
    b'{"jsonrpc":"2.0","method":"notifications/initialized"}\n'
    b'{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"sparql",'
    b'"arguments":{"query":"ASK {}"}}}\n'
)
SETTINGS = {"query_timeout": 2, "budget_exempt": "", "budget_errors": 50}


@pytest.fixture(scope="module")
def directory(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return copy_shipped(tmp_path_factory, tmp_path_factory.mktemp("assistants") / "data", BASE)


@pytest.fixture(scope="module")
def service(directory: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningService]:
    log = tmp_path_factory.mktemp("log") / "log"
    with running_service(directory, log, **SETTINGS) as service:
        yield service


@asynccontextmanager
async def over_http(service: RunningService) -> AsyncIterator[Client]:
    async with Client(f"{service.address}/mcp") as client:
        yield client


@asynccontextmanager
async def over_stdio(directory: Path, *arguments: str) -> AsyncIterator[Client]:
    program, *rest = PROGRAM
    server = StdioServerParameters(
        command=program,
        args=[*rest, "mcp", *arguments],
        env=environment_of(data_dir=directory, **SETTINGS),
    )
    async with Client(stdio_client(server)) as client:
        yield client


def text_of(result: CallToolResult) -> str:
    (content,) = result.content
    assert isinstance(content, TextContent)
    return content.text


async def has_tools_and_answers(client: Client) -> None:
    tools = {each.name: each for each in (await client.list_tools()).tools}
    assert tools.keys() == {each.id for each in catalogue()} | {"search", "get-record", "sparql"}
    takes = tools["due-dates"].input_schema["properties"]
    assert takes["months"] == {
        "type": "integer",
        "description": "How many months ahead to look.",
        "minimum": 0,
        "maximum": 1200,
        "default": 12,
        "examples": [14],
    }
    assert all(each.annotations and each.annotations.read_only_hint for each in tools.values())

    asked = {"commitment": "c2d-citizen-data", "day": "2026-11-22", "limit": 3}
    evidence = await client.call_tool("evidence-by-undertaking", asked)
    told = evidence.structured_content
    assert told is not None
    assert [row["position"] for row in told["rows"]] == [1, 2, 2]
    assert told["complete"] is False
    assert told["snapshot"] > 0

    record = await client.call_tool("get-record", {"record": f"{BASE}/id/commitment/midn-col"})
    assert record.structured_content is not None
    assert record.structured_content["record"]["id"] == f"{BASE}/id/commitment/midn-col"

    query = """
        PREFIX pg: <https://w3id.org/pledgegraph/def#>
        SELECT ?c { ?c a pg:Commitment ; pg:madeBy <http://localhost:8000/id/actor/co-dane> }
    """
    rows = await client.call_tool("sparql", {"query": query})
    assert rows.structured_content is not None
    assert {"c": f"{BASE}/id/commitment/midn-col"} in rows.structured_content["rows"]

    for answer in (told, record.structured_content, rows.structured_content):
        first = answer["sources"][0]
        assert first["kind"] == "document"
        assert first["iri"].startswith(f"{BASE}/id/source/")
        assert first["url"].startswith("https://")
        assert first["read"] > "2026-01-01"
        assert first["about"]
        assert answer["snapshot"] == told["snapshot"]
        assert answer["limits"]
    workshops = record.structured_content["sources"][0]
    assert workshops["url"] == "https://www.data4sdgs.org/learning-exchange-workshops"


async def refuses(client: Client) -> None:
    cross = await client.call_tool("sparql", {"query": CROSS})
    assert cross.is_error
    assert "longer than 2 s" in text_of(cross)
    for name, given, told in (
        ("due-dates", {"day": "x" * 200_000}, "200,000 characters long, and at most 300"),
        ("due-dates", {"day": "soon"}, "expected a date such as 2025-12-31"),
        ("due-dates", {"jour": "2025-01-01"}, "takes no parameter 'jour'. due-dates takes: day, "),
        ("due-dates", {"months": [1]}, "neither a text nor a whole number"),
        ("status-of-a-register", {"register": "us-federal"}, "Did you mean us-federal-data-stra"),
        ("share-that-reports", {"limit": 0}, "a number from 1 to 500"),
        ("search", {}, "search needs the parameter q"),
        (
            "get-record",
            {"record": "actor/DANE"},
            "Did you mean http://localhost:8000/id/actor/co-d",
        ),
        ("sparql", {"query": "SELECT ?x { ?x"}, "line 1"),
    ):
        refused = await client.call_tool(name, given)
        assert refused.is_error
        assert told in text_of(refused)
        assert len(text_of(refused)) < 2_000
    with pytest.raises(MCPError, match=r"There is no tool 'dew-dates'\. Did you mean due-dates"):
        await client.call_tool("dew-dates", {})
    assert not (await client.call_tool("search", {"q": "DANE"})).is_error


async def test_an_assistant_gets_answers_with_sources_over_http(service: RunningService) -> None:
    async with over_http(service) as client:
        await has_tools_and_answers(client)


async def test_an_assistant_gets_answers_with_sources_over_stdio(
    directory: Path, service: RunningService, tmp_path: Path
) -> None:
    async with over_stdio(directory) as client:
        await has_tools_and_answers(client)
    async with over_stdio(tmp_path / "nowhere", "--service", service.address) as client:
        await has_tools_and_answers(client)


async def test_what_is_wrong_or_hostile_is_refused_over_http(service: RunningService) -> None:
    async with over_http(service) as client:
        await refuses(client)
    big = {**PING, "params": {"_meta": {"x": "x" * 1_000_000}}}
    response = httpx.post(f"{service.address}/mcp", json=big, headers=HEADERS)
    assert (response.status_code, response.json()["limitValue"]) == (413, 524_288)


async def test_what_is_wrong_or_hostile_is_refused_over_stdio(directory: Path) -> None:
    async with over_stdio(directory) as client:
        await refuses(client)
        long = await client.call_tool("sparql", {"query": "#" * 1_000_000})
        assert "1,000,000 characters long, and at most 65,536" in text_of(long)


def test_tools_use_up_the_budget_of_whoever_asks(directory: Path, tmp_path: Path) -> None:
    settings = {"budget_exempt": "", "budget_errors": 3, "trusted_proxies": "127.0.0.1"}
    with running_service(directory, tmp_path / "log", **settings) as service:

        def told(name: str, arguments: dict[str, str], client: str) -> str:
            call = {**PING, "method": "tools/call"}
            call["params"] = {"name": name, "arguments": arguments}
            headers = {**HEADERS, "x-forwarded-for": client}
            answer = httpx.post(f"{service.address}/mcp", json=call, headers=headers, timeout=60)
            return str(answer.json()["result"]["content"][0]["text"])

        for _ in range(3):
            assert "line 1" in told("sparql", {"query": "SELECT ?"}, "203.0.113.1")
        spent = told("share-that-reports", {}, "203.0.113.1")
        assert "Your queries came to more than 3 failed queries a minute" in spent
        assert "Ask again in" in spent
        assert "Your queries" not in told("share-that-reports", {}, "203.0.113.2")
        for client, status in (("203.0.113.1", 429), ("203.0.113.2", 200)):
            asked = httpx.get(
                service.sparql, params={"query": "ASK {}"}, headers={"x-forwarded-for": client}
            )
            assert asked.status_code == status


def test_the_service_starts_without_the_library_of_the_protocol() -> None:
    program = "import pledgegraph_api.server.run, pledgegraph_api.app.create, sys; " + (
        "sys.exit(any(name.partition('.')[0] in ('mcp', 'mcp_types') for name in sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", program], env=environment_of(), check=False)
    assert done.returncode == 0


async def test_pages_of_other_sites_may_not_ask(service: RunningService) -> None:
    address = f"{service.address}/mcp"
    for origin, status in (
        ("https://evil.example", 403),
        ("null", 403),
        ("http://localhost.evil.example:8000", 403),
        ("http://localhost:6274", 200),
        ("http://[::1]:6274", 200),
        (BASE, 200),
    ):
        response = httpx.post(address, json=PING, headers={**HEADERS, "origin": origin})
        assert response.status_code == status, origin
    assert httpx.get(address, headers=HEADERS).status_code == 405
    assert httpx.delete(address).headers["allow"] == "POST"


def test_the_log_does_not_tell_what_was_asked(service: RunningService) -> None:
    call = {"name": "search", "arguments": {"q": "unmistakable"}}
    message = {**PING, "method": "tools/call", "params": call}
    assert httpx.post(f"{service.address}/mcp", json=message, headers=HEADERS).is_success
    log = service.log.read_text(encoding="utf-8")
    assert "route=/mcp" in log
    assert "unmistakable" not in log


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM, None])
def test_it_ends_well_when_it_is_told_to(directory: Path, how: signal.Signals | None) -> None:
    with subprocess.Popen(
        [*PROGRAM, "mcp"],
        env=environment_of(data_dir=directory),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        start_new_session=True,
    ) as server:
        assert server.stdin is not None
        assert server.stdout is not None
        assert server.stderr is not None
        try:
            server.stdin.write(CONVERSATION)
            server.stdin.flush()
            assert b"Pledgegraph" in server.stdout.readline()
            assert b'"answer":true' in server.stdout.readline()
            if how is None:
                server.stdin.close()
            else:
                server.send_signal(how)
            assert server.wait(20) == 0
            assert server.stderr.read() == b""
            with pytest.raises(ProcessLookupError):
                os.killpg(server.pid, 0)
        finally:
            if server.poll() is None:
                os.killpg(server.pid, signal.SIGKILL)


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["--service", "http://127.0.0.1:9"], "No Pledgegraph answers at http://127.0.0.1:9"),
        (["--service", "data.example.org"], "is not the address of a service"),
        (["--service", "http://127.0.0.1:9", "--data-dir", "x"], "the one or the other"),
        (["--data-dir", "nowhere"], "nowhere"),
    ],
)
def test_a_place_without_data_is_told(arguments: list[str], told: str, tmp_path: Path) -> None:
    done = subprocess.run(
        [*PROGRAM, "mcp", *arguments],
        env=environment_of(data_dir=tmp_path / "no"),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode in (2, 3, 4)
    assert told in done.stderr
    assert "Traceback" not in done.stderr
