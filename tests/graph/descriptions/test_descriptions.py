"""The descriptions of the dataset: each number in them is counted again, in another way."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from pathlib import Path

import pytest
from pyoxigraph import Literal, NamedNode, Triple

from pledgegraph.descriptions import Copy, catalog_graph, take_statistics, void_graph
from pledgegraph.namespaces import DCAT, DCTERMS, PG, RDF, SPDX, VOID
from pledgegraph.setup.shipped_data import shipped_files
from pledgegraph.store.directory import new_directory, open_directory
from pledgegraph.store.embedded import EmbeddedEngine
from pledgegraph.writes.loading import change_from_files
from tests.graph.building import BASE, change, node, quad

DATASET = NamedNode(f"{BASE}/.well-known/void#dataset")


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> EmbeddedEngine:
    """A store with the shipped data; no shapes, so that made-up statements go in."""
    path = tmp_path_factory.mktemp("described") / "store"
    with new_directory(path, base=BASE) as directory:
        EmbeddedEngine(directory).settle()
    engine = EmbeddedEngine(open_directory(path, base=BASE))
    files = shipped_files(BASE)
    engine.update(change_from_files(files, base=BASE, agent="tests", reason="To describe it."))
    return engine


def void_of(engine: EmbeddedEngine) -> list[Triple]:
    with engine.snapshot() as snapshot:
        return list(void_graph(BASE, take_statistics(snapshot)))


def statements_of(engine: EmbeddedEngine) -> set[Triple]:
    """The union of all graphs."""
    with engine.snapshot() as snapshot:
        return {each.triple for each in snapshot.store}


def number(triples: Iterable[Triple], subject: NamedNode, predicate: NamedNode) -> int:
    (found,) = [t.object for t in triples if t.subject == subject and t.predicate == predicate]
    assert isinstance(found, Literal)
    return int(found.value)


def partitions(
    triples: list[Triple], parts: NamedNode, names: NamedNode, counts: NamedNode
) -> dict[str, int]:
    """What the partitions of one kind say: IRI to number."""
    found = {}
    for part in [t.object for t in triples if t.subject == DATASET and t.predicate == parts]:
        assert isinstance(part, NamedNode)
        (named,) = [t.object for t in triples if t.subject == part and t.predicate == names]
        assert isinstance(named, NamedNode)
        found[named.value] = number(triples, part, counts)
    return found


def assert_true_of(void: list[Triple], data: set[Triple]) -> None:
    assert number(void, DATASET, VOID.triples) == len(data)
    assert number(void, DATASET, VOID.distinctSubjects) == len({t.subject for t in data})
    assert number(void, DATASET, VOID.distinctObjects) == len({t.object for t in data})
    by_property = Counter(t.predicate.value for t in data)
    assert partitions(void, VOID.propertyPartition, VOID.property, VOID.triples) == by_property
    assert number(void, DATASET, VOID.properties) == len(by_property)
    instances = defaultdict(set)
    for t in data:
        if t.predicate == RDF.type and isinstance(t.object, NamedNode):
            instances[t.object.value].add(t.subject)
    by_class = {name: len(members) for name, members in instances.items()}
    assert partitions(void, VOID.classPartition, VOID["class"], VOID.entities) == by_class
    assert number(void, DATASET, VOID.classes) == len(by_class)


def test_each_number_is_that_of_the_data_and_changes_with_them(engine: EmbeddedEngine) -> None:
    before = void_of(engine)
    assert_true_of(before, statements_of(engine))
    # The same statement from two sources counts once; a new property and a new subject count.
    engine.update(change([quad(1), quad(1, graph="id/source/two"), quad(2)]))
    after = void_of(engine)
    assert_true_of(after, statements_of(engine))
    assert number(after, DATASET, VOID.triples) == number(before, DATASET, VOID.triples) + 2


def test_links_to_other_datasets_are_counted(engine: EmbeddedEngine) -> None:
    void = void_of(engine)
    data = statements_of(engine)
    linksets = [t.object for t in void if t.subject == DATASET and t.predicate == VOID.subset]
    assert len(linksets) >= 2
    for linkset in linksets:
        assert isinstance(linkset, NamedNode)
        (predicate,) = [
            t.object for t in void if t.subject == linkset and t.predicate == VOID.linkPredicate
        ]
        (target,) = [
            t.object for t in void if t.subject == linkset and t.predicate == VOID.objectsTarget
        ]
        assert isinstance(target, NamedNode)
        links = [
            t
            for t in data
            if t.predicate == predicate
            and isinstance(t.object, NamedNode)
            and t.object.value.startswith(target.value)
        ]
        assert number(void, linkset, VOID.triples) == len(links) > 0


def test_the_catalogue_has_a_dataset_for_each_register(engine: EmbeddedEngine) -> None:
    with engine.snapshot() as snapshot:
        catalog = list(catalog_graph(BASE, take_statistics(snapshot)))
    data = statements_of(engine)
    commitments = {t.subject for t in data if t.predicate == RDF.type and t.object == PG.Commitment}
    # A register of which only counts are known here has no dataset.
    registers = {
        t.object for t in data if t.predicate == PG.inRegister and t.subject in commitments
    }
    assert registers
    described = {t.object: t.subject for t in catalog if t.predicate == DCTERMS.subject}
    assert set(described) == registers
    catalogued = {t.object for t in catalog if t.predicate == DCAT.dataset}
    for register, dataset in described.items():
        assert dataset in catalogued
        members = {
            t.subject for t in data if t.predicate == PG.inRegister and t.object == register
        } & {t.subject for t in data if t.predicate == RDF.type and t.object == PG.Commitment}
        (about,) = [
            t.object.value
            for t in catalog
            if t.subject == dataset
            and t.predicate == DCTERMS.description
            and isinstance(t.object, Literal)
        ]
        assert f"The {len(members)} commitments" in about
        assert any(t.subject == dataset and t.predicate == DCAT.distribution for t in catalog)


def test_a_copy_is_described_with_its_size_and_checksum(engine: EmbeddedEngine) -> None:
    copy = Copy(
        f"{BASE}/dumps/7.nq.gz", "application/n-quads", "application/gzip", 42, "ab" * 32, 7
    )
    with engine.snapshot() as snapshot:
        catalog = list(catalog_graph(BASE, take_statistics(snapshot), copies=[copy]))
    file = node("dumps/7.nq.gz")
    assert number(catalog, file, DCAT.byteSize) == 42
    (checksum,) = [t.object for t in catalog if t.subject == file and t.predicate == SPDX.checksum]
    (value,) = [
        t.object for t in catalog if t.subject == checksum and t.predicate == SPDX.checksumValue
    ]
    assert isinstance(value, Literal)
    assert value.value == "ab" * 32


def test_an_empty_store_is_described_too(tmp_path: Path) -> None:
    with new_directory(tmp_path / "store", base=BASE) as directory:
        EmbeddedEngine(directory).settle()
    engine = EmbeddedEngine(open_directory(tmp_path / "store", base=BASE))
    assert_true_of(void_of(engine), set())
