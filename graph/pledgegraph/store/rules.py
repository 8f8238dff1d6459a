"""Rules: what follows from the data and does not depend on the day, kept in its own graph.

A rule is a SELECT of ``?subject ?predicate ?object``. Its front matter says which predicates
it ``defines``, over which links (``upwards``) a change of one node reaches the subjects whose
values it may alter, and in which ``layer`` it runs: a rule reads computed values of lower
layers only, so one pass over the layers is the fixpoint.

A link is ``pg:partOf`` (from the part to the whole), ``^pg:partOf`` (back again), or
``graph rdf:type``: from the IRI of a graph to the subjects of that predicate within it.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from enum import Enum
from itertools import chain, groupby
from pathlib import Path
from typing import Final

from pyoxigraph import Dataset, NamedNode, Quad, QuerySolutions, Store, Triple, Variable

from pledgegraph.errors import ReadError
from pledgegraph.namespaces import PREFIXES
from pledgegraph.sparql.front_matter import split_front_matter
from pledgegraph.store.changes import ChangeSet
from pledgegraph.store.system_graphs import computed_graph

MOST_ONE_BY_ONE: Final = 500
"""With more subjects than this affected, every value is computed anew in one query a rule."""

Derive = Callable[[Store, ChangeSet | None], Iterator[ChangeSet]]
"""Yields what rules change in the store; the caller applies each before it asks for the next.

With a change set, which the store holds already, only what that can alter is looked at.
"""

_SUBJECT: Final = Variable("subject")


def _is_large(change: ChangeSet) -> bool:
    """Whether it is about more subjects than are looked at one by one."""
    subjects: set[object] = set()
    for quad in chain(change.added, change.removed):
        subjects.add(quad.subject)
        if len(subjects) > MOST_ONE_BY_ONE:
            return True
    return False


class Direction(Enum):
    """How a link leads from one node to others."""

    TO_OBJECTS = ""
    TO_SUBJECTS = "^"
    INTO_GRAPH = "graph "


@dataclass(frozen=True, slots=True)
class Link:
    """A way from a node to the nodes whose values depend on it."""

    predicate: NamedNode
    direction: Direction

    def ends(self, store: Store, node: NamedNode) -> Iterator[object]:
        """The nodes that it leads to from ``node``."""
        if self.direction is Direction.TO_SUBJECTS:
            return (q.subject for q in store.quads_for_pattern(None, self.predicate, node))
        if self.direction is Direction.INTO_GRAPH:
            return (q.subject for q in store.quads_for_pattern(None, self.predicate, None, node))
        return (q.object for q in store.quads_for_pattern(node, self.predicate, None))

    def removed_ends(self, quad: Quad) -> Iterator[object]:
        """Where it led over a statement that is no more; `ends` cannot tell."""
        if quad.predicate == self.predicate and self.direction is Direction.TO_OBJECTS:
            yield quad.object


@dataclass(frozen=True, slots=True)
class Rule:
    """One file of ``ontology/rules/``."""

    name: str
    layer: int
    defines: frozenset[NamedNode]
    upwards: tuple[Link, ...]
    query: str

    def triples(self, store: Store, subject: NamedNode | None = None) -> Iterator[Triple]:
        """What the rule says of one subject, or of all."""
        rows = store.query(
            self.query,
            substitutions=None if subject is None else {_SUBJECT: subject},
        )
        if not isinstance(rows, QuerySolutions):
            raise TypeError(f"the rule {self.name} is not a SELECT")
        for row in rows:
            # A row without a subject is how a grouped SELECT says that it found nothing.
            if row["subject"] is not None and row["object"] is not None:
                yield Triple(row["subject"], row["predicate"], row["object"])


def read_rules(folder: Path) -> tuple[Rule, ...]:
    """The rules of a folder, by layer.

    Raises:
        ReadError: a file's front matter is missing or incomplete, or it holds no SELECT.
    """
    rules = [_read(path) for path in sorted(folder.glob("*.rq"))]
    return tuple(sorted(rules, key=lambda rule: rule.layer))


def _read(path: Path) -> Rule:
    matter, query = split_front_matter(path)
    try:
        rule = Rule(
            name=path.stem,
            layer=int(matter["layer"]),
            defines=frozenset(_node(name) for name in matter["defines"]),
            upwards=tuple(_link(name) for name in matter["upwards"]),
            query=query,
        )
    except (KeyError, TypeError, ValueError) as error:
        raise ReadError(
            f"The front matter of the rule is incomplete: {error}.", file=path.name, line=1
        ) from error
    try:
        # Asked of nothing, which shows whether it can be asked at all.
        deque(rule.triples(Store()), maxlen=0)
    except (SyntaxError, TypeError) as error:
        raise ReadError(f"The rule cannot be asked: {error}", file=path.name) from error
    return rule


def _node(name: str) -> NamedNode:
    prefix, _, local = name.partition(":")
    return NamedNode(PREFIXES[prefix] + local)


def _link(text: str) -> Link:
    name = text.lstrip("^").removeprefix("graph ")
    return Link(_node(name), Direction(text.removesuffix(name)))


class Rules:
    """All rules over the data of one base IRI; its `derive` is a `Derive`."""

    def __init__(self, rules: Iterable[Rule], base: str) -> None:
        self._layers = [list(each) for _, each in groupby(rules, key=lambda rule: rule.layer)]
        self._graph = computed_graph(base)

    def derive(self, store: Store, change: ChangeSet | None) -> Iterator[ChangeSet]:
        """The differences that bring the computed graph in step, a layer at a time."""
        changes = None if change is None else [change]
        for layer in self._layers:
            affected = None if changes is None else self._affected(store, changes, layer)
            difference = self._difference(store, layer, affected)
            if difference:
                yield difference
                if changes is not None:
                    changes.append(difference)
            # In higher layers more may be affected, and is not told apart any more.
            if changes is not None and affected is None and _is_large(changes[0]):
                changes = None
            del difference

    def _affected(
        self, store: Store, changes: list[ChangeSet], layer: list[Rule]
    ) -> set[NamedNode] | None:
        """The subjects whose values the changes can alter; None for too many to name."""
        links = {link for rule in layer for link in rule.upwards}
        found: set[NamedNode] = set()
        todo: list[object] = []
        for change in changes:
            todo.extend(quad.subject for part in (change.added, change.removed) for quad in part)
            todo.extend(
                end for quad in change.removed for link in links for end in link.removed_ends(quad)
            )
        while todo:
            node = todo.pop()
            if not isinstance(node, NamedNode) or node in found:
                continue
            found.add(node)
            if len(found) > MOST_ONE_BY_ONE:
                return None
            for link in links:
                todo.extend(link.ends(store, node))
        return found

    def _difference(
        self, store: Store, layer: list[Rule], affected: set[NamedNode] | None
    ) -> ChangeSet:
        defined = {predicate for rule in layer for predicate in rule.defines}
        old = Dataset(
            quad
            for subject in (affected if affected is not None else (None,))
            for quad in store.quads_for_pattern(subject, None, None, self._graph)
            if quad.predicate in defined
        )
        added, kept = Dataset(), Dataset()
        for rule in layer:
            for subject in affected if affected is not None else (None,):
                for triple in rule.triples(store, subject):
                    quad = Quad(triple.subject, triple.predicate, triple.object, self._graph)
                    (kept if quad in old else added).add(quad)
        return ChangeSet(added, Dataset(quad for quad in old if quad not in kept))
