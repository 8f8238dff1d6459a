"""Commitments as an actor, a register or an event counts them: each in a line, and in sum."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from pyoxigraph import NamedNode

from pledgegraph.namespaces import PG
from pledgegraph.store import Snapshot
from pledgegraph_api.progress.terms import CLASSES, FRESHNESS
from pledgegraph_api.records.shown_things import DATED, Name, Things, When
from pledgegraph_api.records.tallies import Tally
from pledgegraph_api.web.translations import spanned

_REGISTERS: Final = 10
"""Registers that a sum names."""
MOST: Final = 50
"""Commitments that a page shows; lists show all."""
_DUE: Final = ((PG.dueEarliest,), (PG.dueLatest,), (PG.dueAsPublished,))


@dataclass(frozen=True, slots=True)
class Line:
    """One commitment."""

    record: NamedNode
    name: Name
    registers: tuple[Name, ...]
    makers: tuple[Name, ...]
    state: Name | None
    """The maker's word on how far it is."""
    state_as_of: str
    last_own: When | None
    own_on_part: bool
    """Whether that report is on parts only, and rolls up."""
    freshness: Name
    last_told: When | None
    """The year of the latest account of anybody, where the maker has given none."""
    due: When | None
    due_passed: bool


@dataclass(frozen=True, slots=True)
class Count:
    """How many of the commitments are alike in one thing."""

    name: Name
    number: int
    value: str
    """By which the list of commitments has the same as a filter; empty where it has none."""


@dataclass(frozen=True, slots=True)
class Sum:
    """Commitments counted."""

    total: int
    registers: tuple[Count, ...]
    """How many are in which, the most first."""
    registers_left: int
    """Registers beyond those."""
    through: tuple[Name, ...]
    """Parts and units that made some of them."""
    through_count: int
    reporting: tuple[Count, ...]
    """What is known of reporting, by class."""
    latest: When | None
    """The newest dated report of a maker."""
    states: tuple[Count, ...]
    """What the makers say."""
    unstated: int
    """Of how many they do not say how far they are."""
    due_passed: int
    lines: tuple[Line, ...]


def count_commitments(
    snapshot: Snapshot,
    things: Things,
    tallies: Sequence[Tally],
    *,
    today: date,
    maker: NamedNode | None = None,
) -> Sum:
    """The commitments in sum and in lines; with a ``maker`` those of others count as its parts'."""
    shown = sorted(tallies, key=lambda each: each.told_last, reverse=True)[:MOST]
    said = things.said
    records = [each.record for each in shown]
    said.take(snapshot.about(records, [each for group in _DUE for each in group]))
    reports = [report for each in shown for report in each.status_reports]
    said.take(snapshot.about(reports, DATED))
    through = [each for each in tallies if maker is not None and maker not in each.makers]
    others = _first(node for each in through for node in each.makers)
    neighbours = [node for each in shown for node in (*each.registers, *each.makers)]
    reporting = Counter(each.freshness(today) for each in tallies)
    states = Counter(state for each in tallies for state in each.statuses or (each.word,))
    unstated = states.pop("", 0)
    registers = Counter(node for each in tallies for node in dict.fromkeys(each.registers))
    most = [node for node, _ in registers.most_common(_REGISTERS)]
    named = [node for node in states if isinstance(node, NamedNode)]
    classes = [NamedNode(FRESHNESS + name) for name in CLASSES]
    things.learn([*records, *neighbours, *others, *named, *classes, *most])
    latest = max((each.last_own for each in tallies if each.last_own), default=None)
    return Sum(
        total=len(tallies),
        registers=tuple(Count(things.name(node), registers[node], node.value) for node in most),
        registers_left=len(registers) - len(most),
        through=tuple(map(things.name, others)),
        through_count=len(through),
        reporting=tuple(
            Count(things.name(node), reporting[name], name)
            for node, name in zip(classes, CLASSES, strict=True)
            if reporting[name]
        ),
        latest=None if latest is None else _span(*latest, things.language),
        states=tuple(
            Count(_named(things, each), number, _filtered(each))
            for each, number in states.most_common()
        ),
        unstated=unstated,
        due_passed=sum(each.is_overdue(today) for each in tallies),
        lines=tuple(_line(things, each, today) for each in shown),
    )


def _line(things: Things, tally: Tally, today: date) -> Line:
    node, state, language = tally.record, tally.state, things.language
    as_of = [things.when(each) for each in tally.status_reports]
    due = things.when(node, *_DUE)
    return Line(
        record=node,
        name=things.name(node),
        registers=tuple(map(things.name, tally.registers)),
        makers=tuple(map(things.name, tally.makers)),
        state=None if state is None else _named(things, state),
        state_as_of=" / ".join(dict.fromkeys(each.text for each in as_of if each)),
        last_own=_span(*tally.last_own, language) if tally.last_own else None,
        own_on_part=tally.own_on_part,
        freshness=things.name(NamedNode(FRESHNESS + tally.freshness(today))),
        last_told=_year(tally.last_note, language)
        if tally.last_note and not tally.last_own
        else None,
        due=due or (_span(tally.due, tally.due, language) if tally.due else None),
        due_passed=tally.is_overdue(today),
    )


def _year(day: date, language: str) -> When:
    """The data give the first day that a date can mean; only its year is sure."""
    return _span(date(day.year, 1, 1), date(day.year, 12, 31), language)


def _named(things: Things, state: NamedNode | str) -> Name:
    return things.name(state) if isinstance(state, NamedNode) else Name(f"“{state}”")


def _filtered(state: NamedNode | str) -> str:
    return state.value if isinstance(state, NamedNode) else ""


def _span(first: date, last: date, language: str) -> When:
    return When(spanned(min(first, last), max(first, last), language), last)


def _first(nodes: Iterable[NamedNode]) -> list[NamedNode]:
    return list(dict.fromkeys(nodes))
