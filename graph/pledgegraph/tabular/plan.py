"""From the rows of a workbook to statements that come and go, and all that is amiss with them.

Only cells that differ from what the register holds change anything. A row that is missing changes
nothing: what shall go is marked so. Nothing is guessed: what cannot be told is a fault.
"""

from __future__ import annotations

import hashlib
from collections import Counter, deque
from collections.abc import Callable, Collection, Iterable
from datetime import date
from functools import cached_property
from typing import Final

from pyoxigraph import Literal, Quad, Store

from pledgegraph.namespaces import PG, RDF, RDFS
from pledgegraph.reconcile import Matcher
from pledgegraph.store.normalisation import EngineForm, fresh_names, settled
from pledgegraph.tabular.cells import NEW, parts_of
from pledgegraph.tabular.columns import REPORTS
from pledgegraph.tabular.copies.guard import Guard
from pledgegraph.tabular.desk import Draft, Plan
from pledgegraph.tabular.faults import Fault
from pledgegraph.tabular.filling import UNGRADED
from pledgegraph.tabular.identifying import Identifying
from pledgegraph.tabular.layout import Layout
from pledgegraph.tabular.register import home_quads
from pledgegraph.tabular.report import RowChange
from pledgegraph.tabular.state import State

_OF_ANY: Final = frozenset({(PG.grade, UNGRADED), *((RDF.type, kind) for kind in REPORTS.classes)})
"""What every new report says."""

Progress = Callable[[int, int], None]
"""Told how many of how many rows are done."""


class Planner(Identifying):
    """Works out what the rows of one workbook come to."""

    def __init__(
        self, store: Store, state: State, matcher: Callable[[], Matcher], guard: Guard
    ) -> None:
        super().__init__(store, state, matcher, guard)
        self._unguarded: Counter[str] = Counter()
        """By sheet, how many rows change a record of whose copying nothing is known."""
        self._form = EngineForm()
        self._names = fresh_names(state.base)
        self._users: dict[object, tuple[str, str]] = {}
        """By each new organisation, the cell that names it first."""

    def plan(self, layout: Layout, day: date, progress: Progress | None = None) -> Plan:
        """The plan."""
        self._plan.faults += layout.faults
        self._plan.notes += layout.notes
        self._announce_new(layout)
        drafts = deque(self._drafts(layout))
        count = len(drafts)
        while drafts:
            # A draft is done with at once: with its statements it takes some 5 kB.
            draft = drafts.popleft()
            done = count - len(drafts)
            if draft.is_known:
                draft.record = self._state.record(draft.node, draft.row.sheet)
            if draft.remove:
                self._removed(draft)
            else:
                self._filled(draft)
                self._forget_twin(draft)
            self._keep(draft)
            if progress is not None and (not done % 50 or not drafts):
                progress(done, count)
        self._tell_unguarded()
        self._add_actors()
        register = self._state.register
        if next(self._plan.add.quads_for_graph_name(register.home), None) is not None:
            self._add(home_quads(self._store, register, day))
        return self._plan

    def _announce_new(self, layout: Layout) -> None:
        """Let what one cell names as new be known by its name in all others."""
        for row in layout.rows:
            for (key, _), text in row.cells.items():
                if f"[{NEW}]" in text and getattr(row.sheet.column(key), "of", ()) == ("actor",):
                    for part in parts_of(text):
                        self._references.announce(part)

    def _add(self, quads: Iterable[Quad]) -> None:
        """Let quads come, as a store holds them."""
        for quad in settled(quads, self._names, self._form):
            self._plan.add.add(quad)

    def _forget_twin(self, draft: Draft) -> None:
        """Let a new report alone that says what one of the register says already.

        Reports have no title by which a workbook that is sent again would be known.
        """
        if draft.row.sheet is not REPORTS or draft.record is not None or draft.broken:
            return
        if _digest(draft.add, _OF_ANY) in self._said_reports:
            draft.add.clear()

    @cached_property
    def _said_reports(self) -> set[bytes]:
        """What the register's reports say in the columns of their sheet, in short."""
        predicates = {each for column in REPORTS.columns for each in column.predicates}
        return {
            _digest(quad for quad in record.own if quad.predicate in predicates)
            for record in self._state.each_record(REPORTS)
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
        if self._guard.is_overtaken(draft.row, record):
            self._conflict(draft)
            return
        draft.take = list(record.own)

    def _tell_unguarded(self) -> None:
        self._plan.unguarded = self._unguarded.total()
        for sheet, count in self._unguarded.items():
            self._plan.notes.append(
                Fault(
                    "copy",
                    sheet,
                    "",
                    "",
                    "The file does not say when it was copied from the register, so that nobody "
                    f"can tell whether others have changed the same rows since: {count:,}.",
                    "See what each cell is now before it becomes yours; or make the changes in a "
                    "workbook that is downloaded anew (.xlsx).",
                )
            )

    def _add_actors(self) -> None:
        register = self._state.register
        for node, name in self._references.new_actors().items():
            if node not in self._users:
                continue
            text = Literal(name, language=self._state.language)
            quads = [Quad(node, RDF.type, PG.Actor, register.home)]
            quads.append(Quad(node, RDFS.label, text, register.home))
            quads.append(Quad(node, PG.grade, UNGRADED, register.home))
            kinds = self._kinds_of_new.get(node, {})
            quads += [Quad(node, PG.actorType, kind, register.home) for kind in kinds]
            self._plan.places.of_other(node, self._users[node])
            self._add(quads)

    def _keep(self, draft: Draft) -> None:
        plan = self._plan
        plan.places.of_row(draft)
        if draft.broken:
            plan.broken.add(draft.node.value)
            return
        changed = {cell.cell for cell in draft.cells}
        for column, tag in draft.row.pairs():
            if column.days is not None and draft.row.place(column.key, tag) in changed:
                self._notes_on(draft, column, tag, draft.row.text(column.key, tag))
        if not draft.add and not draft.take:
            return
        if made := self._references.new_actors():
            place = (draft.row.name, draft.row.place("organisation"))
            for quad in draft.add:
                if quad.object in made:
                    self._users.setdefault(quad.object, place)
        self._add(draft.add)
        plan.take += draft.take
        if draft.record is not None and not self._guard.knows(draft.row):
            self._unguarded[draft.row.name] += 1
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


def _digest(quads: Iterable[Quad], without: Collection[tuple[object, object]] = ()) -> bytes:
    """Names what quads say of their subject."""
    said = {(q.predicate, q.object) for q in quads} - set(without)
    told = sorted(f"{predicate} {value}" for predicate, value in said)
    return hashlib.sha256("\n".join(told).encode()).digest()
