"""White space before the parenthesis of a call, where the engine cannot read it: ``CONCAT ("a")``.

It may stand between any two tokens (SPARQL 1.1 Query, section 19.4). The engine (pyoxigraph
0.5.13) reads it behind the names of all functions but three. It goes behind the parenthesis, so
that all else keeps its place.
"""

from __future__ import annotations

import re
from typing import Final

from pledgegraph.sparql.terminals import COMMENT, OPAQUE

_SOME: Final = rf"(?:[ \t\r\n]++|{COMMENT})"
_SPACED: Final = re.compile(
    rf"""{OPAQUE}
    | (?<![\w?$:.\-]) (?: (?P<blank>BNODE) (?P<before>{_SOME}*+) \( (?P<within>{_SOME}*+) \)
        | (?P<name>COALESCE|CONCAT|BNODE) (?P<space>{_SOME}++) \( )""",
    re.VERBOSE | re.DOTALL | re.IGNORECASE,
)
_NAME: Final = re.compile(r"\b(?:COALESCE|CONCAT|BNODE)\s*(?:\(\s|[\s#])", re.IGNORECASE)


def with_close_parentheses(text: str) -> str:
    """The text with the parenthesis right behind the names of such functions."""
    return _SPACED.sub(_closed, text) if _NAME.search(text) else text


def _closed(match: re.Match[str]) -> str:
    if match["blank"]:
        return f"{match['blank']}(){match['before']}{match['within']}"
    return f"{match['name']}({match['space']}" if match["name"] else match[0]
