"""The rows of an answer as bars or as a line, or why they cannot be drawn.

The picture is drawn from the numbers that stand beside it, and the page works without it.
"""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from pledgegraph_api.web.result_table import Cell, Table

BAR: Final = "bar"
LINE: Final = "line"
MOST_BARS: Final = 60
MOST_POINTS: Final = 1000
WIDE: Final = 1000
"""Units of a picture from side to side."""
HIGH: Final = 300
_FEWEST: Final = 2
_DAY: Final = re.compile(r"-?\d{4,}(?:-\d\d(?:-\d\d)?)?(?:T.*)?")


@dataclass(frozen=True, slots=True)
class Mark:
    """A piece of a bar; see `charts.html`."""

    name: str
    start: int
    length: int


@dataclass(frozen=True, slots=True)
class Bar:
    """A row of the chart."""

    label: Cell | None
    value: Cell
    marks: tuple[Mark, ...]


@dataclass(frozen=True, slots=True)
class Chart:
    """What is drawn: one column of numbers, by another column."""

    kind: str
    labels: str
    """The column that says of what the numbers are."""
    values: str
    bars: tuple[Bar, ...]
    points: str
    """Of a line: its corners, as SVG has them."""
    low: str
    high: str
    """The ends of the scale, as they stand in the answer or 0."""
    left_out: int
    """Rows without a number, or beyond the most that are drawn."""


@dataclass(frozen=True, slots=True)
class NoChart:
    """Why there is none: the name of the message, and what it names."""

    reason: str
    number: int = 0


def chart_of(table: Table, view: str) -> Chart | NoChart:
    """The chart of a table; ``view`` is `BAR` or `LINE`."""
    if len(table.rows) < _FEWEST:
        return NoChart("chart_few_rows")
    numeric = [at for at in range(len(table.columns)) if _is_numeric(table, at)]
    others = [at for at in range(len(table.columns)) if at not in numeric]
    if not numeric:
        return NoChart("chart_no_numbers")
    if not others and len(numeric) < 2:  # noqa: PLR2004 -- one to draw, and one to draw it by
        return NoChart("chart_no_labels")
    by = others[0] if others else numeric[0]
    drawn = next(at for at in numeric if at != by)
    rows = [(row[by], row[drawn]) for row in table.rows]
    usable = [(label, value, _number(value)) for label, value in rows if value is not None]
    usable = [each for each in usable if math.isfinite(each[2])]
    if view == LINE:
        if not all(label and _is_ordered(label) for label, _, _ in usable):
            return NoChart("chart_no_order")
        usable.sort(key=lambda each: _order(each[0]))
    most = MOST_POINTS if view == LINE else MOST_BARS
    shown = usable[:most]
    if len(shown) < _FEWEST:
        return NoChart("chart_few_rows")
    numbers = [number for _, _, number in shown]
    low, high = min(0.0, *numbers), max(0.0, *numbers)
    span = (high - low) or 1.0
    lowest = next((value.text for _, value, number in shown if number == low), "0")
    highest = next((value.text for _, value, number in shown if number == high), "0")
    return Chart(
        view,
        table.columns[by],
        table.columns[drawn],
        tuple(
            Bar(label, value, _marks(number, low, span)) if view == BAR else Bar(label, value, ())
            for label, value, number in shown
        ),
        _corners(numbers, low, span) if view == LINE else "",
        lowest,
        highest,
        len(rows) - len(shown),
    )


def _marks(number: float, low: float, span: float) -> tuple[Mark, ...]:
    start = round((min(number, 0.0) - low) / span * WIDE)
    length = round(abs(number) / span * WIDE)
    return (Mark("value", start, length),) if length else ()


def _corners(numbers: Sequence[float], low: float, span: float) -> str:
    step = WIDE / (len(numbers) - 1)
    return " ".join(
        f"{place * step:.1f},{HIGH - (number - low) / span * HIGH:.1f}"
        for place, number in enumerate(numbers)
    )


def _is_numeric(table: Table, at: int) -> bool:
    cells = [row[at] for row in table.rows if row[at] is not None]
    return bool(cells) and all(cell.is_number for cell in cells if cell)


def _number(cell: Cell) -> float:
    """What is no number to Python, such as INF in another spelling, is none that can be drawn."""
    try:
        return float(cell.text)
    except ValueError:
        return math.nan


def _is_ordered(cell: Cell) -> bool:
    return cell.is_number or _DAY.fullmatch(cell.text) is not None


def _order(cell: Cell | None) -> tuple[float, str]:
    if cell is None:
        return (math.inf, "")
    return (_number(cell), "") if cell.is_number else (0.0, cell.text)
