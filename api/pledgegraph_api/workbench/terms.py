"""The classes and properties that there are, with their names, counts and where they lead.

Drawn from the counts that the VoID description states, and from the ontology: a term of the
ontology that the data do not use is there too, with 0.
"""

from __future__ import annotations

import threading
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Final

from pledgegraph.descriptions import ClassUse, Statistics
from pledgegraph.namespaces import OWL, PG, PREFIXES, RDF, RDFS, SH
from pledgegraph.ontology import Term, ontology_documents, read_terms
from pledgegraph.store import OnceASnapshot
from pledgegraph_api.web.labels import Labels
from pledgegraph_api.web.prefixed_names import short_name

_ABOUT_WORDS: Final = (OWL.iri, RDFS.iri, RDF.iri, SH.iri)
"""Whose classes describe the vocabulary, and are listed last."""
_MOST_TARGETS: Final = 8
"""Classes and datatypes that are named of one property of one class."""


@dataclass(frozen=True, slots=True)
class Name:
    """A term: its IRI, its name with a prefix, and what it is called."""

    iri: str
    short: str
    label: str
    language: str | None
    """Of the label, where that is not the one asked for."""


@dataclass(frozen=True, slots=True)
class PropertyOfClass:
    """A property as it is stated of the instances of one class."""

    name: Name
    triples: int
    targets: tuple[str, ...]
    """The short names of the classes and datatypes that it leads to, those it does most first."""


@dataclass(frozen=True, slots=True)
class ClassTerm:
    """A class, and what is said of its instances."""

    name: Name
    instances: int
    example: str
    properties: tuple[PropertyOfClass, ...]


@dataclass(frozen=True, slots=True)
class PropertyTerm:
    """A property, of whatever it is stated."""

    name: Name
    triples: int


@dataclass(frozen=True, slots=True)
class TermList:
    """The terms of one snapshot, named in one language."""

    sequence: int
    classes: tuple[ClassTerm, ...]
    """Our own first, then those of others, then what describes the vocabulary; by their number."""
    properties: tuple[PropertyTerm, ...]

    @property
    def used(self) -> tuple[ClassTerm, ...]:
        """The classes that have instances."""
        return tuple(each for each in self.classes if each.instances)


@dataclass(frozen=True, slots=True)
class PropertyElsewhere:
    """A property of another vocabulary, and of what it is stated."""

    name: Name
    triples: int
    kinds: tuple[str, ...]
    """The short names of the classes of whose instances it is stated, most statements first."""


@dataclass(frozen=True, slots=True)
class TermsInUse:
    """How the data of one snapshot use our terms, and those of others."""

    sequence: int
    elsewhere: tuple[PropertyElsewhere, ...]
    """By vocabulary and name."""
    unused: frozenset[str]
    """The IRIs of our classes and properties that have no instances and no statements; a class
    above one with instances has some."""


class Terms:
    """The terms of the newest snapshot. Its methods block: they are to be called in a thread."""

    def __init__(self, numbers: OnceASnapshot[Statistics], labels: Labels, base: str) -> None:
        self._numbers = numbers
        self._labels = labels
        self._base = base
        self._guard = threading.Lock()
        self._known: dict[str, tuple[Statistics, TermList]] = {}

    def numbers(self) -> Statistics:
        """What is counted of the newest snapshot."""
        return self._numbers.current()

    def current(self, language: str) -> TermList:
        """The terms, named in the language as far as they have names in it."""
        numbers = self._numbers.current()
        with self._guard:
            known = self._known.get(language)
        if known is not None and known[0] is numbers:
            return known[1]
        made = self._made(numbers, language)
        with self._guard:
            self._known[language] = numbers, made
        return made

    def use(self, language: str) -> TermsInUse:
        """How the newest data use the terms, which are named in the language."""
        found = self.current(language)
        kinds: dict[str, list[tuple[int, str]]] = {}
        for each in found.classes:
            for use in each.properties:
                kinds.setdefault(use.name.iri, []).append((use.triples, each.name.short))
        others = [
            PropertyElsewhere(
                each.name,
                each.triples,
                tuple(name for _, name in sorted(kinds.get(each.name.iri, ()), reverse=True)),
            )
            for each in found.properties
            if each.triples and not each.name.iri.startswith(PG.iri)
        ]
        ours = ontology_terms()
        filled = {each.name.iri for each in found.classes if each.instances}
        filled |= {each.name.iri for each in found.properties if each.triples}
        ahead = list(filled)
        while ahead:
            term = ours.get(ahead.pop())
            above = [each for each in term.above if each not in filled] if term else []
            filled.update(above)
            ahead += above
        unused = {iri for iri, each in ours.items() if each.kind != "datatype"} - filled
        return TermsInUse(
            found.sequence,
            tuple(sorted(others, key=lambda each: each.name.short)),
            frozenset(unused),
        )

    def _made(self, numbers: Statistics, language: str) -> TermList:
        ours = ontology_terms()
        kinds = {each.iri: each.kind for each in ours.values()}
        unused_classes = [each for each, kind in kinds.items() if kind == "class"]
        unused_properties = [
            each for each, kind in kinds.items() if kind not in ("class", "datatype")
        ]
        classes = {each.iri: each for each in numbers.uses}
        names = self._names({*classes, *numbers.properties, *kinds}, language)
        found = [
            ClassTerm(
                names[iri],
                classes[iri].instances if iri in classes else 0,
                classes[iri].example if iri in classes else "",
                tuple(self._properties(classes.get(iri), names)),
            )
            for iri in dict.fromkeys((*classes, *unused_classes))
        ]
        properties = [
            PropertyTerm(names[iri], numbers.properties.get(iri, 0))
            for iri in dict.fromkeys((*numbers.properties, *unused_properties))
        ]
        return TermList(
            numbers.sequence,
            tuple(sorted(found, key=lambda each: (*_rank(each.name.iri), -each.instances))),
            tuple(sorted(properties, key=lambda each: -each.triples)),
        )

    def _properties(
        self, use: ClassUse | None, names: Mapping[str, Name]
    ) -> Iterator[PropertyOfClass]:
        for each in use.properties if use else ():
            led = {**each.classes, **each.datatypes}
            targets = sorted(led, key=lambda iri: (-led[iri], iri))[:_MOST_TARGETS]
            short = tuple(short_name(iri, self._base) for iri in targets)
            yield PropertyOfClass(names[each.iri], each.triples, short)

    def _names(self, iris: Iterable[str], language: str) -> dict[str, Name]:
        wanted = sorted(iris)
        found = self._labels.names(wanted, language)
        ours = ontology_terms()
        names = {}
        for iri in wanted:
            label = found.get(iri)
            if label is not None:
                spoken = label.language if label.language != language else None
                text = label.value
            else:
                texts = ours[iri].labels if iri in ours else {}
                text = texts.get(language, "")
                spoken = None
            names[iri] = Name(iri, short_name(iri, self._base), text, spoken)
        return names


@cache
def ontology_terms() -> dict[str, Term]:
    """The terms of the ontology as shipped, by IRI."""
    documents = ontology_documents()
    return {each.iri: each for each in read_terms(documents["/def"].triples)}


def prefixed(name: Name) -> bool:
    """Whether the short name can stand in a query: its prefix is one of ours."""
    return name.short.partition(":")[0] in PREFIXES and name.short != name.iri


def _rank(iri: str) -> tuple[bool, bool]:
    return iri.startswith(_ABOUT_WORDS), not iri.startswith(PG.iri)
