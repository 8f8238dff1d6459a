"""How much a snapshot says in each of its graphs and with each property."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from pyoxigraph import Literal, NamedNode

from pledgegraph.store.engine import Snapshot
from pledgegraph.store.select import solutions

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
    graphs: Counter[str] = Counter()
    properties: Counter[str] = Counter()
    for row in solutions(snapshot, _QUERY.read_text(encoding="utf-8"), {}):
        graph, name, number = row["graph"], row["property"], row["number"]
        if not (isinstance(graph, NamedNode) and isinstance(name, NamedNode)):
            continue  # no query can name a blank node
        if isinstance(number, Literal):
            graphs[graph.value] += int(number.value)
            properties[name.value] += int(number.value)
    return GraphCounts(snapshot.sequence, dict(sorted(graphs.items())), dict(properties))
