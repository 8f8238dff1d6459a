"""The query behind a list: what asks in SPARQL for the records that the filters let through.

Its rows are those of the list: `queries/behind_*.rq` have a part for each filter.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
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


def query_behind(collection: Collection, asked: Asked, day: date) -> str:
    """The query for the whole list, on all its pages, as of a day."""
    parts = _parts(collection.name)
    days = {
        "<urn:x-today>": day,
        "<urn:x-year-ago>": months_before(day, _YEAR),
        "<urn:x-two-years-ago>": months_before(day, 2 * _YEAR),
        "<urn:x-in-a-year>": months_before(day, -_YEAR),
    }
    written = [parts["head"]]
    for name, word, term in _filters(collection, asked):
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


@cache
def _parts(name: str) -> Mapping[str, str]:
    text = (_HERE / f"behind_{name}.rq").read_text(encoding="utf-8")
    found: dict[str, str] = {}
    for each in text.split(_PART)[1:]:
        title, _, part = each.partition("\n")
        found[title] = part
    return found
