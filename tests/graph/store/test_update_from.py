"""Changes that are computed from what there is, while others write."""

from __future__ import annotations

import pytest
from pyoxigraph import Literal, Quad

from pledgegraph.errors import Withdrawn
from pledgegraph.store.changes import Change
from pledgegraph.store.commit_permit import Permit
from pledgegraph.store.embedded import EmbeddedEngine
from pledgegraph.store.engine import AddressedSnapshot
from tests.graph.building import change, node, quad, quads_of
from tests.graph.conftest import MakeEngine

COUNT = node("id/count")


def counted(snapshot: AddressedSnapshot) -> Change:
    """A change that says how many change sets there were before it."""
    said = Quad(COUNT, node("is"), Literal(snapshot.sequence), node("id/source/one"))
    return change([said])


def test_what_was_computed_from_an_older_state_is_computed_again(make_engine: MakeEngine) -> None:
    engine = make_engine()
    other = make_engine()
    seen: list[int] = []

    def compute(snapshot: AddressedSnapshot) -> Change:
        seen.append(snapshot.sequence)
        if len(seen) == 1:
            other.update(change([quad(1)]))
            other.update(change([quad(2)]))
        return counted(snapshot)

    assert engine.update_from(compute).sequence == 3
    assert seen == [0, 2]
    (said,) = [each for each in quads_of(engine) if "id/count" in each]
    assert '"2"' in said
    assert len(quads_of(engine)) == 3


def test_nobody_can_be_faster_a_second_time(make_engine: MakeEngine) -> None:
    engine = make_engine()
    calls = 0

    def compute(snapshot: AddressedSnapshot) -> Change:
        nonlocal calls
        calls += 1
        if calls == 1:
            make_engine().update(change([quad(1)]))
        else:
            with pytest.raises(Exception, match="has been writing"):
                make_engine(lock_wait=0.05).update(change([quad(2)]))
        return counted(snapshot)

    engine.update_from(compute)
    assert calls == 2


def test_a_permit_that_is_withdrawn_stops_a_change(engine: EmbeddedEngine) -> None:
    permit = Permit()
    assert permit.withdraw()
    with pytest.raises(Withdrawn):
        engine.update(change([quad(1)]), permit=permit)
    assert quads_of(engine) == set()
    fresh = Permit()
    engine.update(change([quad(1)]), permit=fresh)
    assert not fresh.withdraw(), "it is made"


def test_a_workspace_is_cleared_away_when_its_owner_is_gone(engine: EmbeddedEngine) -> None:
    with engine.workspace() as kept:
        (kept / "file").touch()
        left = kept.with_name("left")
        left.mkdir()
        (left / "half").touch()
        left.with_suffix(".lease").touch()
        with engine.workspace() as other:
            assert other != kept
            assert not left.exists()
            assert (kept / "file").exists()
    assert list(kept.parent.iterdir()) == []
