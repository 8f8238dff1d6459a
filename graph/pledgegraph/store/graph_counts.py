"""How much a snapshot says in each of its graphs and with each property."""

from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from pledgegraph.media_types import CSV
from pledgegraph.store.engine import Snapshot

_QUERY: Final = Path(__file__).with_name("queries") / "graph_counts.rq"


@dataclass(frozen=True, slots=True)
class GraphCounts:
    """The number of statements by named graph and by property, of one snapshot."""

    sequence: int
    graphs: Mapping[str, int]
    properties: Mapping[str, int]
    """A statement that stands in two graphs counts twice."""

    @property
    def quads(self) -> int:
        """The number of statements in all named graphs."""
        return sum(self.graphs.values())


def count_graphs(snapshot: Snapshot) -> GraphCounts:
    """The counts of a snapshot; takes about 3 s for a million statements."""
    held = io.BytesIO()
    snapshot.query(_QUERY.read_text(encoding="utf-8")).serialise(held, CSV)
    graphs: Counter[str] = Counter()
    properties: Counter[str] = Counter()
    rows = csv.reader(io.StringIO(held.getvalue().decode("utf-8"), newline=""))
    next(rows)
    for graph, name, number in rows:
        if graph.startswith("_:"):
            continue  # no query can name it
        graphs[graph] += int(number)
        properties[name] += int(number)
    return GraphCounts(snapshot.sequence, dict(sorted(graphs.items())), dict(properties))
