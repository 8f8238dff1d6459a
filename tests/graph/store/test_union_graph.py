"""The default graph is the merge of the named graphs: a statement of two sources counts once."""

from __future__ import annotations

import io
import json
import random
import shutil
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyoxigraph import DefaultGraph, Literal, NamedNode, Quad, RdfFormat, Store, parse

from pledgegraph.media_types import N_QUADS, N_TRIPLES, TRIG, Format
from pledgegraph.namespaces import XSD
from pledgegraph.settings import Settings
from pledgegraph.setup.engine_choice import open_engine
from pledgegraph.store.atomic_files import sealed, unsealed
from pledgegraph.store.changes import Change, ChangeSet
from pledgegraph.store.directory import FORMAT, new_directory, open_directory
from pledgegraph.store.embedded import EmbeddedEngine
from pledgegraph.store.log.applying import apply
from pledgegraph.store.union_graph import named_quads
from tests.depth import examples
from tests.graph.building import BASE, change, node, quad, quads_of, values

COUNT = "SELECT (COUNT(*) AS ?n) WHERE { ?s ?p ?o }"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    with new_directory(tmp_path / "store", base=BASE) as directory:
        EmbeddedEngine(directory).settle()
    return tmp_path / "store"


@pytest.fixture
def engine(path: Path) -> EmbeddedEngine:
    return EmbeddedEngine(open_directory(path, base=BASE))


def count(engine: EmbeddedEngine, query: str = COUNT) -> int:
    with engine.snapshot() as snapshot:
        (number,) = values(snapshot, query)
    return int(number)


def test_what_two_sources_say_counts_once_until_neither_says_it(engine: EmbeddedEngine) -> None:
    first, second = quad(1), quad(1, graph="id/source/two")
    engine.update(change([first, second, quad(2)]))
    assert count(engine) == 2
    with engine.snapshot() as snapshot:
        assert len(snapshot) == 3
        assert values(snapshot, f"SELECT ?o WHERE {{ {first.subject} ?p ?o }}") == ["number 1"]
        graphs = values(snapshot, "SELECT ?g WHERE { GRAPH ?g { ?s ?p 'number 1' } } ORDER BY ?g")
        assert graphs == [node("id/source/one").value, node("id/source/two").value]
    engine.update(change(remove=[first]))
    assert count(engine) == 2
    engine.update(change(remove=[second]))
    assert count(engine) == 1


@pytest.mark.parametrize("form", [N_QUADS, TRIG])
def test_a_dump_holds_the_named_graphs_only(engine: EmbeddedEngine, form: Format) -> None:
    engine.update(change([quad(1), quad(1, graph="id/source/two"), quad(2)]))
    held = io.BytesIO()
    with engine.snapshot() as snapshot:
        snapshot.dump(held, form)
    dumped = {str(each) for each in parse(held.getvalue(), format=form.rdf)}
    assert dumped == quads_of(engine)
    assert len(dumped) == 3


def test_a_dump_without_graphs_says_each_statement_once(engine: EmbeddedEngine) -> None:
    engine.update(change([quad(1), quad(1, graph="id/source/two"), quad(2)]))
    held = io.BytesIO()
    with engine.snapshot() as snapshot:
        snapshot.dump(held, N_TRIPLES)
    assert len(held.getvalue().splitlines()) == 2


@settings(max_examples=examples(60), deadline=None)
@given(seed=st.integers(min_value=0, max_value=2**32))
def test_the_union_is_that_of_the_graphs_after_any_changes(seed: int) -> None:
    dice = random.Random(seed)  # noqa: S311 -- the dice of a test
    store = Store()
    history: list[ChangeSet] = []
    for _ in range(12):
        graph = f"id/source/{dice.choice('abc')}"
        touched = {quad(dice.randrange(6), graph=graph) for _ in range(dice.randrange(1, 4))}
        there = {each for each in touched if each in store}
        change_set = ChangeSet()
        for each in touched:
            (change_set.removed if each in there else change_set.added).add(each)
        history.append(change_set)
        apply(store, change_set, merge=True)
        assert_union(store)
    # Recovery replays what may have been applied already.
    for change_set in history[dice.randrange(len(history)) :]:
        apply(store, change_set, merge=True)
    assert_union(store)


