"""Which queries are sure to take no longer than their answer is long.

One triple pattern is one range of one index. Where its variables are all different, every
statement in that range is a row of the answer, so that whoever stops after so many bytes of
answer has had the engine do no more than that takes. A filter, a second pattern, DISTINCT, an
order, or an offset would let it look at any number of statements for one row, or for none.
"""

from __future__ import annotations

import re
from typing import Final

from pledgegraph.sparql.terminals import IRI, SPACE, STRING

_LONGEST: Final = 2000
"""Characters."""
_VARIABLE: Final = r"[?$][\w\u00B7\u0300-\u036F\u203F\u2040]++"
_NAME: Final = r"(?!_:)[\w\-]*+:[\w\-]*+"
"""A prefixed name, and no blank node; without the characters that cannot stand in every place."""
_LITERAL: Final = rf"{STRING}(?:@[A-Za-z]++(?:-[A-Za-z0-9]++)*+|\^\^(?:{IRI}|{_NAME}))?+|[0-9]++"
_PLAIN: Final = re.compile(
    rf"""{SPACE}
      (?: BASE {SPACE} {IRI} {SPACE}
        | PREFIX {SPACE} [\w\-]*+ : {SPACE} {IRI} {SPACE}
      )*+
      SELECT {SPACE} (?: \* {SPACE} | (?: {_VARIABLE} {SPACE} )++ )
      (?: WHERE {SPACE} )?+
      \{{ {SPACE}
        (?P<subject> {IRI} | {_VARIABLE} | {_NAME} ) {SPACE}
        (?P<predicate> {IRI} | {_VARIABLE} | {_NAME} | a(?=[\s<?$"'#]) ) {SPACE}
        (?P<object> {IRI} | {_VARIABLE} | {_NAME} | {_LITERAL} ) {SPACE}
      (?: \. {SPACE} )?+ \}} {SPACE}
      (?: LIMIT {SPACE} [0-9]++ {SPACE} )?+
    """,
    re.VERBOSE | re.DOTALL | re.IGNORECASE,
)


def is_quick(text: str) -> bool:
    """True for a SELECT of one triple pattern with different variables, and perhaps a LIMIT.

    What is not a query at all may pass for one.

    >>> is_quick("SELECT ?p ?o { <http://example.org/one> ?p ?o } LIMIT 10")
    True
    >>> is_quick("SELECT * { ?s ?p ?s }")
    False
    """
    if len(text) > _LONGEST:
        return False
    found = _PLAIN.fullmatch(text)
    if found is None:
        return False
    names = [term[1:] for term in found.group("subject", "predicate", "object") if term[0] in "?$"]
    return len(set(names)) == len(names)
