"""The first questions of the catalogue answer rightly from the shipped data.

`questions/` holds, for each case, the question, its parameters and the answer that was checked
by hand against the facts. IRIs of our own are shortened.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

import pytest
from pyoxigraph import NamedNode, QuerySolutions, RdfFormat, Store, Variable, parse

from pledgegraph.catalogue.questions import question
from pledgegraph.ontology.files import ontology_files
from pledgegraph.shipped import shipped
from pledgegraph.store.log.applying import apply
from pledgegraph.store.rules import Rules, read_rules
from pledgegraph.store.union_graph import merged

BASE = "http://localhost:8000"
CASES = sorted((Path(__file__).parent / "questions").glob("*.json"))
SHORT: Final = {
    f"{BASE}/": "",
    "https://w3id.org/pledgegraph/scheme/": "scheme/",
    "https://w3id.org/pledgegraph/def#": "pg:",
    "http://www.w3.org/2000/01/rdf-schema#": "rdfs:",
}


def short(text: str) -> str:
    for long, prefix in SHORT.items():
        text = text.replace(long, prefix)
    return text


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.stem)
def test_the_answer_is_the_one_checked_by_hand(case: Path, ask: Callable[..., Any]) -> None:
    expected = json.loads(case.read_text(encoding="utf-8"))
    asked = question(expected["query"])
    answer = ask(asked.query, asked.bind(expected["parameters"], base=BASE))
    assert tuple(answer["head"]["vars"]) == asked.columns
    rows = [
        {name: short(value["value"]) for name, value in row.items()}
        for row in answer["results"]["bindings"]
    ]
    assert rows == expected["rows"]


@pytest.mark.parametrize("name", sorted({case.stem.split("--")[0] for case in CASES}))
def test_a_question_answers_without_parameters(name: str, ask: Callable[..., Any]) -> None:
    asked = question(name)
    answer = ask(asked.query)
    assert tuple(answer["head"]["vars"]) == asked.columns
    assert answer["results"]["bindings"]


@pytest.fixture
def example() -> Store:
    """The made-up records, with a second report on the commitment."""
    store = Store()
    graph = NamedNode(f"{BASE}/id/source/example")
    for file in (Path(__file__).parent / "example.ttl", *ontology_files()):
        for quad in parse(path=file, base_iri=f"{BASE}/"):
            store.add(type(quad)(*quad.triple, graph))
    second = f"""
        @prefix pg: <https://w3id.org/pledgegraph/def#> .
        @prefix status: <https://w3id.org/pledgegraph/scheme/status#> .
        @prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
        @base <{BASE}/> .
        <id/report/second> a pg:StatusReport, pg:ProgressNote ; pg:reporter <id/actor/maker> ;
          pg:reportsOn <id/commitment/example> ; pg:status status:completed ;
          pg:asOf "2026-03-31"^^xsd:date .
        <id/report/of-somebody-else> a pg:StatusReport, pg:ProgressNote ;
          pg:reporter <id/actor/office> ;
          pg:reportsOn <id/commitment/example> ; pg:status status:paused ;
          pg:asOf "2026-06-30"^^xsd:date .
        <id/assessment/newest> a pg:Assessment ; pg:assessor <id/actor/office> ;
          pg:reportsOn <id/commitment/example> ; pg:status status:paused ;
          pg:asOf "2026-07-31"^^xsd:date .
        <id/note/reply> a pg:ProgressNote ; pg:reporter <id/actor/maker> ;
          pg:reportsOn <id/commitment/example> ; pg:repliesTo <id/assessment/newest> ;
          pg:text "We differ."@en ; pg:asOf "2026-09-01"^^xsd:date ."""
    for quad in parse(second, format=RdfFormat.TURTLE):
        store.add(type(quad)(*quad.triple, graph))
    store.extend(list(merged(store)))
    for computed in Rules(read_rules(shipped("ontology") / "rules"), BASE).derive(store, None):
        apply(store, computed, merge=True)
    return store


@pytest.mark.parametrize(
    ("day", "status", "last_report"),
    [
        ("2025-06-29", "not-reported", None),
        ("2025-06-30", "in-progress", "2025-06-30"),
        ("2026-03-30", "in-progress", "2025-06-30"),
        ("2026-03-31", "completed", "2026-03-31"),
        # A reply is a word of the maker, and no status.
        ("2026-12-31", "completed", "2026-09-01"),
    ],
)
def test_status_is_the_makers_latest_as_of_the_day(
    day: str, status: str, last_report: str | None, example: Store
) -> None:
    asked = question("freshness-and-status")
    given = asked.bind({"commitment": "example", "day": day}, base=BASE)
    rows = example.query(asked.query, substitutions=dict(given))
    assert isinstance(rows, QuerySolutions)
    (row,) = rows
    found = {str(v.value): row[v] and row[v].value for v in map(Variable, asked.columns)}
    assert found["status"] == f"https://w3id.org/pledgegraph/scheme/status#{status}"
    assert found["lastReport"] == last_report


@pytest.mark.parametrize(
    ("day", "note", "replies_to"),
    [
        ("2026-08-31", "report/of-somebody-else", None),
        ("2026-09-01", "note/reply", "assessment/newest"),
    ],
)
def test_an_assessment_hides_no_note_and_is_no_note(
    day: str, note: str, replies_to: str | None, example: Store
) -> None:
    asked = question("latest-progress")
    given = asked.bind({"commitment": "example", "day": day}, base=BASE)
    rows = example.query(asked.query, substitutions=dict(given))
    assert isinstance(rows, QuerySolutions)
    commitment = NamedNode(f"{BASE}/id/commitment/example")
    (row,) = [each for each in rows if each["part"] == commitment]
    assert row["note"] == NamedNode(f"{BASE}/id/{note}")
    assert row["repliesTo"] == (replies_to and NamedNode(f"{BASE}/id/{replies_to}"))


@pytest.mark.parametrize(("day", "reply"), [("2026-08-31", None), ("2026-09-01", "We differ.")])
@pytest.mark.parametrize("name", ["self-report-and-independent-rating", "status-as-of"])
def test_a_reply_stands_beside_the_assessment_from_its_day_on(
    name: str, day: str, reply: str | None, example: Store
) -> None:
    asked = question(name)
    given = asked.bind({"register": "example", "day": day}, base=BASE)
    rows = example.query(asked.query, substitutions=dict(given))
    assert isinstance(rows, QuerySolutions)
    assessor = "assessor" if "assessor" in asked.columns else "teller"
    office = NamedNode(f"{BASE}/id/actor/office")
    beside = {
        (row["reply"], row["replyText"].value)
        for row in rows
        if row[assessor] == office
        and row["reply"]
        # That of an earlier assessment has no day.
        and row["reply"] != NamedNode(f"{BASE}/id/note/example")
    }
    assert beside == ({(NamedNode(f"{BASE}/id/note/reply"), reply)} if reply else set())
