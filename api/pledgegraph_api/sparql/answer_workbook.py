"""An answer as a workbook for spreadsheets (Office Open XML, ECMA-376).

Each text is written as a text: nothing in it is ever computed. Beside a column of IRIs stands what
the things are called. What a sheet has no room for is left out, and the first sheet says so.
"""

from __future__ import annotations

import io
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final
from urllib.parse import urlencode

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from xlsxwriter import Workbook

from pledgegraph.namespaces import XSD
from pledgegraph.results import CUT
from pledgegraph_api.http.languages import required_language
from pledgegraph_api.sparql.opened import Opened
from pledgegraph_api.sparql.protocol import QueryRequest
from pledgegraph_api.sparql.runner import Answer
from pledgegraph_api.web.control_chars import printable
from pledgegraph_api.web.labels import Labels
from pledgegraph_api.web.pages import Pages
from pledgegraph_api.web.translations import Wording
from pledgegraph_api.workbench.samples import LONGEST_ADDRESS

Row = Mapping[str, Mapping[str, Any]]

MEDIA_TYPE: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
NAME: Final = "xlsx"
"""What the parameter ``format`` calls it."""

_MOST_ROWS: Final = 100_000
_MOST_CELLS: Final = 1_000_000
_LONGEST: Final = 32_767
"""Letters that a cell can hold."""
_DIGITS: Final = 15
"""That a number of a spreadsheet keeps; longer ones stay texts."""
_NUMBERS: Final = frozenset(
    XSD[name].value
    for name in ("integer", "decimal", "double", "float", "int", "long", "nonNegativeInteger")
)
_WIDTH: Final = 36


@dataclass(frozen=True, slots=True)
class About:
    """What the first sheet says of the answer."""

    query: str
    address: str
    """Where the same is had again; empty where it is too long for an address."""
    base: str
    sequence: int
    is_cut: bool


class AnswerWorkbooks:
    """Makes responses of answers."""

    def __init__(self, pages: Pages, labels: Labels, base: str) -> None:
        self._pages = pages
        self._labels = labels
        self._base = base

    async def response(
        self, request: Request, query: QueryRequest, opened: Opened | None, answer: Answer
    ) -> Response:
        """The workbook of an answer in SPARQL Results JSON, which is read to its end.

        Raises:
            QueryError: its evaluation failed.
        """
        language = required_language(request).tag
        content = b"".join([chunk async for chunk in answer.chunks()])
        given = [
            ("query", query.text),
            *query.dataset_parameters(),
            *query.bounding_parameters(),
            *(opened.parameters() if opened else ()),
        ]
        address = f"{self._base}/sparql?{urlencode(given)}"
        about = About(
            query.text,
            address if len(address) < LONGEST_ADDRESS else "",
            self._base,
            answer.sequence,
            is_cut=answer.cut is not None,
        )
        words = self._pages.wording[language]
        workbook = await run_in_threadpool(written, content, about, self._labels, language, words)
        return Response(
            workbook,
            headers={
                "Content-Type": MEDIA_TYPE,
                "Content-Disposition": f'attachment; filename="answer.{NAME}"',
                "Cache-Control": "no-store",
                "Content-Language": language,
                "Pledgegraph-Snapshot": str(answer.sequence),
                "Vary": "Accept-Language",
            },
        )


