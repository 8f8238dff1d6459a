"""The TimeMap of a document: all its versions with their times, for Memento clients.

See https://www.rfc-editor.org/rfc/rfc7089.html#section-5 and, on the format,
https://www.rfc-editor.org/rfc/rfc6690.html.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from fastapi import FastAPI
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from pledgegraph.store import PublishedLog
from pledgegraph_api.errors import PageMissing, RecordMissing
from pledgegraph_api.http.addresses import path_below_root
from pledgegraph_api.http.link_header import link
from pledgegraph_api.http.memento import DOCUMENTS, TIMEMAP_TYPE, TIMEMAPS, http_date, timemap_of
from pledgegraph_api.http.query_params import known_parameters, page_number
from pledgegraph_api.http.respond import respond
from pledgegraph_api.records.lookup import DocumentSource
from pledgegraph_api.web.record_paths import records_at, split_extension

PAGE_SIZE: Final = 1000
"""Versions in one TimeMap; longer histories have several, which lead to each other."""


class TimeMaps:
    """Lists the versions of documents. A document has one for each change set."""

    def __init__(self, source: DocumentSource, log: PublishedLog, base: str) -> None:
        self._source = source
        self._log = log
        self._base = base

    def install(self, app: FastAPI) -> None:
        """Put the TimeMaps at their addresses."""
        app.add_api_route(
            f"{TIMEMAPS}{DOCUMENTS}{{path:path}}",
            self.answer,
            methods=["GET", "HEAD"],
            include_in_schema=False,
        )

    async def answer(self, request: Request) -> Response:
        """The versions of a document, a thousand at once.

        Raises:
            RecordMissing: nothing is said of the record.
            PageMissing: there are fewer versions.
        """
        page = page_number(known_parameters(request, ("page",)).get("page", "1"))
        path = path_below_root(request.scope).removeprefix(TIMEMAPS)
        return await run_in_threadpool(self._written, request, path, page)

    def _written(self, request: Request, path: str, page: int) -> Response:
        self._require_record(path)
        last = self._log.last()
        pages = max(1, -(-last // PAGE_SIZE))
        if page > pages:
            raise PageMissing(
                f"The TimeMap has no page {page}.", remedy=f"Its pages are 1 to {pages}."
            )
        is_full = page * PAGE_SIZE <= last
        return respond(
            request,
            lambda: ",\n".join(self._links(path, page, pages, last)) + "\n",
            content_type=TIMEMAP_TYPE,
            state=(page, None if is_full else last, pages),
        )

    def _links(self, path: str, page: int, pages: int, last: int) -> Iterator[str]:
        original = f"{self._base}{path}"
        yield link(original, "original timegate")
        for each in range(1, pages + 1):
            relation = "self" if each == page else "timemap"
            yield link(
                f"{self._base}{timemap_of(path)}" + (f"?page={each}" if each > 1 else ""),
                relation,
                type=TIMEMAP_TYPE,
                **{"from": self._time((each - 1) * PAGE_SIZE + 1)},
                until=self._time(min(each * PAGE_SIZE, last)),
            )
        for number in range((page - 1) * PAGE_SIZE + 1, min(page * PAGE_SIZE, last) + 1):
            ends = {1: "first ", last: "last "} if last > 1 else {1: "first last "}
            yield link(
                f"{original}?version={number}",
                f"{ends.get(number, '')}memento",
                datetime=self._time(number),
            )

    def _time(self, number: int) -> str:
        return http_date(self._log.record(number).header().time)

    def _require_record(self, path: str) -> None:
        """Refuse what is no document.

        Raises:
            RecordMissing: it is none; with those whose IRIs look like it.
        """
        with self._source.engine.snapshot() as snapshot:
            whole = records_at(path, self._base)
            stem = records_at(split_extension(path)[0], self._base)
            if self._source.known(snapshot, [*whole, *stem]) is not None:
                return
            if stem:
                self._source.standing(snapshot, stem[0])
        raise RecordMissing("There is no record at this address.")
