"""What can be told of a SPARQL query from its words, without parsing it.

The engine overrides FROM when the default graph is the union, and overflows its stack on deep
nesting (which takes the process with it), so both are looked for before it sees the text.
Words in comments, strings and IRIs do not count (SPARQL 1.1 Query, section 19.8, terminals).
Codepoint escapes are left as they are: the engine resolves them in strings and IRIs only.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from pledgegraph.errors import QuerySyntaxError

_TOKEN: Final = re.compile(
    r"""
      (?P<skip> \#[^\n\r]*
        | <(?:[^<>"{}|^`\\\x00-\x20]|\\[uU])*+>
        | \"\"\"(?:[^"\\]|\\.|"(?!""))*+\"\"\"
        | '''(?:[^'\\]|\\.|'(?!''))*+'''
        | "(?:[^"\\\n\r]|\\.)*+"
        | '(?:[^'\\\n\r]|\\.)*+'
        | [?$]\w+
        | @[A-Za-z]+(?:-[A-Za-z0-9]+)*
        | :(?:[\w.\-:%]|\\.)*+
        | \d[\d.]*(?:[eE][+-]?\d+)?
        | \\.
      )
    | (?P<name> [^\W\d][\w.\-]* ) (?P<prefixed> :(?:[\w.\-:%]|\\.)*+ )?
    | (?P<open> [({\[] )
    | (?P<close> [)}\]] )
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

    @property
    def names_dataset(self) -> bool:
        """True when the query has a FROM or FROM NAMED clause (section 13.2)."""
        # The engine's grammar needs no space behind some words: `?xFROM<g>` is not, but
        # `)FROM<g>` and `*FROM<g>` are read.
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
    return QueryWords(frozenset(words), deepest)


_PLACE: Final = re.compile(r"error at (\d+):(\d+): (.*)", re.DOTALL)
_SENTENCE: Final = re.compile(r"[A-Z]\w* [a-z][\w ]+(?:SELECT|\w)[\w ]*")
_WORD: Final = re.compile(r"\S{1,40}")
_SAID: Final = {
    "Prefix not found": "a prefix is used before it, which the query does not declare",
    "IRI parsing failed": "the IRI before it is not a valid IRI",
}


def syntax_error(text: str, message: str) -> QuerySyntaxError:
    """The engine's complaint about ``text`` with its place and words that help.

    The engine lists what its parser tried last, character classes among them; of that only
    whole sentences are kept, and what stands at the place is quoted.
    """
    match = _PLACE.match(message)
    if match is None:
        return QuerySyntaxError("The query is not valid SPARQL 1.1.")
    line, column = int(match[1]), int(match[2])
    sentence = _SENTENCE.search(match[3])
    lines = text.split("\n")
    rest = lines[line - 1][column - 1 :] if line <= len(lines) else ""
    word = _WORD.match(rest.lstrip())
    if word:
        found = f"{word[0]!r} is not expected there"
    elif line < len(lines):
        found = "the line must not end there"
    else:
        found = "the query ends too early"
    if sentence:
        found = f"{_SAID.get(sentence[0], sentence[0])} (at {word[0]!r})" if word else sentence[0]
    return QuerySyntaxError(
        f"The query is not valid SPARQL 1.1 at line {line}, column {column}: {found}.",
        line=line,
        column=column,
    )
