"""Which of its names a page calls a thing by: the same rule on every page."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Final

from pyoxigraph import Literal, NamedNode, Quad

from pledgegraph.documents import LABEL_PROPERTIES
from pledgegraph.namespaces import PG, SKOS
from pledgegraph.rdf import nearest, nearness
from pledgegraph.store import Snapshot

_PREFERRED: Final = SKOS.prefLabel


def best_name(names: Iterable[tuple[NamedNode, Literal]], language: str) -> Literal | None:
    """The best of the names, which come with the property that gives them; None of none.

    A name in the page's language goes before an English one, that before one in no language, and
    that before any other. Among those the preferred one goes first, then the first by alphabet.
    """
    chosen = min(names, key=lambda each: _rank(each, language), default=None)
    return None if chosen is None else chosen[1]


def names_by_language(quads: Iterable[Quad]) -> dict[NamedNode, dict[str, str]]:
    """The best name in each language of what the quads name."""
    found: dict[NamedNode, dict[str, tuple[bool, str]]] = {}
    for node, prop, label in naming(quads):
        ranked = (prop != _PREFERRED, label.value)
        best = found.setdefault(node, {})
        tag = label.language or ""
        best[tag] = min(ranked, best.get(tag, ranked))
    return {
        node: {tag: text for tag, (_, text) in sorted(best.items())} for node, best in found.items()
    }


def naming(quads: Iterable[Quad]) -> Iterator[tuple[NamedNode, NamedNode, Literal]]:
    """What is named in the quads, by which property, and how."""
    for quad in quads:
        if (
            quad.predicate in LABEL_PROPERTIES
            and isinstance(quad.subject, NamedNode)
            and isinstance(quad.object, Literal)
        ):
            yield quad.subject, quad.predicate, quad.object


def chosen_name(names: Mapping[str, str], language: str) -> tuple[str, str]:
    """Of the names by language the best one, and its language; both empty where there is none."""
    tag = nearest(names, language)
    return ("", "") if tag is None else (names[tag], tag)


def acronyms_of(snapshot: Snapshot, nodes: Iterable[NamedNode]) -> dict[NamedNode, frozenset[str]]:
    """The acronyms of those of the nodes that have some."""
    found: dict[NamedNode, set[str]] = {}
    for quad in snapshot.about(list(nodes), [PG.acronym], merged=True):
        if isinstance(quad.subject, NamedNode) and isinstance(quad.object, Literal):
            found.setdefault(quad.subject, set()).add(quad.object.value)
    return {node: frozenset(texts) for node, texts in found.items()}


def with_acronym(name: str, acronyms: Iterable[str]) -> str:
    """The name with its acronym behind it, unless that stands in it or there are several."""
    known = {each.strip() for each in acronyms if each.strip()}
    if len(known) != 1:
        return name
    (acronym,) = known
    return name if acronym.lower() in name.lower() else f"{name} ({acronym})"


def _rank(name: tuple[NamedNode, Literal], language: str) -> tuple[int, bool, str, str]:
    prop, label = name
    place, _ = nearness(label.language, language)
    return (place, prop != _PREFERRED, label.language or "", label.value)
