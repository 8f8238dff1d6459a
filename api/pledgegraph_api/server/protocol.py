"""How long one connection may keep the service waiting: uvicorn alone waits for ever.

Before there is a request for its head, and after it for somebody to take the answer.
"""

from __future__ import annotations

import asyncio
import re
from dataclasses import dataclass
from functools import lru_cache
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, Final, cast

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol, RequestResponseCycle

from pledgegraph.settings import Settings
from pledgegraph_api.http.client_address import Networks
from pledgegraph_api.server.bare_answers import problem_answer, until_closed
from pledgegraph_api.server.open_connections import OpenConnections, Standing

if TYPE_CHECKING:
    from starlette.types import ASGIApp
    from uvicorn._types import ASGI3Application

LONGEST_HEAD: Final = 65_536
"""Bytes of all headers of a request together."""
_UPGRADE: Final = re.compile(rb"(?<=\r\n)upgrade(?=[ \t]*:)", re.IGNORECASE)
_HOST: Final = re.compile(rb"(?:\[[0-9A-Fa-f:.]+\]|[\w.~!$&'()*+,;=%-]*)(?::[0-9]*)?")
"""What the header Host may be (RFC 9110, section 7.2; RFC 3986, section 3.2.2)."""
_GOODBYE: Final = 1.0
"""Seconds that a client gets to read why its connection is closed."""
_LINGER: Final = 5.0
"""Seconds for the rest of a body that nobody reads, since its request has been answered."""


def guarded_protocol(settings: Settings) -> type[HttpToolsProtocol]:
    """uvicorn's protocol, with ``receive_timeout`` seconds for the head of each request.

    A client that takes nothing for ``stall_timeout`` seconds of an answer that waits to be sent,
    be it a file, a patch or a page, is cut off.

    Headers beyond `LONGEST_HEAD` are refused, and requests without a proper Host. Up to
    ``max_connections`` get answers, and up to ``client_connections`` of one address; uvicorn
    tells further ones 503 when they have sent a head, and beyond twice as many they are closed
    at once, so that they cannot use up all descriptors.
    """
    head_timeout, most = settings.receive_timeout, settings.max_connections
    stall = settings.stall_timeout
    counted = OpenConnections(most, settings.client_connections, Networks(settings.trusted_proxies))
    refusals = _refusals(settings)

    class Guarded(HttpToolsProtocol):
        """One connection."""

        def __init__(self, *arguments: Any, **named: Any) -> None:
            super().__init__(*arguments, **named)
            self._late: asyncio.TimerHandle | None = None
            self._stalled: asyncio.TimerHandle | None = None
            self._head = 0
            self._unparsed = 0
            """Bytes that came since the last head was whole."""
            self._refused = False
            self._standing = Standing.WELCOME
            self._in_head = False
            self._in_body = False
            self._end: asyncio.TimerHandle | None = None

        @property
        def is_idle(self) -> bool:
            """Whether no request waits for its answer; see `open_connections.Connection`."""
            return self.cycle is None or self.cycle.response_complete or self._in_body

        def cut(self) -> None:
            """See `open_connections.Connection`."""
            self._count_out()
            self.transport.abort()

        def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
            super().connection_made(transport)
            self._standing = counted.enter(self, self._peer)
            if self._standing is Standing.TOO_MANY:
                # It takes no place from others.
                self.connections.discard(self)
            if self._standing is Standing.CUT or len(self.connections) > 2 * most:
                self.cut()
                return
            self._wait_for_head()

        def connection_lost(self, exc: Exception | None) -> None:
            self._count_out()
            self._no_longer_wait()
            self._no_longer_watch()
            self._no_longer_linger()
            super().connection_lost(exc)

        @property
        def _peer(self) -> str:
            return self.client[0] if self.client else ""

        def _count_out(self) -> None:
            counted.leave(self, self._peer)
            self.connections.discard(self)

        def on_message_begin(self) -> None:
            super().on_message_begin()
            self._head = 0
            self._in_body = False
            self._in_head = True
            self._no_longer_wait()

        def data_received(self, data: bytes) -> None:
            if self._refused:
                return
            if self._unparsed > LONGEST_HEAD:
                self._refuse(refusals.too_long)
                return
            if self._late is not None or self.cycle is None or self.cycle.response_complete:
                data = _without_upgrade(data)
            super().data_received(data)
            # Nothing is waited for where a head came whole.
            if self._in_head and self._late is None and not self._refused:
                self._wait_for_head()
            self._unparsed = self._unparsed + len(data) if self._late else 0

        def on_url(self, url: bytes) -> None:
            self._head += len(url)
            super().on_url(url)

        def on_header(self, name: bytes, value: bytes) -> None:
            self._head += len(name) + len(value)
            if self._head <= LONGEST_HEAD:
                super().on_header(name, value)

        def on_headers_complete(self) -> None:
            if self._head > LONGEST_HEAD:
                self._refuse(refusals.too_long)
                return
            if self._standing is Standing.TOO_MANY:
                self._refuse(refusals.too_many)
                return
            if not _has_host(self.headers, self.parser.get_http_version()):
                self._refuse(refusals.no_host)
                return
            self._in_head = False
            self._no_longer_wait()
            self._in_body = True
            super().on_headers_complete()

        def _start_asgi_task(self, cycle: RequestResponseCycle, app: ASGI3Application) -> None:
            if cycle.scope["http_version"] == "1.0":
                app = cast("ASGI3Application", until_closed(cast("ASGIApp", app), cycle))
            super()._start_asgi_task(cycle, app)

        def on_body(self, body: bytes) -> None:
            if not self._refused:
                super().on_body(body)

        def on_message_complete(self) -> None:
            self._in_body = False
            self._no_longer_linger()
            if not self._refused:
                super().on_message_complete()

        def on_response_complete(self) -> None:
            super().on_response_complete()
            if self._in_body and self.cycle.response_complete and self._end is None:
                # Nobody reads the rest of the body, nor how slowly it comes.
                patience = min(_LINGER, head_timeout)
                self._end = self.loop.call_later(patience, self._give_up)

        def send_400_response(self, msg: str) -> None:  # noqa: ARG002 -- it tells nothing
            self._refuse(refusals.unreadable)

        def pause_writing(self) -> None:
            super().pause_writing()
            self._watch()

        def resume_writing(self) -> None:
            self._no_longer_watch()
            super().resume_writing()

        def _watch(self) -> None:
            """Look after a while whether the client has taken anything."""
            waiting = self.transport.get_write_buffer_size()
            self._stalled = self.loop.call_later(stall, self._look, waiting)

        def _look(self, waiting: int) -> None:
            if self.transport.get_write_buffer_size() < waiting:
                self._watch()
            else:
                self._give_up()

        def _no_longer_watch(self) -> None:
            if self._stalled is not None:
                self._stalled.cancel()
                self._stalled = None

        def _refuse(self, answer: bytes) -> None:
            """Say why there will be no answer; the connection stays until that can be read."""
            if self._refused:
                return
            self._refused = True
            self._no_longer_wait()
            if self.cycle is not None and not self.cycle.response_complete:
                # It would be read as a part of the answer that is on its way.
                self._give_up()
                return
            self.transport.write(answer)
            if self.transport.can_write_eof():
                self.transport.write_eof()
            self._no_longer_linger()
            self._end = self.loop.call_later(_GOODBYE, self._give_up)

        def _no_longer_linger(self) -> None:
            if self._end is not None and not self._refused:
                self._end.cancel()
                self._end = None

        def _wait_for_head(self) -> None:
            self._no_longer_wait()
            self._late = self.loop.call_later(head_timeout, self._give_up)

        def _no_longer_wait(self) -> None:
            if self._late is not None:
                self._late.cancel()
                self._late = None

        def _give_up(self) -> None:
            self.transport.abort()

    return cast("type[HttpToolsProtocol]", Guarded)


