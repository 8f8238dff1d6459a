"""Parameters of a question put into its text, for engines that take nothing but a text.

Each group that names a parameter begins with its value: the variable then has it there as it has
in the embedded engine, which binds it before the query begins.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from pledgegraph.errors import QueryRefused
from pledgegraph.sparql.mending.queries import Reader
from pledgegraph.sparql.mending.tree import Node, Select, Unreadable
from pledgegraph.sparql.terminals import OPAQUE, VARIABLE
from pledgegraph.store.engine import Substitutions

_WORD: Final = re.compile(f"{OPAQUE}|{VARIABLE}", re.VERBOSE | re.DOTALL)


def substituted(text: str, substitutions: Substitutions) -> str:
    """The query with the values of its parameters in it.

    >>> substituted("SELECT ?x ?n { ?x <urn:p> ?n }", {Variable("x"): NamedNode("urn:a")})
    'SELECT ?x ?n { VALUES ?x { <urn:a> } ?x <urn:p> ?n }'

    Raises:
        QueryRefused: where a value has to stand cannot be told surely.
    """
    if not substitutions:
        return text
    terms = {name.value: str(term) for name, term in substitutions.items()}
    try:
        places = sorted(_places(Reader(text).query(), frozenset(terms), text, is_first=True))
    except (Unreadable, RecursionError) as error:
        raise QueryRefused(
            "The query cannot be given the values of its parameters.",
            remedy="Put a space between any two words, and around `<` and `>` that compare.",
        ) from error
    pieces: list[str] = []
    last = 0
    for place, names in places:
        blocks = "".join(f" VALUES ?{name} {{ {terms[name]} }}" for name in names)
        pieces += (text[last:place], blocks)
        last = place
    return "".join([*pieces, text[last:]])


def _places(
    node: Node, names: frozenset[str], text: str, *, is_first: bool = False
) -> Iterator[tuple[int, list[str]]]:
    """Where values are to stand, and of which parameters."""
    if isinstance(node, Select) and not is_first and not node.flag:
        names &= node.projected
    for child in node.children:
        if child.kind == "exists":
            continue  # what stands around it gives the variables their values
        if child.kind == "group" and not _holds_select(child):
            is_outermost = is_first and isinstance(node, Select) and child is node.where
            found = names if is_outermost else names & _named_in(text[child.start : child.end])
            if found:
                yield child.start + 1, sorted(found)
        yield from _places(child, names, text)


def _holds_select(group: Node) -> bool:
    return len(group.children) == 1 and group.children[0].kind == "select"


def _named_in(text: str) -> frozenset[str]:
    return frozenset(match["variable"] for match in _WORD.finditer(text) if match["variable"])
