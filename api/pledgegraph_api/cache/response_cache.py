"""Answers that are kept in memory, and served ahead of everything else.

An answer of a snapshot stays right for as long as that is the newest; the name of the newest is
looked at for every request. A request is known again by all that it says but for the headers
that no answer depends on, so that a header nobody thought of makes a miss and never a wrong
answer. What is kept is what was sent, after all of the application had its say.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Final

from cachetools import LRUCache
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from pledgegraph_api.cache.raw_response import Prepared, is_by_socket
from pledgegraph_api.http.body_peek import read_ahead
from pledgegraph_api.http.cache_hint import SCOPE_KEY, CacheHint
from pledgegraph_api.http.etags import CONDITIONAL, of_same_answer
from pledgegraph_api.http.request_kind import runs_queries
from pledgegraph_api.http.request_outcome import Exchange
from pledgegraph_api.middleware.if_match import asks_for_match
from pledgegraph_api.middleware.observe import Observation, Observer
from pledgegraph_api.sparql.inline_lookup import QuickAnswers

Headers = list[tuple[bytes, bytes]]
Key = tuple[str | bytes, ...]
"""What a request is known again by: method, path, query string, body, and headers."""

State = tuple[str | None, int, object]
"""What all kept answers are made of: a snapshot's name, a day, and what is beside."""

_QUERY_STRING: Final = 2
"""Its place in a key."""

_METHODS: Final = {"GET": "GET", "HEAD": "GET", "POST": "POST", "QUERY": "QUERY"}
"""What may be answered from memory, and by the answer to which method."""
_BESIDE: Final = 5000
"""Bytes that an answer takes in memory beside its body and its request."""
_DAY: Final = 86_400

_NO_MATTER: Final = frozenset(
    b"""
    cache-control connection content-length dnt forwarded host if-none-match
    keep-alive pragma priority referer sec-ch-ua sec-ch-ua-mobile sec-ch-ua-platform
    sec-fetch-dest sec-fetch-mode sec-fetch-site sec-fetch-user sec-gpc te traceparent
    tracestate upgrade-insecure-requests user-agent via x-forwarded-for x-forwarded-host
    x-forwarded-port x-forwarded-proto x-real-ip x-request-id
    """.split()
)
"""Headers of a request that no kept answer depends on."""
_LANGUAGE: Final = b"accept-language"
"""Pages have languages; of what runs queries no page is kept."""
_OF_THE_BODY: Final = frozenset(
    (b"content-type", b"content-length", b"content-encoding", b"content-disposition")
)
_HIT: Final = b"cache;desc=hit"


@dataclass(frozen=True)
class _Kept:
    """An answer; each response with it is formed when it is first asked for."""

    tag: bytes
    start: Message
    body: bytes
    size: int
    route: str
    snapshot: str

    @cached_property
    def got(self) -> Prepared:
        return Prepared.of(self.start, self.body)

    @cached_property
    def headed(self) -> Prepared:
        """The response to HEAD."""
        return Prepared.of(self.start, b"")

    @cached_property
    def unchanged(self) -> Prepared:
        """The response to who has the answer."""
        return Prepared.of(_not_modified(self.start), b"")

    def unchanged_for(self, tags: bytes) -> Prepared | None:
        """The response to who has answers with those tags, if this is one of them.

        It names the tag as the client has it: another node may have made a weak one of it.
        """
        if self.tag in tags or tags == b",*":
            return self.unchanged
        other = of_same_answer(self.tag.decode("latin-1"), tags.decode("latin-1"))
        if other is None:
            return None
        return Prepared.of(_not_modified(self.start, tag=other.encode("latin-1")), b"")


