"""What a change can break, and the triples that it takes to judge that.

Validation on write looks at the nodes whose verdict the change can alter, and at the triples
that those verdicts depend on. Both come from the shapes (`dependency_automaton`), so that
for every node: either its verdict did not change, or it is among the focus nodes and is judged
as full validation would judge it.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass, field
from typing import Final, Protocol

from pyoxigraph import BlankNode, Dataset, DefaultGraph, Literal, NamedNode, Quad, Triple

from pledgegraph.store.changes import ChangeSet
from pledgegraph.validation.dependency_automaton import START, Edge, Reach, Toward
from pledgegraph.validation.rdflib_terms import Term

_UNION: Final = DefaultGraph()
_END: Final[dict[Toward, Callable[[Triple], Term]]] = {
    Toward.OBJECT: lambda triple: triple.object,
    Toward.SUBJECT: lambda triple: triple.subject,
    Toward.PREDICATE: lambda triple: triple.predicate,
}


class Lookup(Protocol):
    """What is needed of a store; `pyoxigraph.Store` has it."""

    def quads_for_pattern(
        self,
        subject: NamedNode | BlankNode | Triple | None,
        predicate: NamedNode | None,
        object: Term | None,  # noqa: A002 - the name that pyoxigraph gives it
        graph_name: NamedNode | BlankNode | DefaultGraph | None = None,
        /,
    ) -> Iterator[Quad]:
        """The quads that fit; None fits all."""
        ...


class TooMuch(Exception):
    """The neighbourhood is larger than the limit: validate everything instead."""


@dataclass(frozen=True)
class StateAfter:
    """The union of all graphs as it is when the change is made, and the ontology.

    Triples, not quads: one that is removed from a graph may still stand in another.
    """

    store: Lookup
    change: ChangeSet
    ontology: Dataset
    _met: dict[Term, bool] = field(default_factory=dict)
    """Whether the store has a triple with that object, of the nodes that were asked for."""

    def leaving(self, node: Term) -> set[Triple]:
        """The triples with that subject."""
        if isinstance(node, Literal):
            return set()
        found = {q.triple for q in self.store.quads_for_pattern(node, None, None) if self._stays(q)}
        found.update(quad.triple for quad in self.change.added.quads_for_subject(node))
        found.update(quad.triple for quad in self.ontology.quads_for_subject(node))
        return found

    def arriving(self, node: Term, predicate: NamedNode | None) -> set[Triple]:
        """The triples with that object, and that predicate if one is given."""
        found: set[Triple] = set()
        if self._is_met(node):
            for quad in self.store.quads_for_pattern(None, predicate, node):
                if self._stays(quad):
                    found.add(quad.triple)
        for more in (self.change.added, self.ontology):
            for quad in more.quads_for_object(node):
                if predicate is None or quad.predicate == predicate:
                    found.add(quad.triple)
        return found

    def using(self, node: Term) -> set[Triple]:
        """The triples with that predicate, the ontology's left out."""
        if not isinstance(node, NamedNode):
            return set()
        found = {q.triple for q in self.store.quads_for_pattern(None, node, None) if self._stays(q)}
        found.update(quad.triple for quad in self.change.added.quads_for_predicate(node))
        return found

    def everything(self) -> Collection[Triple]:
        """All triples but the ontology's; one that several graphs hold comes several times."""
        return _Everything(self)

    def stored(self, node: Term) -> bool:
        """Whether something other than the ontology makes a statement on the node."""
        if isinstance(node, Literal):
            return False
        return any(self._stays(q) for q in self.store.quads_for_pattern(node, None, None)) or any(
            True for _ in self.change.added.quads_for_subject(node)
        )

    def _is_met(self, node: Term) -> bool:
        # Most nodes of a large change are new, and are asked for in many states.
        if node not in self._met:
            self._met[node] = any(True for _ in self.store.quads_for_pattern(None, None, node))
        return self._met[node]

    def _stays(self, quad: Quad) -> bool:
        # What the union graph holds is said by a named graph too, and goes when that goes.
        return quad.graph_name != _UNION and quad not in self.change.removed


class _Everything(Collection[Triple]):
    """The triples of a state, read anew by everybody who goes through them.

    As a set, those of a register of 10,000 commitments take 0.1 GB.
    """

    def __init__(self, state: StateAfter) -> None:
        self._state = state

    def __iter__(self) -> Iterator[Triple]:
        removed = self._state.change.removed
        for quad in self._state.store.quads_for_pattern(None, None, None):
            # As in `StateAfter._stays`.
            if quad.graph_name != _UNION and quad not in removed:
                yield quad.triple
        for quad in self._state.change.added:
            yield quad.triple

    def __len__(self) -> int:
        return sum(1 for _ in self)

    def __contains__(self, triple: object) -> bool:
        return any(each == triple for each in self)


