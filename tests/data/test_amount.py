"""How much the shipped data hold, as `pledgegraph stats` counts it."""

from __future__ import annotations

from pledgegraph.store.embedded_snapshot import EmbeddedSnapshot
from pledgegraph.store.record_counts import count_records


def test_the_graph_can_show_how_commitments_progress(shipped_snapshot: EmbeddedSnapshot) -> None:
    held = count_records(shipped_snapshot)
    assert held["commitments"] >= 200
    assert held["registers"] >= 14
    assert held["status reports"] + held["assessments"] >= 180
