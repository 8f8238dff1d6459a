"""Who is answered before whom while more is asked than can be evaluated.

One service with one place for queries; every test has clients of its own, which leave with it.
"""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import AsyncIterator, Iterator
from itertools import count
from pathlib import Path
from typing import Final

import anyio
import httpx
import pytest

from pledgegraph.store.embedded import EmbeddedEngine
from tests.api.server.test_serving import ENDLESS, HUGE
from tests.running_service import Service, serving

pytestmark = pytest.mark.anyio

QUICK: Final = "SELECT (COUNT(*) AS ?n) { ?s ?p ?o } GROUP BY ?p"
SLOW: Final = (
    "SELECT (COUNT(*) AS ?n) { "
    + " ".join(f"VALUES ?v{n} {{ 1 2 3 4 5 6 7 8 9 }}" for n in range(7))
    + " VALUES ?v { 1 2 3 } }"
)
"""Takes some seconds, and ends."""
WITHIN: Final = 240
"""Seconds that are waited for what takes some; much else may run on the machine."""


class Client:
    """Somebody at an address of their own."""

    def __init__(self, crowd: Crowd, address: str) -> None:
        self._crowd = crowd
        transport = httpx.AsyncHTTPTransport(local_address=address)
        self.http = httpx.AsyncClient(
            transport=transport, timeout=WITHIN, base_url=crowd.service.address()
        )

    def ask(self, name: str, query: str, path: str = "sparql") -> asyncio.Task[httpx.Response]:
        """Ask; the name is noted when the answer is there."""

        async def get() -> httpx.Response:
            response = await self.http.get(path, params={"query": query} if query else None)
            self._crowd.order.append(name)
            return response

        asked = asyncio.create_task(get())
        self._crowd.asked.append(asked)
        return asked


class Crowd:
    """Clients at addresses of their own, and in which order they are answered."""

    numbers: Final = count(2)

    def __init__(self, service: Service) -> None:
        self.service = service
        self.order: list[str] = []
        self.asked: list[asyncio.Task[httpx.Response]] = []
        self._clients: list[Client] = []

    def client(self) -> Client:
        """One who has never asked before."""
        self._clients.append(Client(self, f"127.0.1.{next(self.numbers)}"))
        return self._clients[-1]

    async def wait_for(self, state: str, number: int) -> None:
        """Wait until so many queries are in that state, by the service's own word."""
        wanted = f'pledgegraph_pool{{state="{state}"}} {number}.0'
        async with httpx.AsyncClient(base_url=self.service.address(), timeout=WITHIN) as asking:
            for _ in range(WITHIN * 20):
                if wanted in (await asking.get("metrics")).text:
                    return
                await anyio.sleep(0.05)
        raise AssertionError(f"never {number} {state}")

    async def leave(self) -> None:
        """All leave, and the service has nothing to do."""
        for each in self.asked:
            each.cancel()
        await asyncio.gather(*self.asked, return_exceptions=True)
        for client in self._clients:
            await client.http.aclose()
        for state in ("running", "waiting", "aside"):
            await self.wait_for(state, 0)


@pytest.fixture(scope="module")
def service(engine: EmbeddedEngine) -> Iterator[Service]:
    """A service that evaluates one query at a time."""
    with serving(
        engine,
        query_workers=1,
        query_timeout=200,
        cache_bytes=0,  # what is asked again is evaluated again
    ) as service:
        yield service


@pytest.fixture
async def crowd(service: Service) -> AsyncIterator[Crowd]:
    """The clients of a test."""
    crowd = Crowd(service)
    yield crowd
    await crowd.leave()


def stopped_children(service: Service) -> list[int]:
    """The processes of a service that stand still."""
    found = []
    for each in service.children():
        stat = Path(f"/proc/{each}/stat").read_text(encoding="ascii")
        if stat.rpartition(")")[2].split()[0] == "T":
            found.append(each)
    return found


async def test_others_are_answered_while_one_client_has_all_places(crowd: Crowd) -> None:
    one = crowd.client()
    endless = [one.ask("endless", ENDLESS) for _ in range(8)]
    await crowd.wait_for("waiting", 7)
    assert (await crowd.client().ask("other", QUICK)).status_code == 200
    assert (await crowd.client().ask("question", "", "queries/outcomes-of-an-event")).is_success
    assert crowd.order == ["other", "question"]
    assert not any(each.done() for each in endless)


async def test_what_is_set_aside_is_answered_later_and_wholly(crowd: Crowd) -> None:
    slow = crowd.client().ask("slow", SLOW)
    await crowd.wait_for("running", 1)
    assert (await crowd.client().ask("other", QUICK)).status_code == 200
    assert (await slow).json()["results"]["bindings"][0]["n"]["value"] == str(3 * 9**7)
    assert crowd.order == ["other", "slow"]


async def test_a_query_that_is_set_aside_ends_when_its_client_leaves(crowd: Crowd) -> None:
    async with crowd.client().http.stream("GET", "sparql", params={"query": HUGE}):
        crowd.client().ask("other", ENDLESS)
        await crowd.wait_for("aside", 1)
        assert len(stopped_children(crowd.service)) == 1
    await crowd.wait_for("aside", 0)
    assert stopped_children(crowd.service) == []


async def test_the_deepest_in_debt_is_told_that_it_gave_way(crowd: Crowd) -> None:
    asked = {crowd.client().ask("first", ENDLESS)}
    await crowd.wait_for("running", 1)
    asked.add(crowd.client().ask("second", ENDLESS))
    await crowd.wait_for("aside", 1)
    asked.add(crowd.client().ask("third", ENDLESS))
    done, _ = await asyncio.wait(asked, return_when=asyncio.FIRST_COMPLETED)
    problem = done.pop().result()
    assert problem.status_code == 503
    assert int(problem.headers["Retry-After"]) > 0
    document = problem.json()
    assert document["type"].endswith("/problems/gave-way")
    assert "have used" in document["detail"]
    assert crowd.order in (["first"], ["second"])


async def test_a_slow_reader_does_not_keep_others_from_their_answers(crowd: Crowd) -> None:
    async with crowd.client().http.stream("GET", "sparql", params={"query": HUGE}):
        assert (await crowd.client().ask("other", QUICK)).status_code == 200


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM], ids=["killed", "told to end"])
async def test_a_worker_that_is_ended_from_outside_is_no_fault_of_the_query(
    crowd: Crowd, number: signal.Signals
) -> None:
    endless = crowd.client().ask("endless", ENDLESS)
    await crowd.wait_for("running", 1)
    for worker in crowd.service.children():
        os.kill(worker, number)
    problem = await endless
    assert problem.status_code == 503
    assert int(problem.headers["Retry-After"]) > 0
    assert problem.json()["type"].endswith("/problems/worker-lost")
    assert (await crowd.client().ask("again", QUICK)).status_code == 200
