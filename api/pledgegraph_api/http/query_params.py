"""The parameters of an address: those that it knows, each once, or a word on what is wrong.

`known_parameters` is for addresses that take a few, `read_options` for those of pages and of
questions, whose form, language and limits a reader chooses.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final
from urllib.parse import parse_qsl

from fastapi import Depends, params
from starlette.requests import Request

from pledgegraph.results import LIMIT_PARAMETER
from pledgegraph_api.errors import (
    EncodingError,
    Fault,
    PageMissing,
    ParameterError,
    WrongParameters,
)
from pledgegraph_api.http.languages import LANGUAGES, page_language, preferred_language
from pledgegraph_api.http.request_limits import TIMEOUT, AskedLimits, limits_of

Parameters = list[tuple[str, str]]

OPTIONS: Final = ("format", "lang", TIMEOUT, LIMIT_PARAMETER)
"""What pages and questions take beside parameters of their own."""
GIVE_ONCE: Final = "Give it once."

_LONGEST_QUOTE: Final = 200
"""Characters of a wrong name or value that a message repeats."""
_HIGHEST_PAGE_DIGITS: Final = 9
_MOST_PARAMETERS: Final = 1000
_LONGEST_VERSION: Final = 18
"""Digits; more lead beyond every log."""
_ADDED: Final = re.compile(r"utm_\w+|fbclid|gclid|msclkid|mc_cid|mc_eid|mtm_\w+")
"""What other sites add to the links that people share, so that it can be told who followed them."""


@dataclass(frozen=True, slots=True)
class Options:
    """What a request says, read by `read_options`."""

    given: dict[str, str]
    """The address's own parameters that have a value; one left empty counts as left out."""
    faults: tuple[Fault, ...]
    format: str | None
    limits: AskedLimits
    language: str
    """The language of the page."""
    language_asked: bool
    """True where the address names it; links of the page then do so too."""


def known_parameters(request: Request, known: Sequence[str]) -> Mapping[str, str]:
    """The parameters in the address of a request, by name.

    Raises:
        WrongParameters: one is not among the ``known``, is given twice, or is ``lang`` and names
            no language of the pages.
        EncodingError: they are not UTF-8.
    """
    pairs = own_parameters(request)
    refuse(list(faults_of(pairs, known)), known)
    return dict(pairs)


def taking(*known: str) -> list[params.Depends]:
    """What a route depends on that takes these parameters, and no others.

    For endpoints that read none, or leave that to the page.
    """

    async def check(request: Request) -> None:
        known_parameters(request, known)

    return [Depends(check)]


def read_options(request: Request, own: Mapping[str, str] | None = None) -> Options:
    """What an address says that takes `OPTIONS`, and its ``own`` parameters of these types.

    Faults are told, and not raised: a form shows them beside its fields.

    Raises:
        EncodingError: it is not UTF-8.
        ParameterError: there is far too much of it.
    """
    types = own or {}
    pairs = own_parameters(request)
    given = {name: value for name, value in pairs if value}
    faults = list(faults_of(pairs, (*types, *OPTIONS), types))
    language = page_language(given.pop("lang", ""))
    limits, wrong = limits_of(given)
    for name in (TIMEOUT, LIMIT_PARAMETER):
        given.pop(name, None)
    preferred = preferred_language(",".join(request.headers.getlist("accept-language")))
    return Options(
        given=given,
        faults=(*faults, *wrong),
        format=given.pop("format", None),
        limits=limits,
        language=language if language in LANGUAGES else preferred,
        language_asked=language in LANGUAGES,
    )


def refuse(faults: Sequence[Fault], known: Sequence[str]) -> None:
    """Refuse a request that has faults, where these parameters are known.

    Raises:
        WrongParameters: there is one; all are told.
    """
    if faults:
        raise WrongParameters(
            " ".join(fault.detail for fault in faults),
            remedy=f"This address takes {_listed(known)}. Give each once.",
            faults=faults,
        )


