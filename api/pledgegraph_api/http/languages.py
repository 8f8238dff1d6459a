"""The languages of the pages, and which of them a reader gets."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final
from urllib.parse import parse_qsl

from starlette.requests import Request

from pledgegraph.rdf import covers
from pledgegraph_api.errors import ParameterError

LANGUAGES: Final = {
    "ar": "العربية",
    "en": "English",
    "es": "Español",
    "fr": "Français",
    "ru": "Русский",
    "zh": "中文",
}
"""Language tag to its own name: the six official languages of the United Nations."""
DEFAULT: Final = "en"
"""For those who read none of them."""
RIGHT_TO_LEFT: Final = frozenset({"ar"})

_LONGEST: Final = 1000
"""Characters of the header that are read; browsers send a few dozen."""
_MEMBER: Final = re.compile(
    r"[ \t]*([A-Za-z]{1,8}|\*)(?:-[A-Za-z0-9]{1,8})*[ \t]*"
    r"(?:;[ \t]*[qQ]=(0(?:\.[0-9]{0,3})?|1(?:\.0{0,3})?)[ \t]*)?"
)


@dataclass(frozen=True, slots=True)
class PageLanguage:
    """The language that a reader gets."""

    tag: str
    asked: bool = False
    """True where the address names it; links of the page then do so too."""


def direction(tag: str) -> str:
    """Which way the language is written: ``ltr`` or ``rtl``."""
    return "rtl" if tag in RIGHT_TO_LEFT else "ltr"


def language_of(request: Request) -> PageLanguage:
    """What ``?lang=`` names, else what Accept-Language likes best; never an error."""
    named = _named(request)
    if len(named) == 1 and named[0] in LANGUAGES:
        return PageLanguage(named[0], asked=True)
    return PageLanguage(preferred_language(",".join(request.headers.getlist("accept-language"))))


def required_language(request: Request) -> PageLanguage:
    """As `language_of`, for addresses that do not read ``lang`` themselves.

    Raises:
        ParameterError: ``lang`` names no language of the pages, or is there several times.
    """
    named = _named(request)
    if len(named) > 1:
        raise ParameterError(
            f"Parameter `lang` was given {len(named)} times.", remedy="Give it once."
        )
    if named and named[0] not in LANGUAGES:
        raise ParameterError(
            f"There are no pages in the language {named[0][:80]!r}.",
            remedy=f"The parameter lang is one of: {', '.join(LANGUAGES)}.",
        )
    return language_of(request)


def preferred_language(header: str | None) -> str:
    """The language that an Accept-Language header asks for most, of those that there are.

    See https://www.rfc-editor.org/rfc/rfc4647.html#section-3.4 (lookup); a range such as
    ``fr-CH`` is met by ``fr``. A malformed member counts for nothing.
    """
    wanted: list[tuple[float, str]] = []
    for member in (header or "")[:_LONGEST].split(","):
        match = _MEMBER.fullmatch(member)
        if match is not None:
            wanted.append((float(match[2] or 1), match[1].lower()))
    refused = {tag for quality, tag in wanted if quality == 0}
    # Sorting is stable: among equals the first one named goes first.
    for quality, tag in sorted(wanted, key=lambda each: -each[0]):
        if quality > 0 and tag in LANGUAGES:
            return tag
        if quality > 0 and tag == "*":
            return next((each for each in (DEFAULT, *LANGUAGES) if each not in refused), DEFAULT)
    return DEFAULT


def page_language(tag: str) -> str:
    """The language of the pages for a tag, such as ``zh`` for ``zh-Hans``; else the tag itself.

    See https://www.rfc-editor.org/rfc/rfc4647.html#section-3.4
    """
    return next((each for each in LANGUAGES if covers(each, tag)), tag)


def _named(request: Request) -> list[str]:
    """The values of the parameter ``lang`` in the address; one left empty counts for nothing."""
    query = request.scope.get("query_string", b"")
    if b"lang=" not in query:
        return []
    pairs = parse_qsl(query.decode("utf-8", errors="replace"))
    return [page_language(value) for name, value in pairs if name == "lang"]
