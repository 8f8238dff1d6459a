"""Links of a page to the same thing in another form."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import urlencode

from pledgegraph.media_types import Format
from pledgegraph_api.languages import LANGUAGES

Parameters = Sequence[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class PageLink:
    """A link; ``address`` is below the root of the service."""

    name: str
    """Of the format or the language, as parameters have it."""
    title: str
    address: str


def format_links(path: str, given: Parameters, formats: Sequence[Format]) -> tuple[PageLink, ...]:
    """The address with the same parameters in each of the formats."""
    return tuple(
        PageLink(each.name, each.title, f"{path}?{urlencode([*given, ('format', each.name)])}")
        for each in formats
    )


def language_links(path: str, given: Parameters) -> tuple[PageLink, ...]:
    """The page with the same parameters in each of the languages."""
    return tuple(
        PageLink(tag, name, f"{path}?{urlencode([*given, ('lang', tag)])}")
        for tag, name in LANGUAGES.items()
    )
