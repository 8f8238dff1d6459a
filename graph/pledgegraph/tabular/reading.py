"""Workbooks and tables as they are sent: XLSX by python-calamine, CSV by the csv module."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import PurePath
from typing import Final

from python_calamine import CalamineError, CalamineWorkbook, SheetVisibleEnum

from pledgegraph.errors import InputError
from pledgegraph.tabular import words
from pledgegraph.tabular.copies.since import PROPERTY
from pledgegraph.tabular.faults import Fault
from pledgegraph.tabular.package_scan import property_of, scan
from pledgegraph.tabular.raw import LONGEST, RawBook, RawSheet, Value, letters

MOST_BYTES: Final = 50_000_000
"""Of a workbook, as it is sent."""
MOST_ROWS: Final = 200_000
MOST_COLUMNS: Final = 300
LISTS: Final = "_lists"
"""The sheet of which drop-downs take their words; our own, and not read."""
_ZIP: Final = b"PK\x03\x04"
_OLD: Final = b"\xd0\xcf\x11\xe0"
_MARKS: Final = (
    (b"\xef\xbb\xbf", "utf-8-sig"),
    (b"\xff\xfe", "utf-16"),
    (b"\xfe\xff", "utf-16"),
)
_DELIMITERS: Final = ",;\t|"
_SAMPLE: Final = 80
_BEFORE_LETTERS: Final = 30


@dataclass(frozen=True, slots=True)
class Sent:
    """A workbook or table as somebody sends it; ``name`` is what its file is called."""

    body: bytes
    name: str = ""
    rows: Mapping[str, Sequence[Mapping[str, str]]] | None = None
    """What a form holds in place of a file: rows by the key of their sheet, cells by that of
    their column; see `of_rows`."""

    @classmethod
    def of_rows(cls, rows: Mapping[str, Sequence[Mapping[str, str]]]) -> Sent:
        """What somebody filled into a form. A text says its language, as in ``text@fr``."""
        return cls(b"", "form", rows)


def read(sent: Sent) -> RawBook:
    """The tables of what was sent.

    Raises:
        InputError: it is nothing that can be read here, or is larger than it may be.
    """
    if sent.rows is not None:
        return _form(sent.rows)
    refuse_size(len(sent.body))
    if sent.body.startswith(_ZIP):
        return _workbook(sent.body)
    if sent.body.startswith(_OLD):
        raise InputError(
            "The file is a workbook of the old form .xls, or protected by a password.",
            remedy="Save it as .xlsx, without a password.",
        )
    return _table(sent)


def refuse_size(size: int) -> None:
    """Refuse what is too large.

    Raises:
        InputError: it is.
    """
    if size > MOST_BYTES:
        raise InputError(
            f"The file has {size / 1e6:,.0f} MB; {MOST_BYTES / 1e6:,.0f} MB is the most.",
            remedy="Delete sheets and pictures that are not the register's, or send it in parts: "
            "rows that a workbook does not have stay as they are.",
        )


def _form(rows: Mapping[str, Sequence[Mapping[str, str]]]) -> RawBook:
    sheets = []
    for key, cells in rows.items():
        heads = list(dict.fromkeys(name for row in cells for name in row))
        table: list[list[Value]] = [list(heads)]
        table += [[row.get(name, "") for name in heads] for row in cells]
        sheets.append(RawSheet(key, table))
    return RawBook(sheets, keyed=True)


def _workbook(body: bytes) -> RawBook:
    scans = scan(io.BytesIO(body))
    book = RawBook([], copied=property_of(io.BytesIO(body), PROPERTY))
    try:
        with CalamineWorkbook.from_filelike(io.BytesIO(body)) as opened:
            for told in opened.sheets_metadata:
                if told.name == LISTS:
                    continue
                if told.visible != SheetVisibleEnum.Visible:
                    _hidden(book, told.name)
                    continue
                sheet = opened.get_sheet_by_name(told.name)
                start = sheet.start or (0, 0)
                rows = sheet.to_python(skip_empty_area=True)
                _refuse_extent(told.name, len(rows), max(map(len, rows), default=0))
                scanned = scans.get(told.name)
                book.sheets.append(
                    RawSheet(
                        told.name,
                        [list(row) for row in rows],
                        first_row=start[0] + 1,
                        first_column=start[1],
                        merged=tuple(sheet.merged_cell_ranges or ()),
                        without_value=frozenset(scanned.without_value if scanned else ()),
                    )
                )
    except CalamineError as error:
        raise InputError(
            "The workbook cannot be read: it is damaged, or written in an unknown way.",
            remedy="Open it in a spreadsheet program and save it as .xlsx.",
        ) from error
    return book


def _hidden(book: RawBook, name: str) -> None:
    """Tell of a hidden sheet; one of ours that nobody sees must not come in unseen."""
    is_ours = name.casefold() in words.keys_of_sheets()
    told = Fault(
        "sheet",
        name,
        "",
        name,
        f"The sheet “{name}” is hidden.",
        "Unhide it, or delete it." if is_ours else "It is not read.",
    )
    (book.faults if is_ours else book.notes).append(told)


def _refuse_extent(name: str, rows: int, columns: int) -> None:
    if rows > MOST_ROWS or columns > MOST_COLUMNS:
        raise InputError(
            f"The sheet {name!r} has {rows:,} rows and {columns:,} columns; "
            f"{MOST_ROWS:,} and {MOST_COLUMNS:,} are the most.",
            remedy="Delete what is not part of the table.",
        )


def _table(sent: Sent) -> RawBook:
    name = PurePath(sent.name).stem or "table"
    text, notes = _decoded(sent.body, name)
    if "\0" in text:
        raise InputError(
            "The file is neither a workbook nor a table of text.",
            remedy="Send it as .xlsx or as .csv.",
        )
    head = text.partition("\n")[0]
    delimiter = max(_DELIMITERS, key=head.count)
    rows: list[list[Value]] = []
    csv.field_size_limit(LONGEST * 4)
    try:
        for row in csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True):
            rows.append(list(row))
            _refuse_extent(name, len(rows), len(row))
    except csv.Error as error:
        raise InputError(
            f"The table breaks off after row {len(rows)}: {error}.",
            remedy="Mend the quotation marks of the next row, or save the table anew.",
        ) from error
    return RawBook([RawSheet(name, rows)], notes=notes)


def _decoded(body: bytes, name: str) -> tuple[str, list[Fault]]:
    """The text of a table, in UTF-8 or UTF-16, or else in Windows-1252, of which is told."""
    encoding = next((known for mark, known in _MARKS if body.startswith(mark)), "utf-8")
    try:
        return body.decode(encoding), []
    except UnicodeDecodeError as error:
        if encoding != "utf-8":
            raise InputError(
                "The table is not of the encoding that its first bytes tell.",
                remedy="Save it as CSV in UTF-8.",
            ) from error
    try:
        text = body.decode("cp1252")
    except UnicodeDecodeError:
        raise InputError(
            "The table is neither in UTF-8 nor in Windows-1252.", remedy="Save it as CSV in UTF-8."
        ) from None
    sample = _around_letters(text)
    return text, [
        Fault(
            "file",
            name,
            "",
            sample,
            "The table is not in UTF-8; it was read as Windows-1252.",
            f"See whether the letters are right: “{sample}”. Else save it as CSV in UTF-8.",
        )
    ]


def _around_letters(text: str) -> str:
    """A part of the first line that has other letters than ASCII, with the first of them in it."""
    line = next((line for line in text.splitlines() if not line.isascii()), "")
    place = next((at for at, letter in enumerate(line) if not letter.isascii()), 0)
    begin = max(0, place - _BEFORE_LETTERS)
    return line[begin : begin + _SAMPLE]


def cell_name(sheet: RawSheet, row: int, column: int) -> str:
    """Such as F12, for a place in the sheet's rows."""
    return f"{letters(sheet.first_column + column)}{sheet.first_row + row}"
