"""The dumps for download: `/dumps/`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from fastapi import FastAPI
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import FileResponse, RedirectResponse, Response

from pledgegraph.history import Dump, Dumps
from pledgegraph.media_types import format_named
from pledgegraph_api.errors import DumpMissing, TooManyRanges
from pledgegraph_api.history.openapi import (
    JSON,
    DumpCard,
    DumpCards,
    DumpFileCard,
    dumps_description,
)
from pledgegraph_api.http.etags import etag_of
from pledgegraph_api.http.negotiation import page_or_format
from pledgegraph_api.http.query_params import known_parameters, taking
from pledgegraph_api.http.ranges import keep_satisfiable
from pledgegraph_api.http.respond import FOR_GOOD, respond
from pledgegraph_api.web.pages import Pages

PATH: Final = "/dumps/"
_MOST_RANGES: Final = 16


class DumpFiles:
    """Lists the dumps, and sends their files, or parts of them."""

    def __init__(self, dumps: Dumps, pages: Pages, base: str) -> None:
        self._dumps = dumps
        self._pages = pages
        self._base = base

    def install(self, app: FastAPI) -> None:
        """Put the list and the files at their addresses."""
        app.add_api_route(PATH, self.list, methods=["GET"], **dumps_description())
        app.add_api_route(PATH, self.list, methods=["HEAD"], include_in_schema=False)
        app.add_api_route(
            "/dumps",
            self.to_list,
            methods=["GET", "HEAD"],
            include_in_schema=False,
            dependencies=taking("format", "lang"),
        )
        for path, answer in (
            (f"{PATH}latest/{{ending:path}}", self.latest),
            (f"{PATH}{{sequence:int}}/{{name}}", self.file),
        ):
            app.add_api_route(
                path,
                answer,
                methods=["GET", "HEAD"],
                include_in_schema=False,
                dependencies=taking(),
            )

    async def to_list(self) -> Response:
        """The way to the list."""
        return RedirectResponse(f"{self._base}{PATH}", 308)

    async def list(self, request: Request) -> Response:
        """The dumps, the newest first, as JSON or as a page.

        Raises:
            WrongParameters: the list knows no such parameters.
        """
        known_parameters(request, ("format", "lang"))
        dumps, damaged = await run_in_threadpool(self._found)
        name = request.query_params.get("format")
        form = page_or_format(request, (JSON,), name, what="the list of dumps")
        state = (tuple(each.sequence for each in dumps), tuple(damaged))
        if form is None:
            rows = [
                (each, [(f, format_named(f.format).title) for f in each.files]) for each in dumps
            ]
            return self._pages.render(
                request,
                "dumps.html",
                state=state,
                dumps=rows,
                damaged=damaged,
            )
        told = DumpCards(dumps=[self._card(each) for each in dumps], damaged=list(damaged))
        return respond(
            request,
            told.encoded,
            content_type=form.content_type,
            state=state,
            headers={"Vary": "Accept"},
        )

    def _found(self) -> tuple[Sequence[Dump], Sequence[int]]:
        """The dumps that are whole, and the numbers of those that are not and are passed over."""
        return self._dumps.newest_first(), self._dumps.damaged()

    async def latest(self, ending: str) -> Response:
        """The way to the newest file with that ending, such as ``nq.gz``.

        Raises:
            DumpMissing: there is none.
        """
        dump = await run_in_threadpool(self._dumps.newest)
        if dump is not None:
            for each in dump.files:
                for name in (each.name, f"{each.name}.sha256"):
                    if name == f"pledgegraph-{dump.sequence}.{ending}":
                        return RedirectResponse(
                            f"{self._base}{PATH}{dump.sequence}/{name}",
                            307,
                            headers={"Cache-Control": "no-cache"},
                        )
        raise DumpMissing("There is no such dump.")

    async def file(self, request: Request, sequence: int, name: str) -> Response:
        """One file, or the ranges of it that are asked for (RFC 9110, section 14).

        Raises:
            DumpMissing: there is none of that name.
            TooManyRanges: it is asked for in crumbs.
        """
        path = await run_in_threadpool(self._dumps.path, sequence, name)
        if path is None:
            raise DumpMissing(f"There is no dump {sequence} with a file of that name.")
        if request.headers.get("range", "").count(",") >= _MOST_RANGES:
            raise TooManyRanges(f"Up to {_MOST_RANGES} ranges are sent at once.")
        found = path.stat()
        keep_satisfiable(request.scope, found.st_size)
        is_packed = path.suffix == ".gz"
        return respond(
            request,
            lambda: FileResponse(
                path,
                filename=name,
                stat_result=found,
                content_disposition_type="attachment" if is_packed else "inline",
            ),
            content_type="application/gzip" if is_packed else "text/plain; charset=utf-8",
            # A file of that name never changes, so that a download can go on after an upgrade.
            tag=etag_of(name, found.st_size),
            cache=FOR_GOOD,
        )

    def _card(self, dump: Dump) -> DumpCard:
        folder = f"{self._base}{PATH}{dump.sequence}/"
        return DumpCard(
            sequence=dump.sequence,
            snapshot=dump.sequence,
            time=dump.time.isoformat(),
            quads=dump.quads,
            hash=dump.hash,
            files=[
                DumpFileCard(
                    url=folder + each.name,
                    format=format_named(each.format).media_type,
                    compression="application/gzip",
                    bytes=each.bytes,
                    sha256=each.sha256,
                )
                for each in dump.files
            ],
        )
