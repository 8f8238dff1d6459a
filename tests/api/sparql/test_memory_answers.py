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
from tests.graph.building import source_text
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


def graphs_of(service: RunningService) -> list[dict[str, dict[str, str]]]:
    answer = service.ask("SELECT DISTINCT ?g { GRAPH ?g { ?s ?p ?o } }")
    rows: list[dict[str, dict[str, str]]] = answer.json()["results"]["bindings"]
    return rows


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


def test_a_tag_is_weak_where_rows_may_come_in_another_order(service: RunningService) -> None:
    query = "SELECT * { GRAPH ?g { ?s ?p ?o } }"
    answers = [from_memory(service, query)]
    answers += [service.ask(query) for _ in range(8)]
    (tag,) = {each.headers["etag"] for each in answers}
    assert tag.startswith('W/"')
    for given in (tag, tag.removeprefix("W/")):
        again = httpx.get(
            service.sparql, params={"query": query}, headers={"If-None-Match": f'"x", {given}'}
        )
        assert (again.status_code, again.headers["etag"]) == (304, given)
    other = httpx.get(service.sparql, params={"query": COUNT}, headers={"If-None-Match": tag})
    assert other.status_code == 200
    (rows,) = {
        json.dumps(sorted(json.loads(body)["results"]["bindings"], key=str))
        for body in [each.content for each in answers]
    }
    assert rows.count('"g"') == 200


def test_a_graph_comes_from_the_disk_with_the_tag_that_guards_its_change(
    service: RunningService,
) -> None:
    """Statements come in one order there, so that its strong tag tells the truth."""
    (graph,) = {row["g"]["value"] for row in graphs_of(service)}
    address = f"{service.address}/graphs"
    headers = {"Accept": "text/turtle"}

    def read(**more: str) -> httpx.Response:
        return httpx.get(address, params={"graph": graph}, headers={**headers, **more}, timeout=60)

    from_memory(service, COUNT)
    found = [read() for _ in range(4)]
    assert not any(map(is_from_memory, found))
    assert len({each.content for each in found}) == 1
    (tag,) = {each.headers["etag"] for each in found}
    assert tag.startswith('"')
    assert read(**{"If-Match": tag}).status_code == 200
    assert read(**{"If-Match": '"other"'}).status_code == 412
    assert read(**{"If-None-Match": tag}).status_code == 304


def test_a_write_knows_the_tag_of_a_graph_beside_memory(service: RunningService) -> None:
    """The recipe of docs/writing.md, tried where queries are answered from memory."""
    token = service.new_token("editor")
    writing = {"Authorization": f"Bearer {token}", "Content-Type": "text/turtle"}
    address = f"{service.address}/graphs/source/two"

    def read(form: str, coding: str, **more: str) -> httpx.Response:
        headers = {"Accept-Encoding": coding, **more}
        return httpx.get(address, params={"format": form}, headers=headers, timeout=60)

    def put(*actors: str, **more: str) -> int:
        body, headers = source_text("two", *actors), {**writing, **more}
        return httpx.put(address, content=body, headers=headers, timeout=60).status_code

    long = [f"actor-{n}" for n in range(20)]
    assert put(*long) == 201
    for form, coding in (("turtle", "identity"), ("rdfxml", "zstd"), ("jsonld", "gzip")):
        from_memory(service, COUNT)
        found = read(form, coding)
        assert found.headers.get("content-encoding", "identity") == coding
        tag = found.headers["etag"]
        assert read(form, coding, **{"If-None-Match": tag}).status_code == 304
        assert put(**{"If-None-Match": tag}) == 412
        assert put(*long, **{"If-Match": tag}) == 200
    assert put(**{"If-Match": tag}) == 200
    assert put(*long, **{"If-Match": tag}) == 412


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
