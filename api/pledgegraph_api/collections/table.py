"""The records of a collection with what they are filtered by, read once a snapshot."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from functools import partial
from pathlib import Path
from typing import Final

from pyoxigraph import Literal, NamedNode

from pledgegraph.catalogue import Domain, NameIndex, RememberedNames
from pledgegraph.documents import Names
from pledgegraph.namespaces import PG
from pledgegraph.rdf import shorten
from pledgegraph.store import Engine, OnceASnapshot, Snapshot, solutions
from pledgegraph_api.progress.ledger import Ledger, Ledgers
from pledgegraph_api.progress.standing import standings
from pledgegraph_api.progress.terms import (
    CLASSES,
    DUE,
    FRESHNESS,
    NOT_REPORTED,
    STATUS,
)
from pledgegraph_api.web.naming import NameBook, read_names

_HERE: Final = Path(__file__).resolve().parent
_DAYS: Final = ("from", "to")
_UNSTATED: Final = NamedNode(STATUS + NOT_REPORTED)
_COMMITMENTS: Final = "commitments"
_GOALS: Final = NamedNode("http://metadata.un.org/sdg")


@dataclass(frozen=True, slots=True)
class Collection:
    """A kind of records that is listed, and the filters of the list, in order."""

    name: str
    filters: tuple[str, ...]
    dated: bool
    """Whether ``since`` and ``until`` filter it too."""
    classes: Mapping[str, str]
    """Filter to the class of its values: each is legal, also where no record has it."""
    words: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Filter to its values, where these are words and no IRIs."""
    promises: bool = False
    """Whether each record is a promise: it has makers, and a standing on each day."""
    counted_by: str = ""
    """The filter by which the list of commitments has those of a record; empty where none has."""


