"""The body of a request, read before the application asks for it, which gets it all the same."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from dataclasses import dataclass
from typing import Final

from starlette.types import Message, Receive

_LONGEST: Final = 64 * 1024
"""Bytes that are read ahead."""
_PATIENCE: Final = 1.0
"""Seconds; what comes more slowly is left to the application, which has a limit for it."""


@dataclass(frozen=True, slots=True)
class ReadAhead:
    """What was read."""

    body: bytes | None
    """The whole body; None where it is longer, slower or broken off."""
    again: Receive
    """Gives what was read once more, and then what comes."""


async def read_ahead(receive: Receive) -> ReadAhead:
    """The body of a request, if it is short and there."""
    received: list[Message] = []
    size = 0
    is_whole = False
    with suppress(TimeoutError):
        async with asyncio.timeout(_PATIENCE):
            while size <= _LONGEST and not is_whole:
                message = await receive()
                received.append(message)
                if message["type"] != "http.request":
                    break
                size += len(message.get("body", b""))
                is_whole = not message.get("more_body")
    waiting = list(reversed(received))

    async def again() -> Message:
        return waiting.pop() if waiting else await receive()

    body = b"".join(each.get("body", b"") for each in received)
    return ReadAhead(body if is_whole else None, again)
