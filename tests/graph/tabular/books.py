"""Workbooks as a spreadsheet program would hand them over: read, changed, and written anew."""

from __future__ import annotations

import csv
import io
import re
import zipfile
from pathlib import Path
from typing import Any

from python_calamine import CalamineWorkbook, SheetVisibleEnum
from xlsxwriter import Workbook

_PROPERTY = re.compile(r'<property [^>]*name="([^"]*)"[^>]*><vt:lpwstr>([^<]*)<')


def _properties(content: bytes) -> dict[str, str]:
    """What a workbook says of itself by properties of its own."""
    with zipfile.ZipFile(io.BytesIO(content)) as package:
        if "docProps/custom.xml" not in package.namelist():
            return {}
        return dict(_PROPERTY.findall(package.read("docProps/custom.xml").decode()))


class Book:
    """The sheets of a workbook, each a list of rows of cells, and the properties of the file."""

    def __init__(
        self, sheets: dict[str, list[list[Any]]], properties: dict[str, str] | None = None
    ) -> None:
        self.sheets = sheets
        self.properties = properties or {}

    @classmethod
    def read(cls, content: bytes) -> Book:
        """What a reader of workbooks sees, without the hidden sheets."""
        with CalamineWorkbook.from_filelike(io.BytesIO(content)) as opened:
            return cls(
                {
                    told.name: [
                        [cell if cell != "" else None for cell in row]
                        for row in opened.get_sheet_by_name(told.name).to_python()
                    ]
                    for told in opened.sheets_metadata
                    if told.visible == SheetVisibleEnum.Visible
                },
                _properties(content),
            )

    def heads(self, sheet: str) -> list[str]:
        """The headings of a sheet."""
        return [str(cell or "") for cell in self.sheets[sheet][0]]

    def row(self, sheet: str, identifier: str) -> list[Any]:
        """The row with that identifier."""
        return next(row for row in self.sheets[sheet] if row[0] == identifier)

    def put(self, sheet: str, identifier: str, heading: str, value: Any) -> tuple[str, str, str]:
        """Write into a cell; returns its place."""
        self.row(sheet, identifier)[self.heads(sheet).index(heading)] = value
        return sheet, identifier, heading

    def cell(self, sheet: str, identifier: str, heading: str) -> str:
        """What stands in a cell."""
        return str(self.row(sheet, identifier)[self.heads(sheet).index(heading)] or "")

    def add_column(self, sheet: str, heading: str) -> None:
        """Give a sheet an empty column of that heading, at its end, if it has none."""
        if heading in self.heads(sheet):
            return
        for index, row in enumerate(self.sheets[sheet]):
            row.append(None if index else heading)

    def table(self, sheet: str) -> bytes:
        """A sheet saved as CSV."""
        held = io.StringIO(newline="")
        csv.writer(held).writerows(self.sheets[sheet])
        return held.getvalue().encode()

    def append(self, sheet: str, **cells: Any) -> int:
        """Add a row; spaces of headings are underscores, ``@`` is ``__``. Returns its number."""
        heads = self.heads(sheet)
        row: list[Any] = [None] * len(heads)
        for name, value in cells.items():
            row[heads.index(name.replace("__", "@").replace("_", " "))] = value
        self.sheets[sheet].append(row)
        return len(self.sheets[sheet])

    def written(self) -> bytes:
        """The workbook's bytes."""
        held = io.BytesIO()
        with Workbook(held, {"in_memory": True, "strings_to_formulas": False}) as book:
            for name, value in self.properties.items():
                book.set_custom_property(name, value, "text")
            days = book.add_format({"num_format": "yyyy-mm-dd"})
            for name, rows in self.sheets.items():
                page = book.add_worksheet(name)
                for index, row in enumerate(rows):
                    for column, value in enumerate(row):
                        if hasattr(value, "isoformat"):
                            page.write_datetime(index, column, value, days)
                        elif isinstance(value, str):
                            page.write_string(index, column, value)
                        elif value is not None:
                            page.write(index, column, value)
        return held.getvalue()

    def save(self, path: Path) -> Path:
        """Write it to a file."""
        path.write_bytes(self.written())
        return path

    def different(self, other: Book) -> set[tuple[str, str, str]]:
        """The cells that two workbooks have otherwise; rows and the sheet about it are the same."""
        found = set()
        assert list(self.sheets) == list(other.sheets)
        assert self.sheets["About"] == other.sheets["About"]
        for sheet, rows in self.sheets.items():
            if sheet == "About":
                continue
            theirs = {row[0]: row for row in other.sheets[sheet][1:]}
            assert [row[0] for row in rows[1:]] == list(theirs)
            heads, others = self.heads(sheet), other.heads(sheet)
            assert set(others) <= set(heads)
            for row in rows[1:]:
                for index, value in enumerate(row):
                    heading = heads[index]
                    place = others.index(heading) if heading in others else None
                    if value != (None if place is None else theirs[row[0]][place]):
                        found.add((sheet, str(row[0]), heading))
        return found
