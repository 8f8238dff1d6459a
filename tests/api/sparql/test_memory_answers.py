"""A service that answers from memory: what it says of that, and that its entity tags hold."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import pytest
from pyoxigraph import Literal, NamedNode, Quad

from pledgegraph.store.changes import Change
from tests.running_service import COPIES, RunningService, children_of, make_store, running_service

BASE = "https://data.example.org"
COUNT = "SELECT (COUNT(*) AS ?n) { ?s ?p ?o }"


def change(first: int, last: int) -> Change:
    graph = NamedNode(f"{BASE}/id/source/one")
    named = NamedNode(f"{BASE}/named")
    return Change(
        agent="tests",
        reason="To see.",
        add=[
            Quad(NamedNode(f"{BASE}/id/thing/{n}"), named, Literal(f"{n}"), graph)
            for n in range(first, last)
        ],
    )


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningService]:
    folder = tmp_path_factory.mktemp("memory")
    make_store(folder / "store", base=BASE, data=[change(0, 50), change(50, 200)])
    settings = {
        "http_workers": 2,
        "query_workers": 2,
        "cache_bytes": 0,
        "dump_interval": 0,
        "copies_memory": COPIES,
    }
    with running_service(folder / "store", folder / "log", **settings) as running:
        until(lambda: all(health(running)["memory"]["state"] == "ready" for _ in range(8)))
        yield running
        assert "Traceback" not in running.log.read_text(encoding="utf-8")


def until(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 60
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.05)


def health(service: RunningService) -> dict[str, dict[str, object]]:
    told: dict[str, dict[str, object]] = httpx.get(f"{service.address}/health", timeout=60).json()
    return told


def is_from_memory(response: httpx.Response) -> bool:
    return "engine;desc=memory" in response.headers["server-timing"]


def from_memory(service: RunningService, query: str) -> httpx.Response:
    found: list[httpx.Response] = []

    def asked() -> bool:
        found.append(service.ask(query))
        return is_from_memory(found[-1])

    until(asked)
    return found[-1]


def test_what_is_told_of_it(service: RunningService) -> None:
    memory = health(service)["memory"]
    assert memory["statements"] == 400  # the union graph has them again
    response = from_memory(service, COUNT)
    assert response.json()["results"]["bindings"][0]["n"]["value"] == "200"
    assert response.headers["pledgegraph-snapshot"] == "2"
    explained = service.ask(COUNT, explain="true", format="json").json()
    assert explained["answeredFrom"] == {
        "source": "memory",
        "detail": "Queries are answered from memory.",
    }
    page = httpx.get(
        service.sparql, params={"query": COUNT, "explain": "true"}, headers={"Accept": "text/html"}
    )
    assert "Queries are answered from memory at present." in page.text
    numbers = httpx.get(f"{service.address}/metrics", timeout=60).text
    assert "pledgegraph_memory_ready 1.0" in numbers
    assert "pledgegraph_memory_statements 400.0" in numbers


def test_an_earlier_version_is_read_from_the_disk(service: RunningService) -> None:
    response = service.ask(COUNT, version="1")
    assert response.json()["results"]["bindings"][0]["n"]["value"] == "50"
    assert not is_from_memory(response)
    explained = service.ask(COUNT, explain="true", format="json", version="1").json()
    assert explained["answeredFrom"]["source"] == "disk"


def test_one_tag_has_one_row_of_bytes_and_either_copy_knows_the_others(
    service: RunningService,
) -> None:
    query = "SELECT * { GRAPH ?g { ?s ?p ?o } }"
    bytes_of: dict[str, set[bytes]] = {}

    def asked() -> bool:
        response = service.ask(query)
        bytes_of.setdefault(response.headers["etag"], set()).add(response.content)
        return len(bytes_of) >= 2  # of the two processes

    until(asked)
    for tag, bodies in bytes_of.items():
        assert len(bodies) == 1
        for _ in range(8):
            again = httpx.get(
                service.sparql, params={"query": query}, headers={"If-None-Match": f'"x", {tag}'}
            )
            assert (again.status_code, again.headers["etag"]) == (304, tag)
        other = httpx.get(service.sparql, params={"query": COUNT}, headers={"If-None-Match": tag})
        assert other.status_code == 200
    (rows,) = {
        json.dumps(sorted(json.loads(body)["results"]["bindings"], key=str))
        for bodies in bytes_of.values()
        for body in bodies
    }
    assert rows.count('"g"') == 200


def test_nothing_of_it_is_left_when_the_service_ends(tmp_path: Path) -> None:
    make_store(tmp_path / "store", base=BASE, data=[change(0, 50)])
    with running_service(
        tmp_path / "store", tmp_path / "log", dump_interval=0, copies_memory=COPIES
    ) as running:
        until(lambda: health(running)["memory"]["state"] == "ready")
        from_memory(running, COUNT)
        started = children_of(running.service.process.pid)
        assert len(started) >= 2
    until(lambda: not any(Path(f"/proc/{each}").exists() for each in started))
