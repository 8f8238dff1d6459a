"""What a request filters a collection by."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final

from pyoxigraph import NamedNode
from starlette.requests import Request

from pledgegraph_api.collections.table import Collection, Row, Table
from pledgegraph_api.errors import Fault, WrongParameters
from pledgegraph_api.http.query_params import faults_of, page_number, wished
from pledgegraph_api.sparql.protocol import decoded

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


def short(node: NamedNode) -> str:
    """What stands for a value in an address: the last part of its IRI."""
    return node.value.rpartition("#")[2].rpartition("/")[2]


def read_filters(request: Request, collection: Collection, table: Table) -> Asked:
    """The filters of a request; a value is an IRI or the last part of one.

    Raises:
        WrongParameters: some cannot be used; each is told, with the values that there are.
        PageMissing: the page is no number.
    """
    pairs = wished(decoded(request.scope["query_string"], "The query string"))
    given = [(name, value) for name, value in pairs if value and name not in _BESIDE]
    known = (*collection.filters, *(DATES if collection.dated else ()))
    faults = list(faults_of(pairs, (*known, *_BESIDE)))
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
        choices = table.choices(name)
        found = next((node for node in choices if value in (node.value, short(node))), None)
        if found is not None:
            values[name] = found
        else:
            listed = tuple(short(node) for node in choices)[:_MOST_CHOICES]
            detail = (
                f"The parameter {name} is {value[:_LONGEST]!r}; expected one of: "
                f"{', '.join(listed)}."
            )
            faults.append(Fault(name, "value", detail, value[:_LONGEST], "iri", listed))
    if faults:
        raise WrongParameters(
            " ".join(fault.detail for fault in faults),
            remedy=f"The filters of this list: {', '.join(known)}; beside them: "
            f"{', '.join(_BESIDE)}. Each may be there once.",
            faults=faults,
        )
    return Asked(values, days, page_number(dict(pairs).get("page") or "1"), tuple(given))


def _is_day(value: str) -> bool:
    try:
        return date.fromisoformat(value).isoformat() == value
    except ValueError:
        return False
