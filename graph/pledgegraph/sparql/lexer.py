"""What can be told of a SPARQL query from its words, without parsing it.

The engine has no switch for SERVICE, does not merge several FROM graphs, and overflows its stack
on deep nesting (which takes the process with it), so all three are looked for before it sees the
text.
Words in comments, strings and IRIs do not count (SPARQL 1.1 Query, section 19.8, terminals).
Codepoint escapes are left as they are: the engine resolves them in strings and IRIs only.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from pledgegraph.errors import QuerySyntaxError, UpdateSyntaxError
from pledgegraph.sparql.hints import hint_at
from pledgegraph.sparql.mistakes import mistake_in
from pledgegraph.sparql.service_clauses import calls_service
from pledgegraph.sparql.syntax_errors import place_of_mistake
from pledgegraph.sparql.terminals import OPAQUE

_TOKEN: Final = re.compile(
    rf"""
      (?P<skip> {OPAQUE}
        | [?$]\w+
        | @[A-Za-z]+(?:-[A-Za-z0-9]+)*
        | :(?:[\w.\-:%]|\\.)*+
        | \d[\d.]*(?:[eE][+-]?\d+)?
        | \\.
      )
    | (?P<name> [^\W\d][\w.\-]* ) (?P<prefixed> :(?:[\w.\-:%]|\\.)*+ )?
    | (?P<open> [({{\[] )
    | (?P<close> [)}}\]] )
    """,
    re.VERBOSE | re.DOTALL,
)


@dataclass(frozen=True, slots=True)
class QueryWords:
    """The features of a query that its words show."""

    words: frozenset[str]
    """The bare words in upper case, keywords among them."""
    depth: int
    """How deep its brackets nest."""
    calls_service: bool
    """True when the query has a SERVICE clause; see `pledgegraph.sparql.service_clauses`."""

    @property
    def names_dataset(self) -> bool:
        """True when the query has a FROM or FROM NAMED clause (section 13.2)."""
        # The engine's grammar needs no space behind some words: `REDUCED*FROM<g>` is read.
        return any("FROM" in word for word in self.words)


def query_words(text: str) -> QueryWords:
    """Look a query over; takes time linear in its length."""
    words: set[str] = set()
    deepest = depth = 0
    for match in _TOKEN.finditer(text):
        if match["name"] and not match["prefixed"]:
            words.update(re.split(r"[.\-]+", match["name"].upper()))
        elif match["open"]:
            depth += 1
            deepest = max(deepest, depth)
        elif match["close"]:
            depth -= 1
    return QueryWords(frozenset(words), deepest, calls_service(text))


_PLACE: Final = re.compile(r"error at (\d+):(\d+): (.*)", re.DOTALL)
_SENTENCE: Final = re.compile(r"[A-Z]\w* [a-z][\w ]+(?:SELECT|\w)[\w ]*")
_WORD: Final = re.compile(r"\S{1,40}")
_BEFORE: Final = re.compile(r"<[^<>]*>$|[\w.\-]*:[^\s<>]*$")
_SAID: Final = {
    "Prefix not found": "the prefix of {} is not declared",
    "IRI parsing failed": "{} is not a valid IRI",
}


def syntax_error(text: str, message: str, *, update: bool = False) -> QuerySyntaxError:
    """The engine's complaint about a query, or an update, with its place and words that help.

    The engine lists what its parser tried last, character classes among them; of that only
    whole sentences are kept, and what stands at the place is quoted.
    """
    kind = UpdateSyntaxError if update else QuerySyntaxError
    said = "The update is not valid SPARQL 1.1" if update else "The query is not valid SPARQL 1.1"
    match = _PLACE.match(message)
    if match is None:
        return kind(f"{said}.")
    lines = text.split("\n")
    place = sum(len(line) + 1 for line in lines[: int(match[1]) - 1]) + int(match[2]) - 1
    mistake = mistake_in(text, update=update)
    sentence = _SENTENCE.search(match[3])
    if mistake is not None:
        place, found = mistake
    elif sentence is None:
        better = place_of_mistake(text, _TOKEN, update=update)
        place = place if better is None else better
        found = _found(text, place, "update" if update else "query")
    elif sentence[0] in _SAID and (before := _BEFORE.search(text, 0, place)):
        place = before.start()
        found = _SAID[sentence[0]].format(before[0])
    else:
        found = sentence[0]
    line = text.count("\n", 0, place) + 1
    column = place - text.rfind("\n", 0, place)
    hint = None if mistake else hint_at(text, place)
    told = f"{said} at line {line}, column {column}: {found}."
    return kind(told, line=line, column=column, remedy=hint)


def _found(text: str, place: int, what: str) -> str:
    word = _WORD.match(text[place:].lstrip())
    if word is None:
        return f"the {what} ends too early"
    if text[place] in "\n\r":
        return "the line must not end there"
    return f"{word[0]!r} is not expected there"
