"""Which of its names a page calls a thing by: the same rule on every page."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from pyoxigraph import Literal, NamedNode, Quad

from pledgegraph.documents import LABEL_PROPERTIES, Names
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


@dataclass(frozen=True, slots=True)
class NameBook:
    """What many things are called, for readers of any language."""

    names: Mapping[NamedNode, Mapping[str, str]]
    """By language tag."""
    acronyms: Mapping[NamedNode, Iterable[str]]

    def name(self, node: NamedNode, language: str) -> tuple[str, str]:
        """What a thing is called, and in which language that is; both are empty where unknown."""
        text, tag = chosen_name(self.names.get(node, {}), language)
        return (with_acronym(text, self.acronyms.get(node, ())), tag) if text else ("", "")


def read_names(snapshot: Snapshot, names: Names, nodes: Iterable[NamedNode]) -> NameBook:
    """What the nodes are called."""
    ordered = sorted(set(nodes), key=lambda node: node.value)
    return NameBook(
        names_by_language(names.about(snapshot, ordered)), acronyms_of(snapshot, ordered)
    )


def _rank(name: tuple[NamedNode, Literal], language: str) -> tuple[int, bool, str, str]:
    prop, label = name
    place, _ = nearness(label.language, language)
    return (place, prop != _PREFERRED, label.language or "", label.value)
