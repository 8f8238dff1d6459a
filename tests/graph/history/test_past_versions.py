"""Earlier versions, and what the command line does with the log: show, revert, blame."""

from __future__ import annotations

import json
import random
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pledgegraph.errors import VersionMissing
from pledgegraph.history.past_versions import Past
from pledgegraph.store.directory import new_directory, open_directory
from pledgegraph.store.embedded import EmbeddedEngine
from tests.graph.building import BASE, change, quad
from tests.graph.conftest import MakeEngine, MakeSource, Program


def state_of(past: Past, sequence: int) -> set[str]:
    """Every quad of a version."""
    with past.at(sequence).snapshot() as snapshot:
        assert snapshot.sequence == sequence
        return {str(each) for each in snapshot.quads()}


def union_of(past: Past, sequence: int) -> int:
    """How many statements the default graph of a version has."""
    with past.at(sequence).snapshot() as snapshot:
        return sum(1 for _ in snapshot.store) - len(snapshot)


@pytest.fixture(scope="module")
def history(tmp_path_factory: pytest.TempPathFactory) -> tuple[EmbeddedEngine, list[set[str]]]:
    """A store that was changed at random, and what it held after each change."""
    path = tmp_path_factory.mktemp("history") / "store"
    with new_directory(path, base=BASE) as directory:
        EmbeddedEngine(directory).settle()
    engine = EmbeddedEngine(open_directory(path))
    chance = random.Random(3)  # noqa: S311
    states: list[set[str]] = [set()]
    while len(states) <= 25:

        def some() -> list[int]:
            return [chance.randrange(12) for _ in range(4)]

        receipt = engine.update(
            change(
                [quad(n, graph=f"id/source/{n % 2}", text="x") for n in some()],
                [quad(n, graph=f"id/source/{n % 2}", text="x") for n in some()],
            )
        )
        if receipt.sequence == len(states):
            with engine.snapshot() as snapshot:
                states.append({str(each) for each in snapshot.quads()})
    return engine, states


@given(st.lists(st.integers(1, 25), min_size=1, max_size=6))
def test_every_version_is_what_it_was(
    history: tuple[EmbeddedEngine, list[set[str]]], asked: list[int]
) -> None:
    engine, states = history
    past = Past(engine.directory, kept=3)
    for sequence in asked:
        assert state_of(past, sequence) == states[sequence]


def test_the_union_graph_travels_too(make_engine: MakeEngine) -> None:
    engine = make_engine()
    engine.update(change([quad(1, graph="id/source/a"), quad(1, graph="id/source/b"), quad(2)]))
    engine.update(change(remove=[quad(1, graph="id/source/a")]))
    engine.update(change(remove=[quad(1, graph="id/source/b")]))
    past = Past(engine.directory, kept=5)
    assert [union_of(past, n) for n in (1, 2, 3)] == [2, 2, 1]


def test_few_versions_are_kept_and_those_used_last(make_engine: MakeEngine) -> None:
    engine = make_engine()
    for number in range(1, 8):
        engine.update(change([quad(number)]))
    past = Past(engine.directory, kept=2)
    for sequence in (1, 2, 1, 3):
        assert len(state_of(past, sequence)) == sequence
    folder = engine.directory.past
    assert {e.name for e in folder.iterdir() if e.is_dir()} == {"1", "3"}


def test_a_version_that_is_held_stays_while_others_are_made(make_engine: MakeEngine) -> None:
    engine = make_engine()
    for number in range(1, 6):
        engine.update(change([quad(number)]))
    past = Past(engine.directory, kept=1)
    with past.at(1).snapshot() as held:
        for sequence in (2, 3, 4):
            state_of(past, sequence)
        assert len(list(held.quads())) == 1
        assert held.query("ASK { ?s ?p 'number 1' }")


@pytest.mark.parametrize("sequence", [-1, 0, 4, 10**30])
def test_there_is_no_other_version(make_engine: MakeEngine, sequence: int) -> None:
    engine = make_engine()
    for number in range(3):
        engine.update(change([quad(number)]))
    with pytest.raises(VersionMissing) as caught:
        Past(engine.directory, kept=1).at(sequence)
    assert "1 to 3" in caught.value.remedy


# show, revert, blame


