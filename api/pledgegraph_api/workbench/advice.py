"""What was probably meant: a prefix that is not declared, a term that nothing in the data has.

Each piece of advice comes with the query as it would be, so that one click takes it; it is told
on the page without scripts, and by the editor at its place.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Final

from pyoxigraph import NamedNode

from pledgegraph.descriptions import Statistics, asks_for_description
from pledgegraph.namespaces import PREFIXES, SH, VOID, XSD
from pledgegraph.sparql import UsedName, calls_service, names_in, undeclared_prefixes
from pledgegraph.store import Snapshot

_MOST: Final = 3
"""Terms that are offered for one."""
_ALIKE: Final = 0.6
"""How alike two names have to be, as `difflib` counts it."""


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
    """The terms of known vocabularies in a query that do not occur in the data."""
    known = {*numbers.classes, *numbers.properties}
    spaces = {_split(iri)[0] for iri in known} | {*PREFIXES.values()}
    spaces -= {XSD.iri}
    if calls_service(text):
        return []  # another endpoint may have them
    if asks_for_description(text, base):
        spaces -= {SH.iri, VOID.iri}
    places: dict[str, list[UsedName]] = {}
    for each in names_in(text, base):
        space = _split(each.iri)[0]
        if each.iri not in known and space in spaces and not each.iri.startswith(f"{base}/"):
            places.setdefault(each.iri, []).append(each)
    found = []
    for iri, uses in places.items():
        if _occurs(iri, snapshot):
            continue
        first = uses[0]
        written = text[first.start : first.end]
        line = text.count("\n", 0, first.start) + 1
        column = first.start - text.rfind("\n", 0, first.start)
        offers = tuple(_offer(text, uses, near) for near in _near(iri, known))
        found.append(Absent(written, line, column, len(written), offers))
    return found


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
    prefix = next((each for each, namespace in PREFIXES.items() if namespace == space), None)
    name = f"{prefix}:{local}" if prefix else f"<{iri}>"
    query = text
    for use in sorted(uses, key=lambda each: -each.start):
        same = use.prefix is not None and _split(use.iri)[0] == space
        put = f"{use.prefix}:{local}" if same else f"<{iri}>"
        query = query[: use.start] + put + query[use.end :]
    return Offer(name, iri, query)


def _split(iri: str) -> tuple[str, str]:
    """The namespace and the name in it."""
    at = max(iri.rfind("#"), iri.rfind("/")) + 1
    return iri[:at], iri[at:]
