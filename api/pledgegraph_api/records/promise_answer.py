"""What is answered of a promise, as its page shows it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from pledgegraph_api.records.accounts import Entry
from pledgegraph_api.records.shown_things import Inferred, Name, Original, When


@dataclass(frozen=True, slots=True)
class Row:
    """A part of the promise, and what is known of it."""

    name: Name
    position: str
    due: When | None
    inside: tuple[Name, ...]
    """Its own parts."""
    maker: Entry | None
    others: Entry | None
    delivered: tuple[int, int] | None
    """How many delivered, of how many that were looked at one by one."""
    events: int
    outcomes: int
    evidence: int


@dataclass(frozen=True, slots=True)
class Measure:
    """A target, and what was measured."""

    name: Name
    baseline: str
    target: str
    due: When | None
    measured: tuple[tuple[str, When | None, Original | None], ...]


@dataclass(frozen=True, slots=True)
class Rating:
    """What a reviewer rated, apart from how far the promise is."""

    axis: Name
    value: Name
    who: tuple[Name, ...]
    told_by: tuple[Name, ...]
    """Who passes it on, where that is not the reviewer."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What the page says above all statements."""

    name: Name
    whole: tuple[Name, ...]
    registers: tuple[Name, ...]
    maker: tuple[Entry, ...]
    """The maker's current status; several where they disagree on the same day."""
    found: tuple[Entry, ...]
    """The latest word of each assessor and of each other reporter on how far it is."""
    last_own: When | None
    own_on_part: bool
    """Whether that account is on parts only, and rolls up."""
    age: str
    freshness: Name | None
    last_others: When | None
    reporting: str
    """``dated``, ``undated``, ``others`` or ``none``."""
    completed: When | None
    late: bool | None
    due: When | None
    due_day: date | None
    due_passed: bool
    parts_completed: bool
    """Whether each known part is reported as completed."""
    part_states: tuple[tuple[Name, int], ...]
    """What the maker says of how far the parts are, with how many of them."""
    parts: int
    parts_told: int
    missing: tuple[str, ...]
    """Messages that name what no source states."""
    makers: tuple[Name, ...]
    at: tuple[Name, ...]
    announced: When | None
    inferred: Inferred
    facts: tuple[tuple[Name, tuple[Name, ...]], ...]
    quote: Name | None
    original: Original | None
    outside: str | None
    rows: tuple[Row, ...]
    measures: tuple[Measure, ...]
    ratings: tuple[Rating, ...]
    amounts: tuple[Name, ...]
    timeline: tuple[Entry, ...]
    undated: tuple[Entry, ...]
    more: int
    """Entries that are left out."""
    doubts: tuple[tuple[Name, Name | None], ...]
    originals: tuple[Original, ...]
    events: int
    outcomes: int
