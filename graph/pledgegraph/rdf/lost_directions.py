"""Base directions that a parser passes over: the text would be kept, and its direction lost.

RDF gives a direction to a text with a language only (RDF 1.2 Concepts, section 3.4). JSON-LD lets
it stand without, and RDF/XML lets it stand where no version is declared that knows it.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from io import BytesIO
from typing import Final, NoReturn
from xml.parsers import expat

from pledgegraph.errors import ReadError
from pledgegraph.namespaces import RDF

_ITS: Final = "http://www.w3.org/2005/11/its"
_XML: Final = "http://www.w3.org/XML/1998/namespace"
_VERSIONS: Final = frozenset({f"{_ITS} version", f"{RDF.iri} version"})
"""The attributes without which the parser knows no directions."""
_WAYS: Final = ("ltr", "rtl")
_ESCAPED_AT: Final = re.compile(rb"\\u0040")
IN_XML: Final = _ITS.encode()
"""What RDF/XML has that says a direction."""
IN_JSON: Final = b"direction"
"""What JSON-LD has that says a direction."""


def require_no_lost_direction(text: bytes, name: str, *, xml: bool) -> None:
    """Refuses a document of RDF/XML, else of JSON-LD, from which a direction would be lost.

    What is not well-formed is left to the parser, which says what is wrong.

    Raises:
        ReadError: it says the direction of a text, and the parser would not keep it.
    """
    if xml:
        if IN_XML in text or b"<!ENTITY" in text:
            _require_in_xml(text, name)
    elif IN_JSON in text:
        _require_in_json(_ESCAPED_AT.sub(b"@", text), name)


def _refuse(name: str, line: int, column: int, written: str, language: str) -> NoReturn:
    raise ReadError(
        f"{written} gives a text a base direction (RDF 1.2) that would be lost.",
        file=name,
        line=line,
        column=column,
        remedy=f"Leave {written} out and write the language alone, {language}: pages find out "
        "the direction of each text.",
    )


@dataclass
class _Element:
    """What holds of the content of an element."""

    language: str = ""
    versions: frozenset[str] = frozenset()
    way: tuple[int, int] | None = None
    """Where its direction is said."""
    is_text: bool = True
    text: bool = field(default=False)


def _require_in_xml(text: bytes, name: str) -> None:
    parser = expat.ParserCreate("utf-8", namespace_separator=" ")
    open_elements = [_Element()]

    def lost(element: _Element) -> None:
        if element.way and not (element.language and element.versions == _VERSIONS):
            _refuse(name, *element.way, "its:dir", "xml:lang")

    def start(_: str, attributes: Mapping[str, str]) -> None:
        outer = open_elements[-1]
        outer.is_text = False
        way = attributes.get(f"{_ITS} dir")
        place = parser.CurrentLineNumber, parser.CurrentColumnNumber + 1
        element = _Element(
            attributes.get(f"{_XML} lang", outer.language),
            outer.versions | (_VERSIONS & attributes.keys()),
            outer.way if way is None else place if way in _WAYS else None,
            f"{RDF.iri} datatype" not in attributes and f"{RDF.iri} parseType" not in attributes,
        )
        open_elements.append(element)
        if any(" " in each and not each.startswith((_ITS, _XML, RDF.iri)) for each in attributes):
            lost(element)

    def end(_: str) -> None:
        element = open_elements.pop()
        if element.text and element.is_text:
            lost(element)

    def characters(data: str) -> None:
        open_elements[-1].text |= not data.isspace()

    parser.StartElementHandler, parser.EndElementHandler = start, end
    parser.CharacterDataHandler = characters
    try:
        parser.ParseFile(BytesIO(text))
    except expat.ExpatError:
        return


def _require_in_json(text: bytes, name: str) -> None:
    try:
        document = json.loads(text)
        aliases = {"@direction", *_aliases(document, "@direction")}
        languages = {"@language", *_aliases(document, "@language")}
        said = list(_said(document, aliases, languages, has_language=False))
    except (ValueError, RecursionError):
        return
    if False not in said:
        return
    keys = "|".join(re.escape(each) for each in aliases)
    matches = list(re.finditer(rf'"(?:{keys})"\s*:\s*"(?:ltr|rtl)"'.encode(), text))
    place = matches[min(said.index(False), len(matches) - 1)].start() if matches else 0
    line = text[text.rfind(b"\n", 0, place) + 1 : place]
    column = len(line.decode(errors="replace")) + 1
    _refuse(name, text.count(b"\n", 0, place) + 1, column, '"@direction"', '"@language"')


def _aliases(node: object, keyword: str) -> Iterator[str]:
    """The names that contexts of a document give to a keyword."""
    if isinstance(node, dict):
        for key, value in node.items():
            if value in (keyword, {"@id": keyword}):
                yield key
            yield from _aliases(value, keyword)
    elif isinstance(node, list):
        for each in node:
            yield from _aliases(each, keyword)


def _said(
    node: object,
    aliases: set[str],
    languages: set[str],
    *,
    has_language: bool,
    within: bool = False,
) -> Iterator[bool]:
    """Of each direction, in the order of the text, whether a language stands with it.

    ``within`` a context, what is said beside or around it holds as well.
    """
    if isinstance(node, list):
        spoken = has_language or (within and any(_names(each, languages) for each in node))
        for each in node:
            yield from _said(each, aliases, languages, has_language=spoken, within=within)
    elif isinstance(node, dict):
        spoken = (within and has_language) or _names(node, languages)
        for key, value in node.items():
            if key in aliases and value in _WAYS:
                yield spoken
            inside = within or key == "@context"
            yield from _said(
                value, aliases, languages, has_language=inside and spoken, within=inside
            )


def _names(node: object, languages: set[str]) -> bool:
    """Whether an object says a language, or that its values are sorted by theirs."""
    if not isinstance(node, dict):
        return False
    container = node.get("@container")
    return (
        any(isinstance(node.get(each), str) for each in languages)
        or container == "@language"
        or (isinstance(container, list) and "@language" in container)
    )
