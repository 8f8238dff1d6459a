"""`benchmarks/run-goals` measures what it says, on data of which it expects the right answers."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest
from pyoxigraph import NamedNode, Store

from benchmarks.asking import STATUS, AnswersDiffer, measure_status
from benchmarks.changing import (
    KINDS,
    ChangeRefused,
    changed_commitment,
    follow,
    measure_changes,
    new_report,
)
from benchmarks.generate import BASE
from benchmarks.goals import filled, goal, table
from benchmarks.validating import FaultsFound, measure_whole, triples_of
from pledgegraph.namespaces import PG
from pledgegraph.shipped import shipped
from pledgegraph.store.log.applying import apply
from pledgegraph.store.rules import Rules, read_rules
from pledgegraph.store.system_graphs import computed_graph

RUN = Path(__file__).resolve().parents[2] / "benchmarks" / "run-goals"
QUADS = 3000


@pytest.fixture
def store(tmp_path: Path) -> Store:
    """Made-up data with what the rules compute from them."""
    return filled(QUADS, 1, tmp_path)[0]


def test_a_small_run_prints_every_table_and_every_goal() -> None:
    sizes = ("--whole", "1500", "--compared", "500", "--small", "1000", "--large", str(QUADS))
    done = subprocess.run(
        [str(RUN), *sizes, "--rounds", "1", "--changes", "2"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    titles = [line.removeprefix("#### ") for line in done.stdout.splitlines() if line[:4] == "####"]
    assert [title.partition(",")[0] for title in titles] == [
        "All data validated",
        "Current status of a register",
        "One change",
        "Everything computed anew",
        "Goals",
    ]
    goals = done.stdout.partition("#### Goals")[2].strip().splitlines()[2:]
    assert len(goals) == 4
    assert all(row.rstrip(" |").endswith((" yes", " no")) for row in goals)


def test_all_ways_to_ask_for_the_status_give_one_answer(store: Store) -> None:
    found, answers = measure_status(store, rounds=2)
    assert answers > 0
    assert {name: len(times) for name, times in found.items()} == dict.fromkeys(STATUS, 2)


def test_a_way_that_answers_otherwise_ends_the_run(store: Store) -> None:
    for quad in list(store.quads_for_pattern(None, PG.currentStatus, None)):
        store.remove(quad)
    with pytest.raises(AnswersDiffer):
        measure_status(store, rounds=1)


def test_what_follows_from_a_change_is_computed(store: Store) -> None:
    rules = Rules(read_rules(shipped("ontology") / "rules"), BASE)
    commitment = NamedNode(f"{BASE}/id/commitment/bench-3")
    found = {}
    for make in (changed_commitment, new_report):
        change = make(store, 3)
        apply(store, change, merge=True)
        assert follow(store, change, rules) > 0
    for quad in store.quads_for_pattern(commitment, None, None, computed_graph(BASE)):
        found[quad.predicate] = str(quad.object)
    assert found[PG.currentStatusReport] == str(NamedNode(f"{BASE}/id/report/bench-3-new"))
    assert found[PG.finalDueDate].startswith('"2031-12-31"')
    assert follow(store, None, rules) == 0


def test_each_kind_of_change_is_measured_in_each_store(store: Store, tmp_path: Path) -> None:
    other = filled(2 * QUADS, 1, tmp_path)[0]
    costs = measure_changes({QUADS: store, 2 * QUADS: other}, count=3, seed=1)
    assert set(costs) == {(size, kind) for size in (QUADS, 2 * QUADS) for kind in KINDS}
    assert all(len(cost.judged) == len(cost.followed) == 3 for cost in costs.values())


def test_a_change_that_is_refused_ends_the_run(store: Store) -> None:
    for quad in list(store.quads_for_pattern(None, PG.grade, None)):
        store.remove(quad)
    with pytest.raises(ChangeRefused):
        measure_changes({QUADS: store}, count=3, seed=1)


def test_data_with_faults_are_not_measured(tmp_path: Path) -> None:
    triples = [t for t in triples_of(500, 1, tmp_path) if t.predicate != PG.reporter]
    with pytest.raises(FaultsFound):
        measure_whole(triples, triples[:0], rounds=1)


def test_a_goal_says_whether_it_is_met() -> None:
    assert goal("speed", 31.4, 30, "times", at_least=True)[2:] == ("31.4 times", "yes")
    assert goal("speed", 29, 30, "times", at_least=True)[3] == "no"
    assert goal("time", 4.96, 5, "s", at_least=False)[3] == "yes"
    assert goal("time", 5.1, 5, "s", at_least=False)[3] == "no"


def test_a_table_is_markdown() -> None:
    assert table(("what", "s"), [("load", "1")]) == "| what | s |\n| --- | ---: |\n| load | 1 |"
