"""Links of a page to the same thing in another form."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import parse_qsl, urlencode

from starlette.requests import Request

from pledgegraph.media_types import Format
from pledgegraph_api.http.addresses import path_below_root
from pledgegraph_api.http.languages import LANGUAGES

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


def language_links(request: Request) -> tuple[PageLink, ...]:
    """The page of a request, with the same parameters, in each of the languages."""
    query = request.scope["query_string"].decode("utf-8", errors="replace")
    given = [each for each in parse_qsl(query, keep_blank_values=True) if each[0] != "lang"]
    path = path_of(request)
    return tuple(
        PageLink(tag, name, f"{path}?{urlencode([*given, ('lang', tag)])}")
        for tag, name in LANGUAGES.items()
    )


def with_language(address: str, tag: str) -> str:
    """An address below the root that asks for the language, in front of any fragment."""
    return with_parameters(address, f"lang={tag}")


def with_parameters(address: str, parameters: str) -> str:
    """The address with further parameters, which are encoded, in front of any fragment."""
    if not parameters:
        return address
    path, mark, fragment = address.partition("#")
    return f"{path}{'&' if '?' in path else '?'}{parameters}{mark}{fragment}"


def root_of(request: Request) -> str:
    """Where the service is mounted: the operator's word, since the Host header is anyone's."""
    return str(request.scope.get("root_path", "")).rstrip("/")


def path_of(request: Request) -> str:
    """The path of a request below the root, percent-encoded.

    It begins with one slash whatever was asked for: two would name another host.
    """
    return "/" + path_below_root(request.scope).lstrip("/")
