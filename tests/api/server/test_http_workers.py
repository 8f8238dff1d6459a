"""The service in several processes over one socket."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

import httpx

from tests.api.server.test_serving import ENDLESS, Start, ask, connection, start
from tests.running_service import Service, children_of

__all__ = ["start"]


def until(condition: Callable[[], bool], seconds: float = 60) -> None:
    """Wait for something."""
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "it did not come about"
        time.sleep(0.05)


def answered(address: str) -> bool:
    """Whether a query on a connection of its own is answered."""
    return ask(address, "ASK {}").json()["boolean"] is True


def speaking(service: Service) -> int:
    """How many of a service's processes speak HTTP."""
    lines = (Path(f"/proc/{each}/cmdline").read_bytes() for each in service.children())
    return sum(b"server.worker" in line for line in lines)


def begun(start: Start, **settings: object) -> tuple[Service, str]:
    """A service in two processes, both with their first worker, which stays."""
    service = start(http_workers=2, query_workers=2, copies_memory=0, **settings)
    address = service.address()
    until(lambda: sum(len(children_of(each)) for each in service.children()) >= 2)
    return service, address


def test_two_processes_answer_and_end_together(start: Start) -> None:
    service, address = begun(start)
    workers = [w for each in service.children() for w in children_of(each)]
    assert len(service.children()) == 2
    assert answered(address)
    with connection(address, ENDLESS):
        time.sleep(0.3)
        service.stop()
    assert service.process.returncode == 0
    until(lambda: not any(Path(f"/proc/{each}").exists() for each in workers), 20)
    assert "Traceback" not in service.end()


def test_one_that_dies_is_replaced(start: Start) -> None:
    service, address = begun(start)
    first, other = service.children()
    subprocess.run(["kill", "-9", str(first)], check=True)
    until(lambda: len(set(service.children()) - {first}) == 2)
    assert other in service.children()
    for _ in range(4):
        assert answered(address)
    service.stop(signal.SIGTERM)
    assert service.process.returncode == 0
    assert "another one is started" in service.end()


def test_there_is_one_for_each_core_that_the_service_may_use(start: Start) -> None:
    service = start(http_workers=0, copies_memory=0)
    service.address()
    cores = len(os.sched_getaffinity(0))
    # With one core there is no process beside the first.
    expected = cores if cores > 1 else 0
    until(lambda: speaking(service) == expected)


def test_none_outlives_the_first(start: Start) -> None:
    service, _ = begun(start)
    processes = service.children()
    service.process.kill()
    service.process.wait()
    until(lambda: not any(Path(f"/proc/{each}").exists() for each in processes), 20)


def test_all_have_the_same_tags(start: Start) -> None:
    _, address = begun(start)
    query = {"query": "SELECT * { ?s ?p ?o }"}
    # Each connection may be taken by either process.
    tags = {
        httpx.get(address + "sparql", params=query, timeout=60).headers["etag"] for _ in range(12)
    }
    assert len(tags) == 1
