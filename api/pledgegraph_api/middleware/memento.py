"""Time travel by header: RFC 7089, Memento.

An address that has earlier versions is its own TimeGate: with Accept-Datetime it answers 302 to
the same address with `?version=N`, the version of that time. That one says when it was, and
never changes.

See https://www.rfc-editor.org/rfc/rfc7089.html (pattern 1.1).
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from functools import cached_property
from typing import Final
from urllib.parse import parse_qsl, urlencode

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from pledgegraph.errors import PledgegraphError, VersionMissing
from pledgegraph.store import PublishedLog
from pledgegraph_api.errors import ParameterError
from pledgegraph_api.http.addresses import path_below_root
from pledgegraph_api.http.link_header import link
from pledgegraph_api.http.memento import DOCUMENTS, TIMEMAP_TYPE, http_date, timemap_of
from pledgegraph_api.problems.responses import ProblemAnswers

_FOR_GOOD: Final = "public, max-age=31536000, immutable"
_PARAMETER: Final = "version"
_NUMBER: Final = re.compile(r"[0-9]{1,18}")
_FINE: Final = frozenset({200, 304})
"""What has the headers of an earlier version: it, and the news that the client has it already."""


class Memento:
    """Middleware: turns Accept-Datetime into `?version=`, and marks what comes of that.

    ``covers`` says which paths have earlier versions.
    """

    def __init__(
        self,
        app: ASGIApp,
        *,
        log: PublishedLog,
        base: str,
        covers: Callable[[str], bool],
        problems: ProblemAnswers,
    ) -> None:
        self._app = app
        self._log = log
        self._base = base
        self._covers = covers
        self._problems = problems

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if (
            scope["type"] != "http"
            or scope["method"] not in ("GET", "HEAD")
            or not self._covers(path_below_root(scope))
        ):
            await self._app(scope, receive, send)
            return
        wanted = Headers(scope=scope).get("accept-datetime")
        if wanted is None and _PARAMETER.encode() not in scope["query_string"]:
            await self._app(scope, receive, _varying(send, _Visit(scope, self._base)))
            return
        visit = _Visit(scope, self._base)
        if wanted is not None and visit.version is None:
            response = await self._lead(visit, wanted, Request(scope))
            await response(scope, receive, send)
            return
        if visit.version is None or not _NUMBER.fullmatch(visit.version):
            await self._app(scope, receive, _varying(send, visit))
            return
        time = await run_in_threadpool(self._time, int(visit.version))
        await self._app(scope, receive, _marking(send, visit, time))

    async def _lead(self, visit: _Visit, wanted: str, request: Request) -> Response:
        """The way to the version of that time; the first one for times before it."""
        try:
            moment = _moment(wanted)
            number = await run_in_threadpool(self._log.at, moment)
            if self._log.last() == 0:
                raise VersionMissing("There is no version yet.")
        except PledgegraphError as error:
            return await self._problems.handle(request, error)
        headers = {
            "Location": visit.address(version=max(1, number)),
            "Vary": "Accept-Datetime",
            "Link": ", ".join(visit.links),
            "Cache-Control": "no-cache",
        }
        return Response(status_code=302, headers=headers)

    def _time(self, number: int) -> datetime | None:
        try:
            return self._log.record(number).header().time
        except PledgegraphError:
            return None  # whoever answers says what is wrong with the number


class _Visit:
    """One request: the address without a version, and the version."""

    def __init__(self, scope: Scope, base: str) -> None:
        self._pairs = parse_qsl(
            scope["query_string"].decode("utf-8", "replace"), keep_blank_values=True
        )
        self._below = path_below_root(scope)
        self._base = base
        self._path = f"{base}{self._below}"

    @cached_property
    def version(self) -> str | None:
        """What the address says of a version."""
        return next((value for name, value in self._pairs if name == _PARAMETER), None)

    @cached_property
    def original(self) -> str:
        """The address of the newest version."""
        return self._with([pair for pair in self._pairs if pair[0] != _PARAMETER])

    @property
    def is_document(self) -> bool:
        """Whether it is of a document, and so has a TimeMap."""
        return self._below.startswith(DOCUMENTS)

    @cached_property
    def links(self) -> list[str]:
        """The links to the newest version, which leads to those of a time, and to all of them."""
        links = [link(self.original, "original timegate")]
        if self.is_document:
            timemap = f"{self._base}{timemap_of(self._below)}"
            links.append(link(timemap, "timemap", type=TIMEMAP_TYPE))
        return links

    def address(self, *, version: int) -> str:
        """The address of a version."""
        pairs = [pair for pair in self._pairs if pair[0] != _PARAMETER]
        return self._with([*pairs, (_PARAMETER, str(version))])

    def _with(self, pairs: list[tuple[str, str]]) -> str:
        return f"{self._path}?{urlencode(pairs)}" if pairs else self._path


def _marking(send: Send, visit: _Visit, time: datetime | None) -> Send:
    """Adds what RFC 7089 wants: the time of an earlier version, and the way to all."""

    async def send_marked(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(scope=message)
            if time is not None and message["status"] in _FINE:
                headers["memento-datetime"] = http_date(time)
                here = visit.address(version=int(visit.version or 0))
                memento = link(here, "memento", datetime=http_date(time))
                headers.append("link", ", ".join([*visit.links, memento]))
                if headers.get("cache-control") != "no-store":
                    headers["cache-control"] = _FOR_GOOD
        await send(message)

    return send_marked


def _varying(send: Send, visit: _Visit) -> Send:
    """Says that another Accept-Datetime gets something else, and where to ask for all."""

    async def send_varying(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(scope=message)
            headers.add_vary_header("Accept-Datetime")
            if message["status"] in _FINE and visit.is_document:
                headers.append("link", ", ".join(visit.links))
        await send(message)

    return send_varying


def _moment(text: str) -> datetime:
    try:
        found = parsedate_to_datetime(text)
    except ValueError:
        raise ParameterError(
            "The header Accept-Datetime holds no date.",
            remedy="Write it as HTTP does: Wed, 25 Nov 2026 12:00:00 GMT.",
        ) from None
    return found if found.tzinfo else found.replace(tzinfo=UTC)
