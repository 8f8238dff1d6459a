"""Variables that GROUP BY gives another name to, which the engine cannot read: ``(?a AS ?k)``.

Any expression may have a name there (SPARQL 1.1 Query, rule 20 and section 18.2.4.1). The engine
(pyoxigraph 0.5.13) drops the name of one that is a variable. ``COALESCE(?a)`` is the same, and has
no value where ``?a`` has none.
"""

from __future__ import annotations

import re
from typing import Final

from pledgegraph.sparql.terminals import OPAQUE, SPACE, VARIABLE

_GROUP: Final = re.compile(r"\bGROUP\b", re.IGNORECASE)
_PART: Final = re.compile(
    rf"""{OPAQUE}
    | (?P<begin>(?<![\w?$:.\-])GROUP{SPACE}BY\b(?!:))
    | (?P<end>(?<![\w?$:.\-])(?:HAVING|ORDER|LIMIT|OFFSET|VALUES|SELECT)\b(?!:)|[{{}}])
    | \({SPACE}(?P<key>(?:\({SPACE})*+{VARIABLE}(?:{SPACE}\))*+){SPACE}(?P<named>AS\b)""",
    re.VERBOSE | re.DOTALL | re.IGNORECASE,
)


def with_named_keys(text: str) -> str:
    """The text with an expression in the place of each variable that GROUP BY names anew."""
    if not _GROUP.search(text):
        return text
    pieces: list[str] = []
    place, is_key = 0, False
    for match in _PART.finditer(text):
        if match["begin"] or match["end"]:
            is_key = bool(match["begin"])
        elif is_key and match["key"]:
            pieces += [text[place : match.start()], f"(COALESCE({match['key']}) {match['named']}"]
            place = match.end()
    return "".join([*pieces, text[place:]])
