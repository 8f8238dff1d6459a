"""The numbers of a snapshot that its descriptions state."""

from __future__ import annotations

from dataclasses import dataclass

from pledgegraph.descriptions.class_usage import ClassUse, class_usage
from pledgegraph.descriptions.counting import ask
from pledgegraph.rdf.short_names import shorten
from pledgegraph.store.engine import Snapshot


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
    uses: tuple[ClassUse, ...]
    """What is said of the instances of each class."""


def take_statistics(snapshot: Snapshot) -> Statistics:
    """Count what a snapshot holds; takes seconds where it holds millions of statements."""
    (totals,) = ask(snapshot, "totals")
    registers = ask(snapshot, "registers")
    names = shorten(row["register"] for row in registers)
    classes = {row["class"]: int(row["entities"]) for row in ask(snapshot, "classes")}
    return Statistics(
        sequence=snapshot.sequence,
        triples=int(totals["triples"]),
        subjects=int(totals["subjects"]),
        objects=int(totals["objects"]),
        properties={row["property"]: int(row["triples"]) for row in ask(snapshot, "properties")},
        classes=classes,
        linksets=tuple(
            Linkset(row["target"], row["property"], int(row["links"]))
            for row in ask(snapshot, "links")
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
        uses=class_usage(snapshot, classes),
    )
