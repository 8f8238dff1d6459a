"""Slow and endless requests, on a real connection to a real server."""

from __future__ import annotations

import contextlib
import os
import socket
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote, urlsplit

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


def connect(address: str, source: str = "127.0.0.1") -> socket.socket:
    """A connection that comes from another address of this machine."""
    parts = urlsplit(address)
    made = socket.create_connection((parts.hostname, parts.port), source_address=(source, 0))
    made.settimeout(10)
    return made


def everything(asked: socket.socket) -> bytes:
    """What comes until the server closes the connection."""
    received = b""
    with contextlib.suppress(ConnectionResetError):
        while piece := asked.recv(65_536):
            received += piece
    return received


def asked_for(address: str, source: str, request: bytes = b"") -> bytes:
    """What a request from there gets; nothing where its connection is reset."""
    with connect(address, source) as asked, contextlib.suppress(ConnectionResetError):
        asked.sendall(request or b"GET /health HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
        return everything(asked)
    return b""


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


@pytest.fixture(scope="module")
def crowded(large: EmbeddedEngine) -> Iterator[str]:
    """Where a service answers that has twenty connections, and is patient."""
    service = Service(
        data_dir=large.directory.path,
        dump_interval=0,
        base=BASE,
        port=0,
        receive_timeout=12,
        max_connections=20,
        client_connections=6,
        trusted_proxies="127.0.0.9",
        query_workers=1,
    )
    yield service.address()
    service.end()


def test_one_address_does_not_take_all_connections(crowded: str) -> None:
    """Two thousand from one address once had everybody else's reset."""
    with contextlib.ExitStack() as crowd:
        for _ in range(100):
            crowd.enter_context(connect(crowded, "127.0.0.2"))
        for source in ("127.0.0.1", "127.0.0.3"):
            assert asked_for(crowded, source).startswith(b"HTTP/1.1 200")
        assert not asked_for(crowded, "127.0.0.2").startswith(b"HTTP/1.1 200")
    with contextlib.ExitStack() as crowd:
        for _ in range(6):
            crowd.enter_context(connect(crowded, "127.0.0.4"))
        told = asked_for(crowded, "127.0.0.4")
        assert told.startswith(b"HTTP/1.1 503")
        assert b"/problems/crowded" in told
        assert b"retry-after: 5" in told


def test_a_newcomer_gets_a_place_of_those_who_have_most(crowded: str) -> None:
    with contextlib.ExitStack() as crowd:
        for source in ("127.0.0.5", "127.0.0.6", "127.0.0.7", "127.0.0.10"):
            for _ in range(6):
                crowd.enter_context(connect(crowded, source))
        for _ in range(3):
            assert asked_for(crowded, "127.0.0.8").startswith(b"HTTP/1.1 200")


def test_behind_a_proxy_one_client_does_not_have_all_requests_under_way(crowded: str) -> None:
    """Its connections are the proxy's, and are many clients'."""
    slow = POST.replace(b"Host: x", b"Host: x\r\nX-Forwarded-For: 198.51.100.1")
    health = b"GET /health HTTP/1.1\r\nHost: x\r\nConnection: close\r\nX-Forwarded-For: %s\r\n\r\n"
    with contextlib.ExitStack() as crowd:
        for _ in range(6):
            crowd.enter_context(connect(crowded, "127.0.0.9")).sendall(slow)
        time.sleep(1.5)  # as long as a body is read ahead
        told = asked_for(crowded, "127.0.0.9", health % b"198.51.100.1")
        assert told.startswith(b"HTTP/1.1 503")
        assert b"/problems/crowded" in told
        other = asked_for(crowded, "127.0.0.9", health % b"198.51.100.2")
        assert other.startswith(b"HTTP/1.1 200")


def test_a_body_that_drips_is_given_up_before_the_deadline(crowded: str) -> None:
    begun = time.monotonic()
    with connect(crowded) as asked:
        asked.sendall(POST)
        with contextlib.suppress(OSError):
            while time.monotonic() - begun < 8:
                asked.sendall(b" ")
                time.sleep(0.2)
        answer = everything(asked)
    assert answer.startswith(b"HTTP/1.1 408")
    assert b'"limit":"receive_rate"' in answer


def test_a_body_that_nobody_reads_is_not_waited_for(address: str) -> None:
    """The request has its answer, and its body drips on."""
    begun = time.monotonic()
    with connect(address) as asked:
        asked.sendall(b"POST /graphs HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\n")
        with pytest.raises(OSError):
            while time.monotonic() - begun < 8:
                asked.sendall(b" ")
                time.sleep(0.1)
    assert time.monotonic() - begun < 5


@pytest.mark.parametrize(
    "head",
    [
        b"GET /health HTTP/1.1\r\n",
        b"GET /health HTTP/1.1\r\nHost: a\r\nHost: b\r\n",
        b"GET /health HTTP/1.1\r\nHost: a\r\nhost: a\r\n",
        b"GET /health HTTP/1.1\r\nHost: a b\r\n",
        b"GET /health HTTP/1.1\r\nHost: a/b\r\n",
        b"GET http://a/health HTTP/1.1\r\n",
        b"GET /health HTTP/1.0\r\nHost: a\r\nHost: b\r\n",
        b"HELLO\r\n",
    ],
)
def test_a_request_says_once_which_host_it_means(address: str, head: bytes) -> None:
    """RFC 9112, section 3.2."""
    begun = time.monotonic()
    answer = asked_for(address, "127.0.0.1", head + b"\r\n")
    assert answer.startswith(b"HTTP/1.1 400")
    assert b"content-type: application/problem+json" in answer
    assert f"{BASE}/problems/bad-request".encode() in answer
    assert time.monotonic() - begun < 5


@pytest.mark.parametrize(
    "head",
    [
        b"GET /health HTTP/1.0\r\n",
        b"GET /health HTTP/1.1\r\nConnection: close\r\nHost: data.example.org:8000\r\n",
        b"GET /health HTTP/1.1\r\nConnection: close\r\nHost: [::1]:80\r\n",
        b"GET /health HTTP/1.1\r\nConnection: close\r\nHost:\r\n",
    ],
)
def test_any_proper_host_will_do(address: str, head: bytes) -> None:
    assert asked_for(address, "127.0.0.1", head + b"\r\n").startswith(b"HTTP/1.1 200")


def test_a_client_of_http_1_0_gets_no_chunks(address: str) -> None:
    """RFC 9112, section 7.1: an answer of unknown length ends with the connection."""
    query = quote("SELECT ?a ?b ?d ?e ?g ?h { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }")
    asked = f"GET /sparql?query={query}&format=csv".encode()
    old = asked_for(address, "127.0.0.1", asked + b" HTTP/1.0\r\n\r\n")
    new = httpx.get(f"{address}sparql?query={query}&format=csv", timeout=30)
    head, _, body = old.partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 200")
    assert b"transfer-encoding" not in head.lower()
    assert new.headers["transfer-encoding"] == "chunked"
    assert body == new.content
