"""Which queries are sure to take no longer than their answer is long.

One triple pattern is one range of one index. Where its variables are all different, every
statement in that range is a row of the answer, so that whoever stops after so many bytes of
answer has had the engine do no more than that takes. A filter, a second pattern, DISTINCT, an
order, or an offset would let it look at any number of statements for one row, or for none.

Some properties of one record are several patterns, whose rows are at most the product of the
numbers of statements of each. So they are cheap where the data have few; see `Star`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from pledgegraph.namespaces import RDF
from pledgegraph.sparql.terminals import IRI, SPACE, STRING

_LONGEST: Final = 2000
"""Characters."""
_VARIABLE: Final = r"[?$][\w\u00B7\u0300-\u036F\u203F\u2040]++"
_NAME: Final = r"(?!_:)[\w\-]*+:[\w\-]*+"
"""A prefixed name, and no blank node; without the characters that cannot stand in every place."""
_PROLOGUE: Final = rf"""{SPACE}
      (?: BASE {SPACE} {IRI} {SPACE}
        | PREFIX {SPACE} [\w\-]*+ : {SPACE} {IRI} {SPACE}
      )*+"""
_LITERAL: Final = rf"{STRING}(?:@[A-Za-z]++(?:-[A-Za-z0-9]++)*+|\^\^(?:{IRI}|{_NAME}))?+|[0-9]++"
_PLAIN: Final = re.compile(
    rf"""{_PROLOGUE}
      SELECT {SPACE} (?: \* {SPACE} | (?: {_VARIABLE} {SPACE} )++ )
      (?: WHERE {SPACE} )?+
      \{{ {SPACE}
        (?P<subject> {IRI} | {_VARIABLE} | {_NAME} ) {SPACE}
        (?P<predicate> {IRI} | {_VARIABLE} | {_NAME} | a(?=[\s<?$"'#]) ) {SPACE}
        (?P<object> {IRI} | {_VARIABLE} | {_NAME} | {_LITERAL} ) {SPACE}
      (?: \. {SPACE} )?+ \}} {SPACE}
      (?: LIMIT {SPACE} [0-9]++ {SPACE} )?+
    """,
    re.VERBOSE | re.DOTALL | re.IGNORECASE,
)


def is_quick(text: str) -> bool:
    """True for a SELECT of one triple pattern with different variables, and perhaps a LIMIT.

    What is not a query at all may pass for one.

    >>> is_quick("SELECT ?p ?o { <http://example.org/one> ?p ?o } LIMIT 10")
    True
    >>> is_quick("SELECT * { ?s ?p ?s }")
    False
    """
    if len(text) > _LONGEST:
        return False
    found = _PLAIN.fullmatch(text)
    if found is None:
        return False
    names = [term[1:] for term in found.group("subject", "predicate", "object") if term[0] in "?$"]
    return len(set(names)) == len(names)


_PROPERTY: Final = rf"(?: {IRI} | {_NAME} | a(?=[\s<?$\"'#]) )"
_STAR: Final = re.compile(
    rf"""(?P<prologue>{_PROLOGUE})
      SELECT {SPACE} (?: \* {SPACE} | (?: {_VARIABLE} {SPACE} )++ )
      (?: WHERE {SPACE} )?+
      \{{ {SPACE}
        (?P<subject> {IRI} | {_NAME} ) {SPACE}
        (?P<pairs> {_PROPERTY} {SPACE} {_VARIABLE} {SPACE}
          (?: ; {SPACE} {_PROPERTY} {SPACE} {_VARIABLE} {SPACE} ){{1,7}}+ )
      (?: [;.] {SPACE} )?+ \}} {SPACE}
      (?: LIMIT {SPACE} [0-9]++ {SPACE} )?+
    """,
    re.VERBOSE | re.DOTALL | re.IGNORECASE,
)
_PAIR: Final = re.compile(
    rf"(?P<property>{_PROPERTY}) {SPACE} (?P<value>{_VARIABLE}) {SPACE} ;?+ {SPACE}", re.VERBOSE
)
_PREFIX: Final = re.compile(
    rf"(?: PREFIX {SPACE} (?P<prefix>[\w\-]*+) : | BASE ) {SPACE} (?P<iri>{IRI}) {SPACE}",
    re.VERBOSE | re.IGNORECASE,
)
_ABSOLUTE: Final = re.compile(r"<[A-Za-z][A-Za-z0-9+.\-]*:[^\\]*>")


@dataclass(frozen=True, slots=True)
class Star:
    """Some properties of one record that a query asks for, and nothing else."""

    subject: str
    properties: tuple[str, ...]
    """IRIs; one may be there twice."""


def star(text: str) -> Star | None:
    """What a SELECT asks for that is nothing but properties of a record; None for any other.

    What is not a query at all may pass for one.

    >>> star("PREFIX : <http://example.org/> SELECT ?b ?c { :a :b ?b ; :c ?c }")
    Star(subject='http://example.org/a', properties=('http://example.org/b', 'http://example.org/c'))
    >>> star("PREFIX : <http://example.org/> SELECT ?b { :a :b ?b ; :c ?b }")
    """
    found = _STAR.fullmatch(text) if len(text) <= _LONGEST else None
    if found is None:
        return None
    prefixes = _PREFIX.finditer(found["prologue"])
    declared = {m["prefix"]: m["iri"] for m in prefixes if m["prefix"] is not None}
    pairs = [(m["property"], m["value"][1:]) for m in _PAIR.finditer(found["pairs"])]
    terms = [_iri(term, declared) for term in (found["subject"], *(name for name, _ in pairs))]
    known = [term for term in terms if term is not None]
    if len({value for _, value in pairs}) < len(pairs) or len(known) < len(terms):
        return None
    return Star(known[0], tuple(known[1:]))


def _iri(term: str, declared: dict[str, str]) -> str | None:
    """The IRI that a term stands for; None where it hangs on more than the text."""
    if term == "a":
        return RDF.type.value
    if not term.startswith("<"):
        prefix, _, local = term.partition(":")
        term = f"{declared.get(prefix, '<')[:-1]}{local}>"
    return term[1:-1] if _ABSOLUTE.fullmatch(term) else None
