"""``/progress``: what became of the commitments, as a page, as CSV and as a picture."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import partial
from typing import Any, Final

from fastapi import FastAPI
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from pledgegraph.media_types import CSV
from pledgegraph.results import for_spreadsheets
from pledgegraph_api.errors import Fault, WrongParameters
from pledgegraph_api.http.languages import required_language
from pledgegraph_api.http.openapi import HTML
from pledgegraph_api.http.query_params import known_parameters
from pledgegraph_api.http.respond import respond
from pledgegraph_api.progress.asked_day import read_day
from pledgegraph_api.progress.ledger import Ledger, Ledgers
from pledgegraph_api.progress.openapi import progress_description
from pledgegraph_api.progress.overview import (
    Overview,
    RegisterRow,
    freshness_iri,
    overview,
    status_iri,
)
from pledgegraph_api.progress.standing import standings
from pledgegraph_api.web.control_chars import printable
from pledgegraph_api.web.pages import Pages
from pledgegraph_api.web.prefixed_names import link_to, short_name

PATH: Final = "/progress"
SVG: Final = "image/svg+xml"
_SEPARATOR: Final = "|"
_COLUMNS: Final = (
    "id",
    "label",
    "register",
    "maker",
    "reporting",
    "last_report",
    "status_by_maker",
    "status_by_maker_as_of",
    "status_by_assessor",
    "status_by_assessor_as_of",
    "due",
    "due_state",
)


@dataclass(frozen=True, slots=True)
class Name:
    """What a thing is called on a page, in which language, and where it leads."""

    text: str
    language: str
    address: str


class ProgressPage:
    """The page, and its figures to take away."""

    def __init__(self, ledgers: Ledgers, pages: Pages, base: str) -> None:
        self._ledgers = ledgers
        self._pages = pages
        self._base = base
        self._of_today: tuple[Ledger, date, Overview] | None = None

    def install(self, app: FastAPI) -> None:
        """Put the page and its files at their addresses."""
        for path, endpoint, operation, summary, media_type in (
            (PATH, self.page, "progress", "What became of the commitments", HTML),
            (
                f"{PATH}.csv",
                self.table,
                "progress_csv",
                "How each commitment stands",
                CSV.media_type,
            ),
            (f"{PATH}.svg", self.picture, "progress_svg", "Reporting by register, drawn", SVG),
        ):
            described = progress_description(operation, summary, media_type)
            app.add_api_route(path, endpoint, methods=["GET"], **described)
            app.add_api_route(path, endpoint, methods=["HEAD"], include_in_schema=False)

    async def page(self, request: Request) -> Response:
        """The page for a day.

        Raises:
            WrongParameters: the day is none.
        """
        day, today = asked_day(request)
        ledger = await run_in_threadpool(self._ledgers.current)
        language = required_language(request)

        return await run_in_threadpool(
            self._pages.render,
            request,
            "progress.html",
            language=language,
            headers={"pledgegraph-snapshot": str(ledger.sequence)},
            state=(ledger.sequence, "progress", day.isoformat(), day == today),
            late=partial(self.content, ledger, day, today, language.tag),
        )

    async def picture(self, request: Request) -> Response:
        """The chart of reporting by register, as a picture for other documents."""
        day, today = asked_day(request)
        ledger = await run_in_threadpool(self._ledgers.current)
        language = required_language(request)
        return await run_in_threadpool(
            respond,
            request,
            lambda: self._pages.text(
                "progress.svg", language.tag, **self.content(ledger, day, today, language.tag)
            ),
            content_type=SVG,
            state=(ledger.sequence, day),
            headers={
                "pledgegraph-snapshot": str(ledger.sequence),
                "content-language": language.tag,
                "vary": "Accept-Language",
            },
        )

    async def table(self, request: Request) -> Response:
        """One row for each commitment, as it stood on the day."""
        day, _ = asked_day(request)
        ledger = await run_in_threadpool(self._ledgers.current)
        return await run_in_threadpool(
            respond,
            request,
            lambda: progress_csv(ledger, day),
            content_type=CSV.content_type,
            state=(ledger.sequence, day),
            headers={
                "pledgegraph-snapshot": str(ledger.sequence),
                "content-disposition": f'attachment; filename="progress-{day.isoformat()}.csv"',
            },
        )

    def ledger(self) -> Ledger:
        """What was told, of the newest snapshot. Blocks."""
        return self._ledgers.current()

    def content(self, ledger: Ledger, day: date, today: date, language: str) -> Mapping[str, Any]:
        """What a template shows of the day."""
        shown = self._overview(ledger, day, today)
        return {
            "shown": shown,
            "today": today,
            "name": partial(self._name, ledger, language),
            "status_name": lambda status: self._name(ledger, language, status_iri(status)),
            "class_name": lambda known: self._name(ledger, language, freshness_iri(known)),
            "marks": partial(bar_marks, shown),
        }

    def _overview(self, ledger: Ledger, day: date, today: date) -> Overview:
        """The sums of a day; those of today, which most ask for, are worked out once."""
        known = self._of_today
        if known is not None and known[0] is ledger and known[1] == day == today:
            return known[2]
        found = overview(ledger, day, today=today)
        if day == today:
            self._of_today = (ledger, day, found)
        return found

    def _name(self, ledger: Ledger, language: str, iri: str) -> Name:
        text, spoken = ledger.name(iri, language)
        return Name(
            printable(text or short_name(iri, self._base)),
            spoken,
            link_to(iri, self._base) or "",
        )


@dataclass(frozen=True, slots=True)
class Mark:
    """A piece of a bar: where it begins, how long it is, and which class it stands for."""

    name: str
    start: int
    length: int


def bar_marks(shown: Overview, row: RegisterRow) -> list[Mark]:
    """The pieces of a bar in the order of the classes; each commitment is one long.

    With few commitments each has a piece of its own.
    """
    marks: list[Mark] = []
    start = 0
    for share in row.shares:
        pieces = [1] * share.count if shown.squares else [share.count] if share.count else []
        for length in pieces:
            marks.append(Mark(share.name, start, length))
            start += length
    return marks


def asked_day(request: Request) -> tuple[date, date]:
    """The day that a request asks for, and today (UTC).

    Raises:
        WrongParameters: it is no day, or the address has a parameter that is not known.
    """
    today = datetime.now(UTC).date()
    day = read_day(known_parameters(request, ("day", "lang")).get("day", ""), today)
    if isinstance(day, Fault):
        raise WrongParameters(
            day.detail,
            remedy="Write the year, the month and the day, or leave it out.",
            faults=[day],
        )
    return day, today


def progress_csv(ledger: Ledger, day: date) -> bytes:
    """The standing of each commitment as CSV (RFC 4180), with a byte order mark.

    Spreadsheets take a file without the mark for one in the encoding of their system. No cell
    is a formula.
    """
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(_COLUMNS)
    for each in standings(ledger, day):
        commitment = each.commitment
        names = (
            [ledger.name(iri, "en")[0] or iri for iri in iris]
            for iris in (commitment.registers, commitment.makers)
        )
        writer.writerow(
            (
                commitment.record.value,
                ledger.name(commitment.record.value, "en")[0],
                *(_SEPARATOR.join(each) for each in names),
                each.reporting,
                each.last_report,
                each.own,
                each.own_as_of,
                each.found,
                each.found_as_of,
                commitment.due,
                each.due,
            )
        )
    return for_spreadsheets(text.getvalue())
