"""The columns of ``SELECT *`` in the order in which the query names them.

SPARQL leaves their order open (section 18.2.4.4), and people expect the order in which they wrote
the variables. The engine gives them in alphabetical order. So the ``*`` is replaced by the
variables that the engine says it stands for, put into order: the list is a permutation of the
engine's own, hence the query means what it meant.

See https://www.w3.org/TR/sparql11-query/#selectingVariables
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final

from pledgegraph.sparql.terminals import IRI, OPAQUE, SPACE, VARIABLE

_STAR: Final = re.compile(
    rf"""{SPACE}
      (?: BASE {SPACE} {IRI} {SPACE}
        | PREFIX {SPACE} [^\s:<>#]*+ : {SPACE} {IRI} {SPACE}
      )*+
      SELECT {SPACE} (?: (?:DISTINCT|REDUCED) {SPACE} )?+
      (?P<star> \* )
    """,
    re.VERBOSE | re.IGNORECASE | re.ASCII,
)
"""A query up to the ``*`` of its own SELECT; subqueries come later in the text."""
_WORD: Final = re.compile(f"{OPAQUE}|{VARIABLE}", re.VERBOSE | re.DOTALL)


def wants_order(text: str) -> bool:
    """True when a query asks for ``*`` and names its variables in another order than the engine."""
    head = _STAR.match(text)
    if head is None:
        return False
    found = _appearing(text, head.end())
    return found != sorted(found)


def _appearing(text: str, place: int) -> list[str]:
    """The variables that a query names from there on, each once, in order."""
    return list(dict.fromkeys(w["variable"] for w in _WORD.finditer(text, place) if w["variable"]))


def in_order_of_appearance(text: str, columns: Iterable[str]) -> str:
    """The query with the ``*`` of its SELECT replaced by its columns, as they first appear.

    ``columns`` are the variables that the engine says ``*`` stands for. The query comes back as
    it is where there is nothing to put into order, and where one of the columns is not found.

    >>> in_order_of_appearance("SELECT * { ?b ?a [] }", ["a", "b"])
    'SELECT ?b ?a { ?b ?a [] }'
    """
    head = _STAR.match(text)
    wanted = set(columns)
    if head is None or len(wanted) < 2:  # noqa: PLR2004 - one alone is in order
        return text
    found = [name for name in _appearing(text, head.end()) if name in wanted]
    if len(found) < len(wanted) or found == sorted(found):
        return text
    named = " ".join(f"?{name}" for name in found)
    return f"{text[: head.start('star')]} {named} {text[head.end('star') :]}"
