"""Whether a query has the same answer every time it is asked of the same data.

An answer that is kept, or that a client is told it has already, must be of such a query. In
doubt it is not: then its answer is computed every time, which is never wrong.
"""

from __future__ import annotations

import re
from typing import Final

from pledgegraph.sparql.codepoint_escapes import plain_text
from pledgegraph.sparql.service_clauses import calls_service
from pledgegraph.sparql.terminals import OPAQUE

_CALLED: Final = r"[ \t\n\r]*+(?:\#[^\n\r]*+[ \t\n\r]*+)*+\("
_CLOCK: Final = re.compile(f"now{_CALLED}", re.IGNORECASE | re.ASCII)
_CHANCE: Final = re.compile(f"(?:rand|uuid|bnode){_CALLED}", re.IGNORECASE | re.ASCII)
"""A function whose value changes (SPARQL 1.1 Query, 17.4.2.9, 17.4.2.12, 17.4.4.5, 17.4.5.1).

The engine needs no space before a name, so none is asked for; `STRUUID` ends like `UUID`.
"""
_TEMPLATE: Final = re.compile("construct", re.IGNORECASE | re.ASCII)
_MOST_TEMPLATES: Final = 10
"""A query has one; each further place where the word stands costs a look at what follows."""
_BLANK: Final = re.compile(r"_:|\[|<<(?!\()|~|\{\|")
"""What makes a blank node, or may: a reifier without a name is one (SPARQL 1.2, 4.1.5)."""
_IN_TEMPLATE: Final = re.compile(rf"{OPAQUE}|(?P<list>\()|(?P<end>\}})", re.VERBOSE | re.DOTALL)


def is_repeatable(text: str, *, on_a_day: bool = False) -> bool:
    """True when neither the clock, chance, another service nor new blank nodes are in it.

    With ``on_a_day`` the clock may be: the query is known to ask it for the day only. Takes
    time linear in the text's length.
    """
    text = plain_text(text)
    if not on_a_day and _CLOCK.search(text):
        return False
    return not (_CHANCE.search(text) or calls_service(text) or _may_make_blank_nodes(text))


def _may_make_blank_nodes(text: str) -> bool:
    """True for a CONSTRUCT whose template may hold blank nodes (16.2.1): they are new each time.

    A blank node anywhere counts. A list counts before the first brace that closes: from the
    real template on, the text is read as the engine reads it.
    """
    places = [match.end() for match in _TEMPLATE.finditer(text)]
    if not places:
        return False
    if len(places) > _MOST_TEMPLATES or _BLANK.search(text, places[0]):
        return True
    return any(_has_list(text, place) for place in places)


def _has_list(text: str, place: int) -> bool:
    for match in _IN_TEMPLATE.finditer(text, place):
        if match["list"] or match["end"]:
            return match["list"] is not None
    return False
