"""The stream of changes: `/changes`, its pages, and its feed."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

from fastapi import FastAPI
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from pledgegraph.media_types import Format
from pledgegraph.namespaces import PREFIXES
from pledgegraph.results import graph_bytes
from pledgegraph.store import LOG_FORMAT, Header, PublishedLog
from pledgegraph_api.errors import ChangePageMissing, ParameterError
from pledgegraph_api.history.atom import feed
from pledgegraph_api.history.openapi import (
    CHANGE_FORMATS,
    JSON,
    ChangeCard,
    ChangePages,
    feed_description,
    stream_description,
)
from pledgegraph_api.history.vocabulary import PATH, ChangeVocabulary, Onward
from pledgegraph_api.http.negotiation import page_or_format
from pledgegraph_api.http.query_params import known_parameters, page_number
from pledgegraph_api.http.respond import FOR_GOOD, respond
from pledgegraph_api.web.atom_feed import ATOM_TYPE
from pledgegraph_api.web.links import root_of
from pledgegraph_api.web.pages import Pages

PAGE_SIZE: Final = 100
"""Change sets on a page. It is fixed: pages are kept for ever by whoever has them."""
_IN_FEED: Final = 50
_MOST_RELATIONS: Final = 1000
_SHORT: Final = "public, max-age=5"
_NUMBER: Final = re.compile(r"[0-9]{1,15}")


@dataclass(frozen=True, slots=True)
class _Shown:
    """What one address shows: some change sets and the ways on."""

    address: str
    headers: Sequence[Header]
    onward: Sequence[Onward]
    last: int
    """The newest change set that there is."""
    is_final: bool
    """Whether this will never change."""


class ChangeStream:
    """Tells of change sets in pages of a hundred; a page that is full never changes."""

    def __init__(self, log: PublishedLog, pages: Pages, base: str) -> None:
        self._log = log
        self._pages = pages
        self._base = base
        self._vocabulary = ChangeVocabulary(base)

    def install(self, app: FastAPI) -> None:
        """Put the stream, its pages and its feed at their addresses."""
        for path, answer, described in (
            (PATH, self.stream, stream_description()),
            (f"{PATH}.atom", self.feed, feed_description()),
        ):
            app.add_api_route(path, answer, methods=["GET"], **described)
            app.add_api_route(path, answer, methods=["HEAD"], include_in_schema=False)
        app.add_api_route(
            f"{PATH}/pages/{{number:int}}",
            self.page,
            methods=["GET", "HEAD"],
            include_in_schema=False,
        )

    async def stream(self, request: Request) -> Response:
        """The way to all pages, or with ``since`` the first change sets after that.

        Raises:
            ParameterError: ``since`` is neither a number nor a time.
            ChangePageMissing: ``page`` is that of no page.
        """
        given = known_parameters(request, ("since", "page", "format", "lang"))
        since = given.get("since")
        if "page" in given:
            number = page_number(given["page"])
            await run_in_threadpool(self._page, number)
            return RedirectResponse(f"{root_of(request)}{PATH}/pages/{number}", 303)
        shown = await run_in_threadpool(self._root if since is None else self._since, since or "")
        return await self._answer(request, shown)

    async def page(self, request: Request, number: int) -> Response:
        """A page of the stream.

        Raises:
            ChangePageMissing: there is none of that number yet.
        """
        known_parameters(request, ("format", "lang"))
        return await self._answer(request, await run_in_threadpool(self._page, number))

    async def feed(self, request: Request) -> Response:
        """The newest change sets, or those older than ``before``."""
        before = known_parameters(request, ("before", "lang")).get("before", "")
        if before and not _NUMBER.fullmatch(before):
            raise ParameterError("The parameter before is the number of a change set.")
        return await run_in_threadpool(self._feed, request, int(before) if before else None)

    def _feed(self, request: Request, before: int | None) -> Response:
        last = self._log.last()
        end = last if before is None else min(before - 1, last)
        start = max(1, end - _IN_FEED + 1)
        here = f"{self._base}{PATH}.atom" + ("" if before is None else f"?before={before}")
        return respond(
            request,
            lambda: feed(
                self._headers(start, end)[::-1],
                stream=f"{self._base}{PATH}",
                here=here,
                older=f"{self._base}{PATH}.atom?before={start}" if start > 1 else None,
            ),
            content_type=ATOM_TYPE,
            state=(start, end),
            cache=_SHORT,
        )

    def _root(self, _since: str) -> _Shown:
        """No change sets but, in RDF, the pages that they are on."""
        last = self._log.last()
        pages = (last + PAGE_SIZE - 1) // PAGE_SIZE
        oldest = max(1, pages - _MOST_RELATIONS + 1)
        onward = [
            Onward(self._at(page), self._time((page - 1) * PAGE_SIZE + 1))
            for page in range(oldest, pages + 1)
        ]
        if oldest > 1:
            # The pages lead to each other; the first one leads to all.
            onward.insert(0, Onward(self._at(1)))
        return _Shown(f"{self._base}{PATH}", (), onward, last, is_final=False)

    def _page(self, number: int) -> _Shown:
        last = self._log.last()
        first = (number - 1) * PAGE_SIZE + 1
        if number < 1 or first > last + 1:
            raise ChangePageMissing(
                f"There is no page {number} of the stream of changes.",
                remedy=f"Its pages are 1 to {last // PAGE_SIZE + 1}; {PATH} leads to all of them.",
            )
        is_full = number * PAGE_SIZE <= last
        onward = [Onward(self._at(number + 1))] if is_full else []
        headers = self._headers(first, min(number * PAGE_SIZE, last))
        return _Shown(self._at(number), headers, onward, last, is_final=is_full)

    def _since(self, since: str) -> _Shown:
        number = int(since) if _NUMBER.fullmatch(since) else self._log.at(_moment(since))
        last = self._log.last()
        end = min(number + PAGE_SIZE, last)
        stream = f"{self._base}{PATH}"
        onward = [Onward(f"{stream}?since={end}")] if end < last else []
        headers = self._headers(number + 1, end)
        return _Shown(f"{stream}?since={number}", headers, onward, last, is_final=False)

    def _headers(self, first: int, last: int) -> list[Header]:
        return [record.header() for record in self._log.records(first, last)]

    def _time(self, sequence: int) -> str:
        return self._log.record(sequence).header().time.isoformat()

    def _at(self, page: int) -> str:
        return f"{self._base}{PATH}/pages/{page}"

    async def _answer(self, request: Request, shown: _Shown) -> Response:
        name = request.query_params.get("format")
        form = page_or_format(request, CHANGE_FORMATS, name, what="changes")
        if form is None:
            return await run_in_threadpool(self._html, request, shown)
        headers = {"Vary": "Accept"}
        if shown.onward and shown.headers:
            headers["Link"] = f'<{shown.onward[0].page}>; rel="next"'
        return await run_in_threadpool(
            respond,
            request,
            lambda: self._written(shown, form),
            content_type=form.content_type,
            state=(
                shown.address,
                None if shown.is_final else shown.last,
                [each.sequence for each in shown.headers],
            ),
            cache=FOR_GOOD if shown.is_final else _SHORT,
            headers=headers,
        )

    def _written(self, shown: _Shown, form: Format) -> bytes:
        if form is JSON:
            return self._json(shown)
        return graph_bytes(
            self._vocabulary.page(shown.address, shown.headers, shown.onward),
            form,
            prefixes=PREFIXES | self._vocabulary.prefixes,
        )

    def _json(self, shown: _Shown) -> bytes:
        told: dict[str, Any] = {} if shown.is_final else {"last": shown.last}
        onward = [each.page for each in shown.onward]
        if shown.address == f"{self._base}{PATH}":
            told["pages"] = onward
        else:
            told["changes"] = [card(each, self._base) for each in shown.headers]
            told["next"] = onward
        return ChangePages(base=self._base, log_format=LOG_FORMAT, **told).encoded()

    def _html(self, request: Request, shown: _Shown) -> Response:
        """A page for people, the newest change sets first."""
        if shown.headers or "since" in request.query_params:
            headers = list(shown.headers)
        else:
            headers = self._headers(max(1, shown.last - PAGE_SIZE + 1), shown.last)
        first = headers[0].sequence if headers else 1
        final = headers[-1].sequence if headers else 0
        return self._pages.render(
            request,
            "changes.html",
            state=(shown.address, first, final, shown.last),
            headers={"Cache-Control": "no-cache"},
            changes=headers[::-1],
            older=max(0, first - 1 - PAGE_SIZE) if first > 1 else None,
            newer=final if final < shown.last else None,
        )


def card(header: Header, base: str) -> ChangeCard:
    """A change set in JSON."""
    address = f"{base}{PATH}/{header.sequence}"
    return ChangeCard(
        id=address,
        sequence=header.sequence,
        time=header.time.isoformat(),
        agent=header.agent,
        reason=header.reason,
        sources=list(header.sources),
        added=header.added,
        removed=header.removed,
        patch=f"{address}.rdfp",
    )


def _moment(text: str) -> datetime:
    """A time; one without a zone is in UTC.

    Raises:
        ParameterError: it is none.
    """
    try:
        found = datetime.fromisoformat(text.replace(" ", "+"))
    except ValueError:
        raise ParameterError(
            "The parameter since is neither the number of a change set nor a time.",
            remedy="Write a time as 2026-11-25T12:00:00Z.",
        ) from None
    return found if found.tzinfo else found.replace(tzinfo=UTC)
