"""Runs queries in worker processes: with a deadline, a memory limit, no network, and an end."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from dataclasses import replace
from typing import Final

from pledgegraph.errors import QueryTimeout, ServiceBusy
from pledgegraph.media_types import Format
from pledgegraph.results import IDENTITY, MAY_FAIL
from pledgegraph.settings import Settings
from pledgegraph.sparql import looks_light
from pledgegraph.store import RemoteEngine, ResultKind
from pledgegraph.workers import (
    HoldsSnapshots,
    Limits,
    PooledAnswer,
    QueryPool,
    Residence,
    Usage,
    room_for_copies,
)
from pledgegraph_api.errors import NotAcceptable
from pledgegraph_api.sparql.protocol import QueryRequest

ChooseFormat = Callable[[ResultKind], Format]

_ALIKE: Final = ((ResultKind.SOLUTIONS, ResultKind.BOOLEAN), (ResultKind.GRAPH,))
"""Kinds of answers that have their formats in common."""
_LIGHT_SECONDS: Final = 0.5
"""What a query may take that goes before others because it looks light."""


class Answer:
    """An answer that has begun: its format is settled and its first bytes are there."""

    def __init__(self, answer: PooledAnswer, form: Format, *, is_empty: bool = False) -> None:
        self.form: Final = form
        self.sequence: Final = answer.begun.sequence
        self.version: Final = answer.begun.version
        self.origin: Final = answer.begun.origin
        self.coding: Final = answer.begun.coding
        self.waited: Final = answer.begun.waited
        self.worked: Final = answer.begun.worked
        self.cut: Final = answer.begun.cut
        self.steady: Final = answer.begun.steady
        self._answer = answer
        self._is_empty = is_empty

    @property
    def whole(self) -> bytes | None:
        """The whole answer, where it has come by now; None where more may follow."""
        return self._answer.whole

    async def _nothing(self) -> AsyncIterator[bytes]:
        self.abandon()
        yield b""

    def chunks(self) -> AsyncIterator[bytes]:
        """The whole answer, once, as it is computed.

        Raises:
            QueryError: evaluation failed; what was sent before is not the whole answer.
        """
        return self._nothing() if self._is_empty else self._answer.chunks()

    def abandon(self) -> None:
        """Let go of it: a worker that is still at it is killed. Harmless after its end."""
        self._answer.abandon()


class QueryRunner:
    """Runs queries in a pool of workers, within the settings' limits, and hands out their answers.

    While all its workers are busy, queries that look light go to one that is kept for them, so
    that a look-up need not wait for somebody's cross product. One that turns out to be long is
    stopped there and waits for its turn like others; nothing of its answer has been sent then.
    """

    def __init__(self, engine: HoldsSnapshots, settings: Settings) -> None:
        self._settings = settings
        remote, room = "", room_for_copies(settings.copies_memory)
        if isinstance(engine, RemoteEngine):
            remote, room, engine = engine.dialect.title, 0, engine.for_workers
        limits = Limits(
            seconds=settings.query_timeout,
            memory=settings.query_memory,
            workers=settings.query_workers,
            queue=settings.query_queue,
        )
        self.answers: Final = {"memory": 0, "disk": 0}
        """How many answers have begun, by what they are computed from."""
        usage = Usage(settings.usage_half_life)
        self._pool = QueryPool(
            engine,
            replace(limits, aside_timeout=settings.aside_timeout),
            usage,
            room=room,
            remote=remote,
        )
        # Its workers are started when they are needed for the first time.
        self._light = QueryPool(
            engine,
            replace(limits, seconds=min(_LIGHT_SECONDS, limits.seconds), workers=1, nice=0),
            usage,
            remote=remote,
        )

    @property
    def running(self) -> int:
        """How many queries are being evaluated."""
        return self._pool.running + self._light.running

    @property
    def waiting(self) -> int:
        """How many queries wait for a worker."""
        return self._pool.waiting + self._light.waiting

    @property
    def aside(self) -> int:
        """How many queries are set aside for others."""
        return self._pool.aside

    @property
    def idle(self) -> int:
        """How many workers stand ready."""
        return self._pool.idle + self._light.idle

    @property
    def residence(self) -> Residence:
        """Whether the data are in memory."""
        return self._pool.residence

    async def start(self) -> None:
        """Start the first worker, so that the first query need not wait for it."""
        await self._pool.warm()
        self._pool.begin()

    async def run(
        self,
        query: QueryRequest,
        choose: ChooseFormat,
        *,
        coding: str = IDENTITY,
        head_only: bool = False,
        source: HoldsSnapshots | None = None,
        client: str = "",
        short: bool = False,
    ) -> Answer:
        """Begin to answer a query; returns when the first bytes of the answer are there.

        ``choose`` is asked for the format for each kind of answer, and may raise. An answer that is
        not small may be compressed with ``coding``. With ``head_only`` the answer is empty, and the
        query is evaluated only where it must be seen whether the format can carry the answer.
        ``source`` is what to ask instead of the newest snapshot, such as an earlier version.
        ``client`` is who asks; a query that is ``short`` is known to be.

        Raises:
            QueryError: it cannot be answered, or not within the limits.
            ServiceBusy: too many queries are waiting already, or it gave way to others.
            ServiceStopping: the service is being stopped.
        """

        asked = query.limits.time(self._settings)
        formats = _formats(choose)

        def run_in(pool: QueryPool) -> Awaitable[PooledAnswer]:
            return pool.run(
                query.text,
                _uncertain(formats) if head_only else formats,
                default_graphs=query.default_graphs,
                named_graphs=query.named_graphs,
                substitutions=query.substitutions,
                coding=coding,
                deadline=asked if asked.value <= pool.limits.seconds else None,
                bounds=query.limits.bounds(self._settings),
                source=source,
                client=client,
                short=short,
            )

        answer = None
        if self._pool.places.full and looks_light(query.text):
            with contextlib.suppress(QueryTimeout, ServiceBusy):
                answer = await run_in(self._light)
        if answer is not None and answer.whole is None:
            answer.abandon()
            answer = None
        if answer is None:
            answer = await run_in(self._pool)
        self.answers["memory" if answer.begun.origin else "disk"] += 1
        try:
            return Answer(answer, choose(answer.begun.kind), is_empty=head_only)
        except NotAcceptable:
            answer.abandon()
            raise

    async def stop(self) -> None:
        """Kill the workers."""
        await asyncio.gather(self._pool.stop(), self._light.stop())


def _formats(choose: ChooseFormat) -> dict[ResultKind, Format]:
    """The format for each kind of answer for which there is one."""
    found: dict[ResultKind, Format] = {}
    for kinds in _ALIKE:
        with contextlib.suppress(NotAcceptable):
            found |= dict.fromkeys(kinds, choose(kinds[0]))
    return found


def _uncertain(formats: Mapping[ResultKind, Format]) -> dict[ResultKind, Format]:
    """Those formats that may turn out not to carry the answer."""
    return {kind: form for kind, form in formats.items() if form in MAY_FAIL}
