"""Every researched fact is in the graph of its source, as the statements that it became.

``fact_statements.json`` has a fact a line: the file and the key by which the research knows it, and
for each source what the graph of that source says for it. The commitments of the five trackers are
in ``tracker_records.json``. Literals are written ``"text"@en`` and ``"2025-03-04"^date``, records
and concepts by what follows ``/id/`` and ``/scheme/``.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from pyoxigraph import Literal, NamedNode, Store

from pledgegraph.namespaces import PG, RDF, SCHEME
from tests.data.sourced_statements import BASE, slug, sourced_statements, subjects
from tests.data.test_trackers import RECORDS as TRACKED

FACTS: list[dict[str, Any]] = json.loads(
    (Path(__file__).parent / "fact_statements.json").read_text(encoding="utf-8")
)
PREFIXES = {
    "http://purl.org/dc/terms/": "dcterms:",
    "http://www.w3.org/1999/02/22-rdf-syntax-ns#": "rdf:",
    "http://www.w3.org/2000/01/rdf-schema#": "rdfs:",
    "http://www.w3.org/2004/02/skos/core#": "skos:",
    "http://www.w3.org/ns/org#": "org:",
    "http://www.w3.org/ns/prov#": "prov:",
    "https://schema.org/": "schema:",
    "https://w3id.org/pledgegraph/def#": "pg:",
    f"{BASE}id/": "",
    SCHEME: "",
}
Statement = tuple[str, str, str]
"""The source, the subject, and the predicate with the object."""


def named(iri: NamedNode) -> str:
    for namespace, prefix in PREFIXES.items():
        if iri.value.startswith(namespace):
            return prefix + iri.value.removeprefix(namespace)
    return iri.value


def written(term: object) -> str:
    if isinstance(term, Literal):
        text = json.dumps(term.value, ensure_ascii=False)
        if term.language:
            return f"{text}@{term.language}"
        datatype = term.datatype.value.rsplit("#")[1]
        return text if datatype == "string" else f"{text}^{datatype}"
    assert isinstance(term, NamedNode)
    return named(term)


def statements(data: Store) -> set[Statement]:
    found = set()
    for quad in data:
        assert isinstance(quad.graph_name, NamedNode)
        if quad.subject != quad.graph_name:
            said = f"{written(quad.predicate)} {written(quad.object)}"
            found.add((slug(quad.graph_name), written(quad.subject), said))
    return found


def told(fact: dict[str, Any]) -> set[Statement]:
    return {
        (source, subject, said)
        for source, records in fact["statements"].items()
        for subject, all_said in records.items()
        for said in all_said
    }


@pytest.fixture(scope="module")
def data() -> Store:
    return sourced_statements()


@pytest.fixture(scope="module")
def in_the_graph(data: Store) -> set[Statement]:
    return statements(data)


@pytest.mark.parametrize("fact", FACTS, ids=lambda fact: fact["fact"])
def test_the_fact_is_in_the_graph_of_its_source(
    fact: dict[str, Any], in_the_graph: set[Statement]
) -> None:
    assert told(fact)
    assert told(fact) - in_the_graph == set()


def test_every_line_of_both_files_has_its_statements() -> None:
    keys = [fact["fact"].partition(": ") for fact in FACTS]
    later = {key for file, _, key in keys if file == "facts-2.jsonl"}
    tracked = {record["id"] for record in TRACKED}
    assert len([key for file, _, key in keys if file == "commitments.jsonl"]) == 39
    assert later & tracked == set()
    assert len(later | tracked) == 209


def test_a_source_says_nothing_that_no_fact_says(data: Store, in_the_graph: set[Statement]) -> None:
    """The trackers are read back whole by ``test_trackers.py``; editors speak for themselves."""
    sources = {slug(source) for source in subjects(data, RDF.type, PG.Source)}
    for special in (PG.EditorialSource, PG.ReferenceSource):
        sources -= {slug(source) for source in subjects(data, RDF.type, special)}
    sources -= {record["source"] for record in TRACKED}
    known = {statement for fact in FACTS for statement in told(fact)}
    assert {s for s in in_the_graph if s[0] in sources} - known == set()
