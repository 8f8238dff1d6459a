"""The numbers of a snapshot that its descriptions state."""

from __future__ import annotations

import io
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from pledgegraph.media_types import JSON
from pledgegraph.rdf.short_names import shorten
from pledgegraph.store.engine import Snapshot

_HERE: Final = Path(__file__).resolve().parent

Row = dict[str, str]
"""Variable to the text of its value; unbound ones are not there."""


@dataclass(frozen=True, slots=True)
class Linkset:
    """The links by one property to another dataset."""

    target: str
    """The IRI of that dataset."""
    property: str
    links: int


@dataclass(frozen=True, slots=True)
class RegisterCard:
    """A register, and how much of it there is."""

    iri: str
    label: str
    """In English; empty where it has none."""
    commitments: int
    name: str
    """What stands for it in addresses: see `pledgegraph.rdf.short_names`."""


@dataclass(frozen=True, slots=True)
class Statistics:
    """The numbers of one snapshot. Statements are counted once, however many sources make them."""

    sequence: int
    triples: int
    subjects: int
    objects: int
    properties: dict[str, int]
    """Property IRI to the number of its statements."""
    classes: dict[str, int]
    """Class IRI to the number of its instances, as stated."""
    linksets: tuple[Linkset, ...]
    registers: tuple[RegisterCard, ...]


def take_statistics(snapshot: Snapshot) -> Statistics:
    """Count what a snapshot holds; takes seconds where it holds millions of statements."""
    (totals,) = _ask(snapshot, "totals")
    registers = _ask(snapshot, "registers")
    names = shorten(row["register"] for row in registers)
    return Statistics(
        sequence=snapshot.sequence,
        triples=int(totals["triples"]),
        subjects=int(totals["subjects"]),
        objects=int(totals["objects"]),
        properties={row["property"]: int(row["triples"]) for row in _ask(snapshot, "properties")},
        classes={row["class"]: int(row["entities"]) for row in _ask(snapshot, "classes")},
        linksets=tuple(
            Linkset(row["target"], row["property"], int(row["links"]))
            for row in _ask(snapshot, "links")
        ),
        registers=tuple(
            RegisterCard(
                row["register"],
                row.get("label", ""),
                int(row["commitments"]),
                names[row["register"]],
            )
            for row in registers
        ),
    )


def _ask(snapshot: Snapshot, name: str) -> list[Row]:
    held = io.BytesIO()
    query = (_HERE / "queries" / f"{name}.rq").read_text(encoding="utf-8")
    snapshot.query(query).serialise(held, JSON)
    rows = json.loads(held.getvalue())["results"]["bindings"]
    return [{name: term["value"] for name, term in row.items()} for row in rows]
