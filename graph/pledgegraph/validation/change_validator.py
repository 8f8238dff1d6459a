"""Validation on write: the same verdict as validating everything, at a change's own cost."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from functools import cached_property
from itertools import islice
from typing import Final

from pyoxigraph import Dataset, Quad, RdfFormat, Triple, parse

from pledgegraph.store.changes import ChangeSet
from pledgegraph.validation.affected_nodes import (
    Lookup,
    StateAfter,
    TooMuch,
    Untouched,
    affected,
    context,
)
from pledgegraph.validation.dependency_automaton import Reach
from pledgegraph.validation.kept_reach import reach_of_shapes
from pledgegraph.validation.rdflib_terms import Term
from pledgegraph.validation.report import ValidationReport
from pledgegraph.validation.validator import Validator

LIMIT: Final = 200_000
"""The largest neighbourhood, in triples; beyond it everything is validated."""
LARGE: Final = 5_000
"""From so many quads on, a change may be most of what there is when it is made."""
_SHARE: Final = 4
"""A large change is most of what there is where the store has fewer than so many times its quads.

The store holds every quad twice, in its graph and in the union. Measured with a register of 1,000
new commitments in the shipped data: finding the neighbourhood takes longer than judging all.
"""
_ROOM: Final = 8
"""A large change may have a neighbourhood of so many times its quads: it counts to that itself."""


@dataclass(frozen=True, slots=True)
class Scope:
    """What is validated for a change."""

    triples: Collection[Triple]
    focus: Collection[Term] | None
    """None when everything is validated."""
    why: str = ""
    """Why everything has to be."""


class ChangeValidator:
    """Judges change sets before they are made, with either engine."""

    def __init__(self, validator: Validator, *, limit: int = LIMIT, large: int = LARGE) -> None:
        self._validator = validator
        self._limit = limit
        self._large = large
        self._ontology = Dataset(Quad(*triple) for triple in validator.shapes.ontology)

    @cached_property
    def reach(self) -> Reach:
        """What the shapes look at."""
        return reach_of_shapes(self._validator.shapes)

    def check(self, change: ChangeSet, store: Lookup) -> ValidationReport:
        """The report on the nodes whose verdict the change can alter, as it would leave them.

        ``store`` is the state before the change. Results on all other nodes are what they were.
        """
        scope = self.scope(change, store)
        report = self._validator.validate(
            scope.triples, focus=scope.focus, join_ontology=scope.focus is None
        )
        if scope.focus is None and report.results and not self.reach.apart:
            return self._altered(report, StateAfter(store, change, self._ontology))
        return report

    def _altered(self, report: ValidationReport, state: StateAfter) -> ValidationReport:
        """What is not as it was before the change; all where that takes too many steps to find."""
        untouched = Untouched(self.reach, state, self._room(state.change))
        try:
            return ValidationReport(
                tuple(each for each in report.results if _term(each.focus) not in untouched)
            )
        except TooMuch:
            return report

    def _room(self, change: ChangeSet) -> int:
        size = len(change.added) + len(change.removed)
        return max(self._limit, _ROOM * size) if size >= self._large else self._limit

    def scope(self, change: ChangeSet, store: Lookup) -> Scope:
        """The nodes to judge and the triples that it takes.

        That is everything where the change is most of it, where a shape looks beyond any
        neighbourhood (``reach.apart``), and where the neighbourhood has more triples than the
        limit.
        """
        state = StateAfter(store, change, self._ontology)
        if self._is_most(change, store):
            return Scope(state.everything(), None, "the change is most of what there is")
        if self.reach.apart:
            return Scope(state.everything(), None, "; ".join(self.reach.apart))
        room = self._room(change)
        try:
            focus = affected(self.reach, state, room)
            described = self._validator.shapes.described
            focus = {node for node in focus if node not in described or state.stored(node)}
            return Scope(context(self.reach, state, focus, room), focus)
        except TooMuch:
            return Scope(state.everything(), None, f"the change touches more than {room} triples")

    def _is_most(self, change: ChangeSet, store: Lookup) -> bool:
        size = len(change.added)
        if size < self._large:
            return False
        most = _SHARE * size
        return sum(1 for _ in islice(store.quads_for_pattern(None, None, None), most)) < most


def _term(text: str) -> Term:
    """The term that stands in a report in N-Triples syntax."""
    (quad,) = parse(f"<urn:a> <urn:a> {text} .", format=RdfFormat.N_TRIPLES)
    term: Term = quad.object
    return term
