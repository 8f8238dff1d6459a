"""Labels of blank nodes in the pattern of an EXISTS, which the engine reads twice.

A label stands in one pattern (SPARQL 1.1 Query, section 4.1.4). Where the engine (pyoxigraph
0.5.13) goes back and reads an EXISTS anew, as in ``IF(EXISTS { ?a :q _:x }, 1, 2)``, it takes the
label for one of another pattern. A blank node in a pattern is a variable that nothing
shows (section 4.1.4), so that a variable of a new name is the same. It is as
long, and keeps places in the text.
"""

from __future__ import annotations

import re
from typing import Final

from pledgegraph.sparql.terminals import OPAQUE

_EXISTS: Final = re.compile(r"\bEXISTS\b", re.IGNORECASE)
_PART: Final = re.compile(
    rf"""{OPAQUE} | (?<![\w.\-])_:(?P<label>\w(?:[\w\-.]*[\w\-])?)
    | (?P<exists>(?<![\w?$:.\-])EXISTS\b(?!:)) | (?P<brace>[{{}}])""",
    re.VERBOSE | re.DOTALL | re.IGNORECASE,
)
_NO_NAME: Final = re.compile(r"[^\w]")


def with_variables_in_exists(text: str) -> str:
    """The text with variables for labels that stand in the pattern of one EXISTS only."""
    if "_:" not in text or not _EXISTS.search(text):
        return text
    labels: list[tuple[int, str, int]] = []
    number = depth = 0
    waits = False
    for match in _PART.finditer(text):
        if match["exists"]:
            waits = waits or not depth
            number += not depth
        elif match["brace"] == "{":
            depth += bool(depth or waits)
            waits = False
        elif match["brace"]:
            depth -= bool(depth)
        elif match["label"]:
            labels.append((match.start(), match["label"], number if depth else 0))
    homes: dict[str, set[int]] = {}
    for _, label, home in labels:
        homes.setdefault(label, set()).add(home)
    names = {
        label: "_" + _NO_NAME.sub("_", label)
        for label, found in homes.items()
        if len(found) == 1 and 0 not in found
    }
    taken = list(names.values())
    free = {
        label: name
        for label, name in names.items()
        if taken.count(name) == 1 and not re.search(rf"[?$]{name}(?!\w)", text)
    }
    for start, label, _ in reversed(labels):
        name = free.get(label)
        if name:
            text = f"{text[:start]}?{name}{text[start + len(label) + 2 :]}"
    return text
