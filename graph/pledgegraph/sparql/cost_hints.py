"""Which queries look as if they ask for little: those about something that they name.

This is a guess, which decides who goes first and nothing else: whoever relies on it must be able
to stop a query that turns out to be long.
"""

from __future__ import annotations

import re
from typing import Final

from pledgegraph.sparql.lexer import query_words
from pledgegraph.sparql.terminals import OPAQUE

_LONGEST: Final = 4000
"""Characters."""
_DEEPEST: Final = 3
_WORDS: Final = frozenset(
    [
        "A",
        "ASK",
        "BASE",
        "CONSTRUCT",
        "DESCRIBE",
        "DISTINCT",
        "FROM",
        "GRAPH",
        "LIMIT",
        "NAMED",
        "OFFSET",
        "OPTIONAL",
        "PREFIX",
        "REDUCED",
        "SELECT",
        "UNION",
        "WHERE",
    ]
)
"""The words that such a query may have: a filter, a subquery or an order may be anything."""
_OPAQUE: Final = re.compile(OPAQUE, re.VERBOSE | re.DOTALL)
_NAME: Final = re.compile(r"[\w.\-]*:[\w.\-%]*")
_ALL_COLUMNS: Final = re.compile(r"\bselect\s+(?:distinct\s+|reduced\s+)?\*", re.IGNORECASE)
_NOT_PLAIN: Final = re.compile(r"[()*+/|^!=]")
"""What paths, expressions and lists are made of."""
_ABOUT: Final = re.compile(r"(?:\{|\bdescribe\b)\s*~", re.IGNORECASE)


def looks_light(text: str) -> bool:
    """True for a lookup: plain patterns, of which the first is about something with a name."""
    if len(text) > _LONGEST:
        return False
    words = query_words(text)
    if not words.words <= _WORDS or words.depth > _DEEPEST:
        return False
    plain = _OPAQUE.sub(lambda match: "~ " if match[0][0] == "<" else " ", text)
    plain = _ALL_COLUMNS.sub(" ", _NAME.sub("~ ", plain))
    return _ABOUT.search(plain) is not None and _NOT_PLAIN.search(plain) is None
