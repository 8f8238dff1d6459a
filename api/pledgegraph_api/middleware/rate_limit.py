"""Tells who asks, refuses queries of clients that have used up their budget, and charges others."""

from __future__ import annotations

from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.types import ASGIApp, Receive, Scope, Send

from pledgegraph.errors import DirectoryError
from pledgegraph.writes import Tokens
from pledgegraph_api.errors import BudgetSpent
from pledgegraph_api.http.authorisation import holder_among
from pledgegraph_api.http.client_address import ClientAddresses, Networks, client_name
from pledgegraph_api.http.request_kind import runs_queries
from pledgegraph_api.http.request_outcome import exchange_of
from pledgegraph_api.middleware.rate_limit_store import Budget
from pledgegraph_api.problems.mapping import problem_of
from pledgegraph_api.problems.responses import ProblemAnswers


class Budgeting:
    """Keeps the accounts where queries are asked; other addresses cost nothing."""

    def __init__(
        self,
        app: ASGIApp,
        *,
        budget: Budget,
        addresses: ClientAddresses,
        exempt: Networks,
        tokens: Tokens,
        answers: ProblemAnswers,
    ) -> None:
        self._app = app
        self._budget = budget
        self._addresses = addresses
        self._exempt = exempt
        self._tokens = tokens
        self._answers = answers

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if not runs_queries(scope):
            await self._app(scope, receive, send)
            return
        address = self._addresses.of(scope)
        client = self._holder(scope) or client_name(address)
        notes = exchange_of(scope)
        notes.client = client
        if address is not None and address in self._exempt:
            await self._app(scope, receive, send)
            return
        try:
            begun = self._budget.begin(client)
        except BudgetSpent as error:
            response = self._answers.respond(Request(scope), problem_of(error))
            await response(scope, receive, send)
            return
        broken = True
        try:
            await self._app(scope, receive, send)
            broken = False
        finally:
            failed = broken or notes.is_fault_of_query
            self._budget.end(client, begun, failed=failed, free=notes.cached)

    def _holder(self, scope: Scope) -> str | None:
        """What the holder of a token is counted under, wherever he asks from; None for others.

        Only known tokens count, or whoever makes some up would be a new client every time.
        """
        try:
            token = holder_among(self._tokens, Headers(scope=scope))
        except DirectoryError:
            # The tokens cannot be read; whoever needs one is told so by the endpoint.
            return None
        return None if token is None else f"token {token.id}"
