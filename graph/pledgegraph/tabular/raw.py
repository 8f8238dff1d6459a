"""A workbook as it was sent: its tables, with the place of each cell."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Final

from pledgegraph.tabular.faults import Fault

Value = str | float | int | bool | date | datetime | time | timedelta | None
LONGEST: Final = 32_767
"""Letters that a cell can hold."""


@dataclass(slots=True)
class RawSheet:
    """A table: what stands in its cells, from the first row and column on."""

    name: str
    rows: list[list[Value]]
    first_row: int = 1
    """The number of the first of the rows, as the workbook counts."""
    first_column: int = 0
    merged: tuple[tuple[tuple[int, int], tuple[int, int]], ...] = ()
    """Corners of merged cells, each as row and column, counted from 0."""
    without_value: frozenset[str] = frozenset()
    """Cells with a formula that has no value."""


@dataclass(slots=True)
class RawBook:
    """All tables of a workbook, and what was found amiss while it was read."""

    sheets: list[RawSheet]
    faults: list[Fault] = field(default_factory=list)
    notes: list[Fault] = field(default_factory=list)
    copied: str = ""
    """Which state of a register the file says that it is a copy of."""
    keyed: bool = False
    """Whether it came from a form: places are then called by their columns' keys."""


def text_of(value: Value) -> str:
    """A cell's value as text: days in the form of ISO 8601, whole numbers without a point."""
    if value is None:
        return ""
    if isinstance(value, str):
        return value.replace("\r\n", "\n").replace("\r", "\n").strip()
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, datetime):
        return value.date().isoformat() if value.time() == time() else value.isoformat(" ")
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:  # noqa: PLR2004
        return str(int(value))
    return str(value)


def letters(column: int) -> str:
    """What a spreadsheet calls a column, counted from 0."""
    found = ""
    column += 1
    while column:
        column, rest = divmod(column - 1, 26)
        found = chr(65 + rest) + found
    return found
