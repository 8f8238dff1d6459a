"""The query behind a list: what asks in SPARQL for the records that the filters let through.

Its rows are those of the list: `queries/behind_*.rq` have a part for each filter.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime
from functools import cache
from pathlib import Path
from typing import Final
from urllib.parse import urlencode

from pyoxigraph import Literal, NamedNode

from pledgegraph.namespaces import XSD
from pledgegraph_api.collections.filters import Asked
from pledgegraph_api.collections.table import Collection
from pledgegraph_api.progress.standing import months_before

_HERE: Final = Path(__file__).resolve().with_name("queries")
_PART: Final = "#: "
_VALUE: Final = "<urn:x-value>"
_YEAR: Final = 12
_BEFORE: Final = {"own": {"status", "freshness", "due"}, "last": {"freshness"}}
"""Parts for other days than today that go before those of the filters which use them."""


def query_behind(
    collection: Collection, asked: Asked, day: date, *, computed: bool | None = None
) -> str:
    """The query for the whole list, on all its pages, as of a day.

    ``computed`` says whether what is computed of promises holds of that day: by default of today.
    """
    parts = _parts(collection, day, computed=computed)
    days = {
        "<urn:x-today>": day,
        "<urn:x-year-ago>": months_before(day, _YEAR),
        "<urn:x-two-years-ago>": months_before(day, 2 * _YEAR),
        "<urn:x-in-a-year>": months_before(day, -_YEAR),
    }
    filters = list(_filters(collection, asked))
    on = {name for name, _, _ in filters}
    written = [parts["head"], parts.get("announced", "")]
    written += [parts[part] for part, users in _BEFORE.items() if part in parts and on & users]
    for name, word, term in filters:
        # A term as N-Triples writes it is a term of SPARQL, and nothing else.
        part = parts.get(f"{name}={word}", parts.get(name, ""))
        written.append(part.replace(_VALUE, str(term)))
    text = "".join([*written, parts["foot"]])
    for place, each in days.items():
        text = text.replace(place, str(Literal(each.isoformat(), datatype=XSD.date)))
    return text


def way_behind(collection: Collection, asked: Asked, day: date) -> str:
    """The address of the form for queries with that one in it, below the root."""
    return f"/sparql?{urlencode({'query': query_behind(collection, asked, day)})}"


def _filters(
    collection: Collection, asked: Asked
) -> Iterator[tuple[str, str, NamedNode | Literal]]:
    for name in collection.filters:
        if name in asked.values:
            node = asked.values[name]
            yield name, node.value.rpartition("#")[2], node
        elif name in asked.words:
            yield name, asked.words[name], Literal(asked.words[name])
    for name, text in asked.days.items():
        yield name, "", Literal(text, datatype=XSD.date)


def _parts(collection: Collection, day: date, *, computed: bool | None) -> Mapping[str, str]:
    """The parts for a day: where computed facts do not hold of it, the accounts are asked."""
    name, today = f"behind_{collection.name}", datetime.now(UTC).date()
    parts = _parts_of(name)
    if collection.promises and not (day == today if computed is None else computed):
        parts = {**parts, **_parts_of(f"{name}_on_{'a_past' if day < today else 'a_coming'}_day")}
        parts = {**parts, **_parts_of(f"{name}_on_a_day")}
    return parts


@cache
def _parts_of(name: str) -> Mapping[str, str]:
    text = (_HERE / f"{name}.rq").read_text(encoding="utf-8")
    found: dict[str, str] = {}
    for each in text.split(_PART)[1:]:
        title, _, part = each.partition("\n")
        found[title] = part
    return found
