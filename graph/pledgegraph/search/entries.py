"""What can be found: each record and concept of a snapshot with its names and texts."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, Literal

from pyoxigraph import Literal as RdfLiteral
from pyoxigraph import NamedNode

from pledgegraph.namespaces import SCHEME
from pledgegraph.rdf.language_tags import nearness
from pledgegraph.store.engine import Snapshot
from pledgegraph.store.select import solutions

_QUERIES: Final = Path(__file__).resolve().with_name("queries")
CONCEPT: Final = "concept"
"""The kind of what is in a scheme and no record."""
KINDS: Final = (
    "commitment",
    "actor",
    "event",
    "outcome",
    "framework",
    "register",
    "undertaking",
    "milestone",
    "target",
    "source",
)
"""Kinds that come first, in this order; others follow by name, and concepts last."""
_GOALS: Final = "http://metadata.un.org/sdg/"

Key = Literal["name", "other", "acronym", "identifier"]


@dataclass(frozen=True, slots=True)
class Name:
    """What a thing is called, or what names it elsewhere."""

    text: str
    language: str
    """Its tag; empty where it has none."""
    key: Key


@dataclass(slots=True)
class Entry:
    """One thing that can be found."""

    thing: NamedNode
    kind: str
    """The first part of its path under ``/id/``, or `CONCEPT`."""
    names: list[Name] = field(default_factory=list)
    texts: list[tuple[str, str]] = field(default_factory=list)
    """Texts with the tags of their languages."""
    registers: tuple[str, ...] = ()

    def name(self, language: str) -> Name | None:
        """What it is called in a language, else in English, else as it is."""
        names = [each for each in self.names if each.key == "name"] or self.names
        return min(names, key=lambda each: nearness(each.language, language), default=None)

    @property
    def slug(self) -> str:
        """The last part of its IRI."""
        return self.thing.value.rpartition("#")[2].rpartition("/")[2]


def read_entries(snapshot: Snapshot, base: str) -> list[Entry]:
    """The records and concepts that have a name, by IRI. Takes seconds where there are many."""
    entries: dict[str, Entry] = {}
    for thing, key, text, language in _rows(snapshot, "names.rq"):
        entry = entries.get(thing.value)
        if entry is None:
            kind = _kind(thing.value, base)
            if kind is None:
                continue
            entry = entries[thing.value] = Entry(thing, kind)
        entry.names.append(Name(text, language, key))
    for thing, _, text, language in _rows(snapshot, "texts.rq"):
        if thing.value in entries:
            entries[thing.value].texts.append((text, language))
    registers: dict[str, set[str]] = {}
    for row in solutions(snapshot, _text("registers.rq"), {}):
        thing, register = row["thing"], row["value"]
        if isinstance(thing, NamedNode) and isinstance(register, NamedNode):
            registers.setdefault(thing.value, set()).add(register.value)
    for iri, found in registers.items():
        if iri in entries:
            entries[iri].registers = tuple(sorted(found))
    for entry in entries.values():
        entry.names.sort(key=lambda name: (name.key, name.language, name.text))
        entry.texts.sort()
    return [entries[iri] for iri in sorted(entries)]


def in_order(counts: Mapping[str, int]) -> Mapping[str, int]:
    """Counts by kind, in the order of `KINDS`."""
    return dict(sorted(counts.items(), key=lambda item: order_of(item[0])))


def order_of(kind: str) -> tuple[int, str]:
    """The place of a kind among others."""
    if kind in KINDS:
        return KINDS.index(kind), kind
    return (len(KINDS) + (kind == CONCEPT)), kind


def _rows(snapshot: Snapshot, query: str) -> Iterable[tuple[NamedNode, Key, str, str]]:
    for row in solutions(snapshot, _text(query), {}):
        thing, value = row["thing"], row["value"]
        key = row["key"] if query == "names.rq" else None
        if isinstance(thing, NamedNode) and isinstance(value, RdfLiteral) and value.value.strip():
            yield thing, _key(key), value.value, (value.language or "").lower()


def _key(key: object) -> Key:
    value = key.value if isinstance(key, RdfLiteral) else ""
    if value == "acronym":
        return "acronym"
    if value == "identifier":
        return "identifier"
    return "other" if value == "other" else "name"


def _kind(iri: str, base: str) -> str | None:
    records = f"{base}/id/"
    if iri.startswith(records):
        kind, slash, rest = iri[len(records) :].partition("/")
        return kind if slash and rest else None
    return CONCEPT if iri.startswith((SCHEME, _GOALS)) else None


def _text(name: str) -> str:
    return (_QUERIES / name).read_text(encoding="utf-8")
