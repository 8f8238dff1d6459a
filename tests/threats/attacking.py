"""Attacks on a service, and whether others are served meanwhile."""

from __future__ import annotations

import contextlib
import socket
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import quote

import httpx

from tests.running_service import RunningService
from tests.threats.conftest import BASE, discreet

CROSS = " . ".join(f"?a{n} ?b{n} ?c{n}" for n in range(12))
ENDLESS = f"SELECT (COUNT(*) AS ?n) {{ {CROSS} }}"
"""Runs for years, and writes nothing."""
HUGE = f"SELECT * {{ {CROSS} }}"
"""Writes for years."""


def attack(service: RunningService, *queries: str, endless: bool = True) -> list[httpx.Response]:
    """What comes of queries sent at the same time; others must be answered meanwhile.

    An endless query ends by its deadline alone, so the others' answers must come before its own.
    One that is not endless may meet the bound of memory before the others have asked.
    """
    with ThreadPoolExecutor(len(queries)) as crowd:
        running = [crowd.submit(whole_answer, service, query) for query in queries]
        time.sleep(0.3)
        others_are_served(service)
        if endless:
            assert not all(each.done() for each in running), "others waited for the attack's end"
        return [each.result() for each in running]


def whole_answer(service: RunningService, query: str) -> httpx.Response:
    """What comes of a query in a form; 599 stands for an answer that breaks off."""
    form = {"query": query}
    try:
        response = httpx.post(service.sparql, data=form, timeout=60)
    except httpx.RemoteProtocolError:
        return httpx.Response(599)
    discreet(response.text[:100_000])
    return response


def others_are_served(service: RunningService) -> None:
    """A look at the service's health, at a page, and a small query."""
    with httpx.Client(base_url=service.address, timeout=30) as client:
        assert client.get("/health").status_code == 200
        assert client.get("/", headers={"Accept": "text/html"}).status_code == 200
        row = {"query": f"ASK {{ <{BASE}/id/node/0> ?p ?o }}"}
        assert client.get("/sparql", params=row).json()["boolean"] is True


def refused(response: httpx.Response, status: int | Sequence[int], name: str = "") -> str:
    """What the problem document says, which has a remedy or an explanation and no secrets."""
    statuses = (status,) if isinstance(status, int) else status
    assert response.status_code in statuses, response.text[:1000]
    discreet(response.text)
    assert response.headers["content-type"].startswith("application/problem+json")
    document = response.json()
    assert document["status"] == response.status_code
    assert document["type"].startswith(f"{BASE}/problems/{name}")
    assert document["title"]
    assert document["detail"]
    return str(document["detail"])


def raw(service: RunningService, request: bytes, patience: float = 30) -> bytes:
    """All that comes back for bytes on a socket of their own, until the service closes it."""
    with socket.create_connection(("127.0.0.1", service.port), timeout=patience) as wire:
        with contextlib.suppress(ConnectionError):
            wire.sendall(request)
        return everything(wire)


def everything(wire: socket.socket) -> bytes:
    """What comes until the other side closes."""
    received = bytearray()
    with contextlib.suppress(ConnectionError):
        while chunk := wire.recv(65_536):
            received += chunk
    return bytes(received)


def asked(service: RunningService, query: str) -> socket.socket:
    """A connection on which a query has been asked and nothing has been read."""
    wire = socket.create_connection(("127.0.0.1", service.port), timeout=30)
    wire.sendall(f"GET /sparql?query={quote(query)} HTTP/1.1\r\nHost: x\r\n\r\n".encode())
    return wire


def eventually(holds: Callable[[], bool], patience: float = 20) -> bool:
    """Whether it comes true."""
    until = time.monotonic() + patience
    while time.monotonic() < until:
        if holds():
            return True
        time.sleep(0.05)
    return False