@dataclass(frozen=True, slots=True)
class _Refusals:
    """What is sent to requests that are refused before anybody has seen them."""

    too_long: bytes
    no_host: bytes
    too_many: bytes
    unreadable: bytes


def _refusals(settings: Settings) -> _Refusals:
    base = settings.base
    return _Refusals(
        too_long=problem_answer(
            base,
            "header-too-large",
            HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE,
            title="A header is too long",
            detail="The address and the headers together are too long.",
            remedy=f"Send up to {LONGEST_HEAD:,} bytes; send a long query by POST.",
        ),
        no_host=problem_answer(
            base,
            "bad-request",
            HTTPStatus.BAD_REQUEST,
            title="Bad request",
            detail="A request of HTTP/1.1 has one header Host, with a name and perhaps a port.",
            remedy="Send the header Host once, as in `Host: data.example.org`.",
        ),
        too_many=problem_answer(
            base,
            "crowded",
            HTTPStatus.SERVICE_UNAVAILABLE,
            title="Too many requests at once from one address",
            detail="Your address, or all together, have as many connections open as they may.",
            remedy="Close connections that you do not need, and try again in five seconds.",
            headers={"retry-after": "5"},
        ),
        unreadable=problem_answer(
            base,
            "bad-request",
            HTTPStatus.BAD_REQUEST,
            title="Bad request",
            detail="What was sent is not HTTP/1.1.",
            remedy="Send the request with an HTTP client, to the right port.",
        ),
    )


def _has_host(headers: list[tuple[bytes, bytes]], version: str) -> bool:
    """Whether the request says properly which host it means (RFC 9112, section 3.2)."""
    hosts = [value for name, value in headers if name == b"host"]
    if not hosts:
        return version == "1.0"
    return len(hosts) == 1 and _is_host(hosts[0])


@lru_cache(maxsize=64)
def _is_host(value: bytes) -> bool:
    """Whether it is a name and perhaps a port; most requests name the same few."""
    return _HOST.fullmatch(value.strip(b" \t")) is not None


def _without_upgrade(data: bytes) -> bytes:
    """The same head without the wish for another protocol, which a server may leave unheeded.

    Java's HTTP client, so Jena too, wishes for HTTP/2 with every request; httptools then throws
    the request's body away. See https://www.rfc-editor.org/rfc/rfc9110.html#section-7.8
    """
    if _UPGRADE.search(data) is None:
        return data
    head, end, rest = data.partition(b"\r\n\r\n")
    return _UPGRADE.sub(b"ignored", head) + end + rest
