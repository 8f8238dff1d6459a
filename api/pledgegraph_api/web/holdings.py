"""How much the store holds."""

from __future__ import annotations

from dataclasses import dataclass

from pledgegraph.store.engine import Snapshot
from pledgegraph.store.record_counts import count


@dataclass(frozen=True, slots=True)
class Holdings:
    """The numbers of one snapshot."""

    sequence: int
    quads: int
    records: dict[str, int]
    """The number of records by kind, such as ``commitments``."""


def count_holdings(snapshot: Snapshot) -> Holdings:
    """The numbers of a snapshot; takes seconds where it holds millions of statements."""
    return Holdings(snapshot.sequence, len(snapshot), count(snapshot))
