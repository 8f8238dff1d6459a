"""The events of the Collaborative have their days, and what was inferred has its reason."""

from __future__ import annotations

import pytest
from pyoxigraph import Literal, NamedNode

from pledgegraph.namespaces import PG
from pledgegraph.store.embedded_snapshot import EmbeddedSnapshot

BASE = "http://localhost:8000"


def record(name: str) -> NamedNode:
    return NamedNode(f"{BASE}/id/{name}")


@pytest.mark.parametrize(
    ("event", "earliest", "latest"),
    [
        ("egm-1-citizen-data-2022", {"2022-11-10"}, {"2022-11-11"}),
        ("un-world-data-forum-4", {"2023-04-24"}, {"2023-04-27"}),
        ("un-statistical-commission-54", {"2023-02-28"}, {"2023-03-03"}),
        ("egm-2-citizen-data-2023", {"2023-09-27", "2023-09-28"}, {"2023-09-29"}),
        ("un-statistical-commission-55", {"2024-02-27"}, {"2024-03-01"}),
        ("egm-3-citizen-data-2024", {"2024-07-17"}, {"2024-07-19"}),
        ("un-world-data-forum-5", {"2024-11-12"}, {"2024-11-15"}),
        ("malawi-high-level-meeting-2024", {"2024-12-12"}, {"2024-12-12"}),
        ("un-statistical-commission-56", {"2025-03-04"}, {"2025-03-07"}),
        ("igf-2025-open-forum-21", {"2025-06-24"}, {"2025-06-24"}),
        ("egm-4-citizen-data-2025", {"2025-11-10"}, {"2025-11-12"}),
        ("after-the-copenhagen-framework-2026", {"2026-02-01"}, {"2026-02-28"}),
        ("unsc-57-evening-event-2026", {"2026-03-02"}, {"2026-03-02"}),
        ("un-world-data-forum-6", {"2026-11-09"}, {"2026-11-12"}),
        ("un-statistical-commission-57", set(), set()),
    ],
)
def test_an_event_has_the_days_that_its_sources_give(
    event: str, earliest: set[str], latest: set[str], shipped_snapshot: EmbeddedSnapshot
) -> None:
    def days(predicate: NamedNode) -> set[str]:
        found = shipped_snapshot.store.quads_for_pattern(
            record(f"event/{event}"), predicate, None, None
        )
        return {quad.object.value for quad in found if isinstance(quad.object, Literal)}

    assert (days(PG.earliest), days(PG.latest)) == (earliest, latest)


def test_what_was_inferred_stands_with_its_reason(shipped_snapshot: EmbeddedSnapshot) -> None:
    """Every value that the editors inferred is about a record that says why."""
    store = shipped_snapshot.store
    graph = NamedNode(f"{BASE}/id/source/editors-inferences")
    inferred = {quad.subject for quad in store.quads_for_pattern(None, None, None, graph)}
    reasoned = {quad.subject for quad in store.quads_for_pattern(None, PG.inferred, None, graph)}
    assert inferred
    assert inferred == reasoned
