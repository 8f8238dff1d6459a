"""Negated properties among alternatives, which the engine cannot read: ``?s !:p|:q ?o``.

A negation is of one property, or of several in brackets (SPARQL 1.1 Query, rules 95 and 96), so
that this is ``!(:p)|:q``. The engine (pyoxigraph 0.5.13) reads it with the brackets only. In an
expression they change nothing.
"""

from __future__ import annotations

import re
from typing import Final

from pledgegraph.sparql.terminals import IRI, OPAQUE, SPACE

_NAME: Final = r"(?:[^\W\d_][\w.\-]*)?:(?:[\w\-:%]|\\.|\.(?=[\w\-:%\\]))*+"
_NEGATED: Final = re.compile(
    rf"!{SPACE}(?P<one>(?:\^{SPACE})?(?:{IRI}|{_NAME}|a(?![\w:.\-])))(?!{SPACE}\()|{OPAQUE}",
    re.VERBOSE | re.DOTALL,
)


def with_brackets(text: str) -> str:
    """The text with brackets around each single property that is negated."""
    if "!" not in text or "|" not in text:
        return text
    return _NEGATED.sub(lambda m: f"!({m['one']})" if m["one"] else m[0], text)
