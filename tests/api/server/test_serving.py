"""The service as a process: how it starts, refuses to start, streams, and stops."""

from __future__ import annotations

import os
import signal
import socket
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import quote, urlsplit

import httpx
import pytest

from pledgegraph.store.embedded import EmbeddedEngine
from tests.running_service import Service, Started, environment_of

BASE = "https://data.example.org"
ENDLESS = "SELECT (COUNT(*) AS ?n) { " + " . ".join(f"?a{n} ?b{n} ?c{n}" for n in range(12)) + " }"
"""Runs for years over the small data, and writes nothing."""
PLAIN = {"Accept-Encoding": "identity"}
"""For tests that wait for so many bytes: these answers shrink to a hundredth."""
HUGE = ENDLESS.replace("(COUNT(*) AS ?n)", "*")
"""Writes for years."""

Start = Callable[..., Service]


@pytest.fixture
def start(engine: EmbeddedEngine) -> Iterator[Start]:
    """Starts services over the small data, and ends them all."""
    started: list[Service] = []

    def begin(**settings: object) -> Service:
        chosen = {"data_dir": engine.directory.path, "base": BASE, "port": 0, **settings}
        started.append(Service(**chosen))
        return started[-1]

    yield begin
    for each in started:
        each.end()


def ask(address: str, query: str, **parameters: str) -> httpx.Response:
    """The whole answer to a query."""
    return httpx.get(address + "sparql", params={"query": query, **parameters}, timeout=60)


def connection(address: str, query: str) -> socket.socket:
    """A connection on which a query has been asked and nothing is read."""
    parts = urlsplit(address)
    made = socket.create_connection((parts.hostname, parts.port))
    made.sendall(f"GET /sparql?query={quote(query)} HTTP/1.1\r\nHost: x\r\n\r\n".encode())
    return made


def test_workers_stand_back_behind_a_service_that_stands_back_itself(start: Start) -> None:
    service = start(query_workers=1, copies_memory=0)
    assert ask(service.address(), "SELECT * { ?s ?p ?o } ORDER BY ?s").is_success
    before = sorted(os.getpriority(os.PRIO_PROCESS, each) for each in service.children())
    # Those that it starts from now on follow it.
    own = os.getpriority(os.PRIO_PROCESS, 0)
    os.setpriority(os.PRIO_PROCESS, service.process.pid, own + 4)
    for each in service.children():
        os.kill(each, signal.SIGKILL)
    # A worker that dies while a query is handed to it costs a retry.
    tried = [ask(service.address(), f"SELECT * {{ ?s ?p ?o }} ORDER BY ?o #{n}") for n in range(3)]
    assert tried[-1].is_success
    after = sorted(os.getpriority(os.PRIO_PROCESS, each) for each in service.children())
    assert own + 5 in before
    assert own + 4 + 5 in after


def test_it_says_where_it_answers_and_stops_when_told(start: Start) -> None:
    service = start()
    address = service.address()
    response = ask(address, "ASK {}")
    assert response.json()["boolean"] is True
    assert response.headers["content-length"] == str(len(response.content))
    assert "server" not in response.headers
    service.stop()
    assert service.process.returncode == 0
    assert "Traceback" not in service.end()


def test_it_stops_while_queries_run(start: Start) -> None:
    service = start()
    address = service.address()
    with (
        httpx.Client(timeout=10, headers=PLAIN) as client,
        client.stream("GET", address + "sparql", params={"query": HUGE}) as response,
        connection(address, ENDLESS) as silent,
    ):
        chunks = response.iter_raw()
        assert next(chunks)
        time.sleep(0.3)
        service.stop()
        with pytest.raises(httpx.RemoteProtocolError):
            list(chunks)
        silent.settimeout(2)
        assert b"503" in silent.recv(65_536).split(b"\r\n")[0]
    assert service.process.returncode == 0
    assert "Segmentation" not in service.end()


def test_it_stops_when_the_system_asks(start: Start) -> None:
    service = start()
    service.address()
    service.stop(signal.SIGTERM)
    assert service.process.returncode in (0, -signal.SIGTERM)


