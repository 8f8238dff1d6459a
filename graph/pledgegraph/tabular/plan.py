"""From the rows of a workbook to statements that come and go, and all that is amiss with them.

Only cells that differ from what the register holds change anything. A row that is missing changes
nothing: what shall go is marked so. Nothing is guessed: what cannot be told is a fault.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from functools import cached_property
from typing import Final

from pyoxigraph import Literal, Quad

from pledgegraph.namespaces import PG, RDF, RDFS
from pledgegraph.tabular.columns import REPORTS
from pledgegraph.tabular.desk import Draft, Plan
from pledgegraph.tabular.filling import UNGRADED
from pledgegraph.tabular.identifying import Identifying
from pledgegraph.tabular.layout import Layout
from pledgegraph.tabular.register import home_quads
from pledgegraph.tabular.report import RowChange

_OF_ANY: Final = frozenset({(PG.grade, UNGRADED), *((RDF.type, kind) for kind in REPORTS.classes)})
"""What every new report says."""

Progress = Callable[[int, int], None]
"""Told how many of how many rows are done."""


class Planner(Identifying):
    """Works out what the rows of one workbook come to."""

    def plan(self, layout: Layout, day: date, progress: Progress | None = None) -> Plan:
        """The plan."""
        self._plan.faults += layout.faults
        self._plan.notes += layout.notes
        drafts = list(self._drafts(layout))
        for number, draft in enumerate(drafts):
            if draft.remove:
                self._removed(draft)
            else:
                self._filled(draft)
                self._forget_twin(draft)
            if progress is not None and not number % 50:
                progress(number, len(drafts))
        self._add_actors(drafts)
        for draft in drafts:
            self._keep(draft)
        register = self._state.register
        if any(quad.graph_name == register.home for quad in self._plan.add):
            self._plan.add += home_quads(self._store, register, day)
        return self._plan

    def _forget_twin(self, draft: Draft) -> None:
        """Let a new report alone that says what one of the register says already.

        Reports have no title by which a workbook that is sent again would be known.
        """
        if draft.row.sheet is not REPORTS or draft.record is not None or draft.broken:
            return
        if frozenset((q.predicate, q.object) for q in draft.add) - _OF_ANY in self._said_reports:
            draft.add.clear()

    @cached_property
    def _said_reports(self) -> set[frozenset[object]]:
        """What the register's reports say in the columns of their sheet."""
        predicates = {each for column in REPORTS.columns for each in column.predicates}
        return {
            frozenset((q.predicate, q.object) for q in record.own if q.predicate in predicates)
            for record in self._state.records(REPORTS)
        }

    def _removed(self, draft: Draft) -> None:
        record = draft.record
        if record is None:
            return
        if not record.own:
            draft.broken = True
            self._fault(
                "source",
                draft.row,
                draft.row.place("remove"),
                draft.row.text("id"),
                "Another source tells of this record; a register cannot remove it.",
                "Empty the cell.",
            )
            return
        draft.take = list(record.own)

    def _add_actors(self, drafts: list[Draft]) -> None:
        register = self._state.register
        broken = {d.node for d in drafts if d.broken}
        for node, name in self._references.new_actors().items():
            users = [d for d in drafts if any(q.object == node for q in d.add)]
            if not users or all(d.node in broken for d in users):
                continue
            text = Literal(name, language=self._state.language)
            quads = [Quad(node, RDF.type, PG.Actor, register.home)]
            quads.append(Quad(node, RDFS.label, text, register.home))
            quads.append(Quad(node, PG.grade, UNGRADED, register.home))
            kinds = self._kinds_of_new.get(node, {})
            quads += [Quad(node, PG.actorType, kind, register.home) for kind in kinds]
            user = next(d for d in users if d.node not in broken)
            place = (user.row.name, user.row.place("organisation"))
            self._plan.places[node.value, ""] = place
            user.add += quads

    def _keep(self, draft: Draft) -> None:
        plan = self._plan
        plan.places.setdefault((draft.node.value, ""), (draft.row.name, str(draft.row.number)))
        for column, tag in draft.row.pairs():
            place = (draft.row.name, draft.row.place(column.key, tag))
            for predicate in column.predicates:
                plan.places.setdefault((draft.node.value, predicate.value), place)
        if draft.broken:
            plan.broken.add(draft.node.value)
            return
        for column, tag in draft.row.pairs():
            if any(cell.cell == draft.row.place(column.key, tag) for cell in draft.cells):
                self._notes_on(draft, column, tag, draft.row.text(column.key, tag))
        if not draft.add and not draft.take:
            return
        plan.add += draft.add
        plan.take += draft.take
        action = "remove" if draft.remove else "add" if draft.record is None else "change"
        title = draft.row.any_text(draft.row.sheet.title) or self._state.path(draft.node)
        plan.rows.append(
            RowChange(
                draft.row.name,
                draft.row.number,
                draft.node.value,
                title,
                action,
                tuple(draft.cells),
            )
        )
