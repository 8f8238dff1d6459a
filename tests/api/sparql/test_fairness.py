"""Who is answered before whom while more is asked than can be evaluated."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from contextlib import contextmanager
from pathlib import Path
from threading import Lock
from typing import Final

import httpx
import pytest

from tests.api.server.test_serving import ENDLESS, HUGE, Start, start
from tests.running_service import Service

__all__ = ["start"]

QUICK: Final = "SELECT (COUNT(*) AS ?n) { ?s ?p ?o } GROUP BY ?p"
SLOW: Final = (
    "SELECT (COUNT(*) AS ?n) { "
    + " ".join(f"VALUES ?v{n} {{ 1 2 3 4 5 6 7 8 9 }}" for n in range(8))
    + " }"
)
"""Takes some four seconds on a quiet machine, and ends."""
WITHIN: Final = 60


class Crowd:
    """Clients at addresses of their own, and in which order they are answered."""

    def __init__(self, address: str, threads: ThreadPoolExecutor) -> None:
        self.order: list[str] = []
        self._address = address
        self._threads = threads
        self._lock = Lock()

    def ask(
        self, name: str, client: str, query: str, path: str = "sparql"
    ) -> Future[httpx.Response]:
        """Ask from an address of this machine; the name is noted when the answer is there."""

        def get() -> httpx.Response:
            transport = httpx.HTTPTransport(local_address=client)
            with httpx.Client(transport=transport, timeout=WITHIN) as here:
                given = {"query": query} if query else None
                response = here.get(self._address + path, params=given)
            with self._lock:
                self.order.append(name)
            return response

        return self._threads.submit(get)

    def wait_for(self, state: str, number: int) -> None:
        """Wait until so many queries are in that state, by the service's own word."""
        wanted = f'pledgegraph_pool{{state="{state}"}} {number}.0'
        for _ in range(WITHIN * 20):
            if wanted in httpx.get(self._address + "metrics", timeout=WITHIN).text:
                return
            time.sleep(0.05)
        raise AssertionError(f"never {number} {state}")


@contextmanager
def crowd_of(service: Service) -> Iterator[Crowd]:
    """The clients of a service, which ends with them."""
    with ThreadPoolExecutor(80) as threads:
        try:
            yield Crowd(service.address(), threads)
        finally:
            service.end()


def stopped_children(service: Service) -> list[int]:
    """The processes of a service that stand still."""
    found = []
    for each in service.children():
        stat = Path(f"/proc/{each}/stat").read_text(encoding="ascii")
        if stat.rpartition(")")[2].split()[0] == "T":
            found.append(each)
    return found


def test_others_are_answered_while_one_client_has_all_places(start: Start) -> None:
    with crowd_of(start(query_workers=1, query_timeout=50)) as crowd:
        endless = [crowd.ask("endless", "127.0.1.1", ENDLESS) for _ in range(8)]
        crowd.wait_for("waiting", 7)
        assert crowd.ask("other", "127.0.1.2", QUICK).result().status_code == 200
        assert (
            crowd.ask("question", "127.0.1.3", "", "queries/outcomes-of-an-event")
            .result()
            .is_success
        )
        assert crowd.order == ["other", "question"]
        assert not any(each.done() for each in endless)


def test_what_is_set_aside_is_answered_later_and_wholly(start: Start) -> None:
    service = start(query_workers=1, query_timeout=50)
    with crowd_of(service) as crowd:
        slow = crowd.ask("slow", "127.0.1.1", SLOW)
        crowd.wait_for("running", 1)
        other = crowd.ask("other", "127.0.1.2", QUICK)
        assert other.result().status_code == 200
        assert slow.result().json()["results"]["bindings"][0]["n"]["value"] == str(9**8)
        assert crowd.order == ["other", "slow"]


def test_a_query_that_is_set_aside_ends_when_its_client_leaves(start: Start) -> None:
    service = start(query_workers=1, query_timeout=50)
    with crowd_of(service) as crowd:
        transport = httpx.HTTPTransport(local_address="127.0.1.1")
        with (
            httpx.Client(transport=transport, timeout=WITHIN) as here,
            here.stream("GET", service.address() + "sparql", params={"query": HUGE}),
        ):
            crowd.ask("other", "127.0.1.2", ENDLESS)
            crowd.wait_for("aside", 1)
            assert len(stopped_children(service)) == 1
        crowd.wait_for("aside", 0)
        assert stopped_children(service) == []


def test_the_deepest_in_debt_is_told_that_it_gave_way(start: Start) -> None:
    with crowd_of(start(query_workers=1, query_timeout=50)) as crowd:
        asked = {crowd.ask("first", "127.0.1.1", ENDLESS)}
        crowd.wait_for("running", 1)
        asked.add(crowd.ask("second", "127.0.1.2", ENDLESS))
        crowd.wait_for("aside", 1)
        asked.add(crowd.ask("third", "127.0.1.3", ENDLESS))
        done, _ = wait(asked, return_when=FIRST_COMPLETED)
        problem = done.pop().result()
        assert problem.status_code == 503
        assert int(problem.headers["Retry-After"]) > 0
        document = problem.json()
        assert document["type"].endswith("/problems/gave-way")
        assert "have used" in document["detail"]
        assert crowd.order in (["first"], ["second"])


def test_a_slow_reader_does_not_keep_others_from_their_answers(start: Start) -> None:
    service = start(query_workers=1, query_timeout=50)
    with crowd_of(service) as crowd:
        transport = httpx.HTTPTransport(local_address="127.0.1.1")
        with (
            httpx.Client(transport=transport, timeout=WITHIN) as here,
            here.stream("GET", service.address() + "sparql", params={"query": HUGE}),
        ):
            assert crowd.ask("other", "127.0.1.2", QUICK).result().status_code == 200


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM], ids=["killed", "told to end"])
def test_a_worker_that_is_ended_from_outside_is_no_fault_of_the_query(
    start: Start, number: signal.Signals
) -> None:
    service = start(query_workers=1, query_timeout=50)
    with crowd_of(service) as crowd:
        endless = crowd.ask("endless", "127.0.1.1", ENDLESS)
        crowd.wait_for("running", 1)
        for worker in service.children():
            os.kill(worker, number)
        problem = endless.result()
        assert problem.status_code == 503
        assert int(problem.headers["Retry-After"]) > 0
        assert problem.json()["type"].endswith("/problems/worker-lost")
        assert crowd.ask("again", "127.0.1.1", QUICK).result().status_code == 200
