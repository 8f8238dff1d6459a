"""One service with small limits for all attacks, and what holds of whatever it answers."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator

import httpx
import pytest
from pyoxigraph import Literal, NamedNode, Quad

from pledgegraph.store.changes import Change
from tests.running_service import COPIES, RunningService, make_store, running_service

BASE = "https://data.example.org"
RING = 1500
PG = "https://w3id.org/pledgegraph/def#"
MARKUP = "</td><script>alert(1)</script>"
SCRIPT = "javascript:alert(1)"
FORMULA = '=HYPERLINK("http://evil.example")'


def attackable() -> list[Quad]:
    """A ring, a hub that every node of it leads to, and literals that pages must not believe."""
    graph = NamedNode(f"{BASE}/id/source/ring")
    label = NamedNode("http://www.w3.org/2000/01/rdf-schema#label")
    hub = NamedNode(f"{BASE}/id/hub")
    nodes = [NamedNode(f"{BASE}/id/node/{each}") for each in range(RING)]
    quads = [
        Quad(hub, label, Literal(MARKUP, language="en"), graph),
        Quad(hub, NamedNode(PG + "see"), NamedNode(SCRIPT), graph),
        Quad(hub, NamedNode(PG + "sum"), Literal(FORMULA), graph),
    ]
    for each, node in enumerate(nodes):
        quads.append(Quad(node, NamedNode(PG + "next"), nodes[(each + 1) % RING], graph))
        quads.append(Quad(node, NamedNode(PG + "hub"), hub, graph))
        quads.append(Quad(hub, NamedNode(PG + "spoke"), node, graph))
        quads.append(Quad(node, label, Literal(f"Node {each} " + "a" * 40), graph))
    return quads


@pytest.fixture(scope="session")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningService]:
    """A service in which a query may take three seconds and 300 MB."""
    folder = tmp_path_factory.mktemp("threats")
    change = Change(agent="tests", reason="To be attacked", add=attackable())
    make_store(folder / "store", base=BASE, data=[change])
    with running_service(
        folder / "store",
        folder / "log",
        query_timeout=3,
        query_memory=300_000_000,
        query_workers=3,
        stall_timeout=2,
        receive_timeout=2,
        write_timeout=5,
        write_memory=400_000_000,
        max_update_bytes=2_000_000,
        max_change_quads=10_000,
        copies_memory=COPIES,
    ) as running:
        # Attacks are on workers that answer from memory; the disk answers them before.
        while (
            httpx.get(f"{running.address}/health", timeout=60).json()["memory"]["state"] != "ready"
        ):
            time.sleep(0.1)
        yield running
        log = running.log.read_text(encoding="utf-8")
        assert "Traceback" not in log
        assert "panicked" not in log


@pytest.fixture(scope="session")
def token(service: RunningService) -> str:
    """A token that allows to write."""
    return service.new_token("attacker")


LEAKS = re.compile(
    r"Traceback|panicked|site-packages|\.py\b|\.rs\b|/(?:tmp|root|home|usr|var|proc)/"
)


def discreet(text: str) -> str:
    """The text, which tells nothing of the machine or the program's insides."""
    found = LEAKS.search(text)
    assert found is None, text[max(0, found.start() - 200) : found.end() + 200]
    return text
