"""Validation on write: the same verdict as validating everything, at a change's own cost."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from functools import cached_property
from typing import Final

from pyoxigraph import Dataset, Quad, Triple

from pledgegraph.store.changes import ChangeSet
from pledgegraph.validation.affected_nodes import (
    Lookup,
    StateAfter,
    TooMuch,
    affected,
    context,
)
from pledgegraph.validation.dependency_automaton import Reach
from pledgegraph.validation.rdflib_terms import Term
from pledgegraph.validation.report import ValidationReport
from pledgegraph.validation.shape_dependencies import reach_of
from pledgegraph.validation.validator import Validator

LIMIT: Final = 200_000
"""The largest neighbourhood, in triples; beyond it everything is validated."""


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

    def __init__(self, validator: Validator, *, limit: int = LIMIT) -> None:
        self._validator = validator
        self._limit = limit
        self._ontology = Dataset(Quad(*triple) for triple in validator.shapes.ontology)

    @cached_property
    def reach(self) -> Reach:
        """What the shapes look at."""
        return reach_of(self._validator.shapes.graph)

    def check(self, change: ChangeSet, store: Lookup) -> ValidationReport:
        """The report on the nodes whose verdict the change can alter, as it would leave them.

        ``store`` is the state before the change. Results on all other nodes are what they were.
        """
        scope = self.scope(change, store)
        return self._validator.validate(
            scope.triples, focus=scope.focus, join_ontology=scope.focus is None
        )

    def scope(self, change: ChangeSet, store: Lookup) -> Scope:
        """The nodes to judge and the triples that it takes.

        That is everything where a shape looks beyond any neighbourhood (``reach.apart``), and
        where the neighbourhood has more triples than the limit.
        """
        state = StateAfter(store, change, self._ontology)
        if self.reach.apart:
            return Scope(state.everything(), None, "; ".join(self.reach.apart))
        try:
            focus = affected(self.reach, state, self._limit)
            described = self._validator.shapes.described
            focus = {node for node in focus if node not in described or state.stored(node)}
            return Scope(context(self.reach, state, focus, self._limit), focus)
        except TooMuch:
            return Scope(
                state.everything(), None, f"the change touches more than {self._limit} triples"
            )
