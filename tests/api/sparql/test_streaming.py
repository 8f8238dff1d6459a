"""Answers are sent while they are computed, in bounded memory, and are cut when they fail."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractAsyncContextManager, contextmanager
from typing import BinaryIO, cast
from urllib.parse import urlencode

import anyio
import httpx
import pytest
from fastapi import FastAPI
from pyoxigraph import NamedNode, Quad
from starlette.types import Message, Scope

from pledgegraph.errors import Limit, QueryError
from pledgegraph.media_types import Format
from pledgegraph.results.truncation import NO_BOUNDS, Bounds
from pledgegraph.settings import Settings
from pledgegraph.store.changes import Change
from pledgegraph.store.embedded import EmbeddedEngine
from pledgegraph.store.engine import Engine, QueryResult, Snapshot, Substitutions
from pledgegraph_api.app.create import create_app
from pledgegraph_api.bridge import Bridge

pytestmark = pytest.mark.anyio

ClientOf = Callable[[FastAPI], AbstractAsyncContextManager[httpx.AsyncClient]]

HUGE = "SELECT * { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i . ?j ?k ?l . ?m ?n ?o . ?p ?q ?r }"
"""Some ten million rows over the small data, which nobody waits for."""
BOUND = 1_500_000
"""Bytes; the bridge holds half a megabyte at most, and the engine writes 8 KB at a time."""

Interfere = Callable[[BinaryIO], BinaryIO]


class Interfering:
    """A real engine whose results are written through something that a test puts in between."""

    def __init__(self, engine: Engine, interfere: Interfere) -> None:
        self._engine = engine
        self._interfere = interfere

    def version(self) -> None:
        """None: what was interfered with is not kept."""

    @contextmanager
    def snapshot(self) -> Iterator[Snapshot]:
        """The real snapshot, interfered with."""
        with self._engine.snapshot() as snapshot:
            yield _Snapshot(snapshot, self._interfere)


class _Snapshot:
    def __init__(self, snapshot: Snapshot, interfere: Interfere) -> None:
        self._snapshot = snapshot
        self._interfere = interfere
        self.sequence = snapshot.sequence
        self.version = snapshot.version
        self.default_is_union = snapshot.default_is_union
        self.published = snapshot.published
        self.about = snapshot.about
        self.pointing_at = snapshot.pointing_at

    def query(
        self,
        text: str,
        *,
        default_graphs: Sequence[NamedNode] = (),
        named_graphs: Sequence[NamedNode] = (),
        substitutions: Substitutions | None = None,
    ) -> QueryResult:
        result = self._snapshot.query(
            text,
            default_graphs=default_graphs,
            named_graphs=named_graphs,
            substitutions=substitutions,
        )
        # The service's own queries begin with a comment; they are left alone.
        return result if text.startswith("#") else _Result(result, self._interfere)

    def __len__(self) -> int:
        return len(self._snapshot)


class _Result:
    def __init__(self, result: QueryResult, interfere: Interfere) -> None:
        self._result = result
        self._interfere = interfere
        self.kind = result.kind
        self.variables = result.variables

    def serialise(
        self,
        output: BinaryIO,
        form: Format,
        *,
        bounds: Bounds = NO_BOUNDS,
        head_is_open: Callable[[], bool] = lambda: False,
    ) -> Limit | None:
        return self._result.serialise(
            self._interfere(output), form, bounds=bounds, head_is_open=head_is_open
        )


class Tap:
    """Counts what the engine writes; may fail or wait when it has written so much."""

    def __init__(
        self, *, fail_after: int | None = None, gate: threading.Event | None = None
    ) -> None:
        self.written = 0
        self.fail_after = fail_after
        self.gate = gate

    def __call__(self, output: BinaryIO) -> BinaryIO:
        return cast(BinaryIO, _Tapped(self, output))


class _Tapped:
    def __init__(self, tap: Tap, output: BinaryIO) -> None:
        self._tap = tap
        self._output = output

    def write(self, data: bytes) -> int:
        if self._tap.gate is not None:
            assert self._tap.gate.wait(10)
        if self._tap.fail_after is not None and self._tap.written >= self._tap.fail_after:
            raise QueryError("Evaluation failed.")
        self._tap.written += len(data)
        return self._output.write(data)

    def flush(self) -> None:
        self._output.flush()


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


async def test_a_reader_that_waits_makes_the_writer_wait(
    settings: Settings, engine: EmbeddedEngine
) -> None:
    tap = Tap()
    app = create_app(settings, Interfering(engine, tap))  # type: ignore[arg-type]
    client = Client(app, HUGE)
    await until(lambda: tap.written > 500_000)
    await anyio.sleep(0.3)
    assert tap.written < BOUND
    assert app.state.runner.running == 1
    client.reads.set()
    await until(lambda: len(client.body) > 5_000_000)
    assert tap.written - len(client.body) < BOUND
    client.leave()
    await client.request
    await until(lambda: app.state.runner.running == 0, 1)


async def test_a_client_that_leaves_half_way_ends_the_query(
    settings: Settings, engine: EmbeddedEngine
) -> None:
    app = create_app(settings, engine)
    client = Client(app, HUGE)
    client.reads.set()
    await until(lambda: len(client.body) > 100_000)
    client.leave()
    with anyio.fail_after(1):
        await client.request
    await until(lambda: app.state.runner.running == 0, 1)
    assert not client.whole


async def test_a_client_that_leaves_before_the_answer_is_not_waited_for(
    settings: Settings, engine: EmbeddedEngine
) -> None:
    gate = threading.Event()
    app = create_app(settings, Interfering(engine, Tap(gate=gate)))  # type: ignore[arg-type]
    client = Client(app, "ASK {}")
    client.reads.set()
    await until(lambda: app.state.runner.running == 1)
    client.leave()
    with anyio.fail_after(1):
        await client.request
    gate.set()
    await until(lambda: app.state.runner.running == 0, 1)


async def test_a_failure_half_way_never_looks_like_an_end(
    settings: Settings, engine: EmbeddedEngine
) -> None:
    tap = Tap(fail_after=300_000)
    app = create_app(settings, Interfering(engine, tap))  # type: ignore[arg-type]
    client = Client(app, HUGE)
    client.reads.set()
    await client.request
    assert client.received[0]["status"] == 200
    assert client.body
    assert not client.whole
    await until(lambda: app.state.runner.running == 0, 1)


async def test_a_failure_before_the_first_byte_is_a_problem_document(
    settings: Settings, engine: EmbeddedEngine, client_of: ClientOf
) -> None:
    app = create_app(settings, Interfering(engine, Tap(fail_after=0)))  # type: ignore[arg-type]
    async with client_of(app) as client:
        response = await client.get("/sparql", params={"query": HUGE})
    assert response.status_code == 500
    assert response.headers["content-type"] == "application/problem+json"
    assert response.json()["detail"] == "Evaluation failed."


async def test_a_client_that_takes_nothing_is_cut_off(
    settings: Settings, engine: EmbeddedEngine
) -> None:
    app = create_app(settings.model_copy(update={"stall_timeout": 0.2}), engine)
    client = Client(app, HUGE)
    client.reads.set()
    await until(lambda: len(client.received) > 2)
    client.reads.clear()
    with anyio.fail_after(2):
        await client.request
    assert not client.whole
    await until(lambda: app.state.runner.running == 0, 1)


async def test_so_many_queries_run_so_many_wait_and_the_next_is_told_to_come_back(
    settings: Settings, engine: EmbeddedEngine, client_of: ClientOf
) -> None:
    gate = threading.Event()
    app = create_app(
        settings.model_copy(update={"query_workers": 2, "query_queue": 1}),
        Interfering(engine, Tap(gate=gate)),  # type: ignore[arg-type]
    )
    async with client_of(app) as client:
        asked = [
            asyncio.create_task(client.get("/sparql", params={"query": "ASK {}"})) for _ in range(3)
        ]
        await until(lambda: app.state.runner.running == 2)
        await anyio.sleep(0.1)
        assert app.state.runner.running == 2

        refused = await client.get("/sparql", params={"query": "ASK {}"})
        assert refused.status_code == 503
        assert refused.json()["type"].endswith("/problems/busy")
        assert int(refused.headers["retry-after"]) > 0
        # Others are answered meanwhile.
        assert (await client.get("/health")).status_code == 200
        assert (await client.get("/")).status_code == 200

        gate.set()
        assert [(await each).json()["boolean"] for each in asked] == [True] * 3
        await until(lambda: app.state.runner.running == 0)
        again = await client.get("/sparql", params={"query": "ASK {}"})
        assert again.status_code == 200


async def test_a_client_that_leaves_the_queue_gives_up_its_place(
    settings: Settings, engine: EmbeddedEngine, client_of: ClientOf
) -> None:
    gate = threading.Event()
    app = create_app(
        settings.model_copy(update={"query_workers": 1, "query_queue": 1}),
        Interfering(engine, Tap(gate=gate)),  # type: ignore[arg-type]
    )
    async with client_of(app) as client:
        running = asyncio.create_task(client.get("/sparql", params={"query": "ASK {}"}))
        await until(lambda: app.state.runner.running == 1)
        waiting = Client(app, "ASK {}")
        waiting.reads.set()
        await anyio.sleep(0.05)
        waiting.leave()
        with anyio.fail_after(1):
            await waiting.request
        next_one = asyncio.create_task(client.get("/sparql", params={"query": "ASK {}"}))
        await anyio.sleep(0.05)
        gate.set()
        assert (await running).status_code == 200
        assert (await next_one).status_code == 200


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
    tap = Tap()
    app = create_app(settings, Interfering(empty_engine, tap))  # type: ignore[arg-type]
    reader = Client(app, "SELECT ?s { ?s ?p ?o }")
    await until(lambda: tap.written > 0)
    await asyncio.to_thread(add, 2)
    async with client_of(app) as client:
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


async def test_what_goes_over_the_bridge_arrives_in_order() -> None:
    bridge = Bridge(asyncio.get_running_loop(), capacity=2)
    pieces = [bytes([n % 256]) * (n * 37 % 9_000) for n in range(300)]

    def write() -> None:
        for piece in pieces:
            assert bridge.write(piece) == len(piece)
        bridge.flush()
        bridge.finish()

    writer = threading.Thread(target=write)
    writer.start()
    received = bytearray()
    while chunk := await bridge.read():
        received += chunk
    assert bytes(received) == b"".join(pieces)
    assert await bridge.read() == b""
    await asyncio.to_thread(writer.join)


async def test_the_first_bytes_are_not_held_back() -> None:
    bridge = Bridge(asyncio.get_running_loop())
    await asyncio.to_thread(bridge.write, b"first")
    with anyio.fail_after(0.5):
        assert await bridge.read() == b"first"


async def test_what_was_given_up_is_never_taken_for_the_end() -> None:
    bridge = Bridge(asyncio.get_running_loop())
    bridge.write(b"something")
    bridge.finish()
    await anyio.sleep(0)
    bridge.abandon()
    with pytest.raises(ConnectionAbortedError):
        await bridge.read()


async def test_a_writer_that_waits_is_woken_when_the_reader_leaves() -> None:
    bridge = Bridge(asyncio.get_running_loop(), capacity=1)
    ended: list[BaseException] = []

    def write() -> None:
        try:
            while True:
                bridge.write(b"x" * 100_000)
        except BrokenPipeError as error:
            ended.append(error)

    writer = threading.Thread(target=write)
    writer.start()
    assert await bridge.read()
    await anyio.sleep(0.05)
    bridge.abandon()
    with anyio.fail_after(1):
        await asyncio.to_thread(writer.join)
    assert len(ended) == 1
