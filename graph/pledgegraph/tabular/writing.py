"""Workbooks written by xlsxwriter: headings with help, drop-downs, locked columns."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from xlsxwriter import Workbook
from xlsxwriter.worksheet import Worksheet

from pledgegraph.tabular import words
from pledgegraph.tabular.columns import ALWAYS, SHEETS, Column, Kind, SheetKind
from pledgegraph.tabular.copies.since import PROPERTY
from pledgegraph.tabular.faults import Fault
from pledgegraph.tabular.lists import Lists
from pledgegraph.tabular.raw import RawBook, letters, text_of
from pledgegraph.tabular.reading import LISTS
from pledgegraph.tabular.state import Record, State

_ROWS_TO_FILL: Final = 2_000
"""Empty rows of a workbook that have drop-downs and are not locked."""
_OPTIONS: Final = {
    "in_memory": True,
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
}
_LONGEST: Final = 32_767


def workbook_of(
    state: State | None,
    lists: Lists,
    *,
    language: str,
    sheets: Sequence[str] = (),
    facts: Mapping[str, str],
    copied: str,
    day: datetime,
) -> bytes:
    """A register as a workbook, or an empty one.

    ``facts`` stand on the sheet about it, ``copied`` names the state that it is a copy of.
    """
    held = io.BytesIO()
    chosen = [SHEETS[key] for key in SHEETS if key in (*ALWAYS, *sheets)]
    with Workbook(held, _OPTIONS) as book:
        # The file is the same for the same data, whenever it is written.
        book.set_properties({"created": day})
        if copied:
            book.set_custom_property(PROPERTY, copied, "text")
        writer = _Writer(book, state, language)
        for sheet in chosen:
            writer.sheet(sheet)
        writer.about(facts)
        writer.lists(chosen, lists)
    return held.getvalue()


class _Writer:
    def __init__(self, book: Workbook, state: State | None, language: str) -> None:
        self._book = book
        self._state = state
        self._language = language
        plain = {"num_format": "@", "text_wrap": True, "valign": "top"}
        self._head = book.add_format({"bold": True, "bottom": 1, "text_wrap": True, "locked": True})
        self._free = book.add_format({**plain, "locked": False})
        self._said = book.add_format({**plain, "locked": False, "italic": True})
        self._fixed = book.add_format({**plain, "bg_color": "#E7E6E6", "font_color": "#595959"})
        self._places: list[tuple[Worksheet, int, Column, int]] = []

    def sheet(self, kind: SheetKind) -> None:
        """A sheet with its records."""
        made = self._book.add_worksheet(words.sheet_name(kind.key, self._language))
        records = [] if self._state is None else self._state.records(kind)
        columns = list(self._columns(kind, records))
        for index, (column, tag) in enumerate(columns):
            title = words.heading(column.key, self._language)
            made.write_string(0, index, f"{title}@{tag}" if tag else title, self._head)
            made.write_comment(0, index, words.help_on(column.key, self._language))
            fixed = column.kind is Kind.ID
            made.set_column(index, index, column.width, self._fixed if fixed else self._free)
            self._places.append((made, index, column, len(records)))
        for row, record in enumerate(records, 1):
            self._row(made, row, record, columns)
        made.freeze_panes(1, 1)
        made.autofilter(0, 0, max(len(records), 1), len(columns) - 1)
        made.protect(
            "",
            {
                "insert_rows": True,
                "delete_rows": True,
                "sort": True,
                "autofilter": True,
                "format_cells": True,
                "format_columns": True,
                "format_rows": True,
            },
        )

    def _columns(self, kind: SheetKind, records: Sequence[Record]) -> list[tuple[Column, str]]:
        found = []
        for column in kind.columns:
            if column.kind is Kind.VERSION:
                continue
            if column.kind is not Kind.TEXT:
                found.append((column, ""))
            elif self._state is None:
                found.append((column, self._language))
            else:
                found += [(column, tag) for tag in self._state.tags(records, column)]
        return found

    def _row(
        self, made: Worksheet, row: int, record: Record, columns: Sequence[tuple[Column, str]]
    ) -> None:
        if self._state is None:
            return
        for index, (column, tag) in enumerate(columns):
            text, foreign = self._state.shown(record, column, tag)
            form = self._fixed if column.kind is Kind.ID else self._said if foreign else self._free
            if text:
                made.write_string(row, index, text[:_LONGEST], form)

    def about(self, facts: Mapping[str, str]) -> None:
        """The sheet that says which register it is, and how to fill the workbook in."""
        made = self._book.add_worksheet(words.sheet_name("about", self._language))
        made.set_column(0, 0, 28)
        made.set_column(1, 1, 90, self._free)
        for row, (key, value) in enumerate(facts.items()):
            made.write_string(row, 0, words.about(key, self._language), self._head)
            made.write_string(row, 1, value, self._free)
        made.write_string(len(facts) + 1, 1, words.about("note", self._language), self._free)

    def lists(self, sheets: Sequence[SheetKind], lists: Lists) -> None:
        """The hidden sheet of words, and the drop-downs that take them from there."""
        made = self._book.add_worksheet(LISTS)
        made.hide()
        ranges: dict[tuple[str, ...], str] = {}
        schemes = dict.fromkeys(
            (column.of if column.kind in (Kind.CONCEPT, Kind.SHOWN_CONCEPT) else ("m49",))
            for sheet in sheets
            for column in sheet.columns
            if column.kind in (Kind.CONCEPT, Kind.SHOWN_CONCEPT, Kind.PLACE)
        )
        for index, names in enumerate(schemes):
            labels = [
                member.label(self._language)
                for member in lists.of(*names).members.values()
                if member.slug != "not-reported"
            ]
            labels = sorted(dict.fromkeys(labels), key=str.casefold)
            for row, label in enumerate(labels):
                made.write_string(row, index, label)
            place = letters(index)
            ranges[names] = f"={LISTS}!${place}$1:${place}${max(len(labels), 1)}"
        for sheet, index, column, count in self._places:
            self._drop_down(sheet, index, column, count, ranges)

    def _drop_down(
        self,
        sheet: Worksheet,
        index: int,
        column: Column,
        count: int,
        ranges: Mapping[tuple[str, ...], str],
    ) -> None:
        options: dict[str, Any] = {}
        if column.kind in (Kind.CONCEPT, Kind.SHOWN_CONCEPT):
            options = {"source": ranges[column.of]}
        elif column.kind is Kind.PLACE:
            options = {"source": ranges["m49",]}
        elif column.kind is Kind.REMOVE:
            options = {"source": [words.removal(self._language)]}
        if options:
            # Several members with a semicolon between are no single one of the list: no refusal.
            sheet.data_validation(
                1,
                index,
                count + _ROWS_TO_FILL,
                index,
                {"validate": "list", "show_error": False, **options},
            )


def marked(book: RawBook, faults: Sequence[Fault], notes: Sequence[Fault]) -> bytes:
    """The workbook as it was sent, with a mark and a comment on each cell with a fault.

    What belongs to no cell stands on a sheet of its own.
    """
    held = io.BytesIO()
    told: dict[tuple[str, str], list[Fault]] = {}
    for each in (*faults, *notes):
        told.setdefault((each.sheet, each.cell), []).append(each)
    stops = set(map(id, faults))
    with Workbook(held, _OPTIONS) as made:
        made.set_properties({"created": datetime(2000, 1, 1)})  # noqa: DTZ001 -- no time of day
        plain = made.add_format({"num_format": "@", "text_wrap": True, "valign": "top"})
        bad = made.add_format({"num_format": "@", "text_wrap": True, "bg_color": "#FFC7CE"})
        look = made.add_format({"num_format": "@", "text_wrap": True, "bg_color": "#FFEB9C"})
        for sheet in book.sheets:
            page = made.add_worksheet(_sheet_title(sheet.name, made))
            page.freeze_panes(sheet.first_row, 1)
            for row, cells in enumerate(sheet.rows, sheet.first_row - 1):
                for index, value in enumerate(cells, sheet.first_column):
                    text = text_of(value)
                    found = told.pop((sheet.name, f"{letters(index)}{row + 1}"), [])
                    if not index and (whole := told.pop((sheet.name, str(row + 1)), [])):
                        found = [*found, *whole]
                    form = (
                        plain if not found else bad if any(id(f) in stops for f in found) else look
                    )
                    if text or found:
                        page.write_string(row, index, text[:_LONGEST], form)
                    if found:
                        words_of = "\n".join(f"{f.message} {f.remedy}".strip() for f in found)
                        page.write_comment(row, index, words_of[:_LONGEST])
        _report_sheet(made, (*faults, *notes))
    return held.getvalue()


def _report_sheet(made: Workbook, faults: Sequence[Fault]) -> None:
    page = made.add_worksheet("_check")
    page.set_column(0, 0, 24)
    page.set_column(1, 2, 70)
    for row, each in enumerate(faults):
        for index, text in enumerate((each.place, each.message, each.remedy)):
            page.write_string(row, index, text[:_LONGEST])


def _sheet_title(name: str, made: Workbook) -> str:
    """A name that a sheet can have: of 31 letters at most, and no other's."""
    bare = "".join(" " if letter in "[]:*?/\\" else letter for letter in name).strip("'")[:28]
    taken = {each.get_name().casefold() for each in made.worksheets()}
    found, number = bare or "table", 2
    while found.casefold() in taken:
        found, number = f"{bare[:25]} {number}", number + 1
    return found
