"""The parameters of an address: those that it knows, each once, or a word on what is wrong."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from starlette.requests import Request

from pledgegraph_api.errors import Fault, PageMissing, WrongParameters
from pledgegraph_api.http.languages import LANGUAGES, page_language
from pledgegraph_api.sparql.protocol import decoded

_LONGEST_QUOTE: Final = 200
_HIGHEST_PAGE_DIGITS: Final = 9
_ADDED: Final = re.compile(r"utm_\w+|fbclid|gclid|msclkid|mc_cid|mc_eid|mtm_\w+")
"""What other sites add to the links that people share, so that it can be told who followed them."""


def known_parameters(request: Request, known: Sequence[str]) -> Mapping[str, str]:
    """The parameters in the address of a request, by name.

    Raises:
        WrongParameters: one is not among the ``known``, is there twice, or is ``lang`` and names
            no language of the pages.
        EncodingError: they are not UTF-8.
    """
    encoded = request.scope["query_string"]
    if not encoded:
        return {}
    pairs = wished(decoded(encoded, "The query string"))
    faults = list(faults_of(pairs, known))
    if faults:
        raise WrongParameters(
            " ".join(fault.detail for fault in faults),
            remedy=f"The parameters here: {', '.join(known)}; each may be there once.",
            faults=faults,
        )
    return dict(pairs)


def wished(pairs: Sequence[tuple[str, str]]) -> list[tuple[str, str]]:
    """The parameters without those that other sites add to links, which wish for nothing."""
    return [pair for pair in pairs if _ADDED.fullmatch(pair[0]) is None]


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


def faults_of(pairs: Sequence[tuple[str, str]], known: Sequence[str]) -> Iterator[Fault]:
    """What is wrong with the names of parameters, and with ``lang``."""
    for name, times in Counter(name for name, _ in pairs).items():
        quoted = name[:_LONGEST_QUOTE]
        if name not in known:
            detail = f"There is no parameter {quoted!r} here."
            yield Fault(quoted, "unknown", detail, choices=tuple(known))
        elif times > 1:
            detail = f"The parameter {name} is there {times} times; send it once."
            yield Fault(name, "repeated", detail)
    for language in dict.fromkeys(value for name, value in pairs if name == "lang"):
        if language and page_language(language) not in LANGUAGES:
            quoted = language[:_LONGEST_QUOTE]
            detail = (
                f"There are no pages in the language {quoted!r}; expected one of: "
                f"{', '.join(LANGUAGES)}."
            )
            yield Fault("lang", "value", detail, quoted, "string", tuple(LANGUAGES), "fr")


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
