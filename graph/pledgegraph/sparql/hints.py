"""What to write where a query stops being one: told from the words around the place.

See https://www.w3.org/TR/sparql11-query/#sparqlGrammar. Hints are for the mistakes that people
make who know other query languages, or have forgotten a sign.
"""

from __future__ import annotations

import re
from difflib import get_close_matches
from typing import Final

from pledgegraph.sparql.terminals import OPAQUE

_STRINGS: Final = re.compile(f"{OPAQUE}", re.VERBOSE | re.DOTALL)
_TERM: Final = r"(?:[?$]\w+|<[^<>\s]*>|_?[\w-]*:[\w.-]*|\[\s*\]|\d[\d.]*|x+)"
_VERB: Final = r"(?:a|[?$]\w+|[\^!(]*(?:<[^<>\s]*>|[\w-]*:[\w.-]*)\S*)"
_TWO_PARTS: Final = rf"(?:[{{}}.]\s*{_TERM}|;)\s*{_VERB}\s*\.?\s*$"
_AGGREGATE: Final = re.compile(r"(COUNT|SUM|MIN|MAX|AVG|SAMPLE|GROUP_CONCAT)\s*\(", re.IGNORECASE)
_KEYWORDS: Final = (
    *("SELECT", "ASK", "CONSTRUCT", "DESCRIBE", "WHERE", "FROM", "NAMED", "PREFIX", "BASE"),
    *("DISTINCT", "REDUCED", "OPTIONAL", "FILTER", "UNION", "MINUS", "GRAPH", "SERVICE", "BIND"),
    *("VALUES", "EXISTS", "GROUP", "HAVING", "ORDER", "LIMIT", "OFFSET"),
)
_MODIFIER: Final = re.compile(r"(?:GROUP|HAVING|ORDER|LIMIT|OFFSET)\b", re.IGNORECASE)
_SELECTED: Final = re.compile(
    r"\bSELECT(?:\s+(?:DISTINCT|REDUCED|[?$]\w+|\([^()]*(?:\([^()]*\)[^()]*)*\)))*$", re.IGNORECASE
)
_RULES: Final = tuple(
    (re.compile(ends, re.IGNORECASE), re.compile(begins, re.IGNORECASE), hint)
    for ends, begins, hint in (
        (
            _TWO_PARTS,
            r"[}.;]",
            "A pattern has three parts: write a value or a variable behind the property.",
        ),
        (
            rf"[{{.]\s*{_TERM}$",
            "}",
            "A pattern has three parts: write a property and a value behind the subject.",
        ),
        (
            "",
            r"!?=|[<>]=?$|&&|\|\|",
            "Between a subject and its value stands a property. To compare write FILTER(...).",
        ),
        (
            r"\b(?:FILTER|HAVING)$",
            "",
            "Put the condition in brackets, as in {}(?number > 1).",
        ),
        (r"\b(?:FROM|NAMED|GRAPH)$", "", "Name a graph behind {}, by its IRI."),
        (r"\b(?:ORDER|GROUP)$", "", "Write BY behind {}."),
        (
            r"\bWHERE$",
            "",
            "Put the patterns in braces, as in WHERE {{ ?subject ?property ?value }}.",
        ),
        (
            r"\b(?:LIMIT|OFFSET)$|[})\w]$",
            r"(?:LIMIT|OFFSET)\b",
            "Write a whole number behind LIMIT and OFFSET, as in LIMIT 10.",
        ),
        (
            rf"{_TERM}\s+{_VERB}\s+{_TERM}$",
            _TERM,
            "A pattern ends after its value: write a full stop before the next one, a semicolon "
            "before another property of the same subject, or a comma before another value.",
        ),
    )
)
"""How the text before the place ends, how the word there begins, and what to write."""
_SEEN: Final = 400
"""Characters before and behind the place that are looked at."""
_NEAR: Final = 0.75
"""How alike a word has to be to a keyword, as `difflib` counts it."""


def hint_at(text: str, place: int) -> str | None:
    """A sentence that says what to write at an offset of the query; None where nobody can tell.

    >>> hint_at("SELECT * { ?s ?p }", 17)
    'A pattern has three parts: write a value or a variable behind the property.'
    """
    bare = _STRINGS.sub(lambda match: _blank(match[0]), text)
    after = bare[place:].lstrip()
    if not after:
        return _of_end(bare.rstrip())
    depth = bare.count("{", 0, place) - bare.count("}", 0, place)
    if after[0] == "}" and depth <= 0:
        return "There is a } too many."
    modifier = _MODIFIER.match(after)
    if modifier and depth > 0:
        return f"{modifier[0].upper()} stands behind the last }} of the query."
    word = re.match(r"\S*", after[:_SEEN])
    return _of_word(
        bare[max(0, place - _SEEN) : place].rstrip(), after[:_SEEN], word[0] if word else ""
    )


def _of_word(before: str, after: str, word: str) -> str | None:
    if word.startswith(("}", "{")) and before.count("(") > before.count(")"):
        return "Close what is open: a bracket lacks its )."
    for ends, begins, hint in _RULES:
        found = ends.search(before)
        if found and begins.match(word):
            return hint.format(found[0])
    if _SELECTED.search(before):
        return _in_select(word, after)
    return _keyword(word)


def _in_select(word: str, after: str) -> str | None:
    aggregate = _AGGREGATE.match(after)
    if aggregate:
        name = aggregate[1].upper()
        return f"Give what is computed a name, in brackets: ({name}(...) AS ?{name.lower()})."
    if "," in word:
        return "Separate variables by spaces, without commas."
    keyword = _keyword(word)
    if re.match(r"[A-Za-z<:]", word) and not (keyword and len(word) > len("NAMED")):
        return "Variables begin with a question mark, as in SELECT ?name."
    return keyword


def _of_end(bare: str) -> str | None:
    if re.search(r"[\"']", bare):
        return "A quotation mark is not closed."
    missing = bare.count("{") - bare.count("}")
    if missing > 0:
        lacking = "a brace lacks its }" if missing == 1 else f"{missing} braces lack their }}"
        return f"Close what is open: {lacking}."
    if bare.count("(") > bare.count(")"):
        return "Close what is open: a bracket lacks its )."
    if not re.search(r"\b(?:SELECT|ASK|CONSTRUCT|DESCRIBE)\b", bare, re.IGNORECASE):
        return "A query begins with SELECT, ASK, CONSTRUCT or DESCRIBE, behind its prefixes."
    return _of_word(bare[-_SEEN:], "", "")


def _keyword(word: str) -> str | None:
    letters = re.match(r"[A-Za-z]{3,}", word)
    if letters is None or letters[0].upper() in _KEYWORDS or ":" in word:
        return None
    near = get_close_matches(letters[0].upper(), _KEYWORDS, n=1, cutoff=_NEAR)
    return f"Did you mean {near[0]}?" if near else None


def _blank(opaque: str) -> str:
    """The same length without the signs of a string or comment; an IRI stays one."""
    if opaque.startswith("<"):
        return opaque
    return ("x" if opaque[:1] in "\"'" else " ") * len(opaque)
