"""How much the store holds, counted once a snapshot."""

from __future__ import annotations

import threading
from dataclasses import dataclass

from pledgegraph.counting import count
from pledgegraph.engine import Engine


@dataclass(frozen=True, slots=True)
class Holdings:
    """The numbers of one snapshot."""

    sequence: int
    quads: int
    records: dict[str, int]
    """The number of records by kind, such as ``commitments``."""


class HoldingsCount:
    """Counts what an engine holds, and remembers it for as long as the snapshot is current."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._known: Holdings | None = None
        self._counting = threading.Lock()

    def current(self) -> Holdings:
        """The numbers of the newest snapshot. Blocks: to be called in a thread."""
        with self._engine.snapshot() as snapshot, self._counting:
            if self._known is None or self._known.sequence < snapshot.sequence:
                self._known = Holdings(snapshot.sequence, len(snapshot), count(snapshot))
            return self._known