def affected(reach: Reach, state: StateAfter, limit: int) -> set[Term]:
    """The nodes whose verdict the change can alter, among those that something is said of.

    Raises:
        TooMuch: finding them takes more than ``limit`` steps.
    """
    into = reach.into()
    seen: set[tuple[Term, int]] = set()
    waiting: list[tuple[Term, int]] = []
    by_predicate, by_any = _by_predicate(reach)

    def visit(node: Term, at: int) -> None:
        if (node, at) not in seen:
            if len(seen) >= limit:
                raise TooMuch
            seen.add((node, at))
            waiting.append((node, at))

    for quads in (state.change.added, state.change.removed):
        for quad in quads:
            for at, edge in (*by_predicate.get(quad.predicate, ()), *by_any):
                visit(quad.object if edge.toward is Toward.SUBJECT else quad.subject, at)
    while waiting:
        node, at = waiting.pop()
        for before, edge in into.get(at, ()):
            match edge.toward:
                case Toward.SUBJECT:
                    for triple in state.leaving(node):
                        if edge.predicate in (None, triple.predicate):
                            visit(triple.object, before)
                case Toward.OBJECT:
                    for triple in state.arriving(node, edge.predicate):
                        visit(triple.subject, before)
                case Toward.PREDICATE:
                    for triple in state.using(node):
                        visit(triple.subject, before)
    return {node for node, at in seen if at == START}


class Untouched:
    """The nodes whose verdict the change cannot alter: those that `affected` does not find.

    For a few nodes, after everything was judged. The way is that of `affected`, walked forward
    from each node; what leads to no change is remembered.
    """

    def __init__(self, reach: Reach, state: StateAfter, limit: int) -> None:
        self._reach = reach
        self._state = state
        self._limit = limit
        self._changed = (state.change.added, state.change.removed)
        self._far: set[tuple[Term, int]] = set()

    def __contains__(self, node: object) -> bool:
        """Whether the change is out of the node's sight.

        Raises:
            TooMuch: that takes more steps than the limit for all nodes together.
        """
        if not isinstance(node, NamedNode | BlankNode | Literal):
            return False
        seen: set[tuple[Term, int]] = {(node, START)}
        seen -= self._far
        waiting = list(seen)
        while waiting:
            here, at = waiting.pop()
            for edge in self._reach.edges[at]:
                if self._meets(here, edge):
                    return False
                for following in self._steps(here, edge):
                    if following not in seen and following not in self._far:
                        seen.add(following)
                        waiting.append(following)
            if len(seen) + len(self._far) > self._limit:
                raise TooMuch
        self._far |= seen
        return True

    def _meets(self, node: Term, edge: Edge) -> bool:
        for changed in self._changed:
            if edge.toward is Toward.SUBJECT:
                quads = changed.quads_for_object(node)
            elif isinstance(node, Literal):
                continue
            else:
                quads = changed.quads_for_subject(node)
            if any(edge.predicate in (None, quad.predicate) for quad in quads):
                return True
        return False

    def _steps(self, node: Term, edge: Edge) -> Iterator[tuple[Term, int]]:
        if edge.toward is Toward.SUBJECT:
            triples = self._state.arriving(node, edge.predicate)
        else:
            triples = self._state.leaving(node)
        for triple in triples:
            if edge.predicate in (None, triple.predicate):
                yield _END[edge.toward](triple), edge.target


def context(reach: Reach, state: StateAfter, focus: set[Term], limit: int) -> set[Triple]:
    """The triples that the verdicts on the focus nodes depend on, the ontology's among them.

    Raises:
        TooMuch: there are more than ``limit``.
    """
    found: set[Triple] = set()
    leaving: dict[Term, set[Triple]] = {}
    seen = {(node, START) for node in focus}
    waiting = list(seen)
    while waiting:
        node, at = waiting.pop()
        for edge in reach.edges[at]:
            if edge.toward is Toward.SUBJECT:
                steps = state.arriving(node, edge.predicate)
            else:
                if node not in leaving:
                    leaving[node] = state.leaving(node)
                steps = leaving[node]
            for triple in steps:
                if edge.predicate not in (None, triple.predicate):
                    continue
                found.add(triple)
                following = (_END[edge.toward](triple), edge.target)
                if following not in seen:
                    seen.add(following)
                    waiting.append(following)
        if len(found) > limit:
            raise TooMuch
    return found


def _by_predicate(
    reach: Reach,
) -> tuple[dict[NamedNode, list[tuple[int, Edge]]], list[tuple[int, Edge]]]:
    by_predicate: dict[NamedNode, list[tuple[int, Edge]]] = {}
    by_any: list[tuple[int, Edge]] = []
    for at, edges in enumerate(reach.edges):
        for edge in edges:
            if edge.predicate is None:
                by_any.append((at, edge))
            else:
                by_predicate.setdefault(edge.predicate, []).append((at, edge))
    return by_predicate, by_any
