"""Which triples the verdict on a node can depend on, as an automaton that walks the data.

A state stands for "a node that some shape looks at in some role", an edge for the triples by
which the shape gets from there to the next node. Walking forward from a node finds the triples
that its verdict depends on; walking backward from a changed triple finds the nodes whose verdict
it can change. Both follow edges only, so their cost is the neighbourhood's, not the store's.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from enum import Enum
from typing import Final

from pyoxigraph import NamedNode
from rdflib import URIRef
from rdflib.paths import (
    AlternativePath,
    InvPath,
    MulPath,
    NegatedPath,
    OneOrMore,
    Path,
    SequencePath,
    ZeroOrMore,
    ZeroOrOne,
)

START: Final = 0
"""The state of the node that is judged."""


class Toward(Enum):
    """Where in a triple the next node stands."""

    OBJECT = "object"
    """The node before it is the subject."""
    SUBJECT = "subject"
    """The node before it is the object."""
    PREDICATE = "predicate"
    """The node before it is the subject; a query asks something of the property itself."""


@dataclass(frozen=True, slots=True)
class Edge:
    """Triples between a node in one state and a node in the next."""

    predicate: NamedNode | None
    """None for any predicate."""
    toward: Toward
    target: int


@dataclass(frozen=True)
class Reach:
    """A finished automaton: for each state the edges that leave it."""

    edges: tuple[tuple[Edge, ...], ...]
    apart: tuple[str, ...] = ()
    """Why the verdict on some nodes depends on triples that no walk finds; empty is good."""

    def into(self) -> dict[int, list[tuple[int, Edge]]]:
        """For each state the edges that lead to it, with the states that they leave."""
        found: dict[int, list[tuple[int, Edge]]] = defaultdict(list)
        for state, edges in enumerate(self.edges):
            for edge in edges:
                found[edge.target].append((state, edge))
        return found


@dataclass
class ReachBuilder:
    """Puts an automaton together state by state; `finish` makes it small."""

    apart: list[str] = field(default_factory=list)
    _edges: list[set[Edge]] = field(default_factory=lambda: [set()])
    _same: list[set[int]] = field(default_factory=lambda: [set()])

    def state(self) -> int:
        """A new state."""
        self._edges.append(set())
        self._same.append(set())
        return len(self._edges) - 1

    def edge(
        self, state: int, predicate: URIRef | None, target: int, *, inverse: bool = False
    ) -> None:
        """Let triples with this predicate (None: any) lead from one state to the other."""
        node = None if predicate is None else NamedNode(str(predicate))
        self._edges[state].add(Edge(node, Toward.SUBJECT if inverse else Toward.OBJECT, target))

    def predicates(self, state: int, target: int) -> None:
        """Let a node lead to the predicates of its triples."""
        self._edges[state].add(Edge(None, Toward.PREDICATE, target))

    def also(self, state: int, other: int) -> None:
        """Let a node in one state be in the other too."""
        self._same[state].add(other)

    def path(self, state: int, path: URIRef | Path, target: int, *, inverse: bool = False) -> None:
        """Let a property path (SPARQL 1.1, section 9) lead from one state to the other."""
        match path:
            case URIRef():
                self.edge(state, path, target, inverse=inverse)
            case InvPath():
                self.path(state, path.arg, target, inverse=not inverse)
            case SequencePath():
                *parts, last = reversed(path.args) if inverse else path.args
                for part in parts:
                    step = self.state()
                    self.path(state, part, step, inverse=inverse)
                    state = step
                self.path(state, last, target, inverse=inverse)
            case AlternativePath():
                for branch in path.args:
                    self.path(state, branch, target, inverse=inverse)
            case MulPath():
                self._repeated(state, path, target, inverse=inverse)
            case NegatedPath():
                # Which predicates are meant is left open: too many triples, never too few.
                self.edge(state, None, target, inverse=inverse)
                self.edge(state, None, target, inverse=not inverse)

    def _repeated(self, state: int, path: MulPath, target: int, *, inverse: bool) -> None:
        once = self.state()
        self.path(state, path.path, once, inverse=inverse)
        self.also(once, target)
        if path.mod in (ZeroOrMore, OneOrMore):
            self.path(once, path.path, once, inverse=inverse)
        if path.mod in (ZeroOrMore, ZeroOrOne):
            self.also(state, target)

    def finish(self) -> Reach:
        """The automaton without `also`, and with states that do the same made one."""
        edges = [
            frozenset(edge for other in self._closure(state) for edge in self._edges[other])
            for state in range(len(self._edges))
        ]
        block = self._blocks(edges)
        waiting = [START]
        order = {block[START]: 0}
        kept = [START]
        while waiting:
            for edge in sorted(edges[waiting.pop()], key=str):
                if block[edge.target] not in order:
                    order[block[edge.target]] = len(order)
                    kept.append(edge.target)
                    waiting.append(edge.target)
        return Reach(
            tuple(
                tuple(
                    sorted(
                        {
                            Edge(edge.predicate, edge.toward, order[block[edge.target]])
                            for edge in edges[state]
                        },
                        key=str,
                    )
                )
                for state in kept
            ),
            tuple(dict.fromkeys(self.apart)),
        )

    def _closure(self, state: int) -> set[int]:
        found = {state}
        waiting = [state]
        while waiting:
            for other in self._same[waiting.pop()] - found:
                found.add(other)
                waiting.append(other)
        return found

    @staticmethod
    def _blocks(edges: list[frozenset[Edge]]) -> list[int]:
        """For each state the number of its class; one class walks the same triples."""
        block = [0 if state == START else 1 for state in range(len(edges))]
        count = 0
        while len(set(block)) != count:
            count = len(set(block))
            names: dict[tuple[int, frozenset[tuple[NamedNode | None, Toward, int]]], int] = {}
            block = [
                names.setdefault(
                    (
                        block[state],
                        frozenset((e.predicate, e.toward, block[e.target]) for e in leaving),
                    ),
                    len(names),
                )
                for state, leaving in enumerate(edges)
            ]
        return block
