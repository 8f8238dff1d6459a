"""Single change sets: what is known of each, and its patch; and many patches at once."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import islice
from typing import Final

from fastapi import FastAPI
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from pledgegraph.media_types import Carries, Format
from pledgegraph.namespaces import PREFIXES
from pledgegraph.results import graph_bytes
from pledgegraph.store import LOG_FORMAT, Header, PublishedLog, Record
from pledgegraph_api.errors import DocumentMissing, ParameterError
from pledgegraph_api.history.openapi import CHANGE_FORMATS, JSON, PATCH_TYPE, patches_description
from pledgegraph_api.history.stream import card
from pledgegraph_api.history.vocabulary import PATH, ChangeVocabulary
from pledgegraph_api.http.negotiation import PAGE, page_or_format
from pledgegraph_api.http.query_params import known_parameters
from pledgegraph_api.http.respond import FOR_GOOD, REVALIDATE, respond
from pledgegraph_api.web.pages import Pages

_PATCH: Final = Format("rdfp", "RDF Patch", PATCH_TYPE, "rdfp", Carries.QUADS, "", text=False)
_FORMATS: Final = (*CHANGE_FORMATS, _PATCH)
_NUMBER: Final = re.compile(r"[1-9][0-9]{0,14}")
_LINES_SHOWN: Final = 100
_MOST_RECORDS: Final = 1000
_MOST_BYTES: Final = 32 * 1024 * 1024


class ChangeDocuments:
    """Answers for each change set at its own address. None of them ever changes."""

    def __init__(self, log: PublishedLog, pages: Pages, base: str) -> None:
        self._log = log
        self._pages = pages
        self._base = base
        self._vocabulary = ChangeVocabulary(base)

    def install(self, app: FastAPI) -> None:
        """Put the change sets and their patches at their addresses."""
        app.add_api_route(f"{PATH}/patches", self.patches, methods=["GET"], **patches_description())
        app.add_api_route(
            f"{PATH}/patches", self.patches, methods=["HEAD"], include_in_schema=False
        )
        for path, answer in (
            (f"{PATH}/{{number:int}}.rdfp", self.patch),
            (f"{PATH}/{{number:int}}.{{extension}}", self.form),
            (f"{PATH}/{{number:int}}", self.change),
        ):
            app.add_api_route(path, answer, methods=["GET", "HEAD"], include_in_schema=False)

    async def change(self, request: Request, number: int) -> Response:
        """A change set in the format that the client likes best.

        Raises:
            ChangeMissing: there is none of that number.
        """
        given = known_parameters(request, ("format", "lang"))
        return await self._answer(request, number, given.get("format"))

    async def form(self, request: Request, number: int, extension: str) -> Response:
        """A change set in the form of that extension.

        Raises:
            ChangeMissing: there is none of that number.
            DocumentMissing: there is no such form.
        """
        known_parameters(request, ("lang",))
        extensions = [PAGE, *(each.extension for each in _FORMATS)]
        if extension not in extensions:
            raise DocumentMissing(
                f"A change set has no form with the extension .{extension[:80]}.",
                remedy=f"Its extensions: {', '.join('.' + each for each in extensions)}.",
                near=[f"{PATH}/{number}.{each}" for each in extensions],
            )
        return await self._answer(request, number, extension)

    async def _answer(self, request: Request, number: int, name: str | None) -> Response:
        record = await run_in_threadpool(self._log.record, number)
        form = page_or_format(request, _FORMATS, name, what="a change set")
        if form is None:
            return await run_in_threadpool(self._html, request, record)
        if form is _PATCH:
            return await self.patch(request, number)
        patch = f'<{self._base}{PATH}/{number}.rdfp>; rel="alternate"; type="{PATCH_TYPE}"'
        return await run_in_threadpool(
            respond,
            request,
            lambda: self._written(record.header(), form),
            content_type=form.content_type,
            state=(number,),
            cache=FOR_GOOD,
            headers={"Link": patch, "Vary": "Accept"},
        )

    def _written(self, header: Header, form: Format) -> bytes:
        if form is JSON:
            return card(header, self._base).encoded()
        return graph_bytes(
            self._vocabulary.change(header),
            form,
            prefixes=PREFIXES | self._vocabulary.prefixes,
        )

    async def patch(self, request: Request, number: int) -> Response:
        """The change set as RDF Patch; its entity tag is its SHA-256.

        Raises:
            ChangeMissing: there is none of that number.
        """
        known_parameters(request, ("format", "lang"))
        record = await run_in_threadpool(self._log.record, number)
        is_head = request.method == "HEAD"
        return respond(
            request,
            lambda: Response() if is_head else StreamingResponse(record.patch()),
            content_type=PATCH_TYPE,
            tag=f'"{record.sha256}"',
            cache=FOR_GOOD,
            headers={
                "Content-Length": str(record.length),
                "Content-Disposition": f'inline; filename="change-{number}.rdfp"',
            },
        )

    async def patches(self, request: Request) -> Response:
        """The records from ``from`` on, up to ``to`` or to as many as are sent at once.

        Raises:
            ParameterError: they are not numbers of change sets.
        """
        known_parameters(request, ("from", "to"))
        first, wanted = _number(request, "from") or 1, _number(request, "to")
        last = await run_in_threadpool(self._log.last)
        headers = {"Pledgegraph-Log-Format": str(LOG_FORMAT), "Pledgegraph-Last": str(last)}
        end = min(first + _MOST_RECORDS - 1, last if wanted is None else min(wanted, last))
        chosen = await run_in_threadpool(self._fitting, first, end)
        is_whole = wanted is not None and bool(chosen) and chosen[-1].sequence == wanted
        headers["Cache-Control"] = FOR_GOOD if is_whole else REVALIDATE
        if chosen and chosen[-1].sequence < last:
            following = f"{self._base}{PATH}/patches?from={chosen[-1].sequence + 1}"
            headers["Link"] = f'<{following}>; rel="next"'
        headers["Content-Length"] = str(sum(record.written_length for record in chosen))
        if request.method == "HEAD":
            return Response(media_type=PATCH_TYPE, headers=headers)
        pieces = (piece for record in chosen for piece in record.written())
        return StreamingResponse(pieces, media_type=PATCH_TYPE, headers=headers)

    def _fitting(self, first: int, end: int) -> list[Record]:
        """The records from ``first`` to ``end`` that go into one answer; at least one."""
        chosen: list[Record] = []
        size = 0
        for record in self._log.records(first, end):
            size += record.length
            if chosen and size > _MOST_BYTES:
                break
            chosen.append(record)
        return chosen

    def _html(self, request: Request, record: Record) -> Response:
        header = record.header()
        return self._pages.render(
            request,
            "change.html",
            state=("change", record.sequence, self._log.last() == record.sequence),
            headers={"Cache-Control": "no-cache"},
            change=header,
            is_last=self._log.last() == record.sequence,
            removed=_first_lines(record, b"D"),
            added=_first_lines(record, b"A"),
            most=_LINES_SHOWN,
            rest=_is_cut(header),
        )


def _first_lines(record: Record, letter: bytes) -> list[str]:
    lines: Iterator[bytes] = islice(record.lines(letter), _LINES_SHOWN)
    return [line.decode().rstrip() for line in lines]


def _is_cut(header: Header) -> bool:
    return max(header.added, header.removed) > _LINES_SHOWN


def _number(request: Request, name: str) -> int | None:
    text = request.query_params.get(name)
    if text is None:
        return None
    if not _NUMBER.fullmatch(text):
        raise ParameterError(f"The parameter {name} is the number of a change set, from 1 on.")
    return int(text)
