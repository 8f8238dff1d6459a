"""The tools over HTTP, `/mcp`: the transport "Streamable HTTP", without sessions.

See https://modelcontextprotocol.io/specification/2025-11-25/basic/transports. Each request stands
for itself and is answered in JSON. Nothing is kept between two, so any of several processes may
answer, and nothing has to end with the service but the requests that it is answering.
"""

from __future__ import annotations

from functools import partial
from typing import Any, Final
from urllib.parse import urlsplit

import anyio
from fastapi import FastAPI
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Message, Receive

from pledgegraph.settings import Settings
from pledgegraph_api.assistants.answers import Answers
from pledgegraph_api.assistants.service import service_within
from pledgegraph_api.assistants.tools import LONGEST_QUERY
from pledgegraph_api.errors import OriginRefused
from pledgegraph_api.http.client_address import address_of
from pledgegraph_api.sparql.protocol import body_of
from pledgegraph_api.sparql.streaming import while_connected

PATH: Final = "/mcp"
LONGEST_MESSAGE: Final = 8 * LONGEST_QUERY
"""Bytes of a message: a query, of whose characters any may be escaped, and what is around it."""


class AssistantEndpoint:
    """Answers messages of the protocol; the library that reads them is loaded with the first."""

    def __init__(self, answers: Answers, settings: Settings) -> None:
        self._answers = answers
        self._base = settings.base
        self._origins = {_origin(settings.base), *settings.assistant_origins.split()}

    def install(self, app: FastAPI) -> None:
        """Put it at its address. Without sessions there is nothing to GET and nothing to DELETE."""
        app.add_api_route(PATH, self.answer, methods=["POST"], include_in_schema=False)

    async def answer(self, request: Request) -> Response:
        """What the protocol answers to the message in the request.

        Raises:
            OriginRefused: a page of another site asks.
            ContentTooLarge: the message is longer than any that can be answered.
        """
        origin = request.headers.get("origin")
        if origin is not None and not self._may_ask(origin):
            raise OriginRefused(
                f"Scripts of pages of {origin[:100]!r} may not ask the tools for assistants."
            )
        body = await body_of(request, LONGEST_MESSAGE, "an assistant's message")
        answering = self._answered(request, body)
        return await while_connected(request.receive, answering)

    def _may_ask(self, origin: str) -> bool:
        """Whether a page of that origin may ask: ours, of the reader's machine, or listed.

        The specification wants it looked at, since a name that is bound to another address in
        mid-course (DNS rebinding) lets a page reach services that its author cannot reach.
        """
        host = urlsplit(origin).hostname or ""
        address = address_of(host)
        is_local = host == "localhost" or (address is not None and address.is_loopback)
        return is_local or origin in self._origins

    async def _answered(self, request: Request, body: bytes) -> Response:
        serve = await run_in_threadpool(_library)
        service = partial(service_within, request.app, self._base, request.scope)
        kept = _Kept()
        await serve(self._answers, service, request.scope, _once(body), kept.send)
        return kept.response()


def _library() -> Any:
    from pledgegraph_api.assistants.exchange import serve  # noqa: PLC0415 -- takes a second

    return serve


class _Kept:
    """Keeps a response instead of sending it."""

    def __init__(self) -> None:
        self._start: Message = {}
        self._body = bytearray()

    async def send(self, message: Message) -> None:
        """Keep a part of it."""
        if message["type"] == "http.response.start":
            self._start = message
        else:
            self._body += message.get("body", b"")

    def response(self) -> Response:
        """What was kept."""
        response = Response(bytes(self._body), self._start["status"])
        response.raw_headers = [
            *((name, value) for name, value in self._start["headers"]),
            (b"cache-control", b"no-store"),
        ]
        return response


def _once(body: bytes) -> Receive:
    """Hands out the body, and then nothing more: whether the client goes is watched elsewhere."""
    messages: list[Message] = [{"type": "http.request", "body": body, "more_body": False}]

    async def receive() -> Message:
        if messages:
            return messages.pop()
        await anyio.sleep_forever()
        raise AssertionError("nothing ends it but to be cancelled")

    return receive


def _origin(address: str) -> str:
    parts = urlsplit(address)
    return f"{parts.scheme}://{parts.netloc}"
