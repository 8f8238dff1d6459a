"""Slow and endless requests, on a real connection to a real server."""

from __future__ import annotations

import contextlib
import os
import socket
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import pytest
from pyoxigraph import Literal, NamedNode, Quad

from pledgegraph.history.make_dump import make_dump
from pledgegraph.namespaces import PG
from pledgegraph.store.changes import Change
from pledgegraph.store.embedded import EmbeddedEngine
from tests.api.conftest import make_store
from tests.api.server.test_serving import BASE
from tests.running_service import Service

LARGE = 8 * 1024 * 1024
"""Characters."""
POST = (
    b"POST /sparql HTTP/1.1\r\nHost: x\r\nContent-Type: application/sparql-query\r\n"
    b"Content-Length: 100\r\n\r\nASK"
)


@pytest.fixture(scope="module")
def large(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EmbeddedEngine]:
    """A store with texts that are too large for what a system keeps of a connection."""
    engine = make_store(tmp_path_factory.mktemp("large") / "store")
    node, graph = NamedNode(f"{BASE}/id/note/large"), NamedNode(f"{BASE}/id/source/one")
    texts = (Literal(os.urandom(LARGE // 32).hex()) for _ in range(16))
    quads = [Quad(node, PG.text, text, graph) for text in texts]
    engine.update(Change(agent="tests", reason="Large", add=quads))
    make_dump(engine, keep=1)
    yield engine
    engine.close()


@pytest.fixture(scope="module")
def address(large: EmbeddedEngine) -> Iterator[str]:
    """Where a service answers that waits one second and has five connections."""
    service = Service(
        data_dir=large.directory.path,
        stall_timeout=0.5,
        dump_interval=0,
        base=BASE,
        port=0,
        receive_timeout=1,
        max_connections=5,
        query_workers=1,
    )
    yield service.address()
    service.end()


def connect(address: str) -> socket.socket:
    parts = urlsplit(address)
    made = socket.create_connection((parts.hostname, parts.port))
    made.settimeout(10)
    return made


def everything(asked: socket.socket) -> bytes:
    """What comes until the server closes the connection."""
    received = b""
    with contextlib.suppress(ConnectionResetError):
        while piece := asked.recv(65_536):
            received += piece
    return received


@pytest.mark.parametrize(
    "beginning",
    [b"", b"GET /health HTT", b"GET /health HTTP/1.1\r\nHost: x\r\nX-Slow: "],
    ids=["silence", "half a line", "half a head"],
)
def test_a_head_that_does_not_come_is_not_waited_for(address: str, beginning: bytes) -> None:
    with connect(address) as asked:
        asked.sendall(beginning)
        assert everything(asked) == b""


def test_a_second_head_is_not_waited_for_either(address: str) -> None:
    with connect(address) as asked:
        asked.sendall(b"GET /health HTTP/1.1\r\nHost: x\r\n\r\nGET /hea")
        assert everything(asked).startswith(b"HTTP/1.1 200")


def test_a_head_that_drips_is_not_waited_for(address: str) -> None:
    with connect(address) as asked:
        asked.sendall(b"GET /health HTTP/1.1\r\n")
        with pytest.raises(OSError):
            for number in range(100):
                asked.sendall(f"X-{number}: y\r\n".encode())
                time.sleep(0.1)


def test_a_body_that_does_not_come_gets_a_problem(address: str) -> None:
    with connect(address) as asked:
        asked.sendall(POST)
        answer = everything(asked)
    assert answer.startswith(b"HTTP/1.1 408")
    assert b"/problems/slow-request" in answer
    assert b'"limit":"receive_timeout"' in answer


def test_a_body_that_comes_slowly_enough_is_read(address: str) -> None:
    with connect(address) as asked:
        asked.sendall(POST.replace(b"Content-Length: 100", b"Content-Length: 6"))
        time.sleep(0.3)
        asked.sendall(b" {}")
        assert asked.recv(65_536).startswith(b"HTTP/1.1 200")


def test_a_head_that_has_no_end(address: str) -> None:
    with connect(address) as asked:
        asked.sendall(b"GET / HTTP/1.1\r\nX-Long: ")
        with contextlib.suppress(OSError):
            for _ in range(100):
                asked.sendall(b"x" * 10_000)
        assert everything(asked).startswith(b"HTTP/1.1 431")


def test_a_head_with_too_many_headers(address: str) -> None:
    headers = {f"X-{number}": "y" * 100 for number in range(1000)}
    assert httpx.get(address + "health", headers=headers).status_code == 431


def test_connections_beyond_the_bound_are_told_so(address: str) -> None:
    with contextlib.ExitStack() as crowd:
        for _ in range(5):
            crowd.enter_context(connect(address))
        assert httpx.get(address + "health").status_code == 503
        for _ in range(5):
            crowd.enter_context(connect(address))
        with pytest.raises(httpx.TransportError):
            httpx.get(address + "health")
    for _ in range(20):
        with contextlib.suppress(httpx.TransportError):
            if httpx.get(address + "health").status_code == 200:
                return
        time.sleep(0.1)
    pytest.fail("the service does not come back")


def test_a_wish_for_another_protocol_takes_no_body_away(address: str) -> None:
    wish = b"Host: x\r\nConnection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAEA"
    request = POST.replace(b"Host: x", wish).replace(b": 100", b": 6") + b" {}"
    with connect(address) as asked:
        for _ in range(2):
            asked.sendall(request)
            answer = b""
            while not answer.endswith(b'"boolean":true}'):
                piece = asked.recv(65_536)
                assert piece, answer
                answer += piece
            assert answer.startswith(b"HTTP/1.1 200")


def is_held(asked: socket.socket) -> bool:
    """Whether the server's end of a connection is still open."""
    ours, theirs = asked.getsockname()[1], asked.getpeername()[1]
    lines = Path("/proc/net/tcp").read_text(encoding="ascii").splitlines()[1:]
    ends = [line.split()[1:4] for line in lines]
    established = [
        (int(local.rpartition(":")[2], 16), int(remote.rpartition(":")[2], 16))
        for local, remote, state in ends
        if state == "01"
    ]
    return (theirs, ours) in established


@pytest.mark.parametrize(
    "path", ["/changes/1.rdfp", "/changes/patches?from=1", "/dumps/1/pledgegraph-1.nq.gz"]
)
def test_a_client_that_takes_nothing_of_a_file_is_dropped(address: str, path: str) -> None:
    whole = len(httpx.get(address.rstrip("/") + path, headers={"Accept-Encoding": ""}).content)
    parts = urlsplit(address)
    with socket.socket() as asked:
        asked.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        asked.settimeout(10)
        asked.connect((parts.hostname, parts.port))
        asked.sendall(f"GET {path} HTTP/1.1\r\nHost: x\r\n\r\n".encode())
        assert asked.recv(12) == b"HTTP/1.1 200"
        assert is_held(asked)
        deadline = time.monotonic() + 20
        while is_held(asked):
            assert time.monotonic() < deadline, "the client is not dropped"
            time.sleep(0.05)
        assert len(everything(asked)) < whole
    assert httpx.get(f"{address}health").status_code == 200
