"""`merge`, `split` and `retract`: one change each, and every statement stays its source's own."""

from __future__ import annotations

import json

import pytest

from tests.graph.conftest import MakeSource, Program

COMMITMENT = """
<id/commitment/c-{maker}> a pg:Commitment ; rdfs:label "What {maker} promised"@en ;
    <http://purl.org/dc/terms/description> "What {maker} promised."@en ;
    pg:grade grade:high ; pg:inferred "It says so."@en ;
    pg:madeBy <id/actor/{maker}> .
"""


def quads(program: Program) -> set[tuple[str, ...]]:
    """Every statement that is no rule's, without the base."""
    ended = program("dump", "--format", "nquads")
    assert ended.code == 0, ended.err
    lines = (line.replace("https://data.example.org/", "") for line in ended.out.splitlines())
    return {tuple(line.split(" ", 2)) for line in lines if "graph/computed" not in line}


def logged(program: Program) -> list[dict[str, object]]:
    """The changes log, the newest first."""
    return [json.loads(line) for line in program("log", "--json").out.splitlines()]


def number_of(program: Program, word: str) -> str:
    """The number of the newest change set with that word in its reason."""
    return str(next(each["sequence"] for each in logged(program) if word in str(each["reason"])))


def about(program: Program, name: str) -> list[str]:
    return sorted(" ".join(each) for each in quads(program) if f"<{name}>" in " ".join(each))


@pytest.fixture
def twins(loaded: Program, make_source: MakeSource) -> Program:
    """Source `one` knows ana and ben, source `two` knows anna; `two` and `three` speak of them."""
    for slug, more in (
        ("two", COMMITMENT.replace("{maker}", "anna")),
        ("three", "<id/actor/anna> pg:possiblySameAs <id/actor/ana> ; pg:grade grade:low ."),
    ):
        actors = ("anna",) if slug == "two" else ()
        ended = loaded("load", make_source(slug, *actors, more=more))
        assert ended.code == 0, ended.err
    return loaded


def test_two_records_become_one_and_revert_makes_them_two_again(twins: Program) -> None:
    before = quads(twins)
    told = json.loads(twins("merge", "id/actor/anna", "id/actor/ana", "--dry-run", "--json").out)
    assert quads(twins) == before
    merged = twins("merge", "id/actor/anna", "id/actor/ana", "--agent", "Eva")
    assert merged.code == 0, merged.err
    sequence = logged(twins)
    assert sum("are one" in str(each["reason"]) for each in sequence) == 1
    after = quads(twins)
    assert len(before - after) == len(told["removed"])
    assert after - before
    # All that was said of anna is now said of ana, by the same source.
    assert about(twins, "id/actor/anna") == [
        "<id/actor/anna> <http://purl.org/dc/terms/isReplacedBy> <id/actor/ana> "
        "<id/source/editors-identities> ."
    ]
    said = about(twins, "id/actor/ana")
    assert any('"Anna"@en <id/source/two>' in each for each in said)
    assert any("def#grade> " in each and "grade#low> <id/source/three>" in each for each in said)
    assert any("commitment/c-anna> <https://w3id.org/pledgegraph/def#madeBy>" in e for e in said)
    assert not any("possiblySameAs" in each for each in said)
    # Grade and inference of the commitment are where they were.
    commitment = [each for each in before if each[0] == "<id/commitment/c-anna>"]
    kept = {each for each in commitment if "madeBy" not in each[1]}
    assert len(kept) >= 5
    assert kept <= after
    assert twins("verify").code == 0
    assert twins("revert", number_of(twins, "are one")).code == 0
    assert quads(twins) == before


def test_what_cannot_be_one_record_is_refused(twins: Program, make_source: MakeSource) -> None:
    before = quads(twins)
    for gone, kept, word in (
        ("id/actor/anna", "id/actor/anna", "itself"),
        ("id/actor/nobody", "id/actor/ana", "Nothing is said"),
        ("id/actor/ana", "id/commitment/c-anna", "different kinds"),
        ("id/source/two", "id/source/one", "is a source"),
    ):
        ended = twins("merge", gone, kept)
        assert ended.code == 3, ended.err
        assert word in ended.err
    assert quads(twins) == before
    # One source grades both, and not alike: that is for a person to decide.
    more = "<id/actor/anna> pg:grade grade:low . <id/actor/ana> pg:grade grade:high ."
    assert twins("load", make_source("three", more=more)).code == 0
    before = quads(twins)
    ended = twins("merge", "id/actor/anna", "id/actor/ana")
    assert ended.code == 3
    assert "--prefer-kept" in ended.err
    assert quads(twins) == before
    assert twins("merge", "id/actor/anna", "id/actor/ana", "--prefer-kept").code == 0
    grades = [each for each in about(twins, "id/actor/ana") if "source/three" in each]
    assert grades
    assert not any("grade#low" in each for each in grades)
    again = twins("merge", "id/actor/anna", "id/actor/ben")
    assert "given up for another record" in again.err


def test_one_record_becomes_several_by_what_each_source_means(
    loaded: Program, make_source: MakeSource
) -> None:
    file = make_source("two", "ana", more=COMMITMENT.replace("{maker}", "ana"))
    assert loaded("load", file).code == 0
    before = quads(loaded)
    for part, word in (
        ("id/actor/ana-2", "does not say which sources"),
        ("id/actor/ana-2=three", "says nothing of"),
        ("id/actor/ana=two", "part of itself"),
    ):
        ended = loaded("split", "id/actor/ana", "--part", part)
        assert ended.code == 3
        assert word in ended.err
    assert quads(loaded) == before
    assert loaded("split", "id/actor/ana", "--part", "id/actor/ana-2=two").code == 0
    assert all("<id/source/one> ." in each for each in about(loaded, "id/actor/ana"))
    said = about(loaded, "id/actor/ana-2")
    assert any("madeBy" in each for each in said)
    assert all("<id/source/two> ." in each for each in said)
    # The rest goes too: then the old IRI leads to its heir.
    assert loaded("split", "id/actor/ana", "--part", "id/actor/ana-1=one").code == 0
    (only,) = about(loaded, "id/actor/ana")
    assert "isReplacedBy> <id/actor/ana-1>" in only


def test_a_source_is_retracted_with_what_it_alone_supports(
    twins: Program, make_source: MakeSource
) -> None:
    before = quads(twins)
    ended = twins("retract", "two")
    assert ended.code == 0, ended.err
    after = quads(twins)
    assert not [each for each in after if "source/two" in " ".join(each)]
    # What three says of anna goes with her; what one says stays, and so does three itself.
    assert about(twins, "id/actor/anna") == []
    assert {each for each in before if "<id/source/one>" in " ".join(each)} <= after
    assert about(twins, "id/source/three")
    assert twins("revert", number_of(twins, "retracted")).code == 0
    assert quads(twins) == before
    # Somebody else describes her too: then she stays.
    assert twins("load", make_source("four", "anna")).code == 0
    assert twins("retract", "two").code == 0
    assert any("<id/source/four>" in each for each in about(twins, "id/actor/anna"))
    assert any("<id/source/three>" in each for each in about(twins, "id/actor/anna"))
    assert twins("retract", "nothing").code == 3
