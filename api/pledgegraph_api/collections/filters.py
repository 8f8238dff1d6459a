"""What a request filters a collection by."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Final

from pyoxigraph import NamedNode
from starlette.requests import Request

from pledgegraph.catalogue import MOST_MATCHES, NameIndex, near_matches
from pledgegraph_api.collections.table import Collection, Row, Table
from pledgegraph_api.errors import Fault
from pledgegraph_api.http.query_params import faults_of, own_parameters, page_number, refuse
from pledgegraph_api.progress.asked_day import read_day

DATES: Final = ("since", "until")
DAY: Final = "day"
"""The day that promises are shown on, as they stood; today where it is not given."""
INCLUDE: Final = ("summary",)
"""What items of a list can come with."""
PAGE_SIZE: Final = 50
LARGEST: Final = 1_000
"""Records on a page."""
_BESIDE: Final = ("page", "size", "include", "format", "lang")
_MOST_CHOICES: Final = 100
"""That an error lists."""
_LONGEST: Final = 200


@dataclass(frozen=True, slots=True)
class Asked:
    """The filters of a request, and the page."""

    values: Mapping[str, NamedNode]
    words: Mapping[str, str]
    days: Mapping[str, str]
    page: int
    given: tuple[tuple[str, str], ...]
    """The filters as they were given, for links."""
    size: int = PAGE_SIZE
    """Records on a page."""
    summary: bool = False
    """Whether items are to come with what lists know of them."""

    def matches(self, row: Row) -> bool:
        """Whether a record passes all filters; one without a day passes none by date."""
        return next(self.unmet(row), None) is None

    def unmet(self, row: Row) -> Iterator[str]:
        """The filters that a record does not pass."""
        for name, value in self.values.items():
            if value not in row.values.get(name, ()):
                yield name
        for name, word in self.words.items():
            if row.words.get(name) != word:
                yield name
        if "since" in self.days and not row.latest >= self.days["since"]:
            yield "since"
        if "until" in self.days and not "" < row.earliest <= self.days["until"]:
            yield "until"

    def with_filter(self, name: str, value: str) -> list[tuple[str, str]]:
        """The filters as given, but for this one; without it where the value is empty."""
        others = [each for each in self.given if each[0] != name]
        return [*others, (name, value)] if value else others

    @property
    def beside(self) -> list[tuple[str, str]]:
        """What the request asks for beside filters and the page, for links."""
        size = [("size", str(self.size))] if self.size != PAGE_SIZE else []
        return [*size, *([("include", "summary")] if self.summary else [])]


def read_filters(request: Request, collection: Collection, table: Table) -> Asked:
    """The filters of a request; a value is an IRI or the last part of one.

    Raises:
        WrongParameters: some cannot be used; each is told, with the values that there are.
        PageMissing: the page is no number.
    """
    pairs = own_parameters(request)
    given = [(name, value) for name, value in pairs if value and name not in _BESIDE]
    names = (*collection.filters, *(DATES if collection.dated else ()), *_day_of(collection))
    faults = list(faults_of(pairs, (*names, *_BESIDE)))
    faults += [
        read
        for name, value in given
        if name in _day_of(collection)
        and isinstance(read := read_day(value, datetime.now(UTC).date()), Fault)
    ]
    values: dict[str, NamedNode] = {}
    words: dict[str, str] = {}
    days: dict[str, str] = {}
    told = {fault.name for fault in faults}
    for name, value in given:
        if name in told or name[:_LONGEST] in told or name == DAY:
            continue
        if name in DATES:
            if _is_day(value):
                days[name] = value
            else:
                detail = f"The parameter {name} is {value[:_LONGEST]!r}; expected a date."
                faults.append(Fault(name, "value", detail, value, "date", (), "2025-12-31"))
            continue
        if name in collection.words:
            if value in collection.words[name]:
                words[name] = value
            else:
                faults.append(_not_among(name, value, collection.words[name]))
            continue
        legal = table.legal.get(name, NameIndex({}, {}))
        known = table.addressed[name]
        found = [iri for iri, short in known.items() if value in (iri, short)]
        found = found or list(legal.named(value))
        if len(found) == 1:
            values[name] = NamedNode(found[0])
        else:
            listed = tuple(known[node.value] for node in table.choices(name))[:_MOST_CHOICES]
            alike = [known.get(each, each) for each in found or legal.near(value)]
            alike = alike or near_matches(value, list(known.values()))
            hint = f"Did you mean {', '.join(alike[:MOST_MATCHES])}? " if alike else ""
            detail = (
                f"Parameter `{name}` is {value[:_LONGEST]!r}, which is unknown here. {hint}"
                f"Values that records have: {', '.join(listed) or 'none'}."
            )
            faults.append(
                Fault(
                    name,
                    "value",
                    detail,
                    value[:_LONGEST],
                    "iri",
                    listed,
                    near=tuple(alike[:MOST_MATCHES]),
                )
            )
    beside = dict(pairs)
    include, size = beside.get("include") or "", beside.get("size") or str(PAGE_SIZE)
    if include not in ("", *INCLUDE):
        faults.append(_not_among("include", include, INCLUDE))
    if not (size.isascii() and size.isdecimal() and len(size) <= len(str(LARGEST))) or not (
        1 <= int(size) <= LARGEST
    ):
        detail = f"Parameter `size` is {size[:_LONGEST]!r}. Give a number from 1 to {LARGEST}."
        faults.append(Fault("size", "value", detail, size[:_LONGEST], "integer", (), "100"))
    refuse(faults, (*names, *_BESIDE))
    return Asked(
        values,
        words,
        days,
        page_number(beside.get("page") or "1"),
        tuple(given),
        int(size),
        summary=bool(include),
    )


def day_of_list(request: Request, collection: Collection, today: date) -> date:
    """The day that a list of promises is asked for; today where `read_filters` refuses it."""
    if not collection.promises:
        return today
    day = read_day(request.query_params.get(DAY, ""), today)
    return today if isinstance(day, Fault) else day


def _day_of(collection: Collection) -> tuple[str, ...]:
    return (DAY,) if collection.promises else ()


def _not_among(name: str, value: str, choices: tuple[str, ...]) -> Fault:
    quoted = value[:_LONGEST]
    detail = f"Parameter `{name}` is {quoted!r}. Choose one of: {', '.join(choices)}."
    return Fault(name, "value", detail, quoted, "string", choices)


def _is_day(value: str) -> bool:
    try:
        return date.fromisoformat(value).isoformat() == value
    except ValueError:
        return False
