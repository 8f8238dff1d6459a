"""What the progress page shows of a day: sums, and the lists behind them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Final
from urllib.parse import urlencode

from pyoxigraph import Literal, NamedNode

from pledgegraph.namespaces import XSD
from pledgegraph_api.progress.ledger import Commitment, Ledger
from pledgegraph_api.progress.standing import Standing, Told, lately_told, standings
from pledgegraph_api.progress.terms import (
    CLASSES,
    DUE,
    FRESHNESS,
    NOT_REPORTED,
    SEVERAL,
    STATUS,
    UNMATCHED,
)
from pledgegraph_api.web.prefixed_names import short

MOST_ROWS: Final = 25
"""Registers that have a row; the smaller ones are summed up in one."""
MOST_LISTED: Final = 12
"""Commitments past their date, and accounts, that are listed."""
FEWEST_MARKS: Final = 12
"""Below that there is no chart: sentences say it better."""
MOST_SQUARES: Final = 40
"""The most commitments of a register that are drawn one by one."""
_TYPES: Final = (Path(__file__).resolve().with_name("queries") / "actor_types.rq").read_text(
    encoding="utf-8"
)
_ANNOUNCED: Final = "  # announced\n"
"""Stands before and after what the query asks of past days alone."""
_STATUSES: Final = (
    "completed",
    "substantially-complete",
    "in-progress",
    "planning",
    "not-started",
    "paused",
    "withdrawn",
    "superseded",
    "unable-to-assess",
)


@dataclass(frozen=True, slots=True)
class Share:
    """A part of a sum: its name in our schemes, its number, and where its members are listed."""

    name: str
    count: int
    address: str


@dataclass(frozen=True, slots=True)
class RegisterRow:
    """A register, and what is known of reporting on its commitments."""

    iri: str
    """Empty for the sum of the smaller registers, and of commitments in none."""
    total: int
    address: str
    shares: tuple[Share, ...]
    """In the order of `CLASSES`."""


@dataclass(frozen=True, slots=True)
class StatusRow:
    """A status, and how many commitments have it in each voice."""

    name: str
    own: int
    found: int
    own_address: str
    """Of the list that has so many; empty where no filter has this status."""
    found_address: str


@dataclass(frozen=True, slots=True)
class Overview:
    """The whole of the page."""

    day: date
    sequence: int
    total: int
    reporting: tuple[Share, ...]
    registers: tuple[RegisterRow, ...]
    statuses: tuple[StatusRow, ...]
    stated_by_makers: int
    stated_by_assessors: int
    disagreeing: int
    due: tuple[Share, ...]
    passed: tuple[Standing, ...]
    told: tuple[Told, ...]
    actor_types: tuple[Share, ...]
    types_address: str
    """Of the query that counts them."""
    discrepancies: int

    @property
    def charted(self) -> bool:
        """Whether there is enough for a chart of reporting by register."""
        return self.total >= FEWEST_MARKS and len(self.classes) > 1

    @property
    def classes(self) -> frozenset[str]:
        """The classes that any commitment is in."""
        return frozenset(share.name for share in self.reporting if share.count)

    @property
    def widest(self) -> int:
        """The number of the largest row, which the bars are drawn to."""
        return max((row.total for row in self.registers), default=1)

    @property
    def squares(self) -> bool:
        """Whether each commitment has a mark of its own."""
        return self.widest <= MOST_SQUARES


def overview(ledger: Ledger, day: date, *, today: date) -> Overview:
    """What became of all commitments, as of a day.

    The addresses behind the numbers are those of lists, as of that day.
    """
    standing = standings(ledger, day, today=today)
    reporting = Counter(each.reporting for each in standing)
    due = Counter(each.due for each in standing)
    passed = sorted(
        (each for each in standing if each.due == "passed"),
        key=lambda each: (each.commitment.due, each.commitment.record.value),
        reverse=True,
    )

    def listed(**filters: str) -> str:
        asked = filters if day == today else {**filters, "day": day.isoformat()}
        return f"/commitments?{urlencode(asked)}" if asked else "/commitments"

    return Overview(
        day,
        ledger.sequence,
        len(standing),
        reporting=tuple(Share(name, reporting[name], listed(freshness=name)) for name in CLASSES),
        registers=_registers(standing, listed),
        statuses=_statuses(standing, listed),
        stated_by_makers=sum(each.own != NOT_REPORTED for each in standing),
        stated_by_assessors=sum(each.found != NOT_REPORTED for each in standing),
        disagreeing=sum(each.disagree for each in standing),
        due=tuple(Share(name, due[name], listed(due=name)) for name in DUE),
        passed=tuple(passed[:MOST_LISTED]),
        told=tuple(lately_told((each.commitment for each in standing), day, MOST_LISTED)),
        actor_types=_actor_types([each.commitment for each in standing]),
        types_address=f"/sparql?{urlencode({'query': _types_query(day, today)})}",
        discrepancies=ledger.discrepancies,
    )


def _types_query(day: date, today: date) -> str:
    """What counts the kinds of makers; on a past day without what was surely announced later."""
    text = _TYPES
    if day >= today:
        head, _, rest = text.partition(_ANNOUNCED)
        text = head + rest.partition(_ANNOUNCED)[2]
    return text.replace("<urn:x-day>", str(Literal(day.isoformat(), datatype=XSD.date))).replace(
        _ANNOUNCED, ""
    )


def status_iri(name: str) -> str:
    """The concept of a status; empty for what stands beside the scheme."""
    return "" if name in (UNMATCHED, SEVERAL) else STATUS + name


def freshness_iri(name: str) -> str:
    """The concept of a reporting class."""
    return FRESHNESS + name


def _registers(standing: Sequence[Standing], listed: Callable[..., str]) -> tuple[RegisterRow, ...]:
    found: dict[str, list[Standing]] = {}
    for each in standing:
        for register in each.commitment.registers or ("",):
            found.setdefault(register, []).append(each)
    named = sorted((iri for iri in found if iri), key=lambda iri: (-len(found[iri]), iri))
    rows = [_row(iri, found[iri], listed) for iri in named[:MOST_ROWS]]
    rest = {
        each.commitment.record.value: each
        for iri in (*named[MOST_ROWS:], "")
        for each in found.get(iri, ())
    }
    return (*rows, _row("", list(rest.values()), listed)) if rest else tuple(rows)


def _row(iri: str, members: Sequence[Standing], listed: Callable[..., str]) -> RegisterRow:
    counted = Counter(each.reporting for each in members)
    of_register = {"register": short(NamedNode(iri))} if iri else {}
    return RegisterRow(
        iri,
        len(members),
        listed(**of_register) if iri else "",
        tuple(
            Share(name, counted[name], listed(**of_register, freshness=name) if iri else "")
            for name in CLASSES
        ),
    )


def _statuses(standing: Sequence[Standing], listed: Callable[..., str]) -> tuple[StatusRow, ...]:
    """A commitment of which several are stated for the same day counts under each."""
    own = Counter(name for each in standing for name in each.own_stated or (NOT_REPORTED,))
    found = Counter(name for each in standing for name in each.found_stated or (NOT_REPORTED,))
    said = {*own, *found} - {NOT_REPORTED}
    known = [name for name in _STATUSES if name in said]
    others = sorted(said - {*known, UNMATCHED})
    last = [name for name in (UNMATCHED,) if name in said]
    return tuple(
        StatusRow(
            name,
            own[name],
            found[name],
            *("", "") if name in last else (listed(status=name), listed(assessed=name)),
        )
        for name in (*known, *others, *last, NOT_REPORTED)
    )


def _actor_types(commitments: Sequence[Commitment]) -> tuple[Share, ...]:
    """Commitments by the kinds of their makers; one made by several kinds counts under each."""
    counted = Counter(kind for each in commitments for kind in each.actor_types)
    return tuple(
        Share(kind, count, "")
        for kind, count in sorted(counted.items(), key=lambda item: (-item[1], item[0]))
    )
