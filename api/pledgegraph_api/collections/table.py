"""The records of a collection with what they are filtered by, read once a snapshot."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from functools import partial
from pathlib import Path
from typing import Final

from pyoxigraph import Literal, NamedNode

from pledgegraph.catalogue import Domain, NameIndex, RememberedNames
from pledgegraph.documents import Names
from pledgegraph.namespaces import PG, SCHEME
from pledgegraph.store import Engine, OnceASnapshot, Snapshot, solutions
from pledgegraph_api.progress.standing import age_of
from pledgegraph_api.web.naming import acronyms_of, chosen_name, names_by_language, with_acronym

_HERE: Final = Path(__file__).resolve().parent
_STATUS: Final = f"{SCHEME}status#not-reported"
_DAYS: Final = ("from", "to", "lastReport")
_FRESHNESS: Final = f"{SCHEME}freshness#"
_ENDED: Final = NamedNode(f"{_FRESHNESS}ended")

_GOALS: Final = NamedNode("http://metadata.un.org/sdg")

Labels = dict[NamedNode, dict[str, str]]
"""Names by language tag."""


@dataclass(frozen=True, slots=True)
class Collection:
    """A kind of records that is listed, and the filters of the list, in order."""

    name: str
    filters: tuple[str, ...]
    dated: bool
    """Whether ``since`` and ``until`` filter it too."""
    classes: Mapping[str, str]
    """Filter to the class of its values: each is legal, also where no record has it."""
    status: bool = False
    """Whether each record has an implementation status and a freshness, reported or not."""


COLLECTIONS: Final = (
    Collection(
        "commitments",
        ("register", "actor", "kind", "country", "sdg", "status", "freshness"),
        dated=True,
        classes={
            "register": "Register",
            "actor": "Actor",
            "kind": "Topic",
            "country": "Country",
            "status": "Status",
            "freshness": "Freshness",
        },
        status=True,
    ),
    Collection(
        "actors",
        ("register", "kind", "country"),
        dated=False,
        classes={"register": "Register", "kind": "ActorType", "country": "Country"},
    ),
    Collection(
        "events",
        ("actor", "kind", "country", "status"),
        dated=True,
        classes={
            "actor": "Actor",
            "kind": "EventType",
            "country": "Country",
            "status": "EventStatus",
        },
    ),
    Collection(
        "sources",
        ("register", "actor", "kind"),
        dated=True,
        classes={"register": "Register", "actor": "Actor"},
    ),
)


@dataclass(frozen=True, slots=True)
class Row:
    """One record."""

    record: NamedNode
    values: Mapping[str, tuple[NamedNode, ...]]
    """By filter."""
    earliest: str
    latest: str
    """Days as ISO 8601 has them; empty where there is none."""
    last_report: str


@dataclass(frozen=True, slots=True)
class Table:
    """The rows of a collection in one snapshot, sorted by name."""

    sequence: int
    rows: tuple[Row, ...]
    labels: Labels
    acronyms: Mapping[NamedNode, Iterable[str]]
    legal: Mapping[str, NameIndex]
    """By filter the values that no record needs to have, with their names."""

    def choices(self, name: str) -> dict[NamedNode, int]:
        """The values of a filter, with the number of records that each is of."""
        counted = Counter(value for row in self.rows for value in row.values.get(name, ()))
        return dict(sorted(counted.items(), key=lambda item: (-item[1], item[0].value)))

    def name(self, node: NamedNode, language: str) -> tuple[str, str]:
        """What a node is called, and in which language that is; both are empty where unknown."""
        text, tag = chosen_name(self.labels.get(node, {}), language)
        if text:
            return with_acronym(text, self.acronyms.get(node, ())), tag
        return "", ""


class Tables:
    """Reads the collections of the newest snapshot."""

    def __init__(self, engine: Engine, names: Names) -> None:
        self._names = names
        self._index = RememberedNames(engine)
        self._tables = {
            each.name: OnceASnapshot(engine, partial(self._read, collection=each))
            for each in COLLECTIONS
        }

    def read(self, collection: Collection, day: date) -> Table:
        """The records of a collection; ``day`` is the one that freshness is told for. Blocks."""
        table = self._tables[collection.name].current()
        if not collection.status:
            return table
        return replace(table, rows=tuple(_with_freshness(row, day) for row in table.rows))

    def _read(self, snapshot: Snapshot, collection: Collection) -> Table:
        query = (_HERE / "queries" / f"{collection.name}.rq").read_text(encoding="utf-8")
        found: dict[NamedNode, dict[str, list[NamedNode | Literal]]] = {}
        for solution in solutions(snapshot, query, {}):
            record, key, value = solution["record"], solution["key"], solution["value"]
            if (
                isinstance(record, NamedNode)
                and isinstance(key, Literal)
                and isinstance(value, NamedNode | Literal)
            ):
                found.setdefault(record, {}).setdefault(key.value, []).append(value)
        rows = [_row(record, values, collection) for record, values in found.items()]
        nodes = {node for row in rows for values in row.values.values() for node in values}
        ordered = sorted({*found, *nodes, *_computed(collection)}, key=lambda node: node.value)
        labels = names_by_language(self._names.about(snapshot, ordered))
        acronyms = acronyms_of(snapshot, ordered)
        legal = {
            name: self._index(snapshot, Domain(members_of=PG[each]))
            for name, each in collection.classes.items()
        }
        if "sdg" in collection.filters:
            legal["sdg"] = self._index(snapshot, Domain(concepts_of=_GOALS))
        table = Table(snapshot.sequence, tuple(rows), labels, acronyms, legal)
        rows.sort(key=lambda row: (table.name(row.record, "en")[0].casefold(), row.record.value))
        return replace(table, rows=tuple(rows))


def _row(
    record: NamedNode, values: Mapping[str, Iterable[NamedNode | Literal]], collection: Collection
) -> Row:
    nodes = {
        name: tuple(
            sorted(
                (each for each in values.get(name, ()) if isinstance(each, NamedNode)),
                key=lambda node: node.value,
            )
        )
        for name in collection.filters
    }
    if collection.status and not nodes["status"] and not values.get("word"):
        # No source states one; that is never the same as "not started".
        nodes["status"] = (NamedNode(_STATUS),)
    days = {name: sorted(each.value for each in values.get(name, ())) for name in _DAYS}
    return Row(
        record,
        nodes,
        earliest=days["from"][0] if days["from"] else "",
        latest=days["to"][-1] if days["to"] else "",
        last_report=days["lastReport"][-1] if days["lastReport"] else "",
    )


def _computed(collection: Collection) -> list[NamedNode]:
    """The values that no statement has."""
    if not collection.status:
        return []
    levels = ("current", "due", "overdue")
    return [NamedNode(_STATUS), *(NamedNode(_FRESHNESS + level) for level in levels)]


def _with_freshness(row: Row, day: date) -> Row:
    """The row with what is known of reporting on a day: docs/methodology.md#freshness."""
    known = row.values.get("freshness", ())
    level: tuple[NamedNode, ...]
    if _ENDED in known:
        level = (_ENDED,)
    elif row.last_report:
        level = (NamedNode(_FRESHNESS + age_of(row.last_report, day)),)
    else:
        level = known[:1]
    return replace(row, values={**row.values, "freshness": level})
