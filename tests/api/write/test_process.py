"""Writes to a service in a process of its own: limits, two writers at once, and a violent end."""

from __future__ import annotations

import gc
import os
import random
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.error import HTTPError
from urllib.parse import urlsplit

import httpx
import pytest
from pyoxigraph import Store
from rdflib import Graph, Literal, URIRef
from rdflib.plugins.stores.sparqlstore import SPARQLUpdateStore

from pledgegraph.store.directory import open_directory
from pledgegraph.store.embedded import EmbeddedEngine
from pledgegraph.store.log.changes_log import ChangesLog
from pledgegraph.writes.tokens import Scope, Tokens
from tests.api.conftest import BASE
from tests.api.server.test_serving import ENDLESS
from tests.api.write.conftest import ONE, copied
from tests.graph.building import source_text
from tests.running_service import ROOT, Service

UPDATE = {"Content-Type": "application/sparql-update"}
ENDLESS_UPDATE = f"INSERT {{ GRAPH <{ONE}> {{ <a> <n> ?n }} }} WHERE {{ {{ {ENDLESS} }} }}"
"""Computes for years, and would then add one quad."""
HUNGRY = (
    f"INSERT {{ GRAPH <{ONE}> {{ ?a0 <n> ?t }} }} WHERE {{ "
    + " ".join(f"?a{n} ?b{n} ?c{n} ." for n in range(6))
    + " BIND(CONCAT(STR(?a0), STR(?a1), STR(?a2), STR(?a3), STR(?a4), STR(?a5)) AS ?t) }"
)
"""Would add more quads than there is memory for."""

Serve = Callable[..., "Served"]


class Served:
    """A service over a store of its own, and a client who may write."""

    def __init__(self, path: Path, **settings: object) -> None:
        self.path = path
        _, token = Tokens(path).create(scopes=(Scope.WRITE,), label="The tests")
        self.headers = {"Authorization": f"Bearer {token}"}
        self.service = Service(
            **{"data_dir": path, "base": BASE, "port": 0, "budget_errors": 1_000, **settings}
        )
        try:
            self.address = self.service.address()
        except BaseException:
            self.service.end()
            raise
        self.client = httpx.Client(base_url=self.address, timeout=60)

    def update(self, text: str) -> httpx.Response:
        """Send an update."""
        return self.client.post("/update", content=text, headers={**self.headers, **UPDATE})

    def begin(self, text: str) -> socket.socket:
        """Send an update, and wait for no answer."""
        parts = urlsplit(self.address)
        body = text.encode()
        head = (
            "POST /update HTTP/1.1\r\nHost: x\r\nContent-Type: application/sparql-update\r\n"
            f"Authorization: {self.headers['Authorization']}\r\nContent-Length: {len(body)}\r\n\r\n"
        )
        made = socket.create_connection((parts.hostname, parts.port))
        made.sendall(head.encode() + body)
        return made

    def workers(self) -> list[int]:
        """The processes that work out a write."""
        found = []
        for entry in Path("/proc").iterdir():
            if not entry.name.isdecimal():
                continue
            try:
                parent = (entry / "stat").read_text(encoding="ascii").rpartition(")")[2].split()[1]
                words = (entry / "cmdline").read_bytes()
            except (FileNotFoundError, ProcessLookupError):
                continue
            if int(parent) == self.service.process.pid and b"write_process" in words:
                found.append(int(entry.name))
        return found

    def wait_for(self, what: Callable[[], bool]) -> None:
        """Wait until it is so."""
        deadline = time.monotonic() + 60
        while not what():
            assert time.monotonic() < deadline
            time.sleep(0.02)

    def quads(self) -> set[str]:
        """All that the newest snapshot holds."""
        engine = EmbeddedEngine(open_directory(self.path))
        with engine.snapshot() as snapshot:
            found = {str(quad) for quad in snapshot.quads()}
        engine.close()
        return found

    def last(self) -> int:
        """The number of the newest change."""
        return ChangesLog(self.path / "changes").last()

    def close(self) -> None:
        """End the service."""
        self.client.close()
        self.service.end()


@pytest.fixture(scope="module")
def serve(judged_store: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Serve]:
    """Serves copies of a store with two actors, and ends all services."""
    begun: list[Served] = []

    def begin(**settings: object) -> Served:
        path = copied(judged_store, tmp_path_factory.mktemp("served") / "store")
        begun.append(Served(path, **settings))
        return begun[-1]

    yield begin
    for each in begun:
        each.close()


