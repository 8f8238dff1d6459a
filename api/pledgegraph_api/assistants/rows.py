"""Answers to queries as rows that fit into what an assistant reads."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import httpx
from pydantic_core import to_json, to_jsonable_python
from pyoxigraph import QueryResultsFormat, QuerySolutions, parse_query_results

from pledgegraph.client import Row, is_cut, rows_of

SOLUTIONS: Final = "application/sparql-results+json"
MOST_CHARACTERS: Final = 100_000
"""Of an answer; more would leave an assistant no room for anything else."""


def read_rows(response: httpx.Response) -> tuple[tuple[Row, ...], bool]:
    """The rows of an answer, of ASK a row with the truth; and whether they are all."""
    found = parse_query_results(response.content, format=QueryResultsFormat.JSON)
    if not isinstance(found, QuerySolutions):
        return (Row({"answer": bool(found)}),), True
    return rows_of(found)[1], not is_cut(response)


def fitting(rows: Sequence[Row]) -> tuple[list[dict[str, Any]], bool]:
    """As many of the rows as fit, without their empty cells; and whether they are all."""
    shown: list[dict[str, Any]] = []
    left = MOST_CHARACTERS
    for row in rows:
        cells = plain({name: value for name, value in row.items() if value is not None})
        left -= len(to_json(cells))
        if left < 0:
            return shown, False
        shown.append(cells)
    return shown, True


def plain(value: Any) -> Any:
    """The value as JSON has it: days, decimal numbers and what is no number as texts."""
    return to_jsonable_python(value, inf_nan_mode="strings")
