"""What a request filters a collection by."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final

from pyoxigraph import NamedNode
from starlette.requests import Request

from pledgegraph.catalogue import MOST_MATCHES, NameIndex, near_matches
from pledgegraph.rdf import shorten
from pledgegraph_api.collections.table import Collection, Row, Table
from pledgegraph_api.errors import Fault
from pledgegraph_api.http.query_params import faults_of, own_parameters, page_number, refuse

DATES: Final = ("since", "until")
_BESIDE: Final = ("page", "format", "lang")
_MOST_CHOICES: Final = 100
"""That an error lists."""
_LONGEST: Final = 200


@dataclass(frozen=True, slots=True)
class Asked:
    """The filters of a request, and the page."""

    values: Mapping[str, NamedNode]
    days: Mapping[str, str]
    page: int
    given: tuple[tuple[str, str], ...]
    """The filters as they were given, for links."""

    def matches(self, row: Row) -> bool:
        """Whether a record passes all filters; one without a day passes none by date."""
        if any(value not in row.values.get(name, ()) for name, value in self.values.items()):
            return False
        if "since" in self.days and not row.latest >= self.days["since"]:
            return False
        return not ("until" in self.days and not "" < row.earliest <= self.days["until"])


def value_names(table: Table, name: str) -> dict[str, str]:
    """What stands for each value of a filter in an address: mostly the last part of its IRI."""
    legal = table.legal.get(name, NameIndex({}, {}))
    return shorten({*(node.value for node in table.choices(name)), *legal.values})


def read_filters(request: Request, collection: Collection, table: Table) -> Asked:
    """The filters of a request; a value is an IRI or the last part of one.

    Raises:
        WrongParameters: some cannot be used; each is told, with the values that there are.
        PageMissing: the page is no number.
    """
    pairs = own_parameters(request)
    given = [(name, value) for name, value in pairs if value and name not in _BESIDE]
    names = (*collection.filters, *(DATES if collection.dated else ()))
    faults = list(faults_of(pairs, (*names, *_BESIDE)))
    values: dict[str, NamedNode] = {}
    days: dict[str, str] = {}
    told = {fault.name for fault in faults}
    for name, value in given:
        if name in told or name[:_LONGEST] in told:
            continue
        if name in DATES:
            if _is_day(value):
                days[name] = value
            else:
                detail = f"The parameter {name} is {value[:_LONGEST]!r}; expected a date."
                faults.append(Fault(name, "value", detail, value, "date", (), "2025-12-31"))
            continue
        legal = table.legal.get(name, NameIndex({}, {}))
        known = value_names(table, name)
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
    refuse(faults, (*names, *_BESIDE))
    return Asked(values, days, page_number(dict(pairs).get("page") or "1"), tuple(given))


def _is_day(value: str) -> bool:
    try:
        return date.fromisoformat(value).isoformat() == value
    except ValueError:
        return False
