"""Writing a query anew: what is wrong is replaced, all else stays letter for letter."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Final, Protocol

from pyoxigraph import RdfFormat, parse

from pledgegraph.errors import QueryRefused
from pledgegraph.sparql.mending.queries import Reader
from pledgegraph.sparql.mending.tree import Node
from pledgegraph.sparql.terminals import OPAQUE, VARIABLE

_VARIABLES: Final = re.compile(f"{OPAQUE}|{VARIABLE}", re.VERBOSE | re.DOTALL)


class Dataset(Protocol):
    """What must be known of the data for a query to be put right."""

    def named(self) -> Sequence[str]:
        """The named graphs, each as an IRI in angle brackets."""
        ...

    def holds(self, term: str) -> bool:
        """Whether the default graph surely has a statement on or to the term."""
        ...


@dataclass(frozen=True, slots=True)
class Scope:
    """Where in a query something stands."""

    graph: str = ""
    """What its GRAPH names; nothing in the default graph."""
    replacing: Mapping[str, str] = field(default_factory=dict)
    """Terms to write in the place of variables."""
    parameters: Mapping[str, str] = field(default_factory=dict)
    """The terms that variables have been given from outside."""
    in_exists: bool = False
    """Whether it is in the pattern of an EXISTS, which variables come into with values."""
    outside: frozenset[str] = frozenset()
    """The variables that stand outside of that EXISTS."""
    entry: frozenset[str] = frozenset()
    """The variables that the engine may hand down with values, from what it is joined with."""


class Rendering:
    """Writes a tree; each kind of node may have a method that is named in ``kinds``."""

    base = ""
    """What relative IRIs are resolved against, where the text does not say."""
    made_subqueries = 0
    """How many patterns have become subqueries."""

    def __init__(self, reader: Reader, dataset: Dataset) -> None:
        self.reader = reader
        self.text = reader.text
        self.dataset = dataset
        self.kinds: dict[str, Callable[[Node, Scope], str]] = {}

    def render(self, node: Node, scope: Scope) -> str:
        """The node, put right."""
        method = self.kinds.get(node.kind)
        return self.inner(node, scope) if method is None else method(node, scope)

    def inner(self, node: Node, scope: Scope) -> str:
        """The node as it is, what is in it put right."""
        pieces = []
        place = node.start
        for child in node.children:
            pieces += [self.copy(place, child.start, scope), self.render(child, scope)]
            place = child.end
        pieces.append(self.copy(place, node.end, scope))
        return "".join(pieces)

    def copy(self, start: int, end: int, scope: Scope) -> str:
        """A piece of the text, but for variables that terms are written for."""
        piece = self.text[start:end]
        if not scope.replacing or ("?" not in piece and "$" not in piece):
            return piece
        found = scope.replacing
        return _VARIABLES.sub(
            lambda m: found.get(m["variable"], m[0]) if m["variable"] else m[0], piece
        )

    def outside(self, node: Node) -> frozenset[str]:
        """The variables that stand in the text outside of a node."""
        parts = (self.text[: node.start], self.text[node.end :])
        found = (match["variable"] for part in parts for match in _VARIABLES.finditer(part))
        return frozenset(name for name in found if name)

    def apart(self, names: str, pattern: str) -> str:
        """A pattern as a subquery, which the engine hands nothing to."""
        self.made_subqueries += 1
        return f"{{ SELECT {names} {{ {pattern} }} }}"

    def whole(self, node: Node, scope: Scope) -> str:
        """The whole text, with the tree that is in it put right."""
        return self.text[: node.start] + self.render(node, scope) + self.text[node.end :]

    def resolved(self, term: str) -> str:
        """A term in full, as N-Triples has it."""
        if term.startswith("\x00"):
            return term
        prologue = self.text[: self.reader.prologue_end]
        try:
            (quad,) = parse(
                f"{prologue}\n<urn:s> <urn:p> {term} .",
                format=RdfFormat.TURTLE,
                base_iri=self.base or None,
            )
        except (SyntaxError, ValueError):
            return term
        return str(quad.object)

    def refuse(self, node: Node, what: str, remedy: str) -> QueryRefused:
        """The refusal of something whose right answer cannot be had; it names the place."""
        line = self.text.count("\n", 0, node.start) + 1
        column = node.start - self.text.rfind("\n", 0, node.start)
        return QueryRefused(f"{what} (line {line}, column {column}).", remedy=remedy)


def within(scope: Scope, *, graph: str) -> Scope:
    """The scope of what stands in a GRAPH."""
    return replace(scope, graph=graph)


def walk(node: Node) -> list[Node]:
    """The node and all that is in it."""
    found = [node]
    for each in found:
        found += each.children
    return found
