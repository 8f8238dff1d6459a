"""Which IRIs a query names, and where: written out, or by a prefix that it declares.

Told from its words, so that it can be told of a query that is not valid yet.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final
from urllib.parse import urldefrag, urljoin

from pledgegraph.sparql.mending.scanner import Scanner
from pledgegraph.sparql.mending.tree import Unreadable

_ESCAPED: Final = re.compile(r"\\(.)")
_CODEPOINT: Final = re.compile(r"\\u([0-9A-Fa-f]{4})|\\U([0-9A-Fa-f]{8})")
_ABSOLUTE: Final = re.compile(r"[A-Za-z][A-Za-z0-9+.\-]*:")
_HIGHEST: Final = 0x10FFFF


@dataclass(frozen=True, slots=True)
class UsedName:
    """An IRI in a query, and the characters between which it stands there."""

    iri: str
    start: int
    end: int
    prefix: str | None
    """The prefix that it is written with, without the colon; None where it is written out."""


def names_in(text: str, base: str) -> Iterator[UsedName]:
    """The IRIs outside of declarations; relative ones are resolved against ``{base}/``.

    Names with a prefix that is not declared are left out. Ends where the text is no SPARQL.

    >>> [each.iri for each in names_in("PREFIX : <b#> ASK { :c <d> <> }", "http://a")]
    ['http://a/b#c', 'http://a/d', 'http://a/']
    """
    prefixes: dict[str, str] = {}
    against = f"{base}/"
    try:
        scanner = Scanner(text)
        while scanner.kind != "end":
            if scanner.take_word("PREFIX"):
                prefix = scanner.piece.rstrip(":")
                scanner.advance()
                prefixes[prefix] = _resolved(against, scanner.piece)
            elif scanner.take_word("BASE"):
                against = _resolved(against, scanner.piece)
            elif scanner.kind == "iri":
                yield UsedName(_resolved(against, scanner.piece), scanner.start, scanner.end, None)
            elif scanner.kind == "name":
                prefix, _, local = scanner.piece.partition(":")
                if prefix in prefixes:
                    iri = prefixes[prefix] + _ESCAPED.sub(r"\1", local)
                    yield UsedName(iri, scanner.start, scanner.end, prefix)
            scanner.advance()
    except Unreadable:
        return


def _resolved(against: str, piece: str) -> str:
    """The IRI that is written between brackets, with codepoint escapes (section 19.2)."""

    def character(match: re.Match[str]) -> str:
        number = int(match[1] or match[2], 16)
        return chr(number) if number <= _HIGHEST else match[0]

    iri = _CODEPOINT.sub(character, piece[1:-1])
    if _ABSOLUTE.match(iri):
        return iri  # `urljoin` would take away a hash sign at its end
    try:
        return urljoin(urldefrag(against)[0], iri) + ("#" if iri.endswith("#") else "")
    except ValueError:
        return iri  # such as <//[>, which the engine refuses


def undeclared_prefixes(text: str) -> list[str]:
    """The prefixes that a query uses and does not declare, each once, without their colons."""
    declared: set[str] = set()
    used: dict[str, None] = {}
    try:
        scanner = Scanner(text)
        while scanner.kind != "end":
            if scanner.take_word("PREFIX"):
                declared.add(scanner.piece.rstrip(":"))
            elif scanner.kind == "name":
                used[scanner.piece.partition(":")[0]] = None
            scanner.advance()
    except Unreadable:
        pass
    return [each for each in used if each not in declared]