def own_parameters(request: Request) -> Parameters:
    """The parameters in the address of a request, without those that other sites add to links.

    Raises:
        EncodingError: they are not UTF-8.
        ParameterError: there are too many.
    """
    encoded = request.scope["query_string"]
    if not encoded:
        return []
    pairs = decoded(encoded, "The query string")
    return [pair for pair in pairs if not is_added(pair[0])]


def is_added(name: str) -> bool:
    """Whether a parameter is one that other sites add to the links that people share."""
    return _ADDED.fullmatch(name) is not None


def own_query(query: bytes) -> bytes:
    """A query string, still encoded, without what other sites add to links."""
    if not query:
        return query
    pairs = query.split(b"&")
    return b"&".join(
        each
        for each in pairs
        if _ADDED.fullmatch(each.partition(b"=")[0].decode("latin-1")) is None
    )


def decoded(encoded: bytes, what: str) -> Parameters:
    """The parameters of a query string or form, percent-decoded once."""
    try:
        return parse_qsl(
            encoded.decode("utf-8"),
            keep_blank_values=True,
            errors="strict",
            max_num_fields=_MOST_PARAMETERS,
        )
    except UnicodeDecodeError:
        raise EncodingError(f"{what} holds bytes that are not UTF-8.") from None
    except ValueError:
        raise ParameterError(
            f"{what} has more than {_MOST_PARAMETERS} parameters.", remedy="Send fewer."
        ) from None


def faults_of(
    pairs: Sequence[tuple[str, str]], known: Sequence[str], types: Mapping[str, str] | None = None
) -> Iterator[Fault]:
    """What is wrong with the names of parameters, and with ``lang``."""
    for name, times in Counter(name for name, _ in pairs).items():
        quoted = name[:_LONGEST_QUOTE]
        if name not in known:
            detail = f"Unknown parameter {quoted!r}."
            yield Fault(quoted, "unknown", detail, choices=tuple(known))
        elif times > 1:
            detail = f"{repeated(name, times)} {GIVE_ONCE}"
            yield Fault(name, "repeated", detail, type=(types or {}).get(name, "string"))
    for language in dict.fromkeys(value for name, value in pairs if name == "lang"):
        if language and page_language(language) not in LANGUAGES:
            quoted = language[:_LONGEST_QUOTE]
            detail = f"Parameter `lang` is {quoted!r}. Choose one of: {', '.join(LANGUAGES)}."
            yield Fault("lang", "value", detail, quoted, "string", tuple(LANGUAGES), "fr")


def repeated(name: str, times: int) -> str:
    """What is said of a parameter that is given several times."""
    return f"Parameter `{name}` was given {times} times."


def version_named(value: str | None) -> int | None:
    """The number of the version that the parameter ``version`` asks for.

    Raises:
        ParameterError: it is no number.
    """
    if value is None:
        return None
    if not (value.isascii() and value.isdecimal()):
        raise ParameterError(
            f"The parameter `version` is the number of a change set, and not {value[:40]!r}.",
            remedy="The page at /changes has them all.",
        )
    return int(value[:_LONGEST_VERSION])


def page_number(given: str) -> int:
    """The number of the page that is asked for.

    Raises:
        PageMissing: it is no number, or not one that can be.
    """
    short = len(given) <= _HIGHEST_PAGE_DIGITS
    if short and given.isascii() and given.isdecimal() and int(given) > 0:
        return int(given)
    raise PageMissing(
        f"There is no page {given[:40]!r}.", remedy="Pages are counted 1, 2, 3 and so on."
    )


def _listed(names: Sequence[str]) -> str:
    quoted = [f"`{each}`" for each in names]
    if not quoted:
        return "no parameters"
    return " and ".join([", ".join(quoted[:-1]), quoted[-1]] if quoted[:-1] else quoted)
