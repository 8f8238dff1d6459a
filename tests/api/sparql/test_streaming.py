"""Answers are sent while they are computed, in bounded memory, and are cut when they fail."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager, suppress
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import anyio
import httpx
import pytest
from fastapi import FastAPI
from pyoxigraph import NamedNode, Quad
from starlette.types import Message, Scope

from pledgegraph.settings import Settings
from pledgegraph.store.changes import Change
from pledgegraph.store.embedded import EmbeddedEngine
from pledgegraph_api.app.create import create_app
from tests.running_service import children_of

pytestmark = pytest.mark.anyio

ClientOf = Callable[[FastAPI], AbstractAsyncContextManager[httpx.AsyncClient]]

HUGE = "SELECT * { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i . ?j ?k ?l . ?m ?n ?o . ?p ?q ?r }"
"""Some ten million rows over the small data, which nobody waits for."""
ENDLESS = "SELECT (COUNT(*) AS ?n) { " + " . ".join(f"?a{n} ?b{n} ?c{n}" for n in range(12)) + " }"
"""Computes for years, and writes nothing."""


@asynccontextmanager
async def serving(
    settings: Settings, engine: EmbeddedEngine, **changed: Any
) -> AsyncIterator[FastAPI]:
    """An application with those settings, whose workers end with it."""
    app = create_app(settings.model_copy(update=changed), engine)
    try:
        yield app
    finally:
        await app.state.runner.stop()


def is_waiting(process: int) -> bool:
    """True where a process neither computes nor could."""
    stat = Path(f"/proc/{process}/stat").read_text(encoding="ascii")
    return stat.rpartition(")")[2].split()[0] == "S"


def workers() -> set[int]:
    """The query processes that this process has started."""
    found = set()
    for each in children_of(os.getpid()):
        with suppress(FileNotFoundError):
            if b"query_process" in Path(f"/proc/{each}/cmdline").read_bytes():
                found.add(each)
    return found


class Client:
    """An ASGI client that reads when it is told to and leaves when it likes."""

    def __init__(self, app: FastAPI, query: str) -> None:
        self.received: list[Message] = []
        self.reads = asyncio.Event()
        self._left = asyncio.Event()
        self._asked = False
        scope: Scope = {
            "type": "http",
            "asgi": {"version": "3.0", "spec_version": "2.4"},
            "http_version": "1.1",
            "method": "GET",
            "scheme": "http",
            "path": "/sparql",
            "raw_path": b"/sparql",
            "root_path": "",
            "query_string": urlencode({"query": query}).encode(),
            "headers": [(b"host", b"testserver")],
            "client": ("127.0.0.1", 1),
            "server": ("testserver", 80),
        }
        self.request = asyncio.ensure_future(app(scope, self._receive, self._send))

    def leave(self) -> None:
        """Close the connection."""
        self._left.set()

    @property
    def body(self) -> bytes:
        """What has come of the body."""
        return b"".join(each.get("body", b"") for each in self.received)

    @property
    def whole(self) -> bool:
        """Whether the response looks complete."""
        return bool(self.received) and self.received[-1].get("more_body") is False

    async def _receive(self) -> Message:
        if not self._asked:
            self._asked = True
            return {"type": "http.request", "body": b"", "more_body": False}
        await self._left.wait()
        return {"type": "http.disconnect"}

    async def _send(self, message: Message) -> None:
        await self.reads.wait()
        self.received.append(message)


async def until(condition: Callable[[], bool], seconds: float = 5) -> None:
    with anyio.fail_after(seconds):
        while not condition():
            await anyio.sleep(0.01)


async def test_a_reader_that_waits_makes_the_worker_wait(
    settings: Settings, engine: EmbeddedEngine
) -> None:
    before = workers()
    async with serving(settings, engine, query_timeout=600) as app:
        client = Client(app, HUGE)
        await until(lambda: app.state.runner.running == 1, 60)
        # It writes to a socket whose other end takes nothing.
        waiting = 0
        while waiting < 20:
            await anyio.sleep(0.01)
            new = workers() - before
            waiting = waiting + 1 if new and all(map(is_waiting, new)) else 0
        assert app.state.runner.running == 1
        client.reads.set()
        await until(lambda: len(client.body) > 5_000_000, 60)
        client.leave()
        await client.request
        await until(lambda: app.state.runner.running == 0)


@pytest.mark.parametrize("query", [HUGE, ENDLESS], ids=["half-way", "before the answer"])
async def test_a_client_that_leaves_ends_the_query(
    settings: Settings, engine: EmbeddedEngine, query: str
) -> None:
    async with serving(settings, engine, query_timeout=600) as app:
        client = Client(app, query)
        client.reads.set()
        await until(lambda: app.state.runner.running == 1, 60)
        if query is HUGE:
            await until(lambda: len(client.body) > 100_000, 60)
        client.leave()
        await client.request
        await until(lambda: app.state.runner.running == 0)
        assert not client.whole


async def test_a_failure_before_the_first_byte_is_a_problem_document(
    settings: Settings, engine: EmbeddedEngine, client_of: ClientOf
) -> None:
    before = workers()
    async with serving(settings, engine) as app, client_of(app) as client:
        asked = asyncio.create_task(client.get("/sparql", params={"query": ENDLESS}))
        await until(lambda: app.state.runner.running == 1, 60)
        for each in workers() - before:
            os.kill(each, signal.SIGILL)
        response = await asked
    assert response.status_code == 500
    assert response.headers["content-type"] == "application/problem+json"
    assert response.json()["type"].endswith("/problems/query-failed")


async def test_a_client_that_takes_nothing_is_cut_off(
    settings: Settings, engine: EmbeddedEngine
) -> None:
    async with serving(settings, engine, stall_timeout=0.2) as app:
        client = Client(app, HUGE)
        client.reads.set()
        await until(lambda: len(client.received) > 2, 60)
        client.reads.clear()
        await client.request
        assert not client.whole
        await until(lambda: app.state.runner.running == 0)


async def test_so_many_queries_run_so_many_wait_and_the_next_is_told_to_come_back(
    settings: Settings, engine: EmbeddedEngine, client_of: ClientOf
) -> None:
    few = {"query_workers": 2, "query_queue": 1, "query_timeout": 600}
    async with serving(settings, engine, **few) as app, client_of(app) as client:
        asked = [Client(app, ENDLESS) for _ in range(3)]
        await until(lambda: app.state.runner.running == 2, 60)
        await until(lambda: app.state.runner.waiting == 1)

        refused = await client.get("/sparql", params={"query": "ASK {} # refused"})
        assert refused.status_code == 503
        assert refused.json()["type"].endswith("/problems/busy")
        assert int(refused.headers["retry-after"]) > 0
        # Others are answered meanwhile.
        assert (await client.get("/health")).status_code == 200
        assert (await client.get("/")).status_code == 200

        for each in asked:
            each.leave()
            await each.request
        await until(lambda: app.state.runner.running == 0)
        again = await client.get("/sparql", params={"query": "ASK {} # again"})
        assert again.status_code == 200


async def test_a_client_that_leaves_the_queue_gives_up_its_place(
    settings: Settings, engine: EmbeddedEngine, client_of: ClientOf
) -> None:
    few = {"query_workers": 1, "query_queue": 1, "query_timeout": 600}
    async with serving(settings, engine, **few) as app, client_of(app) as client:
        running = Client(app, ENDLESS)
        await until(lambda: app.state.runner.running == 1, 60)
        waiting = Client(app, ENDLESS)
        await until(lambda: app.state.runner.waiting == 1)
        waiting.leave()
        await waiting.request
        next_one = asyncio.create_task(client.get("/sparql", params={"query": ENDLESS[:-1] + "}#"}))
        await until(lambda: app.state.runner.waiting == 1)
        next_one.cancel()
        running.leave()
        await running.request
        last = await client.get("/sparql", params={"query": "ASK {} # last"})
        assert last.status_code == 200


async def test_an_answer_keeps_the_snapshot_that_it_began_with(
    settings: Settings, empty_engine: EmbeddedEngine, client_of: ClientOf
) -> None:
    def add(number: int) -> None:
        node = NamedNode("http://example.org/p")
        quads = [
            Quad(NamedNode(f"http://example.org/{number}/{n}"), node, node, node)
            for n in range(20_000 if number == 1 else 1)
        ]
        empty_engine.update(Change(agent="tests", reason="More", add=quads))

    add(1)
    async with serving(settings, empty_engine) as app, client_of(app) as client:
        reader = Client(app, "SELECT ?s { ?s ?p ?o }")
        await until(lambda: app.state.runner.running == 1, 60)
        await asyncio.to_thread(add, 2)
        count = {"query": "SELECT (COUNT(*) AS ?n) { ?s ?p ?o }", "format": "csv"}
        response = await client.get("/sparql", params=count)
        assert response.text.split() == ["n", "20001"]
        assert response.headers["pledgegraph-snapshot"] == "2"
        reader.reads.set()
        await reader.request
        assert reader.whole
        assert reader.body.count(b'"s":') == 20_000


async def test_many_small_queries_at_once(client: httpx.AsyncClient) -> None:
    responses = await asyncio.gather(
        *(client.get("/sparql", params={"query": f"SELECT ({n} AS ?n) {{}}"}) for n in range(60))
    )
    found = [r.json()["results"]["bindings"][0]["n"]["value"] for r in responses]
    assert found == [str(n) for n in range(60)]