STUCK = """\
import threading
from pledgegraph.cli import main
from pledgegraph_api.progress.ledger import Ledgers

def read(*_):
    print("reading", flush=True)
    threading.Event().wait()

Ledgers._read = read
main()
"""
"""The service, for which what pages need of the whole snapshot is never ready."""


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_it_stops_while_the_snapshot_is_read(
    engine: EmbeddedEngine, number: signal.Signals
) -> None:
    settings = environment_of(data_dir=engine.directory.path, base=BASE, port=0)
    service = Started([sys.executable, "-c", STUCK, "serve"], settings)
    try:
        parts = urlsplit(service.address())
        # Somebody waits for a page, too.
        with socket.create_connection((parts.hostname, parts.port)) as reader:
            reader.sendall(b"GET /progress HTTP/1.1\r\nHost: x\r\n\r\n")
            while "reading" not in service.output():
                assert service.process.poll() is None
                time.sleep(0.05)
            service.stop(number)
        assert service.process.returncode in (0, -number)
    finally:
        service.end()


@pytest.mark.parametrize("query", [ENDLESS, HUGE])
def test_others_are_answered_while_queries_run(start: Start, query: str) -> None:
    service = start(query_workers=3, query_timeout=120)
    address = service.address()
    with connection(address, query), connection(address, query):
        time.sleep(0.3)
        # Both give up long before the queries do.
        assert httpx.get(address + "health", timeout=10).status_code == 200
        assert ask(address, "ASK {}").json()["boolean"] is True


def test_a_client_that_leaves_frees_the_processor(start: Start) -> None:
    service = start()
    address = service.address()
    with (
        httpx.Client(headers=PLAIN) as client,
        client.stream("GET", address + "sparql", params={"query": HUGE}) as response,
    ):
        taken = 0
        for chunk in response.iter_raw():
            taken += len(chunk)
            if taken > 2_000_000:
                break
    time.sleep(0.5)
    before = service.processor_time()
    time.sleep(0.5)
    assert service.processor_time() - before < 0.2


def test_a_long_answer_takes_no_memory(start: Start) -> None:
    service = start()
    address = service.address()
    ask(address, HUGE + " LIMIT 1000")
    before = service.memory()
    with (
        httpx.Client(headers=PLAIN) as client,
        client.stream("GET", address + "sparql", params={"query": HUGE}) as response,
    ):
        taken = 0
        for chunk in response.iter_raw():
            taken += len(chunk)
            if taken > 30_000_000:
                break
        time.sleep(0.5)
    assert service.memory() - before < 20_000_000


def test_an_address_of_any_length(start: Start) -> None:
    service = start(max_query_bytes=1_000)
    address = service.address()
    # The server itself refuses what is longer than 64 KB, in words of its own.
    for length, status in ((900, b"200"), (2_000, b"413"), (100_000, b"431"), (9_000_000, b"431")):
        with connection(address, "ASK {} #" + "x" * length) as asked:
            asked.settimeout(5)
            assert asked.recv(65_536).split(b" ")[1] == status
    assert httpx.get(address + "health").status_code == 200


def test_a_port_that_is_taken(start: Start) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        service = start(port=taken.getsockname()[1])
        assert service.process.wait(20) == 2
    said = service.end()
    assert "Something else listens on port" in said
    assert "PLEDGEGRAPH_PORT" in said
    assert "Traceback" not in said


def test_an_address_that_is_not_here(start: Start) -> None:
    service = start(host="192.0.2.1")
    assert service.process.wait(20) == 2
    assert "192.0.2.1 is not an address of this machine" in service.end()


def test_a_directory_that_is_missing(start: Start, tmp_path: Path) -> None:
    service = start(data_dir=tmp_path / "nothing")
    assert service.process.wait(20) == 4
    said = service.end()
    assert "There is no data directory" in said
    assert "pledgegraph init" in said
    assert "Traceback" not in said


def test_a_directory_of_another_base(start: Start) -> None:
    service = start(base="https://elsewhere.example")
    assert service.process.wait(20) == 4
    assert f"PLEDGEGRAPH_BASE={BASE}" in service.end()


def test_it_starts_while_another_process_writes(start: Start, engine: EmbeddedEngine) -> None:
    with engine.directory.locked(5):
        service = start()
        assert ask(service.address(), "ASK {}").status_code == 200
