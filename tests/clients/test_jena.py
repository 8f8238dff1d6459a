"""Jena's command line."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.clients.conftest import BASE, run
from tests.clients.queries import DESCRIPTION, EMOJI, KNOWN, LABELS
from tests.running_service import RunningService


def command(jena: Path, name: str, *arguments: str) -> str:
    """What a command of Jena's prints."""
    quick = ("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-Dfile.encoding=UTF-8")
    return run("java", *quick, "-cp", "lib/*", name, *arguments, folder=jena)


def test_rsparql_reads_rows(service: RunningService, jena: Path) -> None:
    said = command(jena, "arq.rsparql", "--service", service.sparql, "--results=json", LABELS)
    rows = json.loads(said)["results"]["bindings"]
    found = {
        (r["it"]["value"].rpartition("/")[2], r["label"]["value"], r["label"]["xml:lang"])
        for r in rows
    }
    assert found == KNOWN


@pytest.mark.parametrize(
    ("query", "expected"), [(DESCRIPTION, "De l'eau <propre> & sûre"), (EMOJI, "id/actor/aisha")]
)
def test_rsparql_reads_graphs_and_sends_every_character(
    service: RunningService, jena: Path, query: str, expected: str
) -> None:
    assert expected in command(jena, "arq.rsparql", "--service", service.sparql, query)


def test_arq_asks_the_service_from_within_a_query(
    service: RunningService, jena: Path, tmp_path: Path
) -> None:
    own = tmp_path / "own.ttl"
    own.write_text(f"<{BASE}/id/commitment/light> <http://example.org/score> 3 .")
    label = "<http://www.w3.org/2000/01/rdf-schema#label>"
    query = (
        "SELECT ?score ?label { ?it <http://example.org/score> ?score "
        f"SERVICE <{service.sparql}> {{ ?it {label} ?label }} }}"
    )
    said = command(jena, "arq.arq", f"--data={own}", "--results=json", query)
    labels = {row["label"]["value"] for row in json.loads(said)["results"]["bindings"]}
    assert labels == {text for it, text, _ in KNOWN if it == "light"}
