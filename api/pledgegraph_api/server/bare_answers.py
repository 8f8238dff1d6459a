"""Answers to requests that no application gets to see: whole, with the connection's end."""

from __future__ import annotations

import json
from collections.abc import Mapping
from http import HTTPStatus

from starlette.types import ASGIApp, Message, Receive, Scope, Send
from uvicorn.protocols.http.httptools_impl import RequestResponseCycle

_ENDLESS = 1 << 62
"""Bytes; more than anybody sends."""


def problem_answer(
    base: str,
    name: str,
    status: HTTPStatus,
    *,
    title: str,
    detail: str,
    remedy: str,
    headers: Mapping[str, str] | None = None,
) -> bytes:
    """A problem document as the whole answer on a connection that ends with it."""
    told = {"title": title, "status": status.value, "detail": detail, "remedy": remedy}
    body = json.dumps({"type": f"{base}/problems/{name}", **told}).encode()
    fields = {
        "content-type": "application/problem+json",
        "content-length": str(len(body)),
        "cache-control": "no-store",
        "connection": "close",
        **(headers or {}),
    }
    lines = [f"HTTP/1.1 {status.value} {status.phrase}", *(f"{n}: {v}" for n, v in fields.items())]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


def until_closed(app: ASGIApp, cycle: RequestResponseCycle) -> ASGIApp:
    """The application for a client of HTTP/1.0, which does not know of chunks.

    An answer whose length is not known ends with the connection (RFC 9112, section 6.3). One that
    breaks off has its connection reset, so that it does not pass for a whole one.
    """

    async def answer(scope: Scope, receive: Receive, send: Send) -> None:
        is_open = False

        async def send_unchunked(message: Message) -> None:
            nonlocal is_open
            if message["type"] == "http.response.start":
                names = {name.lower() for name, _ in message.get("headers", ())}
                is_open = b"content-length" not in names and scope["method"] != "HEAD"
                if is_open:
                    cycle.chunked_encoding = False
                    cycle.expected_content_length = _ENDLESS
            elif is_open and not message.get("more_body", False):
                await send({**message, "more_body": True})
                cycle.expected_content_length = 0
                is_open = False
                message = {**message, "body": b""}
            await send(message)

        try:
            await app(scope, receive, send_unchunked)
        finally:
            if is_open:
                cycle.transport.abort()

    return answer
