"""Sends an answer while it is computed, and notices when the client has gone."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Mapping
from typing import TypeVar

from starlette.requests import ClientDisconnect
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from pledgegraph_api.sparql.runner import Answer

T = TypeVar("T")


async def while_connected(receive: Receive, work: Awaitable[T]) -> T:
    """What ``work`` returns; when the client leaves before that, ``work`` is cancelled.

    To be called when the request's body has been read: from then on the only news of the
    client is that it has gone.

    Raises:
        ClientDisconnect: the client has gone.
    """
    here = asyncio.current_task()
    if here is None:
        raise AssertionError("requests are answered in tasks")
    leaving = asyncio.ensure_future(_departure(receive))
    left = False

    def leave(_: object) -> None:
        nonlocal left
        if not leaving.cancelled():
            left = True
            here.cancel()

    leaving.add_done_callback(leave)
    try:
        return await work
    except asyncio.CancelledError:
        if left and here.uncancel() == 0:
            leaving.result()
            raise ClientDisconnect from None
        raise
    finally:
        leaving.remove_done_callback(leave)
        leaving.cancel()


class StreamedAnswer(Response):
    """An answer as a response body of unknown length.

    When it fails half-way the exception goes on to the server, which cuts the connection: what
    has been sent can then not be taken for the whole answer. A client that takes nothing for
    ``stall`` seconds is cut off too, since it occupies one of few threads.
    """

    def __init__(self, answer: Answer, *, headers: Mapping[str, str], stall: float) -> None:
        self.status_code = 200
        self.background = None
        self.media_type = None
        # nginx would otherwise hold pieces back until it has a buffer full of them.
        self.init_headers({**headers, "X-Accel-Buffering": "no"})
        self._answer = answer
        self._stall = stall

    async def __call__(self, _scope: Scope, receive: Receive, send: Send) -> None:
        try:
            await while_connected(receive, self._send_all(send))
        except ClientDisconnect:
            pass  # nobody is left to be told
        finally:
            self._answer.abandon()

    async def _send_all(self, send: Send) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": self.raw_headers})
        async for chunk in self._answer.chunks():
            async with asyncio.timeout(self._stall):
                await send({"type": "http.response.body", "body": chunk, "more_body": True})
        await send({"type": "http.response.body", "body": b"", "more_body": False})


async def _departure(receive: Receive) -> None:
    """Returns when the client has gone."""
    while (await receive())["type"] != "http.disconnect":
        continue
