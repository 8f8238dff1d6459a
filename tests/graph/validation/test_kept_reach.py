"""What is kept of the shipped shapes is what they look at, and stands for no other shapes."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from pledgegraph.shipped import shipped
from pledgegraph.validation import kept_reach
from pledgegraph.validation.change_validator import ChangeValidator
from pledgegraph.validation.dependency_automaton import START, Reach
from pledgegraph.validation.kept_reach import KEPT, reach_of_shapes, written
from pledgegraph.validation.shape_dependencies import reach_of
from pledgegraph.validation.shapes import Shapes
from pledgegraph.validation.turbo_engine import TurboValidator


def are_alike(one: Reach, other: Reach) -> bool:
    """Whether walks by both find the same triples from everywhere: bisimulation."""
    size = len(one.edges)
    leaving = [
        [(each.predicate, each.toward, each.target + offset) for each in edges]
        for reach, offset in ((one, 0), (other, size))
        for edges in reach.edges
    ]
    kinds = [state in (START, size + START) for state in range(len(leaving))]
    blocks = list(map(int, kinds))
    count = 0
    while len(set(blocks)) != count:
        count = len(set(blocks))
        names: dict[object, int] = {}
        blocks = [
            names.setdefault(
                (blocks[state], frozenset((p, toward, blocks[to]) for p, toward, to in edges)),
                len(names),
            )
            for state, edges in enumerate(leaving)
        ]
    return set(blocks[:size]) == set(blocks[size:]) and blocks[START] == blocks[size + START]


def test_what_is_kept_is_what_the_shapes_look_at(monkeypatch: pytest.MonkeyPatch) -> None:
    shapes = Shapes.read(shipped("ontology"))
    fresh = reach_of(shapes.graph)
    monkeypatch.setattr("pledgegraph.validation.shape_dependencies.reach_of", pytest.fail)
    kept = reach_of_shapes(shapes)
    assert are_alike(kept, fresh), (
        "run `rm graph/pledgegraph/validation/reach.json` and `scripts/check --fix`"
    )
    assert kept.apart == fresh.apart
    assert written(kept, shapes.digest) == KEPT.read_text(encoding="utf-8")


def test_one_edge_makes_a_difference() -> None:
    reach = reach_of_shapes(Shapes.read(shipped("ontology")))
    assert are_alike(reach, reach)
    for state, edges in enumerate(reach.edges):
        if edges:
            fewer = (*reach.edges[:state], edges[1:], *reach.edges[state + 1 :])
            assert not are_alike(reach, Reach(fewer))


def test_other_shapes_are_read_themselves(tmp_path: Path) -> None:
    folder = tmp_path / "ontology"
    shutil.copytree(shipped("ontology"), folder)
    (file, *_) = sorted(folder.glob("shapes/*.ttl"))
    more = "\n<urn:shape> a sh:NodeShape ; sh:targetSubjectsOf <urn:p> ; sh:class <urn:c> .\n"
    file.write_text(file.read_text(encoding="utf-8") + more, encoding="utf-8")
    reach = ChangeValidator(TurboValidator(Shapes.read(folder))).reach
    assert any("urn:p" in str(edge.predicate) for edge in reach.edges[START])


def test_a_change_is_judged_by_what_is_kept(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """With the digest of the shapes and nothing to look at, nothing is found: it is in use."""
    shapes = Shapes.read(shipped("ontology"))
    own = tmp_path / "reach.json"
    own.write_text(written(Reach(((),)), shapes.digest), encoding="utf-8")
    monkeypatch.setattr(kept_reach, "KEPT", own)
    assert reach_of_shapes(shapes) == Reach(((),))
    own.write_text(written(Reach(((),)), "another"), encoding="utf-8")
    assert are_alike(reach_of_shapes(shapes), reach_of(shapes.graph))
