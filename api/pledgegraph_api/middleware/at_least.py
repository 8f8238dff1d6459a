"""Requests that ask for a snapshot not older than one they know of.

A client that has written at one node may read at another, which takes a moment to follow. It sends
``Pledgegraph-At-Least: N`` with the number that the write's receipt gave it. The request then waits
for that snapshot, for a short time; what comes after that is 503, which names what is there.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Final

from starlette.requests import Request
from starlette.types import ASGIApp, Receive, Scope, Send

from pledgegraph_api.errors import ParameterError, SnapshotNotYet
from pledgegraph_api.http.header_names import AT_LEAST
from pledgegraph_api.problems.responses import ProblemAnswers

_NAME: Final = AT_LEAST.lower().encode()
_LOOK: Final = 0.02
_LONGEST: Final = 18
"""Digits."""


class AtLeast:
    """Holds a request until the newest snapshot is the one that it asks for, or a later one."""

    def __init__(
        self,
        app: ASGIApp,
        *,
        newest: Callable[[], str | None],
        patience: float,
        answers: ProblemAnswers,
    ) -> None:
        self._app = app
        self._newest = newest
        self._patience = patience
        self._answers = answers

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Wait where the header is there; see the module."""
        if scope["type"] == "http":
            given = [value for name, value in scope["headers"] if name == _NAME]
            if given:
                failure = await self._wait(given)
                if failure is not None:
                    request = Request(scope, receive)
                    response = await self._answers.handle(request, failure)
                    await response(scope, receive, send)
                    return
        await self._app(scope, receive, send)

    async def _wait(self, given: list[bytes]) -> Exception | None:
        text = given[0].decode("latin-1").strip()
        if len(given) > 1 or not (text.isascii() and text.isdecimal() and len(text) <= _LONGEST):
            return ParameterError(
                f"The header {AT_LEAST} is {b', '.join(given).decode('latin-1')[:60]!r}.",
                remedy="Give the number of a snapshot, as the receipt of a write names it.",
            )
        wanted, loop = int(text), asyncio.get_running_loop()
        deadline = loop.time() + self._patience
        while (there := self._number()) < wanted:
            if loop.time() > deadline:
                return SnapshotNotYet(
                    f"Snapshot {wanted} is not here yet; the newest is {there}.", retry_after=1
                )
            await asyncio.sleep(_LOOK)
        return None

    def _number(self) -> int:
        name = self._newest()
        return int(name.partition("-")[0]) if name else 0