@pytest.fixture
def two(loaded: Program, make_source: MakeSource) -> Program:
    """The source `one`, loaded with the actors ana and ben and then with ben and cem."""
    assert loaded("load", make_source("one", "ben", "cem"), "--reason", "Cem came").code == 0
    return loaded


def newest(program: Program) -> int:
    """The number of the change set with that reason."""
    lines = program("log", "--json").out.splitlines()
    return next(int(h["sequence"]) for h in map(json.loads, lines) if h["reason"] == "Cem came")


def test_show_tells_a_change_set_in_words_and_as_patch(two: Program) -> None:
    number = newest(two)
    words = two("show", str(number)).out
    assert "Reason: Cem came" in words
    assert re.search(r"^\+ <.*/id/actor/cem> .* \.$", words, re.MULTILINE)
    assert re.search(r"^- <.*/id/actor/ana> .* \.$", words, re.MULTILINE)
    patch = two("show", str(number), "--patch").out
    assert patch.startswith("H sequence")
    assert patch.endswith("TC .\n")
    told = json.loads(two("show", str(number), "--json").out)
    assert len(told["statementsAdded"]) == told["added"] > 0
    missing = two("show", "99")
    assert missing.code == 3
    assert "no change set 99" in missing.err


def test_revert_takes_a_change_set_back_through_the_gate(two: Program) -> None:
    before = two("show", str(newest(two)), "--json").out
    ended = two("revert", str(newest(two)))
    assert ended.code == 0, ended.err
    listed = two("blame", "id/actor/ana").out
    assert "/id/actor/ana" in listed
    assert two("blame", "id/actor/cem").code == 3
    assert two("verify").code == 0
    # The log keeps both.
    assert two("show", str(newest(two)), "--json").out == before


def test_revert_is_refused_where_a_later_change_is_in_the_way(
    two: Program, make_source: MakeSource
) -> None:
    number = newest(two)
    assert two("load", make_source("one", "ben"), "--reason", "Cem left").code == 0
    ended = two("revert", str(number))
    assert ended.code == 3
    assert re.search(r"Change set \d+ has removed a statement", ended.err), ended.err
    assert "Traceback" not in ended.err


def test_a_part_of_a_change_set_is_taken_back_by_record(two: Program) -> None:
    number = newest(two)
    ended = two("revert", str(number), "--about", "id/actor/ana")
    assert ended.code == 0, ended.err
    assert f"Change set {number} is taken back in part" in ended.out
    assert two("blame", "id/actor/ana").code == 0, "it is back"
    assert two("blame", "id/actor/cem").code == 0, "what the rest of the change brought stays"
    reasons = [json.loads(line)["reason"] for line in two("log", "--json").out.splitlines()]
    assert f"Reverts change set {number} in part: Cem came" in reasons
    # Ana is in the way of taking it back whole, not of what it did to Cem.
    assert two("revert", str(number)).code == 3
    assert two("revert", str(number), "--about", "id/actor/cem").code == 0
    assert two("blame", "id/actor/cem").code == 3
    assert two("verify").code == 0
    nothing = two("revert", str(number), "--about", "id/actor/cem", "--about", "id/actor/ben")
    assert nothing.code == 3
    assert "/id/actor/ben" in nothing.err


def test_what_rules_computed_is_not_reverted_by_itself(two: Program) -> None:
    headers = [json.loads(line) for line in two("log", "--json").out.splitlines()]
    computed = [h["sequence"] for h in headers if h["agent"] == "Pledgegraph rules"]
    ended = two("revert", str(computed[-1]))
    assert ended.code == 3
    assert "was computed by rules" in ended.err


def test_blame_names_the_change_set_of_each_statement(two: Program) -> None:
    lines = two("blame", "id/actor/cem", "--json").out.splitlines()
    found = [json.loads(line) for line in lines if "/computed/" not in line]
    assert len(found) == 4
    # What the rules say of the record came with a change set of their own.
    assert len(lines) == 5
    assert {each["sequence"] for each in found} == {newest(two)}
    ben = [json.loads(line) for line in two("blame", "id/actor/ben", "--json").out.splitlines()]
    computed = "Computed by the rules of the ontology."
    assert {each["reason"] for each in ben} == {"To begin with.", computed}
    assert two("blame", "id/actor/nobody").code == 3
    assert two("blame", "not an iri:").code == 3
