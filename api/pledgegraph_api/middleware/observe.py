"""Watches every request from outside, and tells of it when it is over."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Protocol

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from pledgegraph_api.http.request_kind import changes_data, runs_queries
from pledgegraph_api.http.request_outcome import Exchange, exchange_of
from pledgegraph_api.problems.mapping import problem_of

_METHODS: Final = frozenset(
    {"GET", "HEAD", "OPTIONS", "POST", "PUT", "PATCH", "DELETE", "QUERY", "TRACE", "CONNECT"}
)


@dataclass(frozen=True, slots=True)
class Observation:
    """One request and what came of it; nothing in it tells who asked, or what."""

    method: str
    """One of the registered methods, or ``other``."""
    route: str
    """The template of the address, such as ``/problems/{name}``; never the address itself."""
    is_query: bool
    is_update: bool
    seconds: float
    """From the request's head to the end of the answer."""
    size: int
    """Bytes of the answer's body that were sent."""
    snapshot: str
    """The number of the snapshot that was asked; empty where none was."""
    notes: Exchange


class Observer(Protocol):
    """Whoever wants to be told."""

    def observe(self, seen: Observation) -> None:
        """Take note of a request that is over."""
        ...


class Observing:
    """The outermost layer: measures, and passes everything on as it is."""

    def __init__(self, app: ASGIApp, observers: Sequence[Observer]) -> None:
        self._app = app
        self._observers = tuple(observers)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        begun = time.perf_counter()
        notes = exchange_of(scope)
        size = 0
        snapshot = ""
        is_whole = False

        async def watched_send(message: Message) -> None:
            nonlocal size, snapshot, is_whole
            if message["type"] == "http.response.start":
                notes.status = message["status"]
                headers = Headers(raw=message["headers"])
                snapshot = headers.get("pledgegraph-snapshot", "")
                notes.cut = notes.cut or "pledgegraph-cut" in headers
            await send(message)
            if message["type"] == "http.response.body":
                size += len(message.get("body", b""))
                is_whole = not message.get("more_body", False)

        async def watched_receive() -> Message:
            message = await receive()
            if message["type"] == "http.disconnect" and not is_whole:
                notes.gone = True
            return message

        try:
            await self._app(scope, watched_receive, watched_send)
        except Exception as error:
            notes.problem = problem_of(error).type.name
            raise
        finally:
            is_query = runs_queries(scope)
            seen = Observation(
                method=scope["method"] if scope["method"] in _METHODS else "other",
                route=_route(scope),
                is_query=is_query and not changes_data(scope),
                is_update=is_query and changes_data(scope),
                seconds=time.perf_counter() - begun,
                size=size,
                snapshot=snapshot,
                notes=notes,
            )
            for observer in self._observers:
                observer.observe(seen)


def _route(scope: Scope) -> str:
    """The template of the address that was found; empty where nothing is there."""
    template = getattr(scope.get("route"), "path", None)
    if isinstance(template, str):
        return template
    if runs_queries(scope) and not scope["path"].startswith("/queries/"):
        return str(scope["path"])  # they have ways past the framework's routing
    return ""
