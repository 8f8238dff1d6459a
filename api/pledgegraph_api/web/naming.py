"""Which of its names a page calls a thing by: the same rule on every page."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from pyoxigraph import Literal, NamedNode

from pledgegraph.namespaces import SKOS
from pledgegraph_api.http.languages import DEFAULT

_PREFERRED: Final = SKOS.prefLabel


def best_name(names: Iterable[tuple[NamedNode, Literal]], language: str) -> Literal | None:
    """The best of the names, which come with the property that gives them; None of none.

    A name in the page's language goes before an English one, that before one in no language, and
    that before any other. Among those the preferred one goes first, then the first by alphabet.
    """
    chosen = min(names, key=lambda each: _rank(each, language), default=None)
    return None if chosen is None else chosen[1]


def with_acronym(name: str, acronyms: Iterable[str]) -> str:
    """The name with its acronym behind it, unless that stands in it or there are several."""
    known = {each.strip() for each in acronyms if each.strip()}
    if len(known) != 1:
        return name
    (acronym,) = known
    return name if acronym.lower() in name.lower() else f"{name} ({acronym})"


def _rank(name: tuple[NamedNode, Literal], language: str) -> tuple[int, bool, str, str]:
    prop, label = name
    tag = (label.language or "").partition("-")[0]
    order = [language, DEFAULT, ""]
    place = order.index(tag) if tag in order else len(order)
    return (place, prop != _PREFERRED, tag, label.value)