class KeptAnswers:
    """An ASGI application that answers from memory what it can, and asks another for the rest.

    ``newest`` names the newest snapshot, or is None when nothing can be kept. Up to ``most``
    bytes are kept, and no answer longer than ``largest``.
    """

    def __init__(
        self,
        app: ASGIApp,
        newest: Callable[[], str | None],
        *,
        paths: tuple[str, ...],
        most: int,
        largest: int,
        observers: Sequence[Observer] = (),
        quick: QuickAnswers | None = None,
        beside: Callable[[], object] = lambda: None,
    ) -> None:
        """``beside`` changes with whatever answers are made of beside the snapshot."""
        self._beside = beside
        self._app = app
        self._quick = quick
        self._newest = newest
        self._paths = paths
        self._largest = min(largest, most)
        self._answers: LRUCache[Key, _Kept] = LRUCache(most, getsizeof=lambda each: each.size)
        self._state: State = (None, 0, None)
        self._has_looked = False
        self._observers = tuple(observers)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        is_kept = scope["type"] == "http" and scope["path"].startswith(self._paths)
        if not is_kept or asks_for_match(scope):
            await self._app(scope, receive, send)
            return
        begun = time.perf_counter()
        method = scope["method"]
        alike = _METHODS.get(method)
        state = self._now(once_a_turn=is_by_socket(send))
        if alike is None or state[0] is None:
            await self._app(scope, receive, send)
            return
        body = b""
        if alike != "GET":
            read = await read_ahead(receive)
            receive = read.again
            if read.body is None:
                await self._app(scope, receive, send)
                return
            body = read.body
        key, tags = _known_by(scope, alike, body)
        kept = self._answers.get(key)
        made: Prepared | None = None
        if kept is None and method == "GET" and runs_queries(scope):
            kept, made = self._quick_answer(scope, key)
        if kept is None:
            await self._app(*self._keeping(scope, receive, send, key, state))
            return
        unchanged = kept.unchanged_for(tags) if tags and method in CONDITIONAL else None
        has_it = unchanged is not None
        if unchanged is not None:
            response = unchanged
        else:
            response = kept.headed if method == "HEAD" else made or kept.got
        await response.send(send)
        if self._observers:
            seen = Observation(
                method=method,
                route=kept.route,
                is_query=runs_queries(scope),
                is_update=False,
                seconds=time.perf_counter() - begun,
                size=0 if has_it or method == "HEAD" else len(kept.body),
                snapshot=kept.snapshot,
                notes=Exchange(status=304 if has_it else 200, cached=made is None),
            )
            for observer in self._observers:
                observer.observe(seen)

    def _now(self, *, once_a_turn: bool = False) -> State:
        """The newest snapshot, and the day, which questions may depend on as well.

        With ``once_a_turn`` it is looked up once in a turn of the event loop. Whoever is answered
        in it over a socket had asked before it began, so that no answer is of an older snapshot
        than the newest when it was asked for.
        """
        if once_a_turn and self._has_looked:
            return self._state
        state = (self._newest(), int(time.time()) // _DAY, self._beside())
        if state != self._state:
            self._state = state
            self._answers.clear()
        if once_a_turn:
            self._has_looked = True
            asyncio.get_running_loop().call_soon(self._look_again)
        return state

    def _look_again(self) -> None:
        self._has_looked = False

    def _quick_answer(self, scope: Scope, key: Key) -> tuple[_Kept, Prepared] | tuple[None, None]:
        """The answer to a look-up for the next who asks, and for this one."""
        if self._quick is None:
            return None, None
        found = self._quick.answer(scope["query_string"], _manner(key))
        if found is None:
            return None, None
        start, body = found
        kept = _kept(start, body, key, route=scope["path"])
        self._put(key, kept)
        return kept, Prepared.of(start, body)

    def _put(self, key: Key, kept: _Kept) -> None:
        if kept.size <= self._answers.maxsize:
            self._answers[key] = kept

    def _learn_manner(self, scope: Scope, key: Key, start: Message, hint: CacheHint) -> None:
        """Have look-ups that are asked in the same manner answered like this one."""
        if self._quick is None or hint.way is None or hint.version is None:
            return
        if scope["method"] == "GET":
            manner = _manner(key)
            self._quick.learn(scope["query_string"], manner, start, hint.way, hint.version)

    def _keeping(
        self,
        scope: Scope,
        receive: Receive,
        send: Send,
        key: Key,
        state: State,
    ) -> tuple[Scope, Receive, Send]:
        """The same, but for taking down the answer if that is to be kept."""
        hint = scope[SCOPE_KEY] = CacheHint()
        if scope["method"] == "HEAD":
            return scope, receive, send
        start: Message | None = None
        parts: list[bytes] = []
        size = 0

        async def watched_send(message: Message) -> None:
            nonlocal start, size
            if message["type"] == "http.response.start":
                if hint.version is not None and message["status"] == 200:  # noqa: PLR2004
                    start = {**message, "headers": list(message["headers"])}
            elif start is not None:
                parts.append(message.get("body", b""))
                size += len(parts[-1])
                if size > self._largest:
                    start = None
                    parts.clear()
                elif not message.get("more_body") and (hint.version, self._now()) == (
                    state[0],
                    state,
                ):
                    route = getattr(scope.get("route"), "path", "")
                    self._put(key, _kept(start, b"".join(parts), key, route=route))
                    self._learn_manner(scope, key, start, hint)
            await send(message)

        return scope, receive, watched_send


def _kept(start: Message, body: bytes, key: Key, *, route: str) -> _Kept:
    said = {b"server-timing": _HIT, b"content-length": str(len(body)).encode()}
    headers: Headers = [(name, said.get(name, value)) for name, value in start["headers"]]
    if all(name != b"content-length" for name, _ in headers):
        headers.append((b"content-length", said[b"content-length"]))
    named = dict(headers)
    whole = {**start, "headers": headers}
    spent = sum(len(each) for each in key)
    return _Kept(
        tag=named[b"etag"].removeprefix(b"W/"),
        start=whole,
        body=body,
        size=2 * len(body) + spent + _BESIDE,
        route=route,
        snapshot=named[b"pledgegraph-snapshot"].decode(),
    )


def _not_modified(start: Message, tag: bytes | None = None) -> Message:
    """The beginning of a 304: what the answer would have, but for what tells of its body."""
    headers = [
        (name, tag if tag is not None and name == b"etag" else value)
        for name, value in start["headers"]
        if name not in _OF_THE_BODY
    ]
    return {"type": "http.response.start", "status": 304, "headers": headers}


def _manner(key: Key) -> Key:
    """What a request says beside what stands in its address behind the path."""
    return key[:_QUERY_STRING] + key[_QUERY_STRING + 1 :]


def _known_by(scope: Scope, method: str, body: bytes) -> tuple[Key, bytes]:
    """What a request is known again by, and the tags in it of answers that the client has."""
    tags = b""
    # Decoded, the paths of two records can be the same.
    path = scope.get("raw_path") or scope["path"]
    said: list[str | bytes] = [method, path, scope["query_string"], body]
    for name, value in scope["headers"]:
        if name == _LANGUAGE and runs_queries(scope):
            continue
        if name not in _NO_MATTER:
            # Any origin gets the same answer, with a header that none at all does not get.
            said += (name, b"" if name == b"origin" else value)
        elif name == b"if-none-match":
            tags += b"," + value
    return tuple(said), tags
