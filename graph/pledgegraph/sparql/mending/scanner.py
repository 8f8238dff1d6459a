"""The terminals of SPARQL, one after the other, on demand.

What ``<`` begins depends on what stands before it: an IRI where a term may stand, a comparison
behind one. So the parser says where it is.

See https://www.w3.org/TR/sparql11-query/#sparqlGrammar
"""

from __future__ import annotations

import re
from typing import Final

from pledgegraph.sparql.mending.tree import Unreadable
from pledgegraph.sparql.terminals import IRI, SPACE, STRING

_LOCAL: Final = (
    r"(?:[\w\-:]|[^\x00-\x7f]|%[0-9A-Fa-f]{2}|\\.|\.(?=\.*(?:[\w\-:%\\]|[^\x00-\x7f])))*+"
)
_TOKEN: Final = re.compile(
    rf"""{SPACE}(?:
      (?P<iri>{IRI})
    | (?P<string>{STRING})
    | (?P<var>[?$][\w\u00B7\u0300-\u036F\u203F\u2040]++)
    | (?P<number>(?:[0-9]*\.[0-9]+|[0-9]+)(?:[eE][+-]?[0-9]+)?|[0-9]+\.[eE][+-]?[0-9]+)
    | (?P<label>_:[\w](?:[\w\-.]*[\w\-])?)
    | (?P<name>(?:[^\W\d_](?:[\w\-.]*[\w\-])?)?:{_LOCAL})
    | (?P<word>[A-Za-z_]\w*)
    | (?P<tag>@[A-Za-z]+(?:-[A-Za-z0-9]+)*(?:--[A-Za-z]+)?)
    | (?P<op>\^\^|&&|\|\||<<\(|\)>>|<<|>>|\{{\||\|\}}|!=|<=|>=|[(){{}}\[\],;.|/*+?!=<>\-^~])
    | (?P<end>\Z)
    )""",
    re.VERBOSE | re.DOTALL,
)


class Scanner:
    """Where the parser is in a text, and the token that stands there."""

    def __init__(self, text: str, place: int = 0) -> None:
        self.text = text
        self.kind = self.piece = ""
        self.start = self.end = place
        self.last_end = place
        """Where the token before ended."""
        self.advance()

    def advance(self) -> str:
        """Step to the next token; return the one that was there."""
        token = self.piece
        self.last_end = self.end
        match = _TOKEN.match(self.text, self.end)
        if match is None:
            raise Unreadable(f"at {self.end}")
        self.kind = str(match.lastgroup)
        self.start, self.end = match.span(self.kind)
        self.piece = match[self.kind]
        return token

    def compare(self) -> None:
        """Read what begins with ``<`` here as a comparison, not as an IRI or a triple term."""
        if self.kind == "iri" or self.piece == "<<":
            sign = "<=" if self.text.startswith("<=", self.start) else "<"
            self.kind, self.piece, self.end = "op", sign, self.start + len(sign)

    def is_op(self, token: str) -> bool:
        """Whether that sign stands here."""
        return self.kind == "op" and self.piece == token

    def is_word(self, *words: str) -> bool:
        """Whether one of the keywords stands here; they are given in upper case."""
        return self.kind == "word" and self.piece.upper() in words

    def take_op(self, token: str) -> bool:
        """Step over a sign if it stands here."""
        found = self.kind == "op" and self.piece == token
        if found:
            self.advance()
        return found

    def take_word(self, *words: str) -> bool:
        """Step over a keyword if it stands here."""
        found = self.is_word(*words)
        if found:
            self.advance()
        return found

    def need_op(self, token: str) -> None:
        """Step over a sign that has to be here."""
        if not self.take_op(token):
            raise Unreadable(f"at {self.start}")

    def need(self, *kinds: str) -> str:
        """Step over a token of one of these kinds."""
        if self.kind not in kinds:
            raise Unreadable(f"at {self.start}")
        return self.advance()
