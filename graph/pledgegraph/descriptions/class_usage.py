"""What is said of the instances of each class: with which properties, how often, and leading where.

That is the schema as the data have it, and not as the ontology allows it. An editor completes
with it what somebody types; see https://www.w3.org/TR/void/#class-property-partitions.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass

from pledgegraph.descriptions.counting import ask
from pledgegraph.store.engine import Snapshot


@dataclass(frozen=True, slots=True)
class PropertyUse:
    """A property, as it is stated of the instances of one class."""

    iri: str
    triples: int
    classes: Mapping[str, int]
    """Class that it leads to, to the number of statements that do."""
    datatypes: Mapping[str, int]
    """Datatype of its values, to their number."""


@dataclass(frozen=True, slots=True)
class ClassUse:
    """A class, and what is said of its instances; the property stated most comes first."""

    iri: str
    instances: int
    example: str
    """An instance; empty where all are blank nodes."""
    properties: tuple[PropertyUse, ...]


def class_usage(snapshot: Snapshot, classes: Mapping[str, int]) -> tuple[ClassUse, ...]:
    """The use of each of the ``classes``, which are counted already; those with most first."""
    leading: dict[tuple[str, str], dict[str, int]] = defaultdict(dict)
    typed: dict[tuple[str, str], dict[str, int]] = defaultdict(dict)
    for row in ask(snapshot, "class_targets"):
        place = row["class"], row["property"]
        if "target" in row:
            leading[place][row["target"]] = int(row["triples"])
        elif "datatype" in row:
            typed[place][row["datatype"]] = int(row["triples"])
    stated: dict[str, list[PropertyUse]] = defaultdict(list)
    for row in ask(snapshot, "class_properties"):
        place = row["class"], row["property"]
        use = PropertyUse(
            row["property"], int(row["triples"]), leading.get(place, {}), typed.get(place, {})
        )
        stated[row["class"]].append(use)
    examples = {row["class"]: row["example"] for row in ask(snapshot, "class_examples")}
    return tuple(
        ClassUse(iri, count, examples.get(iri, ""), tuple(stated.get(iri, ())))
        for iri, count in sorted(classes.items(), key=lambda each: (-each[1], each[0]))
    )
