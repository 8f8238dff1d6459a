"""What narrows a list: each filter's values as links, with how many records each leads to."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlencode

from pyoxigraph import NamedNode

from pledgegraph_api.collections.filters import DATES, DAY, Asked
from pledgegraph_api.collections.table import Collection, Row, Table
from pledgegraph_api.progress.terms import CLASSES, FRESHNESS
from pledgegraph_api.web.translations import day_of

FEW: Final = 8
"""Values of a filter that are seen at once; the others are behind a click."""
MOST: Final = 60
"""Values that are links; more can be asked for by their names."""
_ORDERS: Final = {"freshness": {f"{FRESHNESS}{name}": at for at, name in enumerate(CLASSES)}}

Named = Callable[[NamedNode], tuple[str, str]]
"""What a page calls a thing, and in which language that is."""


@dataclass(frozen=True, slots=True)
class FacetValue:
    """A value, and the list that has it added to the other filters."""

    value: str
    label: str
    language: str
    count: int
    address: str
    chosen: bool


@dataclass(frozen=True, slots=True)
class Facet:
    """A filter with its values, the most frequent first."""

    name: str
    values: tuple[FacetValue, ...]
    more: int
    """Values that are left out."""


@dataclass(frozen=True, slots=True)
class Applied:
    """A filter that is on, and the list without it."""

    name: str
    label: str
    language: str
    address: str


class Facets:
    """The rows that pass the filters, and by filter how many there are of each value.

    A count is that of the list behind its link: that value with all *other* filters.
    """

    def __init__(self, collection: Collection, table: Table, asked: Asked) -> None:
        self.collection = collection
        self.table = table
        self.asked = asked
        self._path = f"/{collection.name}"
        self.rows: Sequence[Row] = table.rows
        self._counts: Mapping[str, Counter[NamedNode | str]]
        if not (asked.values or asked.words or asked.days):
            self._counts = {each: table.counts(each) for each in collection.filters}
            return
        passing: list[Row] = []
        others: dict[str, list[Row]] = {}
        for row in table.rows:
            unmet = list(asked.unmet(row))
            if not unmet:
                passing.append(row)
            elif len(unmet) == 1:
                others.setdefault(unmet[0], []).append(row)
        self.rows = passing
        self._counts = {
            name: Counter(
                each for row in (*passing, *others.get(name, ())) for each in row.of(name)
            )
            for name in collection.filters
        }

    def shown(self, named: Named, words: Mapping[str, str]) -> list[Facet]:
        """The filters that have values, with the names that the page calls these by."""
        found = (self._facet(name, named, words) for name in self.collection.filters)
        return [each for each in found if each.values]

    def applied(self, named: Named, words: Mapping[str, str], tongue: str) -> list[Applied]:
        """The filters that are on, in the order of the collection; days in the language."""
        asked = self.asked
        found = []
        given = dict(asked.given)
        for name in (DAY, *self.collection.filters, *DATES):
            if name in asked.values:
                label, language = named(asked.values[name])
            elif name in asked.words:
                label, language = words[f"progress_{name}_{asked.words[name]}"], ""
            elif name in asked.days or (name == DAY and name in given):
                label, language = day_of(given[name], tongue), ""
            else:
                continue
            found.append(Applied(name, label, language, self._address(name, "")))
        return found

    def _facet(self, name: str, named: Named, words: Mapping[str, str]) -> Facet:
        counted = self._counts[name]
        if name in self.collection.words:
            chosen = self.asked.words.get(name)
            every = [each for each in self.collection.words[name] if counted[each]]
            return Facet(name, tuple(
                FacetValue(
                    each, words[f"progress_{name}_{each}"], "", counted[each],
                    self._address(name, "" if each == chosen else each), each == chosen,
                )
                for each in every
            ), 0)  # fmt: skip
        picked = self.asked.values.get(name)
        order = _ORDERS.get(name, {})
        # What the data do not describe, such as a concept without its scheme, cannot be asked for.
        names = self.table.addressed[name]
        nodes = sorted(
            (each for each in counted if isinstance(each, NamedNode) and each.value in names),
            key=lambda node: (order.get(node.value, 0), node != picked, -counted[node], node.value),
        )
        values = []
        for node in nodes[:MOST]:
            label, language = named(node)
            value = names[node.value]
            address = self._address(name, "" if node == picked else value)
            values.append(
                FacetValue(value, label, language, counted[node], address, node == picked)
            )
        return Facet(name, tuple(values), max(0, len(nodes) - MOST))

    def _address(self, name: str, value: str) -> str:
        pairs = [*self.asked.with_filter(name, value), *self.asked.beside]
        return f"{self._path}?{urlencode(pairs)}" if pairs else self._path
