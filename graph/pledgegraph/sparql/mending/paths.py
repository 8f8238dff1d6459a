"""Property paths (rules 88 to 96): reading them, and what they come to.

A path without alternatives is a product; one with alternatives is a sum of such (SPARQL 1.1
Query, section 18.2.2.4, and the joins and unions there, which keep duplicates). Below ``*``,
``+`` and ``?`` the answer is a set, so that alternatives there change nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
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
        inverse = self.take_op("^")
        start = self.start
        if self.kind == "word" and self.piece == "a":
            self.advance()
        else:
            self.need("iri", "name")
        return Node("step", start, self.last_end, flag=inverse)


@dataclass(frozen=True, slots=True)
class Step:
    """A part of a path without alternatives: a path itself, or a negated property set."""

    text: str = ""
    members: tuple[str, ...] | None = None
    """What a negated set has; None for all else."""
    is_back: bool = False
    """Whether a negated set is of properties that lead backwards."""

    def inverse(self) -> Step:
        """The same the other way round."""
        if self.members is None:
            return Step(f"^({self.text})")
        return Step(members=self.members, is_back=not self.is_back)


@dataclass(frozen=True, slots=True)
class Branch:
    """A path without alternatives."""

    steps: tuple[Step, ...]
    may_be_empty: bool
    """Whether it may have length zero."""

    @property
    def is_negated(self) -> bool:
        """Whether one of its steps is a negated property set."""
        return any(each.members is not None for each in self.steps)

    @property
    def text(self) -> str:
        """The path as SPARQL; there is no negated set in it."""
        return "/".join(each.text for each in self.steps)


def branches(path: Node, text: str) -> list[Branch]:
    """The paths without alternatives that a path is the sum of.

    Raises:
        TooManyBranches: there are more than `MOST_BRANCHES`.
    """
    found = _branches(path, text)
    if len(found) > MOST_BRANCHES:
        raise TooManyBranches
    return found


def _branches(path: Node, text: str) -> list[Branch]:
    if path.kind == "alt":
        return [each for part in path.children for each in _branches(part, text)]
    if path.kind == "group":
        return _branches(path.children[0], text)
    if path.kind == "inverse":
        return [
            Branch(tuple(step.inverse() for step in reversed(each.steps)), each.may_be_empty)
            for each in _branches(path.children[0], text)
        ]
    if path.kind == "seq":
        found = [Branch((), may_be_empty=True)]
        for part in path.children:
            found = [
                Branch(before.steps + each.steps, before.may_be_empty and each.may_be_empty)
                for before in found
                for each in _branches(part, text)
            ]
            if len(found) > MOST_BRANCHES:
                raise TooManyBranches
        return found
    if path.kind == "negated":
        ahead = tuple(text[m.start : m.end] for m in path.children if not m.flag)
        back = tuple(text[m.start : m.end] for m in path.children if m.flag)
        sets = [Step(members=ahead)] if ahead or not back else []
        sets += [Step(members=back, is_back=True)] if back else []
        return [Branch((each,), may_be_empty=False) for each in sets]
    if path.kind not in ("repeat", "step", "var"):
        raise Unreadable(path.kind)
    return [Branch((Step(text[path.start : path.end]),), path.flag)]
