"""Bounds how many requests of one client may be without an answer at the same time.

Connections are counted as well (`server.open_connections`); but behind a proxy one connection may
carry the requests of many clients, and one client's requests come on many connections.
"""

from __future__ import annotations

from collections import Counter

from starlette.requests import Request
from starlette.types import ASGIApp, Receive, Scope, Send

from pledgegraph.errors import Limit
from pledgegraph_api.errors import Crowded
from pledgegraph_api.http.client_address import ClientAddresses, client_name
from pledgegraph_api.problems.mapping import problem_of
from pledgegraph_api.problems.responses import ProblemAnswers

_RETRY_AFTER = 5
_COUNTED = "pledgegraph.counted"


class FewAtOnce:
    """Lets each client address have ``most`` requests under way."""

    def __init__(
        self, app: ASGIApp, *, most: int, addresses: ClientAddresses, answers: ProblemAnswers
    ) -> None:
        self._app = app
        self._most = most
        self._addresses = addresses
        self._answers = answers
        self._under_way: Counter[str] = Counter()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        address = self._addresses.of(scope) if scope["type"] == "http" else None
        if address is None or scope.get(_COUNTED):
            await self._app(scope, receive, send)
            return
        client = client_name(address)
        if self._under_way[client] >= self._most:
            problem = problem_of(
                Crowded(
                    f"Your address has {self._most:,} requests under way, which is the most.",
                    retry_after=_RETRY_AFTER,
                    limit=Limit("client_connections", self._most, "requests"),
                )
            )
            response = self._answers.respond(Request(scope), problem)
            await response(scope, receive, send)
            return
        self._under_way[client] += 1
        try:
            await self._app(scope, receive, send)
        finally:
            self._under_way[client] -= 1
            if not self._under_way[client]:
                del self._under_way[client]


def counted_already(scope: Scope) -> Scope:
    """The scope of a request that is made within this process while another one is answered."""
    return {**scope, _COUNTED: True}
