"""Names that look like one that somebody wrote: for messages that ask "did you mean"."""

from __future__ import annotations

import unicodedata
from bisect import bisect_left
from collections.abc import Collection
from difflib import get_close_matches
from typing import Final

MOST_MATCHES: Final = 5
"""Names that a message offers."""

_LONGEST: Final = 100
"""Characters of a name that are looked at."""
_COMPARED: Final = 1500
"""Names that are compared letter by letter; it takes some 30 microseconds each."""
_LEAST: Final = 3
"""Characters that a part of a name must have to count as one."""


def fold(text: str) -> str:
    """The text without what people leave out: capitals, accents, and what stands between words."""
    letters = unicodedata.normalize("NFKD", text.casefold())
    kept = (each if each.isalnum() else " " for each in letters if not unicodedata.combining(each))
    return " ".join("".join(kept).split())


def near_matches(text: str, known: Collection[str], *, most: int = MOST_MATCHES) -> list[str]:
    """Those of the known names that look most like the text: alike in letters, or with it inside.

    Of very many names those are compared that begin alike, so that nobody makes it costly.
    """
    wanted = text[:_LONGEST]
    compared = known if len(known) <= _COMPARED else _beginning_alike(wanted, sorted(known))
    alike = get_close_matches(wanted, compared, n=most)
    inside: list[str] = []
    if len(wanted) >= _LEAST:
        inside = sorted(
            (each for each in known if wanted in each), key=lambda name: (len(name), name)
        )
    return list(dict.fromkeys([*alike, *inside]))[:most]


def _beginning_alike(wanted: str, ordered: list[str]) -> list[str]:
    """The names around the place that the wanted one would have among them."""
    place = bisect_left(ordered, wanted)
    return ordered[max(0, place - _COMPARED // 2) : place + _COMPARED // 2]
