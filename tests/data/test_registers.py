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
from pyoxigraph import Literal, NamedNode, Quad, RdfFormat, Store, parse

from pledgegraph.namespaces import DCTERMS, ORG, PG, RDF, RDFS, SCHEMA, SCHEME

DATA = Path(__file__).resolve().parent.parent.parent / "data"
BASE = "http://localhost:8000/"
RECORDS: list[dict[str, Any]] = json.loads(
    (Path(__file__).parent / "register_records.json").read_text(encoding="utf-8")
)
SOURCE_CLASSES = (PG.Source, PG.EditorialSource, PG.ReferenceSource)


def own_source(quads: list[Quad]) -> NamedNode:
    described = {
        quad.subject
        for quad in quads
        if quad.predicate == RDF.type
        and quad.object in SOURCE_CLASSES
        and isinstance(quad.subject, NamedNode)
    }
    (source,) = described
    return source


@pytest.fixture(scope="module")
def data() -> Store:
    store = Store()
    for path in DATA.rglob("*.ttl"):
        quads = list(parse(path=path, format=RdfFormat.TURTLE, base_iri=BASE))
        source = own_source(quads)
        store.extend(Quad(q.subject, q.predicate, q.object, source) for q in quads)
    return store


def node(kind: str, slug: str) -> NamedNode:
    return NamedNode(f"{BASE}id/{kind}/{slug}")


def concept(scheme: str, name: str) -> NamedNode:
    return NamedNode(f"{SCHEME}{scheme}#{name}")


def commitment(record: dict[str, Any]) -> NamedNode:
    return node("commitment", record["id"])


def nodes(
    data: Store, subject: NamedNode, predicate: NamedNode, graph: NamedNode | None = None
) -> set[NamedNode]:
    found = data.quads_for_pattern(subject, predicate, None, graph)
    return {q.object for q in found if isinstance(q.object, NamedNode)}


def values(data: Store, subject: NamedNode, predicate: NamedNode) -> set[str]:
    found = data.quads_for_pattern(subject, predicate, None)
    return {q.object.value for q in found if isinstance(q.object, Literal)}


def subjects(data: Store, predicate: NamedNode, object_: NamedNode) -> set[NamedNode]:
    found = data.quads_for_pattern(None, predicate, object_)
    return {q.subject for q in found if isinstance(q.subject, NamedNode)}


def parts(data: Store, whole: NamedNode, class_: NamedNode) -> set[NamedNode]:
    return {p for p in subjects(data, PG.partOf, whole) if class_ in nodes(data, p, RDF.type)}


def source_of(data: Store, url: str) -> NamedNode:
    (source,) = subjects(data, SCHEMA.url, NamedNode(url)) & subjects(data, RDF.type, PG.Source)
    return source


def graphs_saying(data: Store, subject: NamedNode) -> Iterator[NamedNode]:
    for quad in data.quads_for_pattern(subject, None, None):
        assert isinstance(quad.graph_name, NamedNode)
        yield quad.graph_name


def test_the_list_has_39_records_of_ten_registers() -> None:
    assert len({r["id"] for r in RECORDS}) == len(RECORDS) == 39
    assert len({r["register"] for r in RECORDS}) == 10


def test_the_graph_has_these_commitments_and_registers_and_no_others(data: Store) -> None:
    assert subjects(data, RDF.type, PG.Commitment) == {commitment(r) for r in RECORDS}
    registers = subjects(data, RDF.type, PG.Register)
    assert registers == {node("register", r["register"]) for r in RECORDS}
    for register in registers:
        assert values(data, register, RDFS.label), register


@pytest.mark.parametrize("record", RECORDS, ids=lambda r: r["id"])
def test_the_record_is_whole(data: Store, record: dict[str, Any]) -> None:
    subject = commitment(record)
    graph = source_of(data, record["source"])
    assert PG.Commitment in nodes(data, subject, RDF.type, graph)
    assert nodes(data, subject, PG.grade, graph) == {concept("grade", record["grade"])}
    assert record["title"] in values(data, subject, RDFS.label)
    assert nodes(data, subject, PG.inRegister) == {node("register", record["register"])}
    assert nodes(data, subject, PG.madeBy) == {node("actor", slug) for slug in record["madeBy"]}
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


def test_no_status_is_stated_because_no_source_states_one(data: Store) -> None:
    assert subjects(data, RDF.type, PG.StatusReport) == set()
    assert list(data.quads_for_pattern(None, PG.status, None)) == []


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
        "co-dane": {"inclusive-data-charter", "make-inclusive-data-the-norm"},
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
