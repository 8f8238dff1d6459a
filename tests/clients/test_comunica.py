"""Comunica: alone, with another source beside the service, and with SERVICE."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from tests.clients.conftest import BASE, HERE, run
from tests.clients.queries import BIG, DESCRIPTION, EMOJI, GRAPH, KNOWN, LABELS, PREFIXES, long
from tests.running_service import RunningService

SCORES = f"""\
@prefix ex: <http://example.org/> .
<{BASE}/id/commitment/water> ex:score 7 .
<{BASE}/id/commitment/unknown> ex:score 9 .
"""
JOINED = """\
PREFIX ex: <http://example.org/>
PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#>
SELECT ?score ?label { ?it ex:score ?score . %s }
"""
IN_FRENCH = '?it rdfs:label ?label FILTER(LANG(?label) = "fr")'


def answers(comunica: Path, *tasks: tuple[str, list[str], dict[str, Any]]) -> list[Any]:
    """What Comunica answers to tasks of a query, sources and further settings."""
    asked = [{"query": q, "sources": sources, "options": more} for q, sources, more in tasks]
    said = run("node", str(HERE / "comunica.mjs"), folder=comunica, said=json.dumps(asked))
    told: list[Any] = json.loads(said)
    return told


def test_comunica(service: RunningService, comunica: Path) -> None:
    ours = [service.sparql]
    known = {(f"{BASE}/id/commitment/{it}", f"{text}@{lang}") for it, text, lang in KNOWN}
    typed = PREFIXES + "SELECT ?w ?d ?o { ?it pg:weight ?w ; pg:dueDate ?d ; pg:open ?o }"
    told = answers(
        comunica,
        (LABELS, ours, {}),
        (LABELS, ours, {"httpMethod": "GET"}),
        (long(LABELS, 100_000), [f"service {service.sparql}"], {}),
        (EMOJI, ours, {}),
        ("ASK { ?s ?p ?o }", ours, {}),
        (GRAPH, ours, {}),
        (DESCRIPTION, ours, {}),
        (BIG.replace("SELECT ?a ?b", "SELECT (COUNT(*) AS ?n)"), ours, {}),
        (f"{BIG} LIMIT 5000", ours, {}),
        (typed, ours, {}),
    )
    for rows in told[:3]:
        assert {(row["it"], row["label"]) for row in rows} == known
    assert told[3] == [{"it": f"{BASE}/id/actor/aisha"}]
    assert told[4] is True
    assert {(it, label) for it, _, label in told[5]} == known
    assert len(told[6]) == 7
    assert told[7] == [{"n": "90000"}]
    assert len(told[8]) == 5000
    assert told[9] == [{"w": "12.5", "d": "2030-12-31", "o": "true"}]


def test_comunica_with_the_service_as_one_source_of_two(
    service: RunningService, comunica: Path
) -> None:
    service_clause = f"SERVICE <{service.sparql}> {{ {IN_FRENCH} }}"
    told = answers(
        comunica,
        (JOINED % IN_FRENCH, [SCORES, service.sparql], {}),
        (JOINED % service_clause, [SCORES], {}),
    )
    for rows in told:
        assert rows == [{"score": "7", "label": "De l'eau <propre> & sûre@fr"}]


def test_comunicas_command_line(service: RunningService, comunica: Path) -> None:
    program = comunica / "node_modules" / ".bin" / "comunica-sparql"
    said = run(
        str(program),
        service.sparql,
        LABELS,
        "-t",
        "application/sparql-results+json",
        folder=comunica,
    )
    rows = json.loads(said)["results"]["bindings"]
    assert {(row["label"]["value"], row["label"]["xml:lang"]) for row in rows} == {
        (text, language) for _, text, language in KNOWN
    }
