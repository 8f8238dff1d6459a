"""Commitments as an actor, a register or an event counts them: each in a line, and in sum."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from pyoxigraph import NamedNode

from pledgegraph.namespaces import PG, SCHEME
from pledgegraph.store import Snapshot
from pledgegraph_api.progress.standing import age_of
from pledgegraph_api.progress.terms import FRESHNESS
from pledgegraph_api.records.shown_things import Name, Things, When
from pledgegraph_api.records.statements import Statements
from pledgegraph_api.web.control_chars import printable
from pledgegraph_api.web.translations import spanned

MOST: Final = 100
"""Commitments that a page shows; lists show all."""
_DUE: Final = ((PG.dueEarliest,), (PG.dueLatest,), (PG.dueAsPublished,))
_COUNTED: Final = (
    PG.currentStatus,
    PG.currentStatusAsPublished,
    PG.currentStatusReport,
    PG.lastReport,
    PG.lastReportLatest,
    PG.lastReportOn,
    PG.lastNote,
    PG.reportingKnown,
    PG.finalDueDate,
    PG.inRegister,
    PG.madeBy,
)
_ENDS: Final = frozenset(
    NamedNode(f"{SCHEME}status#{name}") for name in ("completed", "withdrawn", "superseded")
)
_KNOWN: Final = ("undated", "others-reported", "no-report-known")


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
class Sum:
    """Commitments counted."""

    total: int
    registers: int
    through: tuple[Name, ...]
    """Parts and units that made some of them."""
    through_count: int
    dated: int
    undated: int
    others: int
    none: int
    latest: When | None
    """The newest dated report of a maker."""
    states: tuple[tuple[Name, int], ...]
    unstated: int
    due_passed: int
    lines: tuple[Line, ...]


def count_commitments(
    snapshot: Snapshot,
    things: Things,
    commitments: Sequence[NamedNode],
    *,
    today: date,
    maker: NamedNode | None = None,
) -> Sum:
    """The commitments in sum and in lines; with a ``maker`` those of others count as its parts'."""
    said = things.said
    # Who says so does not matter here, and the union is read in half the time.
    said.take(snapshot.about(commitments, _COUNTED, merged=True))
    ordered = sorted(commitments, key=lambda each: _place(said, each), reverse=True)
    shown = ordered[:MOST]
    said.take(snapshot.about(shown, [each for group in _DUE for each in group]))
    said.take(snapshot.about([r for e in shown for r in said.nodes(e, PG.currentStatusReport)]))
    neighbours = [n for each in shown for n in said.nodes(each, PG.inRegister, PG.madeBy)]
    things.learn([*shown, *neighbours])
    known = Counter(_known(said, each) for each in commitments)
    states = Counter(_state(said, each) for each in commitments)
    makers = {each: said.nodes(each, PG.madeBy) for each in commitments}
    through = [each for each in commitments if maker is not None and maker not in makers[each]]
    reported = [span for each in commitments for span in _own_spans(said, each)]
    latest = max(reported, default=None)
    return Sum(
        total=len(commitments),
        registers=len({r for each in commitments for r in said.nodes(each, PG.inRegister)}),
        through=tuple(things.name(n) for n in _first(m for each in through for m in makers[each])),
        through_count=len(through),
        dated=known["dated"],
        undated=known["undated"],
        others=known["others-reported"],
        none=known["no-report-known"],
        latest=None if latest is None else _span(*latest, things.language),
        states=tuple(
            (_named(things, state), count) for state, count in states.most_common() if state
        ),
        unstated=states[None],
        due_passed=sum(1 for each in commitments if _is_overdue(said, each, today)),
        lines=tuple(_line(things, said, each, today) for each in shown),
    )


def _line(things: Things, said: Statements, node: NamedNode, today: date) -> Line:
    state = _state(said, node)
    as_of = [things.when(each) for each in said.nodes(node, PG.currentStatusReport)]
    own = _own_spans(said, node)
    told = said.days(node, PG.lastNote)
    final = said.days(node, PG.finalDueDate)
    language = things.language
    known = _known(said, node)
    if state in _ENDS:
        known = "ended"
    elif own:
        known = age_of(own[-1][0].isoformat(), today)
    due = things.when(node, *_DUE)
    return Line(
        record=node,
        name=things.name(node),
        registers=things.names(node, PG.inRegister),
        makers=things.names(node, PG.madeBy),
        state=None if state is None else _named(things, state),
        state_as_of=" / ".join(dict.fromkeys(each.text for each in as_of if each)),
        last_own=_span(*own[-1], language) if own else None,
        own_on_part=bool(own) and node not in said.nodes(node, PG.lastReportOn),
        freshness=things.name(NamedNode(f"{FRESHNESS}{known}")),
        last_told=_year(told[-1], language) if told and not own else None,
        due=due or (_span(final[-1], final[-1], language) if final else None),
        due_passed=_is_overdue(said, node, today),
    )


def _own_spans(said: Statements, node: NamedNode) -> list[tuple[date, date]]:
    """What the date of the maker's last report can mean, if there is one."""
    first, last = said.days(node, PG.lastReport), said.days(node, PG.lastReportLatest)
    return [(first[-1], max(first[-1], last[-1] if last else first[-1]))] if first else []


def _year(day: date, language: str) -> When:
    """The data give the first day that a date can mean; only its year is sure."""
    return _span(date(day.year, 1, 1), date(day.year, 12, 31), language)


def _place(said: Statements, node: NamedNode) -> tuple[date, str]:
    """The last told first."""
    days = said.days(node, PG.lastReport, PG.lastNote)
    return (days[-1] if days else date.min, node.value)


def _known(said: Statements, node: NamedNode) -> str:
    if said.days(node, PG.lastReport):
        return "dated"
    for each in said.nodes(node, PG.reportingKnown):
        name = each.value.removeprefix(FRESHNESS)
        if name in _KNOWN:
            return name
    return "no-report-known"


def _state(said: Statements, node: NamedNode) -> NamedNode | str | None:
    """The maker's status in our scheme, else in its own word."""
    statuses = said.nodes(node, PG.currentStatus)
    if statuses:
        return statuses[0]
    words = said.texts(node, PG.currentStatusAsPublished)
    return printable(words[0].value) if words else None


def _named(things: Things, state: NamedNode | str) -> Name:
    return things.name(state) if isinstance(state, NamedNode) else Name(f"“{state}”")


def _is_overdue(said: Statements, node: NamedNode, today: date) -> bool:
    due = said.days(node, PG.finalDueDate)
    return bool(due) and due[-1] < today and _state(said, node) not in _ENDS


def _span(first: date, last: date, language: str) -> When:
    return When(spanned(min(first, last), max(first, last), language), last)


def _first(nodes: Iterable[NamedNode]) -> list[NamedNode]:
    return list(dict.fromkeys(nodes))
