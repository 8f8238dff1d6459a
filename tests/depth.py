"""How many examples a property is tried with, and how many records a walk visits."""

from __future__ import annotations

import os
from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Mapping
from typing import Final, TypeVar

from pyoxigraph import Literal, NamedNode, Quad

from pledgegraph.namespaces import RDF

Item = TypeVar("Item")

THOROUGH: Final = os.environ.get("HYPOTHESIS_PROFILE") == "thorough"
"""Set by ``make check``; ``make test`` tries fewer examples of everything."""
_QUICK: Final = 40


def examples(thorough: int) -> int:
    """So many in ``make check``, and at most 40 in ``make test``."""
    return thorough if THOROUGH else min(thorough, _QUICK)


def covering(items: Iterable[Item], traits: Callable[[Item], Iterable[Hashable]]) -> list[Item]:
    """All in ``make check``; in ``make test`` those with a trait that none before them has.

    So each trait is met at least once.
    """
    if THOROUGH:
        return list(items)
    met: set[Hashable] = set()
    chosen = []
    for item in items:
        new = set(traits(item)) - met
        if new:
            chosen.append(item)
            met |= new
    return chosen


def traits_of_records(quads: Iterable[Quad]) -> Mapping[str, set[Hashable]]:
    """What tells records apart, by IRI.

    Those are the kinds of the record, and with each kind what is said of it (property, and kind,
    language or datatype of the value), what links to it, and whether it is a graph.
    """
    held = list(quads)
    kinds: dict[str, set[str]] = defaultdict(set)
    for quad in held:
        if quad.predicate == RDF.type and isinstance(quad.subject, NamedNode):
            kinds[quad.subject.value].add(str(quad.object))
    found: dict[str, set[Hashable]] = defaultdict(set)

    def add(iri: str, *trait: Hashable) -> None:
        found[iri] |= {(kind, *trait) for kind in kinds.get(iri) or [""]}

    for quad in held:
        value = quad.object
        if isinstance(quad.subject, NamedNode):
            sort = (
                (value.datatype, value.language)
                if isinstance(value, Literal)
                else type(value).__name__
            )
            add(quad.subject.value, "says", quad.predicate, sort)
        if isinstance(value, NamedNode):
            add(value.value, "is named by", quad.predicate)
        if isinstance(quad.graph_name, NamedNode):
            add(quad.graph_name.value, "is a graph")
        add(quad.predicate.value, "is a property")
    return found
