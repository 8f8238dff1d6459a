"""Gives up on a request whose body comes too slowly."""

from __future__ import annotations

import asyncio

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from pledgegraph.errors import Limit
from pledgegraph_api.errors import BodyTooSlow


class TimelyBodies:
    """Lets a body take ``seconds`` to arrive, from the first look at it to its end."""

    def __init__(self, app: ASGIApp, seconds: float) -> None:
        self._app = app
        self._seconds = seconds

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        deadline: float | None = None
        is_whole = False

        async def timely_receive() -> Message:
            nonlocal deadline, is_whole
            if is_whole:
                return await receive()
            loop = asyncio.get_running_loop()
            deadline = deadline or loop.time() + self._seconds
            try:
                async with asyncio.timeout_at(deadline):
                    message = await receive()
            except TimeoutError:
                is_whole = True  # from now on only the client's departure is news
                raise BodyTooSlow(
                    f"The body of the request was not there after {self._seconds:g} s.",
                    limit=Limit("receive_timeout", self._seconds, "s"),
                ) from None
            is_whole = not message.get("more_body", False)
            return message

        await self._app(scope, timely_receive, send)
