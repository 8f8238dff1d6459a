"""What was probably meant: a prefix that is not declared, a term that nothing in the data has.

Each piece of advice comes with the query as it would be, so that one click takes it; it is told
on the page without scripts, and by the editor at its place.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from difflib import get_close_matches
from itertools import islice
from typing import Final

from pyoxigraph import NamedNode

from pledgegraph.descriptions import Statistics, asks_for_description
from pledgegraph.explain import SlowShape
from pledgegraph.namespaces import PG, PREFIXES, SH, VOID, XSD
from pledgegraph.sparql import UsedName, calls_service, names_in, undeclared_prefixes
from pledgegraph.store import Snapshot, solutions
from pledgegraph_api.workbench.terms import ontology_terms

_MOST: Final = 3
"""Terms that are offered for one."""
_ALIKE: Final = 0.6
"""How alike two names have to be, as `difflib` counts it."""
_CLASS: Final = re.compile(r"(?:[\s;.{}\[(]a|rdf:type|22-rdf-syntax-ns#type>)$")
_PREDICATE: Final = re.compile(
    r"(?:;|\||/|\^|!|(?:[{}.]|\bWHERE)\s*(?:[?$]\w+|<[^<>\s]*>|_?[\w-]*:[\w-]*|\[\s*\]))$"
)
_NOT_IN_DATA: Final = re.compile(r"(?:\^\^|\b(?:GRAPH|FROM|NAMED|SERVICE|SILENT))$", re.IGNORECASE)
"""What a name follows that is a datatype, a graph or an endpoint."""
_SHOWN: Final = 5
"""Subclasses that are named."""
_FILLED: Final = 64
"""Kinds of records in which a name is looked for."""


@dataclass(frozen=True, slots=True)
class Offer:
    """A term to write instead, and the query with it."""

    name: str
    iri: str
    query: str


@dataclass(frozen=True, slots=True)
class Absent:
    """A term of a query that nothing in the data has."""

    name: str
    """As the query writes it."""
    line: int
    column: int
    length: int
    offers: tuple[Offer, ...]


@dataclass(frozen=True, slots=True)
class Undeclared:
    """Prefixes that a query uses without declaring them, and that are known here."""

    prefixes: tuple[str, ...]
    query: str
    """With their declarations in front."""


def absent_terms(text: str, base: str, numbers: Statistics, snapshot: Snapshot) -> list[Absent]:
    """The names in a query that no statement of the data has where the query looks for them.

    A class has to have instances, a property statements, and all else is to be the subject or the
    object of one. Of classes without instances whose subclasses have some `thin_classes` tells.
    """
    known = {*numbers.classes, *numbers.properties}
    spaces = {_split(iri)[0] for iri in known} | {*PREFIXES.values()}
    if calls_service(text):
        return []  # another endpoint may have them
    describes = asks_for_description(text, base)
    places: dict[str, list[UsedName]] = {}
    for each in names_in(text, base):
        space = _split(each.iri)[0]
        apart = space == XSD.iri or (describes and space not in spaces - {SH.iri, VOID.iri})
        if each.iri not in known and not apart and _is_in_data(text, each):
            places.setdefault(each.iri, []).append(each)
    found = []
    for iri, uses in places.items():
        first = uses[0]
        if _place_of(text, first) and iri.startswith(PG.iri):
            if _subclasses(iri, numbers):
                continue
        elif _occurs(iri, snapshot):
            continue
        written = text[first.start : first.end]
        line = text.count("\n", 0, first.start) + 1
        column = first.start - text.rfind("\n", 0, first.start)
        near = _near(iri, known) if _split(iri)[0] in spaces else _records(iri, numbers, snapshot)
        offers = tuple(_offer(text, uses, each) for each in near)
        found.append(Absent(written, line, column, len(written), offers))
    return found


def thin_classes(text: str, base: str, numbers: Statistics, snapshot: Snapshot) -> list[SlowShape]:
    """The classes that a query asks for whose subclasses have instances that are not of them."""
    found = []
    asked = {each.iri: each for each in names_in(text, base) if _place_of(text, each) == "class"}
    for iri, use in asked.items():
        below = _subclasses(iri, numbers)
        if below and iri in numbers.classes:
            below = [each for each in below if _has_others(each, iri, snapshot)]
        if below:
            name = text[use.start : use.end]
            listed = ", ".join(
                f"{_short(each)} {numbers.classes[each]:,}" for each in below[:_SHOWN]
            )
            own = numbers.classes.get(iri, 0)
            found.append(
                SlowShape(
                    "class-without-subclasses",
                    f"{name} has {own:,} instances of its own, and these are not among them: "
                    f"{listed}. What is of a subclass is not said to be of the class as well.",
                    f"For all of them write `?x a/rdfs:subClassOf* {name}` with SELECT DISTINCT, "
                    "or name the classes: "
                    f"`VALUES ?kind {{ {' '.join(_short(each) for each in below[:_SHOWN])} }} "
                    "?x a ?kind`.",
                )
            )
    return found


def _subclasses(iri: str, numbers: Statistics) -> list[str]:
    """The classes below a class of ours that have instances, those with most first."""
    terms, found, ahead = ontology_terms(), dict[str, None](), [iri]
    while ahead:
        term = terms.get(ahead.pop())
        for each in term.below if term and term.kind == "class" else ():
            if each not in found:
                found[each] = None
                ahead.append(each)
    filled = [each for each in found if numbers.classes.get(each)]
    return sorted(filled, key=lambda each: -numbers.classes[each])


def _has_others(below: str, iri: str, snapshot: Snapshot) -> bool:
    """Whether an instance of a subclass is not stated to be of the class as well."""
    pattern = f"?x a <{below}> FILTER NOT EXISTS {{ ?x a <{iri}> }}"
    rows = solutions(snapshot, f"SELECT ?x {{ {pattern} }} LIMIT 1", {})
    return next(rows, None) is not None


def _place_of(text: str, use: UsedName) -> str:
    """Where a name stands: "class" behind `a`, "property" between two terms, else ""."""
    before = text[: use.start].rstrip()
    if _CLASS.search(before):
        return "class"
    return "property" if _PREDICATE.search(before) else ""


def _is_in_data(text: str, use: UsedName) -> bool:
    """Whether a name stands for something in the data: no datatype, graph or function."""
    is_function = text[use.end :].lstrip()[:1] == "("
    return not is_function and not _NOT_IN_DATA.search(text[: use.start].rstrip())


def _records(iri: str, numbers: Statistics, snapshot: Snapshot) -> Iterator[str]:
    """The records whose IRI ends likewise, whatever it begins with."""
    space, name = _split(iri)
    kind = space.rstrip("/").rpartition("/")[2]
    spaces = dict.fromkeys(_split(each.example)[0] for each in numbers.uses[:_FILLED])
    # Of the same kind first: `.../id/actor/un-women` is an actor wherever it begins.
    ordered = sorted(spaces, key=lambda each: each.rstrip("/").rpartition("/")[2] != kind)
    names = dict.fromkeys((name, name.lower()))
    found = (each + name for each in ordered for name in names if name and each + name != iri)
    yield from islice((each for each in found if _occurs(each, snapshot)), _MOST)


def undeclared(text: str) -> Undeclared | None:
    """The prefixes that can be declared for the reader; None where there are none."""
    known = tuple(each for each in undeclared_prefixes(text) if each in PREFIXES)
    if not known:
        return None
    lines = "".join(f"PREFIX {each}: <{PREFIXES[each]}>\n" for each in known)
    return Undeclared(known, lines + text)


def _occurs(iri: str, snapshot: Snapshot) -> bool:
    """Whether any statement is about it or leads to it."""
    try:
        node = NamedNode(iri)
    except ValueError:
        return False
    ways = snapshot.about([node], merged=True), snapshot.pointing_at([node], merged=True)
    return any(next(iter(each), None) is not None for each in ways)


def _near(iri: str, known: Iterable[str]) -> Iterator[str]:
    """The terms of the same vocabulary that look like it; else those of that name in others."""
    space, local = _split(iri)
    by_name: dict[str, list[str]] = {}
    for each in sorted(known):
        other, name = _split(each)
        if other == space:
            by_name.setdefault(name, []).append(each)
    # A class is written with a capital; what begins alike goes first where both are as near.
    close = get_close_matches(local, by_name, n=_MOST, cutoff=_ALIKE)
    if not close:
        lower = {name.casefold(): name for name in by_name}
        close = [
            lower[each]
            for each in get_close_matches(local.casefold(), lower, n=_MOST, cutoff=_ALIKE)
        ]
    if close:
        yield from (by_name[name][0] for name in close)
        return
    alike = (each for each in sorted(known) if _split(each)[1].casefold() == local.casefold())
    yield from [each for each, _ in zip(alike, range(_MOST), strict=False)]


def _offer(text: str, uses: Iterable[UsedName], iri: str) -> Offer:
    space, local = _split(iri)
    name = _short(iri)
    query = text
    for use in sorted(uses, key=lambda each: -each.start):
        same = use.prefix is not None and _split(use.iri)[0] == space
        put = f"{use.prefix}:{local}" if same else f"<{iri}>"
        query = query[: use.start] + put + query[use.end :]
    return Offer(name, iri, query)


def _short(iri: str) -> str:
    space, local = _split(iri)
    prefix = next((each for each, namespace in PREFIXES.items() if namespace == space), None)
    return f"{prefix}:{local}" if prefix else f"<{iri}>"


def _split(iri: str) -> tuple[str, str]:
    """The namespace and the name in it."""
    at = max(iri.rfind("#"), iri.rfind("/")) + 1
    return iri[:at], iri[at:]
