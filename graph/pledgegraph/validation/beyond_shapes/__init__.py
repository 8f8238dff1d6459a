"""The rules that no shape can state, because they ask for graphs, the day or what is alike."""

from __future__ import annotations

from functools import cached_property

from pledgegraph.store.changes import ChangeSet
from pledgegraph.validation.affected_nodes import Lookup
from pledgegraph.validation.beyond_shapes.after import After
from pledgegraph.validation.beyond_shapes.days import Calendar
from pledgegraph.validation.beyond_shapes.kinds import records_without_kind
from pledgegraph.validation.beyond_shapes.sources import unsourced_graphs
from pledgegraph.validation.beyond_shapes.spelling import misspelt_terms, with_suggestions
from pledgegraph.validation.beyond_shapes.twins import twin_actors
from pledgegraph.validation.beyond_shapes.words import Words
from pledgegraph.validation.report import ValidationReport
from pledgegraph.validation.shapes import Shapes


class BeyondShapes:
    """Judges change sets by the rules that no shape can state."""

    def __init__(self, shapes: Shapes, base: str) -> None:
        self._shapes = shapes
        self._base = base

    @cached_property
    def words(self) -> Words:
        """The ontology's terms."""
        return Words(self._shapes, self._base)

    @cached_property
    def _calendar(self) -> Calendar:
        return Calendar(self._shapes)

    def completed(
        self, report: ValidationReport, change: ChangeSet, store: Lookup
    ) -> ValidationReport:
        """What the shapes found, with suggestions, and what these rules find beside it."""
        after = After(change, store, self._base)
        return ValidationReport.of(
            (
                *with_suggestions(report, self.words).results,
                *unsourced_graphs(after, self._shapes),
                *records_without_kind(after, self._shapes, self.words),
                *misspelt_terms(after, self.words),
                *self._calendar.late_days(after),
                *twin_actors(after, self._shapes),
            )
        )


__all__ = ["BeyondShapes"]
