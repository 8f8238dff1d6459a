"""The service and the command line at work on one data directory."""

from __future__ import annotations

import csv
import io
import time
from collections.abc import Iterator
from contextlib import AbstractContextManager

import httpx
import pytest
from pyoxigraph import Literal, Quad

from tests.graph.building import change, node
from tests.graph.conftest import MakeEngine, MakeSource, Program
from tests.running_service import Started

LABELS = """
PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#>
PREFIX pg: <https://w3id.org/pledgegraph/def#>
SELECT ?label { ?actor a pg:Actor ; rdfs:label ?label } ORDER BY ?label
"""


class Service:
    """The running service, as one client meets it."""

    def __init__(self, address: str) -> None:
        self._client = httpx.Client(base_url=address, timeout=30, headers={"Accept": "text/csv"})

    def close(self) -> None:
        """Let its connections go."""
        self._client.close()

    def begin(self, query: str) -> AbstractContextManager[httpx.Response]:
        """Ask; the answer is read when somebody reads it."""
        return self._client.stream("GET", "/sparql", params={"query": query})

    def ask(self, query: str) -> list[str]:
        """The first column of an answer."""
        answer = self._client.get("/sparql", params={"query": query})
        assert answer.status_code == 200, answer.text
        return [row[0] for row in csv.reader(io.StringIO(answer.text))][1:]


@pytest.fixture
def service(program: Program) -> Iterator[Service]:
    """The service over the test's data directory, which must be there."""
    # Queries are to read the snapshots themselves.
    environment = {**program.environment, "PLEDGEGRAPH_COPIES_MEMORY": "0"}
    started = Started(program.command("serve", "--port", "0"), environment)
    try:
        found = Service(started.address())
        yield found
        found.close()
        started.stop()
        assert started.process.returncode == 0
    finally:
        started.end()


@pytest.fixture
def served(loaded: Program, service: Service) -> Service:
    """The service over a data directory with two actors."""
    assert loaded.path.exists()
    return service


def test_the_next_query_sees_what_was_loaded(
    served: Service, program: Program, make_source: MakeSource
) -> None:
    assert served.ask(LABELS) == ["Ana", "Ben"]
    ended = program.run("load", make_source("two", "cem"))
    assert ended.code == 0, ended.err
    assert served.ask(LABELS) == ["Ana", "Ben", "Cem"]
    assert program("load", make_source("two", "dan")).code == 0
    assert served.ask(LABELS) == ["Ana", "Ben", "Dan"]
    assert program("load", make_source("three", more="<a:b> a pg:Actor .")).code == 1
    assert served.ask(LABELS) == ["Ana", "Ben", "Dan"]


def test_a_killed_load_does_not_trouble_the_service(
    served: Service, program: Program, make_source: MakeSource
) -> None:
    file = make_source("two", *(f"actor-{number}" for number in range(100)))
    for delay in (1.0, 1.6, 2.2):
        process = program.spawn("load", file)
        deadline = time.monotonic() + delay
        while time.monotonic() < deadline:
            assert len(served.ask(LABELS)) in {2, 102}
            time.sleep(0.05)
        process.kill()
        process.communicate(timeout=30)
        assert len(served.ask(LABELS)) in {2, 102}
    assert program("load", file).code == 0
    assert len(served.ask(LABELS)) == 102


@pytest.fixture
def much(make_engine: MakeEngine) -> int:
    """A data directory with more in it than the pipes between service and client hold."""
    count = 20_000
    long = "x" * 500
    make_engine().update(
        change(
            Quad(node(f"id/thing/{n}"), node("text"), Literal(long), node("id/source/one"))
            for n in range(count)
        )
    )
    return count


def test_a_reader_that_had_begun_keeps_its_snapshot(
    much: int, service: Service, make_engine: MakeEngine
) -> None:
    everything = "SELECT ?s ?text { ?s <text> ?text }"
    engine = make_engine()
    gone = [
        Quad(node(f"id/thing/{n}"), node("text"), Literal("x" * 500), node("id/source/one"))
        for n in range(0, much, 2)
    ]
    snapshots = engine.directory.snapshots
    with service.begin(everything) as slow:
        pieces = slow.iter_bytes(1_000)
        lines = next(pieces).count(b"\n")
        for step in range(0, len(gone), 5_000):
            engine.update(change([], gone[step : step + 5_000]))
        assert len(service.ask(everything)) == much // 2
        assert (snapshots / "1").is_dir()
        lines += sum(piece.count(b"\n") for piece in pieces)
    assert lines == much + 1
    # Nobody holds it any more: once somebody has asked anew, the next writer sweeps it away.
    deadline = time.monotonic() + 20
    number = much
    while (snapshots / "1").is_dir():
        assert time.monotonic() < deadline
        number += 1
        engine.update(
            change([Quad(node(f"n{number}"), node("p"), Literal("x"), node("id/source/one"))])
        )
        service.ask(LABELS)
