"""The way past the framework's routing for the one address that is asked most.

Routing, dependency injection and exit stacks take longer than a small query. The routes stay
where they are, for OpenAPI and for the methods that are not taken here.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from pledgegraph.errors import PledgegraphError
from pledgegraph_api.problems.responses import ProblemAnswers


class DirectRoute:
    """Has ``endpoint`` answer the requests for ``path`` that have one of ``methods``."""

    def __init__(
        self,
        app: ASGIApp,
        path: str,
        methods: frozenset[str],
        endpoint: Callable[[Request], Awaitable[Response]],
        problems: ProblemAnswers,
    ) -> None:
        self._app = app
        self.path = path
        """What the metrics and the log take for the route's template."""
        self._methods = methods
        self._endpoint = endpoint
        self._problems = problems

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if (
            scope["type"] != "http"
            or scope["path"] != self.path
            or scope["method"] not in self._methods
        ):
            await self._app(scope, receive, send)
            return
        scope["route"] = self
        request = Request(scope, receive)
        try:
            response = await self._endpoint(request)
        except ClientDisconnect:
            return  # nobody is left to be told
        except (PledgegraphError, HTTPException) as error:
            response = await self._problems.handle(request, error)
        await response(scope, receive, send)
