"""Answers requests that went wrong, with a problem document or, to browsers, a page."""

from __future__ import annotations

import logging

from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Match
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from pledgegraph.errors import PledgegraphError
from pledgegraph_api.errors import HeaderTooLarge, ParameterError
from pledgegraph_api.exchange import exchange_of
from pledgegraph_api.negotiation import accept_of, prefers_page
from pledgegraph_api.pages import Pages
from pledgegraph_api.problems import (
    METHOD_NOT_ALLOWED,
    PROBLEM_JSON,
    PROBLEM_TYPES,
    Problem,
    problem_of,
)

_log = logging.getLogger("pledgegraph.service")


class ProblemAnswers:
    """Turns errors into responses; ``base`` begins the IRIs of the problem types."""

    def __init__(self, pages: Pages, base: str) -> None:
        self._pages = pages
        self._base = base

    def install(self, app: FastAPI) -> None:
        """Take over every error of an application, and explain them under ``/problems``."""
        for kind in (PledgegraphError, HTTPException, RequestValidationError):
            app.add_exception_handler(kind, self.handle)
        app.add_exception_handler(ClientDisconnect, _nobody_there)
        for path, endpoint in (("/problems", self.index), ("/problems/{name}", self.explain)):
            app.add_api_route(path, endpoint, methods=["GET", "HEAD"], include_in_schema=False)

    async def handle(self, request: Request, error: Exception) -> Response:
        """The response to a request that failed with ``error``."""
        if isinstance(error, RequestValidationError):
            error = ParameterError("A part of the request is not of the form that it should have.")
        if isinstance(error, HTTPException) and error.status_code == METHOD_NOT_ALLOWED.status:
            # The framework names the methods of the first route only.
            error = HTTPException(405, headers={"Allow": ", ".join(_methods_at(request))})
        problem = problem_of(error)
        if problem.type.discreet:
            _log.error("%s: %s", problem.type.title, error)
        return self.respond(request, problem)

    def respond(self, request: Request, problem: Problem) -> Response:
        """The problem as the client likes it; a document where that cannot be told."""
        notes = exchange_of(request.scope)
        notes.problem, notes.instance = problem.type.name, problem.instance
        headers = {"Vary": "Accept", "Cache-Control": "no-store", **problem.headers}
        document = problem.document(self._base)
        try:
            page = prefers_page(accept_of(request), PROBLEM_JSON, ("application/json",))
        except HeaderTooLarge:
            page = False
        if page:
            return self._pages.render(
                request,
                "problem.html",
                status=problem.type.status,
                headers=headers,
                problem=problem,
                document=document,
            )
        return JSONResponse(document, problem.type.status, headers=headers, media_type=PROBLEM_JSON)

    async def index(self, request: Request) -> Response:
        """The page that lists all types of problems."""
        return self._pages.render(request, "problem_types.html", state=(), types=PROBLEM_TYPES)

    async def explain(self, request: Request, name: str) -> Response:
        """The page that a problem's type IRI leads to."""
        for kind in PROBLEM_TYPES:
            if kind.name == name:
                return self._pages.render(request, "problem_type.html", state=(), kind=kind)
        raise HTTPException(404)


class UnexpectedErrors:
    """Answers what nothing else has caught, and writes it to the log.

    Once a response has begun nothing can be said any more: then the error goes on to the
    server, which cuts the connection.
    """

    def __init__(self, app: ASGIApp, answers: ProblemAnswers) -> None:
        self._app = app
        self._answers = answers

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        started = False

        async def watched_send(message: Message) -> None:
            nonlocal started
            started = True
            await send(message)

        try:
            await self._app(scope, receive, watched_send)
        except Exception as error:
            if started or scope["type"] != "http":
                raise
            _log.exception("Unexpected error.")
            response = self._answers.respond(Request(scope), problem_of(error))
            await response(scope, receive, send)


def _methods_at(request: Request) -> list[str]:
    """The methods that something at the request's address takes."""
    found: set[str] = set()
    for route in request.app.routes:
        if route.matches(request.scope)[0] is not Match.NONE:
            found |= getattr(route, "methods", None) or set()
    # What no route of ours answers for is a static file.
    return sorted(found or {"GET", "HEAD"})


async def _nobody_there(_request: Request, _error: Exception) -> Response:
    """What is sent to a client that has gone: nothing that arrives."""
    return Response(status_code=400)
