"""The counts of the newest snapshot, made once a snapshot and when somebody asks for them."""

from __future__ import annotations

import threading

from pledgegraph.engine import Engine
from pledgegraph.graph_counts import GraphCounts, count_graphs


class DatasetCounts:
    """Counts by graph and property, remembered for as long as the snapshot is the newest."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._known: GraphCounts | None = None
        self._counting = threading.Lock()

    def current(self) -> GraphCounts:
        """The counts of the newest snapshot. Blocks: to be called in a thread."""
        with self._engine.snapshot() as snapshot:
            known = self._known
            if known is not None and known.sequence == snapshot.sequence:
                return known
            with self._counting:
                if self._known is None or self._known.sequence < snapshot.sequence:
                    self._known = count_graphs(snapshot)
                return self._known
