"""Where in a query the mistake is.

The engine tries a keyword by reading as many characters as it has and then compares them; it
reports the farthest place that it read. For `{ ?s ?p 1 ] }` that is the end of the text, and
not the `]`. So the query is spread out, with more space between its words than any keyword is
long, and parsed once more: what the engine reports now lies in the word or the gap behind it.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from typing import Final

from pyoxigraph import Store

_GAP: Final = " " * 20
"""Longer than ENCODE_FOR_URI, the longest keyword."""
_ENDED: Final = "\n" + "\x01" * 20
"""Fits nowhere, so that the end of a query looks like any other mistake."""
_OPENS: Final = frozenset("({[,;")
_CLOSES: Final = frozenset(")}]")
_REPORT: Final = re.compile(r"error at (\d+):(\d+): expected (?:one of )?(.*)", re.DOTALL)
_KEYWORD: Final = re.compile(r"[A-Za-z_]{2,}")


def place_of_mistake(text: str, word: re.Pattern[str], *, update: bool = False) -> int | None:
    """The offset in ``text``, which is no query or no update, where it stops being one.

    ``word`` matches what must not be torn apart. None where the engine's own word is better:
    it has another complaint than that something else was expected.
    """
    spread, begins = _spread(text, word)
    store = Store()
    parse = store.update if update else store.query
    try:
        parse(spread, base_iri="http://base.invalid/")
    except SyntaxError as error:
        match = _REPORT.match(str(error))
    else:
        return None
    if match is None:
        return None
    expected = match[3].split(", ")
    if any(" " in each and each[0].isupper() for each in expected):
        return None
    lines = spread.split("\n")
    reached = sum(len(line) + 1 for line in lines[: int(match[1]) - 1]) + int(match[2]) - 1
    places = [new for new, _ in begins]
    keywords = [reached - len(each) for each in expected if _KEYWORD.fullmatch(each)]
    fitting = [place for place in keywords if place in set(places)]
    found = max(fitting) if fitting else reached
    index = max(0, bisect_right(places, found) - 1)
    new, old = begins[index]
    return old if fitting or keywords else min(old + found - new, len(text))


def _spread(text: str, word: re.Pattern[str]) -> tuple[str, list[tuple[int, int]]]:
    """The text spread out, and where each of its words begins in it and in the text."""
    pieces: list[str] = []
    begins: list[tuple[int, int]] = []
    length = place = 0
    fresh = True
    while place < len(text):
        match = word.match(text, place)
        piece = match[0] if match and match[0] else text[place]
        if piece.isspace():
            piece += "" if fresh else _GAP
            fresh = True
            step = 1
        else:
            if piece in _CLOSES and not fresh:
                pieces.append(_GAP)
                length += len(_GAP)
            begins.append((length, place))
            step = len(piece)
            fresh = piece in _OPENS
            piece += _GAP if fresh else ""
        pieces.append(piece)
        length += len(piece)
        place += step
    begins.append((length + 1, len(text)))
    return "".join(pieces) + _ENDED, begins
