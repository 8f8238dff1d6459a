"""Answers requests that went wrong: with a problem document, with RDF or, to browsers, a page."""

from __future__ import annotations

import contextlib
import logging
import re
from dataclasses import replace
from typing import Final
from urllib.parse import quote

from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import Match, Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from pledgegraph.errors import PledgegraphError, QueryError, ValidationFailed
from pledgegraph.media_types import FORMATS
from pledgegraph_api.errors import HeaderTooLarge, ParameterError
from pledgegraph_api.http.negotiation import Accept, accept_of, prefers_page
from pledgegraph_api.http.request_outcome import exchange_of
from pledgegraph_api.problems.mapping import (
    PROBLEM_JSON,
    Json,
    Problem,
    problem_of,
)
from pledgegraph_api.problems.other_addresses import alike, meant
from pledgegraph_api.problems.rdf import preferred_rdf, problem_in_rdf
from pledgegraph_api.problems.service_types import METHOD_NOT_ALLOWED, NOT_FOUND
from pledgegraph_api.problems.shacl_report import report_format, report_response
from pledgegraph_api.web.links import path_of, root_of
from pledgegraph_api.web.pages import Pages

_log = logging.getLogger("pledgegraph.service")
_JSON: Final = ("application/json",)
_CHOOSES: Final = re.compile(r"/(?:catalog|\.well-known/void|scheme|changes|queries(?:/[\w\-]+)?)")
"""Addresses that take the parameter `format` and have no addresses with endings beside them."""
ENDINGS: Final = frozenset(
    {"html", *(each.extension for each in FORMATS), *(each.name for each in FORMATS)}
)
_LED_ON: Final = frozenset({"GET", "HEAD", "POST", "QUERY"})
"""Methods that do no harm at an address that was meant otherwise."""


class ProblemAnswers:
    """Turns errors into responses; ``base`` begins the IRIs of the problem types."""

    def __init__(self, pages: Pages, base: str) -> None:
        self._pages = pages
        self._base = base

    def install(self, app: FastAPI) -> None:
        """Take over every error of an application."""
        for kind in (PledgegraphError, HTTPException, RequestValidationError):
            app.add_exception_handler(kind, self.handle)
        app.add_exception_handler(ClientDisconnect, _nobody_there)

    async def handle(self, request: Request, error: Exception) -> Response:
        """The response to a request that failed with ``error``."""
        if isinstance(error, RequestValidationError):
            error = ParameterError("A part of the request is not of the form that it should have.")
        if isinstance(error, HTTPException) and error.status_code == METHOD_NOT_ALLOWED.status:
            # The framework names the methods of the first route only.
            error = HTTPException(405, headers={"Allow": ", ".join(_methods_at(request))})
        problem = problem_of(error)
        is_missing = problem.type.status == NOT_FOUND.status
        is_nowhere = isinstance(error, HTTPException) and is_missing
        way = _without_slash(request) or _without_ending(request) if is_missing else None
        way = way or (meant(request) if is_nowhere else None)
        if way is not None:
            return RedirectResponse(way, 308, headers={"Cache-Control": "no-cache"})
        if is_nowhere and (near := alike(request)):
            remedy = f"Did you mean {' or '.join(near)}? {problem.remedy}"
            problem = replace(problem, remedy=remedy, members={"near": near})
        if problem.type.discreet:
            _log.error("%s: %s", problem.type.title, error)
        if isinstance(error, ValidationFailed):
            with contextlib.suppress(HeaderTooLarge):
                form = report_format(accept_of(request), PROBLEM_JSON)
                if form is not None:
                    return report_response(error, form, status=problem.type.status)
        return self.respond(request, problem)

    def respond(self, request: Request, problem: Problem) -> Response:
        """The problem as the client likes it; a document where that cannot be told."""
        notes = exchange_of(request.scope)
        notes.problem, notes.instance = problem.type.name, problem.instance
        headers = {"Vary": "Accept", "Cache-Control": "no-store", **problem.headers}
        document = problem.document(self._base)
        try:
            accept = accept_of(request)
        except HeaderTooLarge:
            accept = Accept.parse(None)
        if prefers_page(accept, PROBLEM_JSON, _JSON):
            return self._pages.render(
                request,
                "problem.html",
                status=problem.type.status,
                headers=headers,
                problem=problem,
                document=document,
                near_links=[
                    f"{root_of(request)}{each.removeprefix(self._base)}"
                    for each in _listed(problem.members.get("near"))
                ],
            )
        form = preferred_rdf(accept, PROBLEM_JSON, _JSON)
        if form is not None:
            content = problem_in_rdf(problem, self._base, form)
            return Response(content, problem.type.status, headers, form.content_type)
        return JSONResponse(document, problem.type.status, headers=headers, media_type=PROBLEM_JSON)


