"""Runs queries in worker processes: with a deadline, a memory limit, no network, and an end."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator
from typing import Final

from pledgegraph.codings import IDENTITY
from pledgegraph.engine import ResultKind
from pledgegraph.media_types import Format
from pledgegraph.settings import Settings
from pledgegraph.workers import HoldsSnapshots, Limits, PooledAnswer, QueryPool
from pledgegraph_api.errors import NotAcceptable
from pledgegraph_api.protocol import QueryRequest
from pledgegraph_api.running import ChooseFormat

_ALIKE: Final = ((ResultKind.SOLUTIONS, ResultKind.BOOLEAN), (ResultKind.GRAPH,))
"""Kinds of answers that have their formats in common."""


class FormedAnswer:
    """An answer of the pool with the format that it has."""

    def __init__(self, answer: PooledAnswer, form: Format) -> None:
        self.form: Final = form
        self.sequence: Final = answer.begun.sequence
        self.version: Final = answer.begun.version
        self.coding: Final = answer.begun.coding
        self.waited: Final = answer.begun.waited
        self.worked: Final = answer.begun.worked
        self.cut: Final = answer.begun.cut
        self._answer = answer

    @property
    def whole(self) -> bytes | None:
        """See `Answer.whole`."""
        return self._answer.whole

    def chunks(self) -> AsyncIterator[bytes]:
        """See `Answer.chunks`."""
        return self._answer.chunks()

    def abandon(self) -> None:
        """See `Answer.abandon`."""
        self._answer.abandon()


class PoolRunner:
    """A `QueryRunner` over a pool of workers, made of the settings' limits."""

    def __init__(self, engine: HoldsSnapshots, settings: Settings) -> None:
        self._settings = settings
        self._pool = QueryPool(
            engine,
            Limits(
                seconds=settings.query_timeout,
                memory=settings.query_memory,
                workers=settings.query_workers,
                queue=settings.query_queue,
            ),
        )

    @property
    def running(self) -> int:
        """How many queries are being evaluated."""
        return self._pool.running

    @property
    def waiting(self) -> int:
        """How many queries wait for a worker."""
        return self._pool.waiting

    @property
    def idle(self) -> int:
        """How many workers stand ready."""
        return self._pool.idle

    async def start(self) -> None:
        """Start the first worker, so that the first query need not wait for it."""
        await self._pool.warm()

    async def run(
        self,
        query: QueryRequest,
        choose: ChooseFormat,
        *,
        coding: str = IDENTITY,
        head_only: bool = False,
    ) -> FormedAnswer:
        """Begin to answer a query; see `QueryRunner.run`."""
        answer = await self._pool.run(
            query.text,
            {} if head_only else _formats(choose),
            default_graphs=query.default_graphs,
            named_graphs=query.named_graphs,
            substitutions=query.substitutions,
            coding=coding,
            deadline=query.limits.time(self._settings),
            bounds=query.limits.bounds(self._settings),
        )
        try:
            return FormedAnswer(answer, choose(answer.begun.kind))
        except NotAcceptable:
            answer.abandon()
            raise

    async def stop(self) -> None:
        """Kill the workers."""
        await self._pool.stop()


def _formats(choose: ChooseFormat) -> dict[ResultKind, Format]:
    """The format for each kind of answer for which there is one."""
    found: dict[ResultKind, Format] = {}
    for kinds in _ALIKE:
        with contextlib.suppress(NotAcceptable):
            found |= dict.fromkeys(kinds, choose(kinds[0]))
    return found
