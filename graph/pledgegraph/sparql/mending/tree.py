"""The tree of a query: what stands where in its text."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

ARITHMETIC: Final = frozenset("+-*/")


@dataclass(slots=True)
class Node:
    """A part of a query, from ``start`` to before ``end`` in its text."""

    kind: str
    """What it is: ``var``, ``call``, ``group``, ``graph`` and so on."""
    start: int
    end: int
    children: list[Node] = field(default_factory=list)
    """The parts in it that may have to be changed, in the order of the text."""
    name: str = ""
    """An operator, the name of a function or variable, the text of a term."""
    flag: bool = False
    """``DISTINCT`` of an aggregate; ``NOT`` of an IN; that a path may have length zero; that a
    SELECT has ``*``."""


@dataclass(slots=True)
class Triple:
    """A subject, what leads from it, and an object."""

    subject: Node
    path: Node
    object: Node


@dataclass(slots=True)
class Block(Node):
    """Triples with nothing between them; in it are the triples that can be told apart."""

    triples: list[Triple] = field(default_factory=list)
    is_flat: bool = True
    """Whether it is nothing but those triples: no brackets, lists or annotations."""


@dataclass(slots=True)
class Select(Node):
    """A SELECT, of the query itself or within braces."""

    where: Node | None = None
    aliases: frozenset[str] = frozenset()
    """The variables that its GROUP BY gives names to."""
    projected: frozenset[str] = frozenset()
    """The variables that can be seen from outside; none where it says ``*``."""
    plain: list[tuple[str, int]] = field(default_factory=list)
    """The variables that are asked for as they are, each with its place."""
    named: list[tuple[str, int]] = field(default_factory=list)
    """The variables that expressions are named, each with its place."""
    grouped: frozenset[str] | None = None
    """The variables that GROUP BY groups by or names; None without one."""
    having: list[Node] = field(default_factory=list)
    """The conditions of its HAVING."""
    star: int = -1
    """Where its ``*`` stands, if it has one."""
    limit: int | None = None
    """The rows that it has at most; None without LIMIT."""


class Unreadable(Exception):
    """The text is not what the grammar allows, or not what can be told surely."""