def _listed(member: Json | None) -> list[str]:
    """What of a member is a list of texts."""
    members = member if isinstance(member, list) else []
    return [each for each in members if isinstance(each, str)]


class UnexpectedErrors:
    """Answers what nothing else has caught, and writes it to the log.

    Once a response has begun nothing can be said any more. A response that is left without its
    end makes the server cut the connection.
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
            if scope["type"] != "http":
                raise
            if started:
                if not _is_told(scope, error):
                    raise
                return
            _log.exception("Unexpected error.")
            response = self._answers.respond(Request(scope), problem_of(error))
            await response(scope, receive, send)


def _is_told(scope: Scope, error: Exception) -> bool:
    """Notes why a response broke off, in a line; False where that is not one of its limits."""
    # The framework wraps what it has a handler for, and cannot call any more.
    reason = error.__cause__ if isinstance(error, RuntimeError) else error
    notes = exchange_of(scope)
    if isinstance(reason, TimeoutError):
        notes.gone = True
        _log.warning("A response broke off: the client took nothing of it for too long.")
        return True
    if isinstance(reason, QueryError):
        notes.problem = problem_of(reason).type.name
        _log.warning("A response broke off: %s", reason)
        return True
    return False


def _methods_at(request: Request) -> list[str]:
    """The methods that something at the request's address takes."""
    found: set[str] = set()
    for route in request.app.routes:
        if route.matches(request.scope)[0] is not Match.NONE:
            found |= getattr(route, "methods", None) or set()
    # What no route of ours answers for is a static file.
    return sorted(found or {"GET", "HEAD"})


def _without_slash(request: Request) -> str | None:
    """The address without the slashes at its end, if something answers there."""
    path: str = request.scope["path"]
    shorter = path.rstrip("/")
    if shorter in (path, root_of(request)) or request.method not in _LED_ON:
        return None
    scope = {**request.scope, "path": shorter, "raw_path": quote(shorter).encode()}
    # A folder of files is no such route; it would match anything. And whoever was asked knows
    # best: to a graph or a record the slash is a part of its name.
    asked = getattr(request.scope.get("route"), "path", None)
    routes = (each for each in request.app.routes if isinstance(each, Route) and each.path != asked)
    if all(each.matches(scope)[0] is Match.NONE for each in routes):
        return None
    query = request.scope["query_string"].decode("latin-1")
    return f"{root_of(request)}{path_of(request).rstrip('/')}" + (f"?{query}" if query else "")


def _without_ending(request: Request) -> str | None:
    """The address that has in `format` what stands at the end here, as in ``/catalog.ttl``."""
    stem, dot, ending = path_of(request).rpartition(".")
    given = request.query_params
    if not dot or not _CHOOSES.fullmatch(stem) or ending not in ENDINGS or "format" in given:
        return None
    rest = request.scope["query_string"].decode("latin-1")
    return f"{root_of(request)}{stem}?format={ending}" + (f"&{rest}" if rest else "")


async def _nobody_there(_request: Request, _error: Exception) -> Response:
    """What is sent to a client that has gone: nothing that arrives."""
    return Response(status_code=400)
