"""Property paths (rules 88 to 96): reading them, and what they come to.

A path without alternatives is a product; one with alternatives is a sum of such (SPARQL 1.1
Query, section 18.2.2.4, and the joins and unions there, which keep duplicates). Below ``*``,
``+`` and ``?`` the answer is a set, so that alternatives there change nothing.
"""

from __future__ import annotations

from typing import Final

from pledgegraph.sparql.mending.expressions import Expressions
from pledgegraph.sparql.mending.tree import Node, Unreadable

MOST_BRANCHES: Final = 128


class TooManyBranches(Exception):
    """A path has more alternatives than are told apart."""


class Paths(Expressions):
    """Reads paths."""

    def path(self) -> Node:
        """A path; its flag says that it may have length zero."""
        start = self.start
        parts = [self._sequence()]
        while self.take_op("|"):
            parts.append(self._sequence())
        if len(parts) == 1:
            return parts[0]
        return Node("alt", start, self.last_end, parts, flag=any(part.flag for part in parts))

    def _sequence(self) -> Node:
        start = self.start
        parts = [self._step()]
        while self.take_op("/"):
            parts.append(self._step())
        if len(parts) == 1:
            return parts[0]
        return Node("seq", start, self.last_end, parts, flag=all(part.flag for part in parts))

    def _step(self) -> Node:
        start = self.start
        if self.take_op("^"):
            inner = self._step()
            return Node("inverse", start, self.last_end, [inner], flag=inner.flag)
        found = self._primary_path()
        if self.kind == "op" and self.piece in ("*", "+", "?"):
            sign = self.advance()
            flag = sign != "+" or found.flag
            found = Node("repeat", start, self.last_end, [found], sign, flag)
        return found

    def _primary_path(self) -> Node:
        start = self.start
        if self.take_op("("):
            inner = self.path()
            self.need_op(")")
            return Node("group", start, self.last_end, [inner], flag=inner.flag)
        if self.take_op("!"):
            return self._negated(start)
        if self.kind == "word" and self.piece == "a":
            self.advance()
        else:
            self.need("iri", "name")
        return Node("step", start, self.last_end)

    def _negated(self, start: int) -> Node:
        if not self.take_op("("):
            one = self._negated_one()
            return Node("negated", start, self.last_end, [one])
        members = []
        while not self.take_op(")"):
            members.append(self._negated_one())
            if not self.is_op(")"):
                self.need_op("|")
        return Node("negated", start, self.last_end, members)

    def _negated_one(self) -> Node:
        start = self.start
        inverse = self.take_op("^")
        if self.kind == "word" and self.piece == "a":
            self.advance()
        else:
            self.need("iri", "name")
        return Node("step", start, self.last_end, flag=inverse)


def branches(path: Node, text: str) -> list[tuple[str, bool]]:
    """The paths without alternatives that a path is the sum of, each with whether it may be empty.

    Raises:
        TooManyBranches: there are more than `MOST_BRANCHES`.
    """
    found = _branches(path, text)
    if len(found) > MOST_BRANCHES:
        raise TooManyBranches
    return found


def _branches(path: Node, text: str) -> list[tuple[str, bool]]:
    if path.kind == "alt":
        return [each for part in path.children for each in _branches(part, text)]
    if path.kind == "group":
        return [(f"({each})", flag) for each, flag in _branches(path.children[0], text)]
    if path.kind == "inverse":
        return [(f"^({each})", flag) for each, flag in _branches(path.children[0], text)]
    if path.kind == "seq":
        found = [("", True)]
        for part in path.children:
            found = [
                (f"{before}/{each}" if before else each, empty and flag)
                for before, empty in found
                for each, flag in _branches(part, text)
            ]
            if len(found) > MOST_BRANCHES:
                raise TooManyBranches
        return found
    if path.kind == "negated":
        ahead = [text[m.start : m.end] for m in path.children if not m.flag]
        back = [text[m.start : m.end] for m in path.children if m.flag]
        if ahead and back:
            return [(f"!({'|'.join(ahead)})", False), (f"!({'|'.join(back)})", False)]
    if path.kind not in ("repeat", "step", "negated", "var"):
        raise Unreadable(path.kind)
    return [(text[path.start : path.end], path.flag)]
