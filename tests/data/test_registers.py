"""Every record of the registers that was researched is in the graph, in the graph of its source.

``register_records.json`` is the list of the records as they were researched: a record that is
dropped, moved to another source or cut short fails here.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from pyoxigraph import NamedNode, Store

from pledgegraph.namespaces import DCTERMS, ORG, PG, RDF, RDFS
from tests.data.sourced_statements import (
    concept,
    node,
    nodes,
    source_of,
    sourced_statements,
    subjects,
    values,
)

RECORDS: list[dict[str, Any]] = json.loads(
    (Path(__file__).parent / "register_records.json").read_text(encoding="utf-8")
)


@pytest.fixture(scope="module")
def data() -> Store:
    return sourced_statements()


def commitment(record: dict[str, Any]) -> NamedNode:
    return node("commitment", record["id"])


def parts(data: Store, whole: NamedNode, class_: NamedNode) -> set[NamedNode]:
    return {p for p in subjects(data, PG.partOf, whole) if class_ in nodes(data, p, RDF.type)}


def graphs_saying(data: Store, subject: NamedNode) -> Iterator[NamedNode]:
    for quad in data.quads_for_pattern(subject, None, None):
        assert isinstance(quad.graph_name, NamedNode)
        yield quad.graph_name


def test_the_list_has_45_records_of_twelve_registers() -> None:
    assert len({r["id"] for r in RECORDS}) == len(RECORDS) == 45
    assert len({r["register"] for r in RECORDS}) == 12


def test_the_graph_has_these_commitments_in_these_registers_and_no_others(data: Store) -> None:
    for register in {record["register"] for record in RECORDS}:
        listed = {commitment(r) for r in RECORDS if r["register"] == register}
        found = subjects(data, PG.inRegister, node("register", register))
        assert found & subjects(data, RDF.type, PG.Commitment) == listed
        assert values(data, node("register", register), DCTERMS.title), register


@pytest.mark.parametrize("record", RECORDS, ids=lambda r: r["id"])
def test_the_record_is_whole(data: Store, record: dict[str, Any]) -> None:
    subject = commitment(record)
    graph = source_of(data, record["source"])
    assert PG.Commitment in nodes(data, subject, RDF.type, graph)
    assert nodes(data, subject, PG.grade, graph) == {concept("grade", record["grade"])}
    assert record["title"] in values(data, subject, RDFS.label)
    assert nodes(data, subject, PG.inRegister) == {node("register", record["register"])}
    for link in ("madeBy", "expectedFrom", "supportedBy"):
        actors = {node("actor", slug) for slug in record.get(link, [])}
        assert nodes(data, subject, PG[link]) == actors, link
    stage = {concept("stage", record["stage"])} if "stage" in record else set()
    assert nodes(data, subject, PG.stage) == stage
    for prefix in ("announced", "due"):
        published = [
            values(data, subject, PG[f"{prefix}Earliest"]),
            values(data, subject, PG[f"{prefix}Latest"]),
        ]
        assert published == [{day} for day in record.get(prefix, [])] or published == [set(), set()]
        assert (published != [set(), set()]) == (prefix in record)
    country = {concept("m49", record["country"])} if "country" in record else set()
    assert nodes(data, subject, DCTERMS.spatial) == country
    assert nodes(data, subject, PG.sdg) == {
        NamedNode(f"http://metadata.un.org/sdg/{number}") for number in record.get("sdgs", [])
    }
    assert len(nodes(data, subject, PG.populationGroup)) == record.get("populationGroups", 0)
    assert len(nodes(data, subject, PG.theme)) == record.get("themes", 0)
    assert len(nodes(data, subject, PG.dataType)) == record.get("dataTypes", 0)


@pytest.mark.parametrize("record", RECORDS, ids=lambda r: r["id"])
def test_what_it_promises_is_there(data: Store, record: dict[str, Any]) -> None:
    undertakings = parts(data, commitment(record), PG.Undertaking)
    labels = [value for each in undertakings for value in values(data, each, RDFS.label)]
    assert sorted(labels) == record.get("undertakings", [])
    targets = [t for each in undertakings for t in parts(data, each, PG.Target)]
    reached = sorted(float(v) for t in targets for v in values(data, t, PG.targetValue))
    assert reached == record.get("targets", [])
    milestones = [m for each in undertakings for m in parts(data, each, PG.Milestone)]
    assert len(milestones) == record.get("milestones", 0)
    for milestone in milestones:
        assert values(data, milestone, PG.dueLatest)


@pytest.mark.parametrize("record", RECORDS, ids=lambda r: r["id"])
def test_its_progress_is_told_by_the_source_that_tells_it(
    data: Store, record: dict[str, Any]
) -> None:
    notes = subjects(data, PG.reportsOn, commitment(record))
    for url in set(record.get("progress", [])):
        graph = source_of(data, url)
        told = [n for n in notes if PG.ProgressNote in nodes(data, n, RDF.type, graph)]
        assert len(told) >= record["progress"].count(url), url
    for url in record.get("furtherSources", []):
        graph = source_of(data, url)
        about = {commitment(record), *notes}
        assert any(graph in set(graphs_saying(data, each)) for each in about), url


def test_no_status_is_stated_where_no_source_states_one(data: Store) -> None:
    for record in RECORDS:
        for account in subjects(data, PG.reportsOn, commitment(record)):
            assert nodes(data, account, RDF.type) == {PG.ProgressNote}
            assert nodes(data, account, PG.status) == set()


def test_what_was_only_expected_was_not_made(data: Store) -> None:
    expected = [record for record in RECORDS if record.get("stage") == "expected"]
    assert {record["id"] for record in expected} == {"pod-gbr", "pod-microsoft", "pod-nvidia"}
    for record in expected:
        assert record["madeBy"] == []
        assert values(data, commitment(record), PG.announcedEarliest) == set()


def test_an_organisation_in_several_registers_is_one_actor(data: Store) -> None:
    registers = {
        slug: {
            register.value.rsplit("/", 1)[1]
            for made in subjects(data, PG.madeBy, node("actor", slug))
            for register in nodes(data, made, PG.inRegister)
        }
        for slug in ("gh-ss", "co-dane", "mw-nso", "data2x", "world-bank")
    }
    assert registers == {
        "gh-ss": {"inclusive-data-charter", "make-inclusive-data-the-norm"},
        "co-dane": {
            "colombia-citizen-data",
            "inclusive-data-charter",
            "make-inclusive-data-the-norm",
        },
        "mw-nso": {"inclusive-data-charter", "collaborative-on-citizen-data"},
        "data2x": {"inclusive-data-charter", "generation-equality"},
        "world-bank": {"inclusive-data-charter", "power-of-data"},
    }


def test_old_commitments_find_their_present_owner(data: Store) -> None:
    (succession,) = nodes(data, node("actor", "data2x"), ORG.changedBy)
    assert nodes(data, succession, ORG.resultingOrganization) == {node("actor", "open-data-watch")}
    assert nodes(data, node("actor", "gb-dfid"), ORG.changedBy) == set(), "not in the facts"


def test_every_maker_has_a_kind_and_a_name(data: Store) -> None:
    for record in RECORDS:
        for maker in nodes(data, commitment(record), PG.madeBy):
            assert len(nodes(data, maker, PG.actorType)) == 1, maker
            assert values(data, maker, RDFS.label), maker
