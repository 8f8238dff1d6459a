"""What a query may not do to the service: the service as a process, with workers of its own."""

from __future__ import annotations

import subprocess
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path

import httpx
import pytest

from pledgegraph.store.embedded import EmbeddedEngine
from tests.api.server.test_serving import ENDLESS, HUGE, Start, ask, connection, start
from tests.running_service import Service, processor_time_of, serving

__all__ = ["start"]

MEMORY_HOG = HUGE.replace(" }", " } ORDER BY ?a0")


@pytest.fixture(scope="module")
def address(engine: EmbeddedEngine) -> Iterator[str]:
    """Where a service answers that gives a query one second."""
    with serving(engine, query_timeout=1) as service:
        yield service.address()


@pytest.fixture(scope="module")
def service(engine: EmbeddedEngine) -> Iterator[Service]:
    """A service that gives a query a minute and 60 MB, and evaluates two at a time."""
    with serving(
        engine,
        query_timeout=60,
        query_memory=60_000_000,
        query_workers=2,
        query_queue=20,
        cache_bytes=0,  # what is asked again is evaluated again
        copies_memory=0,  # to load them takes the processor too
    ) as service:
        yield service


def test_a_query_that_takes_too_long_is_stopped(address: str) -> None:
    response = ask(address, ENDLESS)
    assert response.status_code == 504
    assert response.json()["type"].endswith("/problems/query-timeout")
    assert "longer than 1 s" in response.json()["detail"]
    assert "MINUS" in response.json()["remedy"]
    assert ask(address, "ASK {}").json()["boolean"] is True


@pytest.mark.parametrize("coding", ["identity", "gzip", "zstd"])
def test_an_answer_that_takes_too_long_breaks_off_visibly(address: str, coding: str) -> None:
    with (
        httpx.Client(timeout=90, headers={"Accept-Encoding": coding}) as client,
        client.stream("GET", address + "sparql", params={"query": HUGE}) as response,
        pytest.raises(httpx.RemoteProtocolError),
    ):
        assert response.status_code == 200
        assert response.headers.get("content-encoding", "identity") == coding
        for _ in response.iter_raw():
            pass


def test_a_query_that_needs_too_much_memory_is_stopped(service: Service) -> None:
    address = service.address()
    response = ask(address, MEMORY_HOG)
    assert response.status_code == 507
    assert response.json()["type"].endswith("/problems/query-memory")
    assert ask(address, "ASK {}").json()["boolean"] is True


def test_a_client_that_leaves_before_the_answer_frees_the_processor(service: Service) -> None:
    address = service.address()
    with connection(address, ENDLESS):
        time.sleep(0.5)
    time.sleep(1)
    workers = service.children()
    before = [processor_time_of(each) for each in workers]
    time.sleep(0.5)
    spent = [processor_time_of(each) - was for each, was in zip(workers, before, strict=True)]
    assert max(spent, default=0) < 0.2


def test_a_worker_that_is_killed_is_replaced(service: Service) -> None:
    address = service.address()
    assert ask(address, "ASK {}").status_code == 200
    for worker in service.children():
        subprocess.run(["kill", "-9", str(worker)], check=True)
    answers = [ask(address, "ASK {}").status_code for _ in range(3)]
    assert answers[-1] == 200


def test_runaway_queries_leave_the_others_alone(service: Service) -> None:
    address = service.address()
    with ThreadPoolExecutor(12) as crowd:
        runaways = [crowd.submit(ask, address, ENDLESS, timeout="3") for _ in range(4)]
        time.sleep(0.5)
        assert httpx.get(address + "health").status_code == 200
        assert httpx.get(address).status_code == 200
        assert not all(each.done() for each in runaways)
        assert {each.result().status_code for each in runaways} == {504}
    assert ask(address, "ASK {}").status_code == 200


def test_look_ups_need_not_wait_for_runaway_queries(service: Service) -> None:
    address = service.address()
    look_up = "SELECT ?p ?o { <id/commitment/water> ?p ?o } # {}"
    with ExitStack() as runaways:
        for _ in range(6):
            runaways.enter_context(connection(address, ENDLESS))
        time.sleep(1)
        for number in range(5):
            found = ask(address, f"{look_up}{number}").json()["results"]["bindings"]
            assert len(found) == 5
        # It only looks like one: it is stopped after a moment, and waits for its turn.
        pretended = ENDLESS.replace("(COUNT(*) AS ?n) { ", "* { <id/commitment/water> ?x ?y . ")
        with connection(address, pretended) as asked:
            asked.settimeout(2)
            with pytest.raises(TimeoutError):
                asked.recv(1)
            assert ask(address, f"{look_up} again").status_code == 200


@pytest.mark.parametrize(
    "query",
    [
        "SELECT * { SERVICE <http://127.0.0.1:9/> { ?s ?p ?o } }",
        "SELECT * { sErViCe SILENT <http://[::1]/> { ?s ?p ?o } }",
        "SELECT * { ?x ?y trueSERVICE<http://2130706433/>{ ?s ?p ?o } }",
        "SELECT * { ?s ?p ?e . SERVICE ?e { ?s ?p ?o } }",
    ],
)
def test_no_query_reaches_the_network(address: str, query: str) -> None:
    response = ask(address, query)
    assert response.status_code == 400
    assert response.json()["type"].endswith("/problems/query-refused")


def test_no_worker_outlives_the_service(start: Start) -> None:
    service = start()
    assert ask(service.address(), "ASK {}").status_code == 200
    workers = service.children()
    assert workers
    service.process.kill()
    service.process.wait()
    deadline = time.monotonic() + 20
    while any(Path(f"/proc/{each}").exists() for each in workers):
        assert time.monotonic() < deadline, "a worker lives on"
        time.sleep(0.05)
