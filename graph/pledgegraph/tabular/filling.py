"""What the cells of a row say, as statements that come and go."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Final

from pyoxigraph import NamedNode, Quad, Store

from pledgegraph.namespaces import PG, RDF, SCHEME
from pledgegraph.reconcile import Matcher
from pledgegraph.store.system_graphs import graph_of_sources
from pledgegraph.tabular import words
from pledgegraph.tabular.cells import Term, Unreadable, parts_of, refuse_unfit
from pledgegraph.tabular.columns import COMMITMENTS, REPORTS, SHOWS_OTHERS, Column, Kind
from pledgegraph.tabular.copies.guard import Guard
from pledgegraph.tabular.desk import Desk, Draft
from pledgegraph.tabular.faults import Fault
from pledgegraph.tabular.report import CellChange
from pledgegraph.tabular.rows import Row
from pledgegraph.tabular.state import Record, State, version_of

_ASSESSMENT: Final = 2
_NOTE: Final = 1
_SOURCE: Final = Column("source", Kind.RECORD, of=("source",))
_LANGUAGE: Final = re.compile(r"[a-z]{2,3}(-[a-z0-9]{2,8})*")
UNGRADED: Final = NamedNode(f"{SCHEME}grade#ungraded")


class Filling(Desk):
    """Reads the cells of rows."""

    def __init__(
        self, store: Store, state: State, matcher: Callable[[], Matcher], guard: Guard
    ) -> None:
        super().__init__(store, state, matcher)
        self._guard = guard
        self._cells = state.cells
        self._kinds_of_new: dict[NamedNode, dict[NamedNode, str]] = {}

    def _filled(self, draft: Draft, *, trial: bool = False) -> None:
        """Read the cells of a row that differ from what there is; a trial tells of no faults."""
        row, record = draft.row, draft.record
        changed: list[tuple[Column, str, str, str]] = []
        for column, tag in row.pairs():
            if column.kind in (Kind.ID, Kind.VERSION, Kind.REMOVE):
                continue
            text = row.text(column.key, tag)
            before = "" if record is None else self._state.shown(record, column, tag)[0]
            # A row without an identifier that is known says nothing by its empty cells.
            if text != before and (text or not trial):
                changed.append((column, tag, before, text))
        if not changed and record is not None:
            return
        if record is not None and not trial and self._guard.is_overtaken(row, record):
            if not self._is_untouched(row, record):
                self._conflict(draft)
            return
        home = self._home(draft, trial=trial)
        for column, tag, before, text in changed:
            self._cell(draft, column, tag, before, text, home, trial=trial)
        if record is None and not draft.broken:
            self._typed(draft, home)
        elif draft.cells and row.sheet is REPORTS and record is not None:
            self._retyped(draft, record)
        self._required(draft, trial=trial)

    def _is_untouched(self, row: Row, record: Record) -> bool:
        """Whether the row is as it was when the workbook was made, though the record is not."""
        if not row.text("version"):
            return self._guard.is_as_copied(row, record)
        parts: list[tuple[str, ...]] = []
        try:
            for column, tag in row.pairs():
                text = row.text(column.key, tag)
                if not text or column.kind in SHOWS_OTHERS:
                    continue
                for predicate, term in self._values(column, tag, text):
                    parts.append((column.key, predicate.value, str(term)))
        except Unreadable:
            return False
        return version_of(parts) == row.text("version")

    def _conflict(self, draft: Draft) -> None:
        draft.broken = True
        self._fault(
            "conflict",
            draft.row,
            str(draft.row.number),
            draft.row.text("id"),
            "Somebody else has changed this record since the workbook was made.",
            "Download the register again, and make your change there.",
        )

    def _home(self, draft: Draft, *, trial: bool) -> NamedNode:
        """The graph that the row's new statements go to."""
        register = self._state.register
        if draft.row.sheet.key == "sources":
            return graph_of_sources(self._state.base)
        if draft.record is not None:
            return draft.record.home
        text = draft.row.text("source")
        if not text:
            return register.home
        try:
            return self._source(text)
        except Unreadable as error:
            self._unreadable(draft, "source", "", text, error, trial=trial)
            return register.home

    def _source(self, text: str) -> NamedNode:
        """The source of the register that a cell names.

        Raises:
            Unreadable: it names none, or one that is not the register's.
        """
        source = self._references.find(_SOURCE, text)
        if source not in self._state.register.owned and not self._brings(source):
            raise Unreadable(
                "foreign",
                f"“{text}” is no source of this register.",
                "Name one of the register's sources, or empty the cell.",
            )
        return source

    def _brings(self, source: NamedNode) -> bool:
        """Whether the workbook itself brings a source."""
        return next(iter(self._store.quads_for_pattern(source, RDF.type, None)), None) is None

    def _cell(  # noqa: PLR0917 -- as the row has them
        self,
        draft: Draft,
        column: Column,
        tag: str,
        before: str,
        text: str,
        home: NamedNode,
        *,
        trial: bool,
    ) -> None:
        record = draft.record
        if column.kind is Kind.SOURCE:
            if record is not None and not trial:
                self._fixed_source(draft, before, text)
            return
        if column.kind is Kind.SHOWN_CONCEPT:
            self._kind_of_maker(draft, column, text, before, trial=trial)
            return
        try:
            values = self._values(column, tag, text) if text else []
        except Unreadable as error:
            self._unreadable(draft, column.key, tag, text, error, trial=trial)
            return
        said, foreign = ([], False) if record is None else record.said(column, tag)
        old, new = dict.fromkeys(said), dict.fromkeys(values)
        if list(old) == list(new) or set(old) == set(new):
            return
        if foreign and not values:
            self._foreign_words(draft, column, tag, before, trial=trial)
            return
        gone = set() if foreign or record is None else set(old) - set(new)
        if record is not None:
            draft.take += [q for q in record.own if (q.predicate, q.object) in gone]
        come = [pair for pair in new if foreign or pair not in old]
        draft.add += [Quad(draft.node, predicate, term, home) for predicate, term in come]
        place = draft.row.place(column.key, tag)
        draft.cells.append(
            CellChange(place, f"{column.key}@{tag}" if tag else column.key, before, text)
        )

    def _values(self, column: Column, tag: str, text: str) -> list[tuple[NamedNode, Term]]:
        """What a cell's text says.

        Raises:
            Unreadable: it does not say what the column holds.
        """
        if column.kind is Kind.TEXT and not _LANGUAGE.fullmatch(tag):
            raise Unreadable("language", f"“{tag}” is no language.", "Write @en, @fr, @es …")
        if column.kind is not Kind.RECORD:
            return self._cells.read(column, text, tag).values
        refuse_unfit(text)
        if column.predicate is None:
            raise TypeError("a column of records has a property")
        parts = parts_of(text)
        if not column.many and len(parts) > 1:
            raise Unreadable("name", "The cell names several; it may name one.", "Keep one.")
        return [(column.predicate, self._references.find(column, part)) for part in parts]

    def _notes_on(self, draft: Draft, column: Column, tag: str, text: str) -> None:
        if column.days is None or not text:
            return
        for note in self._cells.read(column, text, tag).notes:
            place = draft.row.place(column.key, tag)
            self._plan.notes.append(Fault("date", draft.row.name, place, text, note, ""))

    def _fixed_source(self, draft: Draft, before: str, text: str) -> None:
        draft.broken = True
        self._fault(
            "source",
            draft.row,
            draft.row.place("source"),
            text,
            "The source of a record that there is cannot be changed.",
            f"Write “{before}” again.",
        )

    def _foreign_words(
        self, draft: Draft, column: Column, tag: str, before: str, *, trial: bool
    ) -> None:
        draft.broken = True
        if trial:
            return
        self._fault(
            "source",
            draft.row,
            draft.row.place(column.key, tag),
            before,
            f"Another source says “{before[:60]}”; a register cannot take back its words.",
            "Put them back, or write the register's own in their place.",
        )

    def _kind_of_maker(
        self, draft: Draft, column: Column, text: str, before: str, *, trial: bool
    ) -> None:
        """Take the kind of an organisation that is new; refuse to change that of a known one."""
        if not text and draft.record is None:
            return
        try:
            refuse_unfit(text)
            kinds = [self._cells.concept(column, part) for part in parts_of(text)]
            makers = [
                self._references.find(COMMITMENTS.columns[1], part)
                for part in parts_of(draft.row.text("organisation"))
            ]
        except Unreadable as error:
            if error.kind == "list":
                self._unreadable(draft, column.key, "", text, error, trial=trial)
            return
        brought = [maker for maker in makers if maker in self._references.new_actors()]
        for maker in brought:
            for kind in kinds:
                place = draft.row.place(column.key)
                self._kinds_of_new.setdefault(maker, {})[kind] = place
        if brought:
            return
        known = {
            quad.object
            for maker in makers
            for quad in self._store.quads_for_pattern(maker, PG.actorType, None)
        }
        if set(kinds) != known and (known or kinds) and not trial:
            sheet = words.sheet_name("actors", self._state.language)
            self._unreadable(
                draft,
                column.key,
                "",
                text,
                Unreadable(
                    "source",
                    "The kind of an organisation that is known cannot be changed here.",
                    f"Write “{before}” again, or empty the cell of a new row; change the kind on "
                    f"the sheet “{sheet}”.",
                ),
                trial=trial,
            )

    def _typed(self, draft: Draft, home: NamedNode) -> None:
        """What every new record says: its class, and what it belongs to."""
        row, register = draft.row, self._state.register
        kind = row.sheet.classes[self._class_of(row) if row.sheet is REPORTS else 0]
        draft.add.append(Quad(draft.node, RDF.type, kind, home))
        if row.sheet.key != "sources":
            # What keepers of registers enter, nobody has weighed.
            draft.add.append(Quad(draft.node, PG.grade, UNGRADED, home))
        if row.sheet is COMMITMENTS:
            draft.add.append(Quad(draft.node, PG.inRegister, register.iri, home))
        if row.sheet.key == "sources":
            draft.add.append(Quad(draft.node, PG.inRegister, register.iri, home))
            if not row.text("redistributable"):
                unknown = NamedNode(f"{SCHEME}redistributable#unknown")
                draft.add.append(Quad(draft.node, PG.redistributable, unknown, home))

    def _retyped(self, draft: Draft, record: Record) -> None:
        """A note that gets a status becomes a report."""
        types = {quad.object for quad in record.own if quad.predicate == RDF.type}
        has_status = draft.row.text("status") or draft.row.text("status_words")
        if PG.ProgressNote in types and PG.StatusReport not in types and has_status:
            draft.take += [
                quad
                for quad in record.own
                if quad.predicate == RDF.type and quad.object == PG.ProgressNote
            ]
            draft.add.append(Quad(draft.node, RDF.type, PG.StatusReport, record.home))

    def _required(self, draft: Draft, *, trial: bool) -> None:
        """What a new row cannot do without, beyond what the shapes ask for."""
        if draft.record is not None or draft.broken or trial:
            return
        row = draft.row
        title = row.sheet.column(row.sheet.title)
        if title is not None and not row.any_text(title.key):
            draft.broken = True
            heading = words.heading(title.key, self._state.language)
            self._fault(
                "missing",
                row,
                row.any_place(title.key),
                "",
                f"The cell “{heading}” is empty.",
                "Fill it in, or delete the row.",
            )
        if row.sheet is REPORTS and not any(
            row.any_text(key) for key in ("status", "status_words", "text", "outlook")
        ):
            draft.broken = True
            self._fault(
                "missing",
                row,
                str(row.number),
                "",
                "The report says nothing.",
                "Give it a status or a text, or delete the row.",
            )

    @staticmethod
    def _class_of(row: Row) -> int:
        """Which of a report's classes a row is: with an assessor, with a status, or neither."""
        if row.text("assessor") or row.any_text("method"):
            return _ASSESSMENT
        return 0 if row.text("status") or row.text("status_words") else _NOTE
