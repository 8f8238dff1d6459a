"""How long one connection may keep the service waiting: uvicorn alone waits for ever.

Before there is a request for its head, and after it for somebody to take the answer.
"""

from __future__ import annotations

import asyncio
import re
from typing import Any, Final, cast

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

LONGEST_HEAD: Final = 65_536
"""Bytes of all headers of a request together."""
_UPGRADE: Final = re.compile(rb"(?<=\r\n)upgrade(?=[ \t]*:)", re.IGNORECASE)
_TOO_LONG: Final = (
    b"HTTP/1.1 431 Request Header Fields Too Large\r\n"
    b"content-type: text/plain; charset=utf-8\r\ncontent-length: 49\r\nconnection: close\r\n\r\n"
    b"The address and the headers together are too long"
)


def guarded_protocol(head_timeout: float, most: int, stall: float) -> type[HttpToolsProtocol]:
    """uvicorn's protocol, with ``head_timeout`` seconds for the head of each request.

    A client that takes nothing for ``stall`` seconds of an answer that waits to be sent, be it a
    file, a patch or a page, is cut off.

    Headers beyond `LONGEST_HEAD` are refused. Up to ``most`` connections get answers; uvicorn
    tells further ones 503 when they have sent a head, and beyond twice as many they are closed
    at once, so that they cannot use up all descriptors.
    """

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

        def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
            super().connection_made(transport)
            if len(self.connections) > 2 * most:
                transport.abort()
                return
            self._wait_for_head()

        def connection_lost(self, exc: Exception | None) -> None:
            self._no_longer_wait()
            self._no_longer_watch()
            super().connection_lost(exc)

        def on_message_begin(self) -> None:
            super().on_message_begin()
            self._head = 0
            self._wait_for_head()

        def data_received(self, data: bytes) -> None:
            if self._refused:
                return
            if self._unparsed > LONGEST_HEAD:
                self._refuse()
                return
            if self._late is not None or self.cycle is None or self.cycle.response_complete:
                data = _without_upgrade(data)
            super().data_received(data)
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
                self._refuse()
                return
            self._no_longer_wait()
            super().on_headers_complete()

        def on_body(self, body: bytes) -> None:
            if not self._refused:
                super().on_body(body)

        def on_message_complete(self) -> None:
            if not self._refused:
                super().on_message_complete()

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

        def _refuse(self) -> None:
            """Say that the head is too long; the connection stays until that can be read."""
            if not self._refused:
                self._refused = True
                self.transport.write(_TOO_LONG)

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


def _without_upgrade(data: bytes) -> bytes:
    """The same head without the wish for another protocol, which a server may leave unheeded.

    Java's HTTP client, so Jena too, wishes for HTTP/2 with every request; httptools then throws
    the request's body away. See https://www.rfc-editor.org/rfc/rfc9110.html#section-7.8
    """
    if _UPGRADE.search(data) is None:
        return data
    head, end, rest = data.partition(b"\r\n\r\n")
    return _UPGRADE.sub(b"ignored", head) + end + rest