COLLECTIONS: Final = (
    Collection(
        "commitments",
        (
            "register",
            "actor",
            "due",
            "freshness",
            "status",
            "assessed",
            "group",
            "kind",
            "data",
            "country",
            "sdg",
            "event",
            "framework",
        ),
        dated=True,
        classes={
            "register": "Register",
            "actor": "Actor",
            "kind": "Topic",
            "country": "Country",
            "status": "Status",
            "assessed": "Status",
            "freshness": "Freshness",
            "group": "PopulationGroup",
            "data": "DataType",
            "event": "Event",
            "framework": "Framework",
        },
        words={"due": DUE},
        promises=True,
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
    Collection(
        "registers",
        ("actor",),
        dated=False,
        classes={"actor": "Actor"},
        counted_by="register",
    ),
    Collection(
        "frameworks",
        ("actor",),
        dated=False,
        classes={"actor": "Actor"},
        counted_by="framework",
    ),
    Collection("countries", (), dated=False, classes={}, counted_by="country"),
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
    words: Mapping[str, str] = field(default_factory=dict)
    """By filter the values that are words."""
    makers: tuple[NamedNode, ...] = ()
    due: str = ""
    """The last day that the due date of a promise can mean."""
    last_report: str = ""
    """The first day that the date of its maker's last report can mean."""
    commitments: int | None = None
    """How many the list of commitments has of it, by the filter that counts them."""

    def of(self, name: str) -> Iterable[NamedNode | str]:
        """Its values of a filter."""
        word = self.words.get(name)
        return (word,) if word is not None else self.values.get(name, ())


@dataclass(frozen=True, slots=True)
class Table:
    """The rows of a collection in one snapshot, sorted by name."""

    sequence: int
    rows: tuple[Row, ...]
    names: NameBook
    legal: Mapping[str, NameIndex]
    """By filter the values that no record needs to have, with their names."""
    addressed: Mapping[str, Mapping[str, str]]
    """By filter what stands for each value in an address: mostly the last part of its IRI."""
    ledger: Ledger | None = None
    """What was told of promises; None where the records are none."""
    _counts: dict[str, Counter[NamedNode | str]] = field(default_factory=dict, compare=False)

    def counts(self, name: str) -> Counter[NamedNode | str]:
        """How many rows have each value of a filter; counted once."""
        if name not in self._counts:
            self._counts[name] = Counter(each for row in self.rows for each in row.of(name))
        return self._counts[name]

    def choices(self, name: str) -> dict[NamedNode, int]:
        """The values of a filter, with the number of records that each is of."""
        counted = Counter(value for row in self.rows for value in row.values.get(name, ()))
        return dict(sorted(counted.items(), key=lambda item: (-item[1], item[0].value)))

    def name(self, node: NamedNode, language: str) -> tuple[str, str]:
        """What a node is called, and in which language that is; both are empty where unknown."""
        return self.names.name(node, language)


class Tables:
    """Reads the collections of the newest snapshot."""

    def __init__(self, engine: Engine, names: Names, ledgers: Ledgers) -> None:
        self._names = names
        self._ledgers = ledgers
        self._index = RememberedNames(engine)
        self._tables = {
            each.name: OnceASnapshot(engine, partial(self._read, collection=each))
            for each in COLLECTIONS
        }
        self._dated: dict[tuple[str, bool], tuple[Table, date, Table]] = {}

    def read(self, collection: Collection, day: date) -> Table:
        """The records of a collection; ``day`` is the one that promises stand on. Blocks."""
        table = self._tables[collection.name].current()
        if table.ledger is None:
            return table
        is_today = day == datetime.now(UTC).date()
        # Who asks for another day does not take that of today from all others.
        known = self._dated.get((collection.name, is_today))
        if known is not None and known[0] is table and known[1] == day:
            return known[2]
        rows = _standing(table, table.ledger, day, is_today=is_today)
        dated = replace(table, rows=rows, _counts={})
        self._dated[collection.name, is_today] = (table, day, dated)
        return dated

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
        counted = self._counted(snapshot, collection.counted_by)
        rows = [
            _row(record, values, collection, counted(record)) for record, values in found.items()
        ]
        nodes = {node for row in rows for values in row.values.values() for node in values}
        nodes |= {maker for row in rows for maker in row.makers}
        nodes |= _computed(collection)
        legal = {
            name: self._index(snapshot, Domain(members_of=PG[each]))
            for name, each in collection.classes.items()
        }
        if "sdg" in collection.filters:
            legal["sdg"] = self._index(snapshot, Domain(concepts_of=_GOALS))
        # Those that assessors state are known by day, and may be of no record here.
        if collection.promises:
            nodes |= {NamedNode(iri) for iri in legal["assessed"].values}
        names = read_names(snapshot, self._names, {*found, *nodes})
        nothing = NameIndex({}, {})
        addressed = {
            name: shorten(
                {
                    *(node.value for row in rows for node in row.values.get(name, ())),
                    *legal.get(name, nothing).values,
                    *_computed_of(name, collection),
                }
            )
            for name in collection.filters
            if name not in collection.words
        }
        called = {row.record: names.name(row.record, "en")[0].casefold() for row in rows}
        rows.sort(key=lambda row: (called[row.record], row.record.value))
        ledger = self._ledgers.of(snapshot) if collection.promises else None
        return Table(snapshot.sequence, tuple(rows), names, legal, addressed, ledger)

    def _counted(self, snapshot: Snapshot, name: str) -> Callable[[NamedNode], int | None]:
        """How many commitments have a value of the filter; none is counted where it has no name."""
        if not name:
            return lambda _: None
        choices = self._tables[_COMMITMENTS].of(snapshot).choices(name)
        return lambda node: choices.get(node, 0)


def _row(
    record: NamedNode,
    values: Mapping[str, Iterable[NamedNode | Literal]],
    collection: Collection,
    commitments: int | None,
) -> Row:
    nodes = {
        name: _nodes(values.get(name, ()))
        for name in collection.filters
        if name not in collection.words
    }
    if collection.promises and not nodes["status"] and not values.get("word"):
        # No source states one; that is never the same as "not started".
        nodes["status"] = (_UNSTATED,)
    days = {name: sorted(each.value for each in values.get(name, ())) for name in _DAYS}
    return Row(
        record,
        nodes,
        earliest=days["from"][0] if days["from"] else "",
        latest=days["to"][-1] if days["to"] else "",
        makers=_nodes(values.get("maker", ())),
        commitments=commitments,
    )


def _nodes(values: Iterable[NamedNode | Literal]) -> tuple[NamedNode, ...]:
    nodes = (each for each in values if isinstance(each, NamedNode))
    return tuple(sorted(nodes, key=lambda node: node.value))


def _computed(collection: Collection) -> set[NamedNode]:
    """The values that no statement has."""
    found = (_computed_of(name, collection) for name in collection.filters)
    return {NamedNode(iri) for iris in found for iri in iris}


def _computed_of(name: str, collection: Collection) -> set[str]:
    """Those of a filter."""
    if not collection.promises:
        return set()
    if name == "freshness":
        return {FRESHNESS + each for each in CLASSES}
    return {_UNSTATED.value} if name in ("status", "assessed") else set()


def _standing(table: Table, ledger: Ledger, day: date, *, is_today: bool) -> tuple[Row, ...]:
    """The rows with how each promise stands on a day: docs/methodology.md#freshness.

    Promises of later days have none on a past one.
    """
    standing = {each.commitment.record: each for each in standings(ledger, day)}
    legal = table.addressed["assessed"]
    found = []
    for row in table.rows:
        stands = standing.get(row.record)
        if stands is None:
            continue
        values = {
            **row.values,
            "freshness": (NamedNode(FRESHNESS + stands.reporting),),
            "assessed": _stated(stands.found_stated, legal),
        }
        if not is_today:
            values["status"] = _stated(stands.own_stated, legal)
        found.append(
            replace(
                row,
                values=values,
                words={"due": stands.due},
                due=stands.commitment.due,
                last_report=stands.last_report,
            )
        )
    return tuple(found)


def _stated(statuses: Iterable[str], legal: Mapping[str, str]) -> tuple[NamedNode, ...]:
    """The statuses that can be filtered by; where none is stated, that."""
    named = [STATUS + each for each in statuses] or [_UNSTATED.value]
    return tuple(NamedNode(each) for each in named if each in legal)
