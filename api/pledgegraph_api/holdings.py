"""How much the store holds, counted once a snapshot."""

from __future__ import annotations

import io
import json
import threading
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from pledgegraph.engine import Engine, Snapshot
from pledgegraph.media_types import JSON

_QUERY: Final = (Path(__file__).resolve().parent / "queries" / "holdings.rq").read_text(
    encoding="utf-8"
)


@dataclass(frozen=True, slots=True)
class Holdings:
    """The numbers of one snapshot."""

    sequence: int
    quads: int
    commitments: int = 0
    actors: int = 0
    events: int = 0
    sources: int = 0


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
                self._known = _count(snapshot)
            return self._known


def _count(snapshot: Snapshot) -> Holdings:
    written = io.BytesIO()
    snapshot.query(_QUERY).serialise(written, JSON)
    rows = json.loads(written.getvalue())["results"]["bindings"]
    numbers = {row["kind"]["value"]: int(row["number"]["value"]) for row in rows if "kind" in row}
    return Holdings(snapshot.sequence, len(snapshot), **numbers)
