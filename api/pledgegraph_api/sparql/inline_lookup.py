"""Answers to look-ups, made at once in the process that speaks HTTP.

To hand a query to a worker and to pass its answer through all layers of the application takes
ten times as long as the look-up itself. So a query of which its shape proves that it is cheap
(see `pledgegraph.sparql.quick_queries`) is answered here, if its answer is short. One that asks
for several properties of a record is cheap if the record has few values of them, which is looked
up first. Everything
else about the response is what the application said the last time when the same
was asked in the same way but for the query: its headers are taken from there.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from itertools import islice
from typing import BinaryIO, Final, cast

from cachetools import LRUCache
from pyoxigraph import NamedNode
from starlette.types import Message

from pledgegraph.descriptions import asks_for_description
from pledgegraph.errors import PledgegraphError
from pledgegraph.media_types import Carries
from pledgegraph.results import IDENTITY, SMALLEST, encode_whole
from pledgegraph.settings import Settings
from pledgegraph.sparql import is_quick, star
from pledgegraph.store import Engine, ResultKind, Snapshot
from pledgegraph_api.errors import EncodingError, ParameterError
from pledgegraph_api.http.cache_hint import Way
from pledgegraph_api.http.query_params import decoded
from pledgegraph_api.sparql.answer_etag import AnswerTags
from pledgegraph_api.sparql.protocol import QueryRequest

_LONGEST_ADDRESS: Final = 6000
"""Bytes of a query string."""
_LONGEST_ANSWER: Final = 16_384
"""Bytes; what is longer is left to the workers."""
_SHORTEST_ROW: Final = 2
"""Bytes: the end of a line of CSV."""
_MOST: Final = 200
"""Ways of asking that are remembered."""
_ONLY: Final = b"query="
_MOST_ROWS: Final = 100
"""The product of the numbers of values of the properties that are asked for of a record."""


@dataclass(frozen=True, slots=True)
class _Known:
    way: Way
    start: Message
    version: str


class _TooLong(Exception):
    """The answer is longer than what is made here."""


class _Short:
    """A file of so many bytes at most."""

    def __init__(self, most: int) -> None:
        self.held = bytearray()
        self._most = most

    def write(self, data: bytes) -> int:
        self.held += data
        if len(self.held) > self._most:
            raise _TooLong
        return len(data)

    def flush(self) -> None:
        """Nothing."""


class QuickAnswers:
    """Answers look-ups over the newest snapshot, once it has seen how they are answered."""

    def __init__(self, engine: Engine, tags: AnswerTags, settings: Settings) -> None:
        self._engine = engine
        self._tags = tags
        # No answer shorter than this is beyond a bound: a row has two bytes at the least.
        self._longest = min(
            _LONGEST_ANSWER, settings.max_answer_bytes, _SHORTEST_ROW * settings.max_rows
        )
        self._known: LRUCache[object, _Known] = LRUCache(_MOST)

    def learn(
        self, query_string: bytes, manner: object, start: Message, way: Way, version: str
    ) -> None:
        """Take note of the response to a GET request.

        ``manner`` is all that the request says beside its query string.
        """
        headers = start["headers"]
        is_whole = any(name == b"content-length" for name, _ in headers)
        if is_whole and way.form.carries is Carries.SOLUTIONS and _has_query_alone(query_string):
            self._known[manner] = _Known(way, start, version)

    def answer(self, query_string: bytes, manner: object) -> tuple[Message, bytes] | None:
        """The response to a GET request; None where another has to find it."""
        known = self._known.get(manner)
        if known is None or not _has_query_alone(query_string):
            return None
        since = time.perf_counter()
        try:
            ((_, text),) = decoded(query_string, "The query string")
            body = self._evaluated(text, known) if self._is_ours(text) else None
        except (EncodingError, ParameterError):
            return None  # it is told what is wrong by whom it concerns
        if body is None:
            return None
        coding = known.way.coding if len(body) >= SMALLEST else IDENTITY
        if coding != IDENTITY:
            body = encode_whole(body, coding)
        tag = self._tags.of(known.version, QueryRequest(text), known.way.form, coding)
        taken = (time.perf_counter() - since) * 1e3
        own = {
            b"etag": tag.encode(),
            b"content-length": str(len(body)).encode(),
            b"server-timing": b"engine;dur=%.2f, total;dur=%.2f" % (taken, taken),
        }
        headers = []
        for name, value in known.start["headers"]:
            if name == b"content-encoding":
                continue
            if name == b"content-length" and coding != IDENTITY:
                headers.append((b"content-encoding", coding.encode()))
            headers.append((name, own.get(name, value)))
        return {**known.start, "headers": headers}, body

    def _is_ours(self, text: str) -> bool:
        may_be = is_quick(text) or star(text) is not None
        return may_be and not asks_for_description(text, self._engine.base)

    def _evaluated(self, text: str, known: _Known) -> bytes | None:
        """The answer, if it is cheap, short and from the snapshot of the known response."""
        opened = self._engine.opened_snapshot()
        if opened is None:
            return None
        short = _Short(self._longest)
        with opened as snapshot:
            if snapshot.version != known.version:
                return None
            try:
                if not _is_cheap(text, snapshot):
                    return None
                answer = snapshot.query(text)
                if answer.kind is not ResultKind.SOLUTIONS:
                    return None
                answer.serialise(cast(BinaryIO, short), known.way.form)
            except (_TooLong, PledgegraphError):
                return None
        return bytes(short.held)


def _is_cheap(text: str, snapshot: Snapshot) -> bool:
    """Whether so few statements fit a star that their combinations are looked at in no time."""
    asked = star(text)
    if asked is None:
        return True  # a single pattern
    subject, rows = [NamedNode(asked.subject)], 1
    for each in asked.properties:
        found = snapshot.about(subject, [NamedNode(each)], merged=True)
        rows *= max(1, sum(1 for _ in islice(found, _MOST_ROWS + 1)))
    return rows <= _MOST_ROWS


def _has_query_alone(query_string: bytes) -> bool:
    """True where it has a query, and no other parameter that could change its answer."""
    return (
        query_string.startswith(_ONLY)
        and b"&" not in query_string
        and len(query_string) <= _LONGEST_ADDRESS
    )
