"""A disk that forgets while the service runs: found in the background, told, and mended."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from pyoxigraph import Literal, NamedNode, Quad

from pledgegraph.store.changes import Change
from tests.running_service import RunningService, make_store, running_service
from tests.threats.attacking import eventually
from tests.threats.conftest import BASE

GRAPH = NamedNode("urn:things")
THINGS = 500
QUERY = "SELECT (COUNT(*) AS ?n) { GRAPH <urn:things> { ?s ?p ?o } }"


@pytest.fixture(scope="module")
def checking(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningService]:
    """A service that checks its files all the time."""
    folder = tmp_path_factory.mktemp("silent")
    quads = [
        Quad(NamedNode(f"urn:thing:{each}"), NamedNode("urn:is"), Literal(str(each)), GRAPH)
        for each in range(THINGS)
    ]
    first = Change(agent="tests", reason="To be damaged", add=quads)
    make_store(folder / "store", base=BASE, data=[first], gated=False)
    with running_service(
        folder / "store", folder / "log", check_interval=0.5, dump_interval=0, query_workers=1
    ) as running:
        yield running


def health(service: RunningService) -> dict[str, object]:
    answer = httpx.get(f"{service.address}/health")
    assert answer.status_code == 200
    found: dict[str, object] = answer.json()
    return found


def last_check(service: RunningService) -> dict[str, list[str]]:
    found = health(service)["check"]
    return found if isinstance(found, dict) else {}


def turn_a_bit(file: Path, place: int) -> None:
    content = bytearray(file.read_bytes())
    content[place] ^= 1
    with file.open("r+b") as opened:
        opened.write(content)


def number(service: RunningService) -> str:
    rows = service.ask(QUERY).json()["results"]["bindings"]
    value: str = rows[0]["n"]["value"]
    return value


def test_a_bit_that_turns_in_the_snapshot(checking: RunningService) -> None:
    assert number(checking) == str(THINGS)
    assert eventually(lambda: last_check(checking).get("mended") == [])
    folder = checking.store / "snapshots" / "1"
    for file in folder.glob("*.sst"):
        turn_a_bit(file, file.stat().st_size // 2)
    assert eventually(lambda: "Snapshot 1 is damaged" in checking.log.read_text("utf-8"))
    assert eventually(lambda: last_check(checking)["mended"] == [])
    found = health(checking)
    assert (found["status"], found["snapshot"]) == ("ok", 1)
    assert number(checking) == str(THINGS)
    metrics = httpx.get(f"{checking.address}/metrics").text
    assert "pledgegraph_check_faults 0.0" in metrics
    assert "pledgegraph_check_timestamp_seconds" in metrics
    checking.command("verify")


def test_a_bit_that_turns_in_the_log(checking: RunningService) -> None:
    (segment,) = (checking.store / "changes").iterdir()
    place = segment.stat().st_size // 2
    turn_a_bit(segment, place)
    assert eventually(lambda: health(checking)["status"] == "damaged")
    assert last_check(checking)["faults"] == ["Record 1 of the changes log is damaged."]
    assert "pledgegraph_check_faults 1.0" in httpx.get(f"{checking.address}/metrics").text
    # Queries are answered from the snapshot, which is whole.
    assert number(checking) == str(THINGS)
    turn_a_bit(segment, place)
    assert eventually(lambda: health(checking)["status"] == "ok")
