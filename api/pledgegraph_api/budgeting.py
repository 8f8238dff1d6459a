"""Refuses queries of clients that have used up their budget, and charges all others."""

from __future__ import annotations

from starlette.requests import Request
from starlette.types import ASGIApp, Receive, Scope, Send

from pledgegraph_api.budget import Budget
from pledgegraph_api.client_address import ClientAddresses, Networks, client_name
from pledgegraph_api.errors import BudgetSpent
from pledgegraph_api.exchange import exchange_of
from pledgegraph_api.problem_answers import ProblemAnswers
from pledgegraph_api.problems import problem_of
from pledgegraph_api.query_addresses import runs_queries


class Budgeting:
    """Keeps the accounts where queries are asked; other addresses cost nothing."""

    def __init__(
        self,
        app: ASGIApp,
        *,
        budget: Budget,
        addresses: ClientAddresses,
        exempt: Networks,
        answers: ProblemAnswers,
    ) -> None:
        self._app = app
        self._budget = budget
        self._addresses = addresses
        self._exempt = exempt
        self._answers = answers

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if not runs_queries(scope):
            await self._app(scope, receive, send)
            return
        address = self._addresses.of(scope)
        if address is not None and address in self._exempt:
            await self._app(scope, receive, send)
            return
        client = client_name(address)
        try:
            begun = self._budget.begin(client)
        except BudgetSpent as error:
            response = self._answers.respond(Request(scope), problem_of(error))
            await response(scope, receive, send)
            return
        notes = exchange_of(scope)
        broken = True
        try:
            await self._app(scope, receive, send)
            broken = False
        finally:
            failed = broken or notes.is_fault_of_query
            self._budget.end(client, begun, failed=failed, free=notes.cached)
