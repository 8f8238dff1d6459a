"""Where what a page counts of commitments is listed: in a list, or by the query behind it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Final
from urllib.parse import urlencode

from pyoxigraph import NamedNode

from pledgegraph_api.collections.behind import query_behind
from pledgegraph_api.collections.filters import Asked
from pledgegraph_api.collections.table import COLLECTIONS
from pledgegraph_api.progress.terms import FRESHNESS, NOT_REPORTED, STATUS

_COMMITMENTS: Final = next(each for each in COLLECTIONS if each.promises)


@dataclass(frozen=True, slots=True)
class CountWays:
    """The addresses behind the numbers of one record's commitments, below the root."""

    name: str
    """The filter by which the list of commitments has those of the record; empty where none has."""
    record: NamedNode
    day: date
    """The day that the page is of."""
    version: int | None = None
    """That of the data; lists are of the newest only, and of an earlier one the query is asked."""
    query: str = ""
    """What finds them where no list does."""

    def __call__(self, name: str = "", value: str = "") -> str:
        """The address of those that have the value of a filter too; empty where there is none."""
        if not self.name:
            return self._asking(self.query) if self.query and not name else ""
        if self.version is None:
            pairs = [(self.name, self.record.value), *([(name, value)] if name else [])]
            return f"/commitments?{urlencode(pairs)}"
        values, words = {self.name: self.record}, {}
        if name in _COMMITMENTS.words:
            words[name] = value
        elif name == "freshness":
            values[name] = NamedNode(FRESHNESS + value)
        elif name:
            values[name] = NamedNode(STATUS + value if value == NOT_REPORTED else value)
        asked = Asked(values, words, {}, 1, ())
        # An earlier version has been computed as of its own day.
        return self._asking(query_behind(_COMMITMENTS, asked, self.day, computed=True))

    def _asking(self, query: str) -> str:
        version = {} if self.version is None else {"version": str(self.version)}
        return f"/sparql?{urlencode({'query': query, **version})}"
