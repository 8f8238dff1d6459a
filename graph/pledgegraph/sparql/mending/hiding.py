"""Variables of a subquery below EXISTS that are not those of the same name outside.

What a subquery does not project is seen in it only (SPARQL 1.1 Query, section 18.2.4.4 and 18.6).
The engine (pyoxigraph 0.5.13) keeps the values out, but not what it knows of the variables: below
EXISTS it takes one that has a value outside for bound in the subquery too, so that ``BOUND(?c)``
is true there before anything is looked up. Under a name of its own nothing is known of it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final

from pledgegraph.sparql.mending.rendering import walk
from pledgegraph.sparql.mending.tree import Node, Select
from pledgegraph.sparql.terminals import OPAQUE, VARIABLE

_VARIABLES: Final = re.compile(f"{OPAQUE}|{VARIABLE}", re.VERBOSE | re.DOTALL)


def with_own_names(text: str, tree: Node) -> str:
    """The text with other names for what the outermost subqueries below EXISTS hide.

    Read it again and ask again until nothing changes: a subquery may stand in a subquery.
    """
    pieces: list[str] = []
    place = 0
    for select in _selects_below_exists(tree):
        hidden = _mentioned(text, select.start, select.end) - select.projected
        hidden &= _mentioned(text, 0, select.start) | _mentioned(text, select.end, len(text))
        if select.flag or not hidden or select.start < place:
            continue
        names = {name: _new(name, text) for name in hidden}
        pieces += [text[place : select.start], _renamed(text[select.start : select.end], names)]
        place = select.end
    return "".join([*pieces, text[place:]])


def _selects_below_exists(tree: Node) -> Iterable[Select]:
    found = {
        each.start: each
        for exists in walk(tree)
        if exists.kind == "exists"
        for each in walk(exists)
        if isinstance(each, Select)
    }
    return (found[start] for start in sorted(found))


def _mentioned(text: str, start: int, end: int) -> set[str]:
    found = _VARIABLES.finditer(text, start, end)
    return {match["variable"] for match in found if match["variable"]}


def _new(name: str, text: str) -> str:
    number = 1
    while f"{name}_own{number}" in text:
        number += 1
    return f"{name}_own{number}"


def _renamed(piece: str, names: dict[str, str]) -> str:
    return _VARIABLES.sub(
        lambda m: f"?{names[m['variable']]}" if m["variable"] in names else m[0], piece
    )