def written(results: bytes, about: About, labels: Labels, language: str, words: Wording) -> bytes:
    """The workbook of an answer in SPARQL Results JSON. Blocks: to be called in a thread."""
    answer = json.loads(results)
    columns: Sequence[str] = answer["head"].get("vars", ("answer",))
    truth = answer.get("boolean")
    is_cut = about.is_cut or CUT in answer
    rows: list[Row] = answer.get("results", {}).get("bindings", [])
    if truth is not None:
        rows = [
            {"answer": {"type": "literal", "value": words["answer_yes" if truth else "answer_no"]}}
        ]
    most = min(_MOST_ROWS, _MOST_CELLS // max(len(columns), 1))
    left_out = len(rows) > most
    rows = rows[:most]
    names = _names(rows, labels, language)
    held = io.BytesIO()
    options = {
        "in_memory": True,
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "strings_to_numbers": False,
    }
    with Workbook(held, options) as book:
        head = book.add_format({"bold": True, "bottom": 1})
        days = book.add_format({"num_format": "yyyy-mm-dd", "align": "left"})
        wrapped = book.add_format({"text_wrap": True, "valign": "top"})
        sheet: Any = book.add_worksheet(words["sheet_about"][:31])
        sheet.set_column(0, 0, 28)
        sheet.set_column(1, 1, 100)
        for line, (name, value) in enumerate(_about(about, words, cut=left_out or is_cut)):
            sheet.write_string(line, 0, name)
            sheet.write_string(line, 1, printable(value)[:_LONGEST], wrapped)
        sheet = book.add_worksheet(words["answer"][:31])
        named = [name for name in columns if _is_named(rows, name, names)]
        place = 0
        for name in columns:
            sheet.set_column(place, place, _WIDTH)
            sheet.write_string(0, place, name, head)
            for line, row in enumerate(rows, 1):
                if name in row:
                    _write(sheet, line, place, row[name], days)
            place += 1
            if name in named:
                sheet.set_column(place, place, _WIDTH)
                sheet.write_string(0, place, words["wb_called"].format(name=name), head)
                for line, row in enumerate(rows, 1):
                    label = names.get(str(row.get(name, {}).get("value")))
                    if label:
                        sheet.write_string(line, place, label)
                place += 1
        sheet.freeze_panes(1, 0)
        if rows:
            sheet.autofilter(0, 0, len(rows), max(place - 1, 0))
    return held.getvalue()


def _about(about: About, words: Wording, *, cut: bool) -> list[tuple[str, str]]:
    lines = [
        ("Pledgegraph", about.base),
        (words["snapshot"], str(about.sequence)),
        (words["form_query"], about.query),
        (words["sheet_licence"], f"{about.base}/catalog#licences"),
    ]
    if about.address:
        lines.insert(1, (words["permalink"], about.address))
    if cut:
        lines.insert(0, (words["wb_cut_label"], words["wb_cut"]))
    return lines


def _names(rows: Sequence[Row], labels: Labels, language: str) -> dict[str, str]:
    iris = {
        str(term["value"]) for row in rows for term in row.values() if term.get("type") == "uri"
    }
    return {iri: printable(each.value) for iri, each in labels.names(iris, language).items()}


def _is_named(rows: Sequence[Row], column: str, names: Mapping[str, str]) -> bool:
    return any(str(row[column].get("value")) in names for row in rows if column in row)


def _write(sheet: Any, line: int, place: int, term: Mapping[str, Any], days: Any) -> None:
    value, datatype = term["value"], term.get("datatype", "")
    if isinstance(value, dict):
        value = json.dumps(value, ensure_ascii=False)  # a triple term
    number = _number(value) if datatype in _NUMBERS else None
    day = _day(value) if datatype == XSD.date.value else None
    if number is not None:
        sheet.write_number(line, place, number)
    elif day is not None:
        sheet.write_datetime(line, place, day, days)
    else:
        sheet.write_string(line, place, printable(value)[:_LONGEST])


def _number(text: str) -> float | None:
    """The number, where a spreadsheet keeps all of its digits."""
    if sum(each.isdigit() for each in text) > _DIGITS:
        return None
    try:
        found = float(text)
    except ValueError:
        return None
    return found if abs(found) < float("inf") else None


def _day(text: str) -> datetime | None:
    try:
        found = date.fromisoformat(text)
    except ValueError:
        return None
    # The calendar of spreadsheets begins with the year 1900, and with a mistake in it.
    return datetime(found.year, found.month, found.day) if found.year > 1900 else None  # noqa: DTZ001, PLR2004
