"""Compresses what endpoints send as it is: pages, RDF, JSON, CSV and the files of the pages.

What runs queries compresses its own answers, piece by piece; of those only pages come here.

A coded response is another representation, so its strong entity tag is another one too
(RFC 9110, section 8.8.3.3): the coding is appended to it. Endpoints know nothing of that: what a
client says it has is translated back for them.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Final

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from pledgegraph.results import (
    CODINGS,
    IDENTITY,
    SMALLEST,
    Encoder,
    SteadyEncoder,
    encode_whole,
)
from pledgegraph_api.errors import CodingNotAcceptable
from pledgegraph_api.http.accept_encoding import preferred_coding, refuses_identity
from pledgegraph_api.http.addresses import path_below_root
from pledgegraph_api.problems.mapping import problem_of
from pledgegraph_api.problems.responses import ProblemAnswers

_METHODS: Final = frozenset({"GET", "HEAD", "POST", "QUERY"})
_CODES_ITSELF: Final = ("/queries/", "/graphs", "/update")
"""Below these addresses; so does the endpoint, but nothing that is below it."""
_ENDPOINT: Final = "/sparql"
_PAGE: Final = "text/html"
_WORTHWHILE: Final = frozenset(
    {
        "application/javascript",
        "application/json",
        "application/n-quads",
        "application/n-triples",
        "application/rdf-patch",
        "application/trig",
        "application/xml",
        "image/svg+xml",
    }
)
_ENDINGS: Final = ("+json", "+xml")
_LARGE: Final = 64 * 1024
"""Bytes; to compress more than this takes long enough to keep others waiting."""
_NOT_MODIFIED: Final = 304
_BODILESS: Final = frozenset({204, 205, 206, _NOT_MODIFIED})


class Compressing:
    """Sends compressed what is worth it, to clients that take it so."""

    def __init__(self, app: ASGIApp, answers: ProblemAnswers) -> None:
        self._app = app
        self._answers = answers

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["method"] not in _METHODS:
            await self._app(scope, receive, send)
            return
        accepted = ", ".join(Headers(scope=scope).getlist("accept-encoding"))
        coding, must = preferred_coding(accepted), refuses_identity(accepted)
        if must and coding == IDENTITY:
            await self._answers.respond(Request(scope), problem_of(_refusal()))(
                scope, receive, send
            )
            return
        had = False
        if coding != IDENTITY:
            headers = list(_uncoded(scope["headers"], coding))
            had = headers != scope["headers"]
            scope["headers"] = headers
        path = path_below_root(scope)
        only_pages = path == _ENDPOINT or path.startswith(_CODES_ITSELF)
        coded = _Coded(
            send, coding, head=scope["method"] == "HEAD", only_pages=only_pages, had=had, must=must
        )
        await self._app(scope, receive, coded.take)


@dataclass(slots=True)
class _Coded:
    """One response on its way to the client."""

    send: Send
    coding: str
    head: bool
    only_pages: bool
    had: bool
    """Whether the client has said that it has a response in this coding."""
    must: bool
    """Whether the client takes nothing that is not coded."""
    _start: Message | None = None
    _encoder: Encoder | None = field(default=None, init=False)

    async def take(self, message: Message) -> None:
        """Takes a message of the response, and sends what becomes of it."""
        if message["type"] == "http.response.start":
            await self._begin(message)
        elif self._start is not None:
            await self._first(self._start, message)
        elif self._encoder is not None:
            await self._next(self._encoder, message)
        else:
            await self.send(message)

    async def _begin(self, message: Message) -> None:
        headers = MutableHeaders(scope=message)
        is_worthwhile = self._is_worthwhile(headers)
        # A 304 does not tell of what kind the answer is, and must vary as that does.
        if is_worthwhile or message["status"] == _NOT_MODIFIED or not self.only_pages:
            _vary(headers)
        if message["status"] == _NOT_MODIFIED and self.had:
            _tag(headers, self.coding)
        if message["status"] in _BODILESS or not is_worthwhile:
            await self.send(message)
            return
        smallest = 1 if self.must else SMALLEST
        if self.coding == IDENTITY or int(headers.get("content-length", smallest)) < smallest:
            await self.send(message)
            return
        self._start = message

    async def _first(self, start: Message, message: Message) -> None:
        """Sends the start, which has to know how long a body is that comes in one piece."""
        self._start = None
        headers = MutableHeaders(scope=start)
        headers["content-encoding"] = self.coding
        _tag(headers, self.coding)
        for name in ("content-length", "accept-ranges"):
            del headers[name]
        body, is_whole = message.get("body", b""), not message.get("more_body", False)
        if is_whole and (body or not self.head):
            work = (
                run_in_threadpool(encode_whole, body, self.coding) if len(body) > _LARGE else None
            )
            body = encode_whole(body, self.coding) if work is None else await work
            headers["content-length"] = str(len(body))
        elif not is_whole:
            # Its bytes must not hang on how the body comes: its tag is a strong one.
            self._encoder = SteadyEncoder(self.coding)
            body = self._encoder.piece(body) if body else b""
        await self.send(start)
        await self.send({**message, "body": body})

    async def _next(self, coder: Encoder, message: Message) -> None:
        body = message.get("body", b"")
        if not message.get("more_body", False):
            body = coder.last(body)
        elif body:
            body = coder.piece(body)
        await self.send({**message, "body": body})

    def _is_worthwhile(self, headers: Headers) -> bool:
        if "content-encoding" in headers or "content-range" in headers:
            return False
        if self.must:
            return True
        kind = headers.get("content-type", "").partition(";")[0].strip().lower()
        if self.only_pages:
            return kind == _PAGE
        return kind.startswith("text/") or kind in _WORTHWHILE or kind.endswith(_ENDINGS)


def _refusal() -> CodingNotAcceptable:
    return CodingNotAcceptable(
        "The header Accept-Encoding refuses every way in which the answer can be sent.",
        remedy=f"Accept one of: {', '.join((*CODINGS, IDENTITY))}.",
    )


def _vary(headers: MutableHeaders) -> None:
    """Say once that the response hangs on the coding."""
    if "accept-encoding" not in headers.get("vary", "").lower():
        headers.add_vary_header("Accept-Encoding")


def _tag(headers: MutableHeaders, coding: str) -> None:
    """Name the coding in a strong entity tag."""
    tag = headers.get("etag", "")
    if tag.startswith('"') and tag.endswith('"'):
        headers["etag"] = f'{tag[:-1]}-{coding}"'


def _uncoded(headers: Iterable[tuple[bytes, bytes]], coding: str) -> Iterable[tuple[bytes, bytes]]:
    """The headers, with the entity tags of coded responses as endpoints know them."""
    ending = f'-{coding}"'.encode()
    for name, value in headers:
        yield name, value.replace(ending, b'"') if name == b"if-none-match" else value
