"""The response that carries an answer: its headers, its entity tag, and whether it is kept."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import lru_cache
from typing import Final

from starlette.requests import Request
from starlette.responses import Response

from pledgegraph.media_types import Format
from pledgegraph.results import IDENTITY
from pledgegraph.settings import Settings
from pledgegraph.sparql import is_repeatable
from pledgegraph.store import ResultKind
from pledgegraph_api.errors import NotAcceptable
from pledgegraph_api.http.accept_encoding import preferred_coding, refuses_identity
from pledgegraph_api.http.cache_hint import Way, keep
from pledgegraph_api.http.etags import (
    CONDITIONAL,
    not_modified,
    of_same_answer,
    unordered,
    weakened,
)
from pledgegraph_api.http.negotiation import Negotiator, PageOrFormat
from pledgegraph_api.http.request_limits import cut_header
from pledgegraph_api.http.request_outcome import exchange_of
from pledgegraph_api.sparql.answer_etag import AnswerTags
from pledgegraph_api.sparql.protocol import QueryRequest
from pledgegraph_api.sparql.runner import Answer
from pledgegraph_api.sparql.streaming import StreamedAnswer

_REVALIDATE: Final = "no-cache"
"""Whoever keeps an answer asks, before using it again, whether it is still the newest."""


class Representations:
    """Makes responses of answers. ``newest`` names the newest snapshot, or is None."""

    def __init__(self, settings: Settings, newest: Callable[[], str | None]) -> None:
        self._settings = settings
        self._stall = settings.stall_timeout
        self._newest = newest
        self.tags = AnswerTags(settings)
        """The entity tags of its answers."""
        self._negotiator = Negotiator()
        self._coding = lru_cache(maxsize=500)(preferred_coding)

    def choice(self, request: Request, name: str | None) -> PageOrFormat:
        """A page or a format, whichever the client likes best; see `Negotiator.choice`."""
        return self._negotiator.choice(request, name)

    def coding(self, request: Request, choice: PageOrFormat) -> str:
        """What to compress the answer with; pages are made of answers that are not."""
        if any(choice.wants_page(kind) for kind in ResultKind):
            return IDENTITY
        return self.accepted_coding(request)

    def unchanged(
        self, request: Request, query: QueryRequest, choice: PageOrFormat, coding: str
    ) -> Response | None:
        """A 304 when the client has the answer already, found out without evaluating the query.

        See https://www.rfc-editor.org/rfc/rfc9110.html#section-15.4.5
        """
        asks = "if-none-match" in request.headers and request.method in CONDITIONAL
        version = self._newest() if asks else None
        if version is None or request.headers["if-none-match"].strip() == "*":
            return None
        if not _is_repeatable(query):
            return None
        return self.held(request, query, _forms(choice), coding, version=version)

    def held(
        self,
        request: Request,
        query: QueryRequest,
        forms: Iterable[Format],
        coding: str,
        *,
        version: str,
        state: str | None = None,
    ) -> Response | None:
        """A 304 when the client has the answer in one of the forms; see `response`."""
        for form in forms:
            for each in {coding, IDENTITY}:
                strong = self.tags.of(state or version, query, form, each)
                tag = of_same_answer(strong, ",".join(request.headers.getlist("if-none-match")))
                if tag is not None and request.method in CONDITIONAL:
                    exchange_of(request.scope).cached = True
                    return Response(None, 304, _headers(version, tag))
        return None

    def response(
        self,
        request: Request,
        query: QueryRequest,
        answer: Answer,
        *,
        name: str,
        since: float,
        state: str | None = None,
    ) -> Response:
        """The response; ``since`` is when the request came, by `time.perf_counter`.

        ``name`` is what a client may call a file with the answer. ``state`` names the state of
        what the query asks for, where the answer lasts longer than the snapshot.
        """
        tag = None
        # The length of what was not computed is not known, nor whether it is worth compressing.
        is_certain = request.method != "HEAD" or self.accepted_coding(request) == IDENTITY
        if answer.version is not None and is_certain and _is_repeatable(query) and not answer.cut:
            tag = self.tags.of(state or answer.version, query, answer.form, answer.coding)
            # What guards a change of a graph is strong: there the tag names the graph's state.
            if state is None and answer.origin:
                tag = unordered(tag)
            elif state is None and not answer.steady:
                tag = weakened(tag)
        headers = {
            **_headers(answer.version or str(answer.sequence), tag),
            "Content-Disposition": f'inline; filename="{name}.{answer.form.extension}"',
            "Content-Type": answer.form.content_type,
            "Server-Timing": _timing(answer, since),
            **query.limits.header(self._settings),
            **(cut_header(answer.cut) if answer.cut else {}),
        }
        if tag is not None and answer.version is not None:
            if not_modified(request, tag):
                answer.abandon()
                return Response(None, 304, _headers(answer.version, tag))
            # Who refuses what is not compressed gets a small answer in another way than others.
            if not refuses_identity(request.headers.get("accept-encoding")):
                way = Way(answer.form, self.accepted_coding(request))
                keep(request.scope, answer.version, way)
        if answer.coding != IDENTITY:
            headers["Content-Encoding"] = answer.coding
        whole = answer.whole if request.method != "HEAD" else None
        if whole is not None:
            return Response(whole, headers=headers)
        return StreamedAnswer(answer, headers=headers, stall=self._stall)

    def accepted_coding(self, request: Request) -> str:
        """What the client lets its answer be compressed with."""
        return self._coding(", ".join(request.headers.getlist("accept-encoding")))


def _is_repeatable(query: QueryRequest) -> bool:
    return is_repeatable(query.text, on_a_day=query.day is not None)


def _headers(version: str, tag: str | None) -> Mapping[str, str]:
    """What an answer and a 304 have in common."""
    headers = {
        "Vary": "Accept, Accept-Encoding",
        "Pledgegraph-Snapshot": version.partition("-")[0],
        "Cache-Control": _REVALIDATE if tag else "no-store",
    }
    return {**headers, "ETag": tag} if tag else headers


def _forms(choice: PageOrFormat) -> Iterator[Format]:
    """The formats that the answer may have, as far as that can be told before it is there."""
    for kind in (ResultKind.SOLUTIONS, ResultKind.GRAPH):
        if not choice.wants_page(kind):
            with contextlib.suppress(NotAcceptable):
                yield choice(kind)


def _timing(answer: Answer, since: float) -> str:
    """See https://www.w3.org/TR/server-timing/; in milliseconds."""
    total = time.perf_counter() - since
    engine = "engine;desc=memory" if answer.origin else "engine"
    return ", ".join(
        f"{name};dur={seconds * 1e3:.1f}"
        for name, seconds in (
            ("queue", answer.waited),
            (engine, answer.worked),
            ("total", total),
        )
    )
