"""If-Match where something is only read: 412 unless the client's tag is that of the answer.

Whoever goes on with something that was begun, such as a download in parts, must not get another
state of it without being told. Graphs and updates look at it themselves, before they change
anything (`http/preconditions.py`).

See https://www.rfc-editor.org/rfc/rfc9110.html#section-13.1.1
"""

from __future__ import annotations

from typing import Final

from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from pledgegraph.errors import PledgegraphError
from pledgegraph_api.http.addresses import path_below_root
from pledgegraph_api.http.graph_iris import PATH as GRAPHS
from pledgegraph_api.http.preconditions import Preconditions, match_of
from pledgegraph_api.problems.mapping import problem_of
from pledgegraph_api.problems.responses import ProblemAnswers

_READING: Final = frozenset({"GET", "HEAD"})
_THERE: Final = frozenset({200, 206, 304})
"""Statuses of what has a representation."""


class IfMatch:
    """Refuses a reading request that is meant for another state than the one that there is."""

    def __init__(self, app: ASGIApp, answers: ProblemAnswers) -> None:
        self._app = app
        self._answers = answers

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        reads = asks_for_match(scope) and scope["method"] in _READING
        if not reads or path_below_root(scope).startswith(GRAPHS):
            await self._app(scope, receive, send)
            return
        request = Request(scope)
        is_refused = False

        async def send_if_meant(message: Message) -> None:
            nonlocal is_refused
            if message["type"] == "http.response.start" and message["status"] in _THERE:
                tag = Headers(raw=message["headers"]).get("etag", "")
                # HEAD does not tell the tag of what would have to be computed for that.
                is_known = tag or request.method != "HEAD"
                try:
                    wanted = Preconditions(match_of(request) if is_known else None, None)
                    wanted.check("What is asked for", lambda: [tag], at="its address")
                except PledgegraphError as error:
                    is_refused = True
                    response = self._answers.respond(request, problem_of(error))
                    await response(scope, receive, send)
                    return
            if not is_refused:
                await send(message)

        await self._app(scope, receive, send_if_meant)


def asks_for_match(scope: Scope) -> bool:
    """Whether a request has the header If-Match."""
    return scope["type"] == "http" and any(name == b"if-match" for name, _ in scope["headers"])
