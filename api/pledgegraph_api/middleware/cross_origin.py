"""Lets pages of every site ask: CORS, as the Fetch standard has it.

See https://fetch.spec.whatwg.org/#http-cors-protocol. Any header may be sent: clients add some of
their own, and none of them counts for anything that the service does not look at.
"""

from __future__ import annotations

import re
from typing import Final

from starlette.datastructures import Headers
from starlette.middleware.cors import CORSMiddleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from pledgegraph_api.errors import ParameterError
from pledgegraph_api.http.header_names import AT_LEAST, IDEMPOTENCY_KEY, REASON
from pledgegraph_api.http.request_limits import CUT_HEADER, HEADER
from pledgegraph_api.problems.mapping import problem_of
from pledgegraph_api.problems.responses import ProblemAnswers

_METHODS: Final = ("GET", "HEAD", "OPTIONS", "POST", "QUERY", "PUT", "DELETE", "PATCH")
_EXPOSED: Final = (
    "Allow",
    "Content-Disposition",
    "Content-Range",
    "Content-Location",
    "ETag",
    "Link",
    "Location",
    CUT_HEADER,
    HEADER,
    "Memento-Datetime",
    "Pledgegraph-Last",
    "Pledgegraph-Log-Format",
    "Pledgegraph-Portion",
    "Pledgegraph-Snapshot",
    "Retry-After",
    "Server-Timing",
    "WWW-Authenticate",
)
_LOOKED_AT: Final = (
    "Accept",
    "Accept-Datetime",
    "Accept-Language",
    AT_LEAST,
    "Authorization",
    "Content-Type",
    IDEMPOTENCY_KEY,
    "If-Match",
    "If-None-Match",
    REASON,
)
_DAY: Final = 86_400
_NAME: Final = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
_REFUSED: Final = 400


class CrossOrigin(CORSMiddleware):
    """Answers what browsers ask before a page of another site may ask, and lets it read answers."""

    def __init__(self, app: ASGIApp, answers: ProblemAnswers) -> None:
        super().__init__(
            app,
            allow_origins=["*"],
            allow_methods=_METHODS,
            # Who writes sends a token by hand; credentials that browsers send by themselves are
            # none, and so no page gets more than anybody.
            allow_headers=["*"],
            allow_credentials=False,
            expose_headers=_EXPOSED,
            max_age=_DAY,
        )
        self._answers = answers

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        headers = Headers(scope=scope) if scope["type"] == "http" else Headers()
        if (
            scope["type"] != "http"
            or scope["method"] != "OPTIONS"
            or "origin" not in headers
            or "access-control-request-method" not in headers
        ):
            await super().__call__(scope, receive, send)
            return
        response = self.preflight_response(headers)
        if response.status_code == _REFUSED:
            response = self._refusal(Request(scope), headers)
        await response(scope, receive, send)

    def preflight_response(self, request_headers: Headers) -> Response:
        """What a page may send; any header, if it can be one."""
        response = super().preflight_response(request_headers)
        asked = request_headers.get("access-control-request-headers", "").split(",")
        names = {name.lower(): name for name in _LOOKED_AT}
        for name in (each.strip() for each in asked):
            if _NAME.fullmatch(name):
                names.setdefault(name.lower(), name)
        response.headers["access-control-allow-headers"] = ", ".join(names.values())
        return response

    def _refusal(self, request: Request, headers: Headers) -> Response:
        method = headers["access-control-request-method"]
        error = ParameterError(
            f"Pages of other sites may not send requests with the method {method[:40]!r}.",
            remedy=f"Use one of: {', '.join(_METHODS)}.",
        )
        if method in _METHODS:
            error = ParameterError(
                "Pages of the public web may not ask a service of a private network.",
                remedy="Ask from a page of that network, or not from a browser.",
            )
        response = self._answers.respond(request, problem_of(error))
        response.headers["access-control-allow-origin"] = "*"
        response.headers["access-control-allow-methods"] = ", ".join(_METHODS)
        return response
