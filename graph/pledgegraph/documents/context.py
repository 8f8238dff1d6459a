"""The JSON-LD context, and how it shortens IRIs and values.

See https://www.w3.org/TR/json-ld11-api/#compaction-algorithms. This is what of them the context
under ``ontology/`` needs; tests compare it with a whole JSON-LD processor over every record.
"""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Mapping, Sequence
from copy import copy
from dataclasses import dataclass
from functools import cache
from typing import Final

from pyoxigraph import BlankNode, Literal, NamedNode

from pledgegraph.namespaces import PG, RDF, XSD
from pledgegraph.shipped import shipped

Json = str | int | float | bool | list["Json"] | dict[str, "Json"] | None

CONTEXT_VERSION: Final = "1.5.0"
"""Of the context; another number, and file, whenever it changes: its address is kept for good."""

_FOLDER: Final = "contexts"
_PREFIX_ENDS: Final = (":", "/", "?", "#", "[", "]", "@")
_INTEGER: Final = XSD.integer
_NATIVE: Final = re.compile(r"0|-?[1-9][0-9]{0,14}")
"""Whole numbers that all readers of JSON take as they stand; 2^53 has 16 digits."""
_WORD: Final = re.compile(r"[A-Za-z][A-Za-z0-9_-]*")
_BOOLEAN: Final = XSD.boolean
_STRING: Final = XSD.string
_LANG: Final = RDF.langString


@dataclass(frozen=True, slots=True)
class Term:
    """A key of the JSON: what it stands for, and what values it takes."""

    name: str
    iri: str
    type: str
    """The datatype of its values, ``@id`` for links, empty for plain text."""
    by_language: bool
    listed: bool
    """True where its value is always a list."""

    def takes(self, value: Literal | NamedNode | BlankNode) -> bool:
        """Whether the value can stand under this key without saying of what kind it is."""
        if not isinstance(value, Literal):
            return self.type == "@id"
        if self.by_language:
            return value.language is not None and value.direction is None
        if value.language is not None:
            return False
        return value.datatype.value == (self.type or _STRING.value)


class Context:
    """The context under ``ontology/``, ready to shorten with."""

    def __init__(self, document: Mapping[str, Mapping[str, Json]]) -> None:
        definitions = document["@context"]
        self._prefixes = {
            name: value
            for name, value in definitions.items()
            if isinstance(value, str) and value.endswith(_PREFIX_ENDS) and name[0] != "@"
        }
        self._starts = tuple(self._prefixes.values())
        self._terms: dict[str, Term] = {}
        self.reverse: dict[str, str] = {}
        """The key for the links of a property that come in, by the property's IRI."""
        for name, value in definitions.items():
            if not isinstance(value, dict):
                continue
            if "@reverse" in value:
                self.reverse[self._whole(str(value["@reverse"]))] = name
            elif value["@id"] != "@type":
                term = self._term(name, value)
                self._terms[term.iri] = term
        self._names: dict[str, str] = {}
        self._defined = frozenset(definitions)

    def without(self, prefixes: Collection[str]) -> Context:
        """The same context with some of its prefixes undefined: what `at` says of them."""
        gone = frozenset(prefixes)
        other = copy(self)
        other._names = {}
        other._prefixes = {k: v for k, v in self._prefixes.items() if k not in gone}
        other._starts = tuple(other._prefixes.values())
        return other

    def misread(self, iris: Collection[str]) -> list[str]:
        """The prefixes that a reader would take the beginning of one of the IRIs for.

        ``schema:Thing`` can be an IRI. Where it stands, ``schema`` must be no prefix.
        """
        split = (iri.partition(":") for iri in iris)
        found = {scheme for scheme, _, rest in split if not rest.startswith("//")}
        return sorted(found & self._prefixes.keys())

    def term(self, prop: NamedNode, value: Literal | NamedNode | BlankNode) -> Term:
        """The key for a value of a property, with what it leaves to be said with the value."""
        term = self._terms.get(prop.value)
        if term is not None and term.takes(value):
            return term
        return Term(self._prefixed(prop.value), prop.value, "", by_language=False, listed=False)

    def kind(self, iri: str) -> str:
        """A class or datatype as short as the context makes it."""
        known = self._names.get(iri)
        if known is None:
            known = self._prefixed(iri)
            local = iri[len(PG.iri) :]
            if iri.startswith(PG.iri) and _WORD.fullmatch(local) and local not in self._defined:
                known = local
            self._names[iri] = known
        return known

    def reference(self, iri: str) -> str:
        """The IRI of a thing, as it stands in ``id``."""
        return self._prefixed(iri)

    def value(self, term: Term, value: Literal) -> Json:
        """A value under a key that takes it, else one that tells its type or language."""
        if term.type or (term.by_language and value.language):
            return native(value)
        if value.language:
            return _in_language(value)
        if value.datatype == _STRING:
            return value.value
        return {"type": self.kind(value.datatype.value), "@value": native(value)}

    def _prefixed(self, iri: str) -> str:
        if not iri.startswith(self._starts):
            return iri
        found = [
            f"{name}:{iri[len(start) :]}"
            for name, start in self._prefixes.items()
            # What two slashes follow is read as a whole IRI.
            if iri.startswith(start) and iri != start and not iri.startswith("//", len(start))
        ]
        return min(found, key=lambda short: (len(short), short), default=iri)

    def _whole(self, short: str) -> str:
        prefix, mark, rest = short.partition(":")
        return self._prefixes[prefix] + rest if mark and prefix in self._prefixes else short

    def _term(self, name: str, definition: Mapping[str, Json]) -> Term:
        kind = str(definition.get("@type", ""))
        container = definition.get("@container", "")
        return Term(
            name,
            self._whole(str(definition["@id"])),
            kind if kind == "@id" else self._whole(kind),
            by_language=container == "@language",
            listed=container == "@set",
        )


def context_versions() -> tuple[str, ...]:
    """The numbers of all versions that there have been, the present one among them."""
    return tuple(sorted(path.stem for path in (shipped("ontology") / _FOLDER).glob("*.jsonld")))


def read_context(version: str = CONTEXT_VERSION) -> dict[str, dict[str, Json]]:
    """The context document of one of the versions."""
    text = (shipped("ontology") / _FOLDER / f"{version}.jsonld").read_text(encoding="utf-8")
    document: dict[str, dict[str, Json]] = json.loads(text)
    return document


@cache
def newest_context() -> Context:
    """The present version, ready to shorten with."""
    return Context(read_context())


def native(value: Literal) -> Json:
    """The value as JSON has it: whole numbers and truth values as such, all others as text.

    Beyond 2^53 readers would take another number, and what is spelt otherwise would lose that.
    """
    if value.datatype == _INTEGER and _NATIVE.fullmatch(value.value):
        return int(value.value)
    if value.datatype == _BOOLEAN and value.value in ("true", "false"):
        return value.value == "true"
    return value.value


def _in_language(value: Literal) -> dict[str, Json]:
    told: dict[str, Json] = {"@language": value.language, "@value": value.value}
    if value.direction is not None:
        told["@direction"] = value.direction.value
    return told


def expanded_value(value: Literal) -> dict[str, Json]:
    """The value with its language or datatype, as expanded JSON-LD has it."""
    if value.language:
        return _in_language(value)
    if value.datatype == _STRING:
        return {"@value": value.value}
    return {"@type": value.datatype.value, "@value": native(value)}


def context_at(address: str, misread: Sequence[str]) -> Json:
    """The context of a document: the one at an address, without the prefixes misread there."""
    if not misread:
        return address
    return [address, dict.fromkeys(misread)]