@pytest.fixture(scope="module")
def served(serve: Serve) -> Served:
    """One service for the tests that leave it as it was, or mind only their own graphs."""
    return serve(write_memory=150_000_000, max_change_quads=5_000)


def is_unharmed(served: Served, before: set[str], last: int) -> None:
    assert served.quads() == before
    assert served.last() == last
    served.wait_for(lambda: not served.workers())
    served.wait_for(lambda: not any((served.path / "work").glob("*")))
    assert served.client.get("/health").status_code == 200


def test_a_write_that_takes_too_long_changes_nothing(serve: Serve) -> None:
    served = serve(write_timeout=2)
    before, last = served.quads(), served.last()
    slow = served.update(ENDLESS_UPDATE)
    assert slow.status_code == 504, slow.text
    assert slow.json()["type"] == f"{BASE}/problems/write-timeout"
    assert "nothing was changed" in slow.json()["detail"]
    is_unharmed(served, before, last)
    served.close()


def test_a_write_that_takes_too_much_changes_nothing(served: Served) -> None:
    before, last = served.quads(), served.last()
    hungry = served.update(HUNGRY)
    assert hungry.status_code == 507, hungry.text
    assert hungry.json()["type"] == f"{BASE}/problems/write-memory"
    many = " ".join(f"<n{n}> <p> {n} ." for n in range(5_001))
    wide = served.update(f"INSERT DATA {{ GRAPH <{ONE}> {{ {many} }} }}")
    assert wide.status_code == 413, wide.text
    assert wide.json()["type"] == f"{BASE}/problems/change-too-large"
    is_unharmed(served, before, last)


def test_a_client_that_leaves_changes_nothing(served: Served) -> None:
    before, last = served.quads(), served.last()
    connection = served.begin(ENDLESS_UPDATE)
    served.wait_for(lambda: len(served.workers()) == 1)
    connection.close()
    is_unharmed(served, before, last)


def test_a_write_whose_process_is_ended_from_outside_is_told_to_come_back(served: Served) -> None:
    before, last = served.quads(), served.last()
    answers: list[httpx.Response] = []
    asking = threading.Thread(target=lambda: answers.append(served.update(ENDLESS_UPDATE)))
    asking.start()
    served.wait_for(lambda: len(served.workers()) == 1)
    for each in served.workers():
        os.kill(each, signal.SIGKILL)
    asking.join(60)
    assert answers[0].status_code == 503, answers[0].text
    assert int(answers[0].headers["Retry-After"]) > 0
    assert answers[0].json()["type"] == f"{BASE}/problems/worker-lost"
    is_unharmed(served, before, last)


def test_blank_nodes_without_end_are_bounded(served: Served) -> None:
    before, last = served.quads(), served.last()
    flood = "[] <urn:p> [] .\n" * 6_000
    headers = {**served.headers, "Content-Type": "text/turtle"}
    response = served.client.put("/graphs/source/flood", content=flood, headers=headers)
    assert response.status_code == 413, response.text
    update = (
        f"INSERT {{ GRAPH <{ONE}> {{ _:a <p> _:b . _:b <q> _:c }} }} "
        "WHERE { ?s ?p ?o . ?x ?y ?z . ?u ?v ?w . ?k ?l ?m }"
    )
    # Which bound it meets first is the engine's affair.
    assert served.update(update).status_code in {413, 507}
    is_unharmed(served, before, last)


def test_writers_at_the_same_time_lose_nothing(served: Served, tmp_path: Path) -> None:
    """Each adds one to a number that all share and leaves a mark, while a file is loaded."""
    begun = served.update(f"INSERT DATA {{ GRAPH <{ONE}> {{ <n> <is> 0 }} }}")
    assert begun.status_code == 200, begun.text
    step = (
        f"DELETE {{ GRAPH <{ONE}> {{ <n> <is> ?n }} }} "
        f"INSERT {{ GRAPH <{ONE}> {{ <n> <is> ?next . <n> <mark> 'MARK' }} }} "
        f"WHERE {{ GRAPH <{ONE}> {{ <n> <is> ?n BIND(?n + 1 AS ?next) }} }}"
    )
    answers: list[httpx.Response] = []

    def write(mark: int) -> None:
        answers.append(served.update(step.replace("MARK", str(mark))))

    file = tmp_path / "two.ttl"
    file.write_text(source_text("two", "cem"), encoding="utf-8")
    program = "from pledgegraph.cli import main; main()"
    threads = [threading.Thread(target=write, args=(mark,)) for mark in range(5)]
    with subprocess.Popen(
        [sys.executable, "-c", program, "load", file, "--data-dir", served.path, "--base", BASE],
        env={**os.environ, "PYTHONPATH": str(ROOT / "graph")},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    ) as loading:
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        said, _ = loading.communicate(timeout=60)
    assert loading.returncode == 0, said
    assert [each.status_code for each in answers] == [200] * 5, [each.text for each in answers]
    assert len({each.json()["sequence"] for each in answers}) == 5
    held = served.quads()
    assert sum(f"<{BASE}/mark>" in quad for quad in held) == 5
    (number,) = [quad for quad in held if f"<{BASE}/is>" in quad]
    assert '"5"' in number
    assert any("id/actor/cem" in quad for quad in held)


