"""What the page of a list shows: its records, what narrows it, and where else it leads."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Any, Final
from urllib.parse import urlencode

from pyoxigraph import NamedNode

from pledgegraph.media_types import CSV, JSON_LD
from pledgegraph_api.collections.behind import way_behind
from pledgegraph_api.collections.facets import Facets, Named
from pledgegraph_api.collections.filters import DATES
from pledgegraph_api.collections.links import NDJSON, CollectionLinks
from pledgegraph_api.collections.table import Collection, Row
from pledgegraph_api.web.control_chars import printable
from pledgegraph_api.web.links import PageLink
from pledgegraph_api.web.prefixed_names import link_to, short_name
from pledgegraph_api.web.translations import Wording, day_of

_DETAILS: Final = {
    "commitments": ("register",),
    "actors": ("register", "country"),
    "events": ("actor", "country", "status"),
    "sources": ("register", "actor"),
    "registers": ("actor",),
    "frameworks": ("actor",),
    "countries": (),
}
"""What a page tells of each record of a list, by filter."""


@dataclass(frozen=True, slots=True)
class Detail:
    """A fact beside a record: a message that says what it is, or none, and texts."""

    heading: str
    values: tuple[tuple[str, str], ...]
    """With the languages that they are in."""


@dataclass(frozen=True, slots=True)
class Entry:
    """A record as a page lists it."""

    label: str
    language: str
    href: str
    details: tuple[Detail, ...]
    commitments: int | None
    """How many there are of it; None where the list does not count them."""
    list_address: str
    """Where these are listed."""


def shown_list(
    facets: Facets,
    rows: Sequence[Row],
    links: CollectionLinks,
    *,
    day: date,
    language: str,
    words: Wording,
    base: str,
) -> Mapping[str, Any]:
    """The content of the page with these rows, for its template."""
    collection, table, asked = facets.collection, facets.table, facets.asked
    pages = max(1, -(-len(facets.rows) // asked.size))

    @cache
    def named(node: NamedNode) -> tuple[str, str]:
        label, spoken = table.name(node, language)
        return printable(label or short_name(node.value, base)), spoken

    return {
        "name": collection.name,
        "facets": facets.shown(named, words),
        "applied": facets.applied(named, words, language),
        "days": [(name, asked.days.get(name, "")) for name in DATES] if collection.dated else [],
        "given": asked.given,
        "feed": links.feed,
        "workbook": links.workbook,
        "behind": way_behind(collection, asked, day),
        "entries": [
            _entry(collection, row, named, language=language, words=words, base=base)
            for row in rows
        ],
        "found": len(facets.rows),
        "total": len(table.rows),
        "page": asked.page,
        "pages": pages,
        "previous": links.way(asked.page - 1) if asked.page > 1 else "",
        "following": links.way(asked.page + 1) if asked.page < pages else "",
        "formats": [
            PageLink(each.name, title, links.form(each))
            for each, title in ((CSV, "CSV"), (JSON_LD, "JSON-LD"), (NDJSON, "NDJSON"))
        ],
    }


def _entry(
    collection: Collection, row: Row, named: Named, *, language: str, words: Wording, base: str
) -> Entry:
    label, spoken = named(row.record)
    told = [
        Detail("", tuple(named(node) for node in row.values.get(name, ())))
        for name in _DETAILS[collection.name]
    ]
    if collection.promises:
        nobody = ((words["not_stated"].rstrip(".。"), ""),)
        told.insert(0, Detail("promised_by", tuple(map(named, row.makers)) or nobody))
        told.append(Detail("due", ((day_of(row.due, language), ""),) if row.due else ()))
        told += [
            Detail(heading, tuple(named(node) for node in row.values[name]))
            for heading, name in (("col_reports", "freshness"), ("filter_status_maker", "status"))
        ]
    address = link_to(row.record.value, base) or ""
    return Entry(
        label,
        spoken,
        address,
        tuple(each for each in told if each.values),
        row.commitments,
        f"/commitments?{urlencode({collection.counted_by: row.record.value})}",
    )
