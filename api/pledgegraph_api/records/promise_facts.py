"""Reads all that is told of a promise: its parts, accounts, evidence, and their sources.

It is found by look-ups in the indexes, a settled number of them however much there is. The
document about the promise comes in pages; an answer must not depend on which one is shown.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from pyoxigraph import NamedNode

from pledgegraph.namespaces import PG
from pledgegraph.store import Snapshot
from pledgegraph_api.records.statements import Statements

PROMISES: Final = frozenset({PG.Commitment, PG.Undertaking, PG.Milestone})
"""Classes whose pages say whether the promise was kept."""
_PARTS: Final = PROMISES | {PG.Target, PG.Promise}
_DEEPEST: Final = 4
"""Levels of parts below the promise."""
_MOST: Final = 2_000
"""Records that bear on a promise; the answers to questions tell of more."""
_BEARING: Final = (
    PG.reportsOn,
    PG.evidenceFor,
    PG.contributesTo,
    PG.resultedFrom,
    PG.changeOf,
    PG.amountFor,
    PG.rates,
    PG.ofTarget,
    PG.about,
)
"""Properties by which records bear on a promise."""
_FURTHER: Final = (
    PG.concerns,
    PG.evidenceItem,
    PG.hasEvidence,
    PG.announcedAt,
    PG.madeBy,
    PG.repliesTo,
)
_AROUND: Final = (PG.about, PG.resultedFrom, PG.repliesTo)
"""Properties by which records bear on what bears on a promise."""


@dataclass(frozen=True, slots=True)
class PromiseFacts:
    """What was read."""

    promise: NamedNode
    said: Statements
    parts: tuple[NamedNode, ...]
    """Directly below the promise, in their order."""
    below: frozenset[NamedNode]
    """The promise and its parts on all levels."""

    def parts_of(self, node: NamedNode) -> tuple[NamedNode, ...]:
        """The parts directly below, by their position, then their IRI."""
        return _ordered(self.said, node)

    def beneath(self, node: NamedNode) -> tuple[NamedNode, ...]:
        """A part and all that is below it."""
        found = [node]
        for each in found:
            found += [part for part in self.parts_of(each) if part not in found]
        return tuple(found)

    def bearing(self, prop: NamedNode, *promises: NamedNode) -> list[NamedNode]:
        """What bears on any of the promises by the property, each once."""
        return list(dict.fromkeys(s for each in promises for s in self.said.back(each, prop)))


def read_promise(snapshot: Snapshot, promise: NamedNode) -> PromiseFacts:
    """All that is told of the promise."""
    said = Statements()
    below: dict[NamedNode, None] = {promise: None}
    level = [promise]
    for _ in range(_DEEPEST):
        said.take(snapshot.pointing_at(level, [PG.partOf]))
        level = [part for each in level for part in said.back(each, PG.partOf)]
        level = [each for each in dict.fromkeys(level) if each not in below]
        if not level:
            break
        below.update(dict.fromkeys(level))
    said.take(snapshot.about(list(below)))
    said.take(snapshot.pointing_at(list(below), _BEARING))
    bearing = _subjects(said, below, _BEARING)[:_MOST]
    said.take(snapshot.about(bearing))
    further = [
        each
        for node in (*below, *bearing)
        for each in said.nodes(node, *_FURTHER)
        if each not in below
    ]
    further = [each for each in dict.fromkeys(further) if each not in bearing]
    said.take(snapshot.about(further))
    beside = {e for each in below for e in said.nodes(each, PG.announcedAt, PG.madeBy)}
    around = [each for each in (*bearing, *further) if each not in beside]
    said.take(snapshot.pointing_at(around, _AROUND))
    doubts = _subjects(said, around, _AROUND)
    said.take(snapshot.about([each for each in doubts if each not in bearing]))
    graphs = {g for each in (*below, *around, *doubts) for g in said.graphs(each)}
    said.take(snapshot.about(sorted(graphs, key=lambda each: each.value)))
    return PromiseFacts(promise, said, _ordered(said, promise), frozenset(below))


def _subjects(
    said: Statements, nodes: Iterable[NamedNode], props: Iterable[NamedNode]
) -> list[NamedNode]:
    properties = tuple(props)
    found = (each for node in nodes for prop in properties for each in said.back(node, prop))
    return list(dict.fromkeys(found))


def _ordered(said: Statements, node: NamedNode) -> tuple[NamedNode, ...]:
    def place(part: NamedNode) -> tuple[bool, int, str]:
        position = said.number(part, PG.position)
        return (position is None, position or 0, part.value)

    parts = [each for each in said.back(node, PG.partOf) if said.classes(each) & _PARTS]
    return tuple(sorted(parts, key=place))
