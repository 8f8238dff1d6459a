"""Gives up on a request whose body comes too slowly."""

from __future__ import annotations

import asyncio
from typing import Final

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from pledgegraph.errors import Limit
from pledgegraph_api.errors import BodyTooSlow

_GRACE: Final = 5.0
"""Seconds before the rate of a body counts."""


class TimelyBodies:
    """Lets a body take ``seconds`` to arrive, from the first look at it to its end.

    From a few seconds on it must have come with ``rate`` bytes a second, too: who sends a byte
    now and then, on many connections, is not waited for as long as an honest client.
    """

    def __init__(self, app: ASGIApp, seconds: float, rate: int) -> None:
        self._app = app
        self._seconds = seconds
        self._rate = rate

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        begun: float | None = None
        received = 0
        is_whole = False

        async def timely_receive() -> Message:
            nonlocal begun, received, is_whole
            if is_whole:
                return await receive()
            begun = begun or asyncio.get_running_loop().time()
            seconds = self._patience(received)
            try:
                async with asyncio.timeout_at(begun + seconds):
                    message = await receive()
            except TimeoutError:
                is_whole = True  # from now on only the client's departure is news
                raise self._refusal(received, seconds) from None
            received += len(message.get("body", b""))
            is_whole = not message.get("more_body", False)
            return message

        await self._app(scope, timely_receive, send)

    def _patience(self, received: int) -> float:
        """Seconds from the beginning in which more has to come, when so much has."""
        if not self._rate:
            return self._seconds
        return min(self._seconds, _GRACE + received / self._rate)

    def _refusal(self, received: int, seconds: float) -> BodyTooSlow:
        if seconds >= self._seconds:
            return BodyTooSlow(
                f"The body of the request was not there after {self._seconds:g} s.",
                limit=Limit("receive_timeout", self._seconds, "s"),
            )
        return BodyTooSlow(
            f"Only {received:,} bytes of the body of the request were there after {seconds:.1f} s; "
            f"it has to come with {self._rate:,} bytes a second.",
            limit=Limit("receive_rate", self._rate, "bytes/s"),
        )
