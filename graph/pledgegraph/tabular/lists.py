"""The lists that cells are filled from: concept schemes, countries and regions, goals."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Final

from pyoxigraph import Literal, NamedNode, Store

from pledgegraph.namespaces import PG, RDF, SCHEME, SKOS
from pledgegraph.rdf.language_tags import nearness
from pledgegraph.reconcile import likeness
from pledgegraph.search import fold

GOALS: Final = "http://metadata.un.org/sdg/"
_GOAL: Final = re.compile(r"(?:SDG|ODS|ODD)?\s*(\d{1,2}(?:\.[0-9a-z]{1,2}){0,2})", re.IGNORECASE)
_NEAR: Final = 60
_MATCHES: Final = (SKOS.exactMatch, SKOS.closeMatch)


@dataclass(slots=True)
class Member:
    """A member of a list, with what it may be called."""

    node: NamedNode
    labels: dict[str, str] = field(default_factory=dict)
    """By language."""
    others: list[str] = field(default_factory=list)
    """Other names and codes."""

    @property
    def slug(self) -> str:
        """The last part of its IRI."""
        return self.node.value.rpartition("#")[2]

    def label(self, language: str) -> str:
        """What it is called in a language, else in English."""
        tag = min(self.labels, key=lambda each: nearness(each, language), default=None)
        return self.slug if tag is None else self.labels[tag]


class Listing:
    """The members of one scheme or of several."""

    def __init__(self, members: Iterable[Member]) -> None:
        self.members = {each.node: each for each in members}

    @cached_property
    def _named(self) -> Mapping[str, set[NamedNode]]:
        found: dict[str, set[NamedNode]] = {}
        for each in self.members.values():
            for name in (each.slug, *each.labels.values(), *each.others):
                found.setdefault(fold(name), set()).add(each.node)
        return found

    def named(self, text: str) -> set[NamedNode]:
        """The members that are called so in any language."""
        return self._named.get(fold(text), set())

    def near(self, text: str, most: int = 3) -> list[tuple[NamedNode, float]]:
        """The members whose names are most like a text, with a score up to 100."""
        best: dict[NamedNode, float] = {}
        folded = fold(text)
        for name, nodes in self._named.items():
            score = round(likeness(folded, name), 1)
            if score >= _NEAR:
                for node in nodes:
                    best[node] = max(best.get(node, 0.0), score)
        return sorted(best.items(), key=lambda item: (-item[1], item[0].value))[:most]


class Lists:
    """The lists of a store, read when they are asked for."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._read: dict[tuple[str, ...], Listing] = {}

    def of(self, *schemes: str) -> Listing:
        """The members of the schemes of those names."""
        if schemes not in self._read:
            self._read[schemes] = Listing(
                member for name in schemes for member in self._members(name)
            )
        return self._read[schemes]

    @property
    def places(self) -> Listing:
        """Countries and regions."""
        return self.of("m49")

    def goal(self, text: str) -> NamedNode | None:
        """The goal, target or indicator of that number; None where there is none."""
        match = _GOAL.fullmatch(text.strip())
        if match is None:
            return None
        node = NamedNode(GOALS + match[1].lower())
        known = next(iter(self._store.quads_for_pattern(node, RDF.type, None)), None)
        return node if known is not None else None

    @cached_property
    def status_words(self) -> Mapping[str, tuple[tuple[str, NamedNode, NamedNode], ...]]:
        """By each word of another vocabulary: its scheme, its concept and our status for it."""
        ours = set(self.of("status", "assessment").members)
        found: dict[str, list[tuple[str, NamedNode, NamedNode]]] = {}
        for status in ours:
            for match in _MATCHES:
                for quad in self._store.quads_for_pattern(None, match, status):
                    concept = quad.subject
                    if not isinstance(concept, NamedNode) or concept in ours:
                        continue
                    scheme = concept.value.removeprefix(SCHEME).partition("#")[0]
                    for name in {
                        label.object.value
                        for predicate in (SKOS.prefLabel, SKOS.altLabel, SKOS.notation)
                        for label in self._store.quads_for_pattern(concept, predicate, None)
                        if isinstance(label.object, Literal)
                    }:
                        said = found.setdefault(fold(name), [])
                        if (scheme, concept, status) not in said:
                            said.append((scheme, concept, status))
        return {name: tuple(sorted(said, key=str)) for name, said in found.items()}

    def scheme_label(self, scheme: str, language: str) -> str:
        """What a scheme is called."""
        labels = {
            quad.object.language or "": quad.object.value
            for quad in self._store.quads_for_pattern(
                NamedNode(SCHEME + scheme), SKOS.prefLabel, None
            )
            if isinstance(quad.object, Literal)
        }
        tag = min(labels, key=lambda each: nearness(each, language), default=None)
        return scheme if tag is None else labels[tag]

    def _members(self, scheme: str) -> Iterable[Member]:
        found: dict[NamedNode, Member] = {}
        in_scheme = self._store.quads_for_pattern(None, SKOS.inScheme, NamedNode(SCHEME + scheme))
        for quad in in_scheme:
            if isinstance(quad.subject, NamedNode):
                found.setdefault(quad.subject, Member(quad.subject))
        for node, member in found.items():
            for quad in self._store.quads_for_pattern(node, None, None):
                if not isinstance(quad.object, Literal):
                    continue
                if quad.predicate == SKOS.prefLabel and quad.object.language:
                    member.labels.setdefault(quad.object.language, quad.object.value)
                elif quad.predicate in (SKOS.altLabel, SKOS.notation, SKOS.prefLabel):
                    member.others.append(quad.object.value)
        return (found[node] for node in sorted(found, key=lambda each: each.value))


NOT_REPORTED: Final = f"{SCHEME}status#not-reported"
"""What an answer says where there is none; nobody asserts it."""
PLACE_CLASSES: Final = (PG.Country,)
