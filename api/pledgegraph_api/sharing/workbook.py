"""Commitments as a workbook for spreadsheets (Office Open XML, ECMA-376).

Each text is written as a text: nothing in it is ever computed. Days are days where they are exact.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any, Final

from pyoxigraph import NamedNode
from xlsxwriter import Workbook
from xlsxwriter.format import Format

from pledgegraph.catalogue import words_of
from pledgegraph_api.collections.table import Table
from pledgegraph_api.progress.ledger import Commitment, Ledger
from pledgegraph_api.progress.standing import Standing
from pledgegraph_api.progress.terms import FRESHNESS, SEVERAL, STATUS, UNMATCHED
from pledgegraph_api.web.control_chars import printable
from pledgegraph_api.web.translations import Wording

XLSX: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
LONGEST: Final = 32_767
"""Letters that a cell can hold."""
_DATES: Final = "yyyy-mm-dd"
_WIDTHS: Final = (44, 50, 32, 32)

Cell = str | int | date
Rows = Iterable[Sequence[Cell]]


class CommitmentsWorkbook:
    """Writes the commitments that a list has, what was told of them, and the sources.

    The names are those of one language, the IRIs beside them the same in all.
    """

    def __init__(
        self, ledger: Ledger, sources: Table, *, language: str, words: Wording, base: str
    ) -> None:
        self._ledger = ledger
        self._sources = sources
        self._language = language
        self._words = words
        self._base = base

    def written(
        self, standings: Sequence[Standing], *, day: date, filters: Mapping[str, str]
    ) -> bytes:
        """The workbook's bytes; ``filters`` are told in it as they were asked for."""
        held = io.BytesIO()
        options = {
            "in_memory": True,
            "strings_to_formulas": False,
            "strings_to_urls": False,
            "strings_to_numbers": False,
        }
        with Workbook(held, options) as book:
            # The file is the same for the same data, whenever it is written.
            book.set_properties({"created": datetime(day.year, day.month, day.day)})  # noqa: DTZ001
            head = book.add_format({"bold": True, "bottom": 1, "text_wrap": True})
            dates = book.add_format({"num_format": _DATES, "align": "left"})
            sheet = _sheet_writer(book, head, dates)
            words = self._words
            sheet(words["sheet_about"], ("", ""), self._about(len(standings), day, filters))
            sheet(words["commitments"], self._heads(_COMMITMENTS), map(self._commitment, standings))
            members = [each.commitment for each in standings]
            sheet(words["sheet_accounts"], self._heads(_ACCOUNTS), self._accounts(members))
            sheet(words["sources"], self._heads(_SOURCES), self._source_rows())
        return held.getvalue()

    def _heads(self, columns: Sequence[str]) -> list[str]:
        return [
            "IRI" if name == "iri" else words_of(name, columns)[self._language] for name in columns
        ]

    def _about(self, count: int, day: date, filters: Mapping[str, str]) -> Rows:
        words = self._words
        yield "Pledgegraph", self._base
        yield words["snapshot"], self._ledger.sequence
        yield words["progress_day"], day
        yield words["commitments"], count
        for name, value in filters.items():
            yield words.get(f"filter_{name}", name), value
        yield words["footer_methodology"], f"{self._base}/methodology"
        yield words["sheet_licence"], f"{self._base}/catalog#licences"
        yield "", words["sheet_note"]

    def _commitment(self, standing: Standing) -> Sequence[Cell]:
        commitment = standing.commitment
        return (
            commitment.record.value,
            self._name(commitment.record.value),
            self._names(commitment.registers),
            self._names(commitment.makers),
            self._name(FRESHNESS + standing.reporting),
            _day(standing.last_report),
            self._status(standing.own),
            _day(standing.own_as_of),
            self._status(standing.found),
            _day(standing.found_as_of),
            _day(commitment.due),
        )

    def _accounts(self, commitments: Iterable[Commitment]) -> Rows:
        for commitment in commitments:
            for telling in commitment.told:
                account = telling.account
                yield (
                    commitment.record.value,
                    self._name(commitment.record.value),
                    account.record.value,
                    self._words[f"progress_voice_{telling.voice}"],
                    self._names(account.tellers),
                    _day(account.starts[0]) if account.starts else "",
                    _day(account.ends[-1]) if account.ends else "",
                    account.date_words,
                    self._names(account.statuses),
                    " | ".join(account.words),
                )

    def _source_rows(self) -> Rows:
        for row in self._sources.rows:
            yield (
                row.record.value,
                self._sources.name(row.record, self._language)[0],
                self._listed(row.values.get("register", ())),
                self._listed(row.values.get("actor", ())),
                _day(row.earliest),
                _day(row.latest),
            )

    def _listed(self, nodes: Iterable[NamedNode]) -> str:
        names = (self._sources.name(each, self._language)[0] or each.value for each in nodes)
        return " | ".join(names)

    def _status(self, name: str) -> str:
        if name == UNMATCHED:
            return self._words["progress_unmatched"]
        return self._words["progress_several"] if name == SEVERAL else self._name(STATUS + name)

    def _name(self, iri: str) -> str:
        return self._ledger.name(iri, self._language)[0] or iri

    def _names(self, iris: Iterable[str]) -> str:
        return " | ".join(self._name(iri) for iri in iris)


_COMMITMENTS: Final = (
    "iri",
    "commitment",
    "register",
    "maker",
    "freshness",
    "lastReport",
    "byMaker",
    "statusAsOf",
    "byReviewer",
    "asOf",
    "finalDueDate",
)
_ACCOUNTS: Final = (
    "iri",
    "commitment",
    "report",
    "voice",
    "teller",
    "from",
    "until",
    "dateAsPublished",
    "status",
    "statusAsPublished",
)
_SOURCES: Final = ("iri", "source", "register", "publisher", "from", "until")


def _sheet_writer(
    book: Workbook, head: Format, dates: Format
) -> Callable[[str, Sequence[str], Rows], None]:
    def write(title: str, heads: Sequence[str], rows: Rows) -> None:
        sheet: Any = book.add_worksheet(_sheet_name(title))
        for column, name in enumerate(heads):
            width = _WIDTHS[column] if column < len(_WIDTHS) else 20
            sheet.set_column(column, column, width)
            sheet.write_string(0, column, name, head)
        first = 1 if any(heads) else 0
        last = first
        for last, row in enumerate(rows, first):
            for column, value in enumerate(row):
                if isinstance(value, date):
                    sheet.write_datetime(last, column, value, dates)
                elif isinstance(value, int):
                    sheet.write_number(last, column, value)
                elif value:
                    sheet.write_string(last, column, printable(value)[:LONGEST])
        if first:
            sheet.freeze_panes(1, 0)
            sheet.autofilter(0, 0, last, len(heads) - 1)

    return write


def _sheet_name(title: str) -> str:
    """The title as a sheet may be called: at most 31 letters, and some signs not."""
    return "".join(" " if each in "[]:*?/\\" else each for each in title)[:31].strip("'")


def _day(text: str) -> Cell:
    """The day, where spreadsheets know it (they begin with 1900); else its text."""
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return text
    return day if day.year > 1900 else text  # noqa: PLR2004 -- said above