def assert_union(store: Store) -> None:
    union = {each.triple for each in store.quads_for_pattern(None, None, None, DefaultGraph())}
    assert union == {each.triple for each in named_quads(store)}
    everything = set(store.quads_for_pattern(None, None, None))
    assert set(named_quads(store)) == {
        each for each in everything if each.graph_name != DefaultGraph()
    }


def test_a_store_of_the_first_format_gets_its_union(path: Path, engine: EmbeddedEngine) -> None:
    engine.update(change([quad(1), quad(1, graph="id/source/two")]))
    before = quads_of(engine)
    engine.close()
    as_the_first_release_wrote_it(path)
    opened = open_engine(Settings(data_dir=path, base=BASE))
    assert opened.directory.format == FORMAT
    assert count(opened) == 1
    assert quads_of(opened) == before
    assert json.loads((path / "pledgegraph.json").read_text())["format"] == FORMAT


def test_a_store_of_the_second_format_forgets_removed_graphs(
    path: Path, engine: EmbeddedEngine
) -> None:
    gone = quad(2, graph="id/source/two")
    engine.update(change([quad(1), gone]))
    engine.update(Change(agent="tests", reason="It goes", remove=[gone]))
    engine.close()
    store = Store(path / "primary")
    assert isinstance(gone.graph_name, NamedNode)
    store.add_graph(gone.graph_name)
    store.flush()
    del store
    card = path / "pledgegraph.json"
    card.write_text(sealed({**unsealed(card.read_text()), "format": 2}))
    with open_engine(Settings(data_dir=path, base=BASE)).snapshot() as snapshot:
        assert [str(graph) for graph in snapshot.store.named_graphs()] == [str(quad(1).graph_name)]


def as_the_first_release_wrote_it(path: Path) -> None:
    """The same data directory without the union, as format 1 was."""
    sequence = (path / "current").read_text().strip()
    store = Store(path / "primary")
    for each in list(store.quads_for_pattern(None, None, None, DefaultGraph())):
        store.remove(each)
    store.flush()
    shutil.rmtree(path / "snapshots" / sequence)
    store.backup(path / "snapshots" / sequence)
    del store
    card = path / "pledgegraph.json"
    told = {**json.loads(card.read_text()), "format": 1}
    del told["seal"]
    card.write_text(json.dumps(told))


def test_an_ungated_store_keeps_its_own_default_graph(tmp_path: Path) -> None:
    with new_directory(tmp_path / "open", base=BASE, gated=False) as directory:
        EmbeddedEngine(directory).settle()
    engine = EmbeddedEngine(open_directory(tmp_path / "open", base=BASE))
    engine.update(change([quad(1), Quad(*quad(2).triple)]))
    assert count(engine) == 1
    with engine.snapshot() as snapshot:
        assert len(snapshot) == 2
        held = io.BytesIO()
        snapshot.dump(held, N_QUADS)
    assert len(list(parse(held.getvalue(), format=RdfFormat.N_QUADS))) == 2


def test_an_ungated_store_keeps_a_literal_that_comes_in_another_form(tmp_path: Path) -> None:
    with new_directory(tmp_path / "open", base=BASE, gated=False) as directory:
        EmbeddedEngine(directory).settle()
    engine = EmbeddedEngine(open_directory(tmp_path / "open", base=BASE))
    as_written = Quad(node("s"), node("p"), Literal("01", datatype=XSD.short), node("g"))
    engine.update(change([as_written]))
    with engine.snapshot() as snapshot:
        stored = list(snapshot.quads())
    engine.update(change([as_written], stored))
    assert quads_of(engine) == {str(each) for each in stored}
    assert len(stored) == 1