# It leaves the answers to its updates unread, and their sockets to be collected.
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_the_store_of_rdflib_writes(served: Served) -> None:
    store = SPARQLUpdateStore(
        f"{served.address}sparql",
        f"{served.address}update",
        headers=served.headers,
        context_aware=True,
    )
    graph = Graph(store, identifier=URIRef(ONE))
    subject, predicate = URIRef("urn:s"), URIRef("urn:p")
    graph.add((subject, predicate, Literal("one")))
    graph.add((subject, predicate, Literal("deux", lang="fr")))
    assert sorted(map(str, graph.objects(subject, predicate))) == ["deux", "one"]
    graph.remove((subject, predicate, Literal("one")))
    assert [str(each) for each in graph.objects(subject, predicate)] == ["deux"]
    graph.update("DELETE WHERE { <urn:s> ?p ?o }")
    assert not list(graph.objects(subject, predicate))
    stranger = SPARQLUpdateStore(f"{served.address}sparql", f"{served.address}update")
    with pytest.raises(HTTPError) as refused:
        Graph(stranger, identifier=URIRef(ONE)).add((subject, predicate, Literal("no")))
    assert refused.value.code == 401
    refused.value.close()
    gc.collect()


def test_a_service_that_is_told_to_stop_gives_up_its_writes(serve: Serve) -> None:
    served = serve()
    before = served.quads()
    connection = served.begin(ENDLESS_UPDATE)
    served.wait_for(lambda: len(served.workers()) == 1)
    (worker,) = served.workers()
    served.service.stop()
    assert served.service.process.returncode == 0
    assert not Path(f"/proc/{worker}").exists()
    assert served.quads() == before
    connection.close()
    served.close()


def killed(served: Served, blow: int, *, wait: float) -> bool:
    """Whether a service said yes to a write before it was killed in the middle of it."""
    many = " ".join(f"<n{n}> <of> {blow} ." for n in range(1_000))
    connection = served.begin(f"INSERT DATA {{ GRAPH <{ONE}> {{ {many} }} }}")
    served.wait_for(lambda: served.workers() != [])
    time.sleep(wait)
    served.service.process.send_signal(signal.SIGKILL)
    served.service.process.wait(10)
    connection.settimeout(5)
    try:
        said = connection.recv(65_536)
    except ConnectionResetError:
        said = b""
    connection.close()
    served.close()
    return said.startswith(b"HTTP/1.1 200")


def test_a_service_that_is_killed_leaves_no_half(serve: Serve) -> None:
    """What was acknowledged is there, what was not is there whole or not at all."""
    chance = random.Random(5)  # noqa: S311 - not for secrets
    served = serve()
    acknowledged: list[int] = []
    for blow in range(2):
        if killed(served, blow, wait=chance.uniform(0.1, 1.5)):
            acknowledged.append(blow)
        served = Served(served.path)
        found = served.quads()
        for earlier in range(blow + 1):
            count = sum(f'/of> "{earlier}"' in quad for quad in found)
            assert count in ({1_000} if earlier in acknowledged else {0, 1_000})
        following = Store()
        for record in ChangesLog(served.path / "changes").after(0):
            assert record.is_intact()
            for gone in record.removed():
                following.remove(gone)
            following.extend(record.added())
        assert {str(quad) for quad in following} == found
        answer = served.update(f"INSERT DATA {{ GRAPH <{ONE}> {{ <a> <b> {blow} }} }}")
        assert answer.status_code == 200, answer.text
        assert not any((served.path / "work").glob("*"))
    served.close()
