"""One query on one worker, until its answer has been read or given up."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from pledgegraph.errors import (
    Limit,
    QueryError,
    QueryTimeout,
    ServiceStopping,
)
from pledgegraph.store.engine import Addressed, ResultKind
from pledgegraph.workers.worker import Worker

_FIRST: Final = 64 * 1024
"""Bytes that are awaited no longer once they are there."""


class Run:
    """One query on one worker.

    ``leave`` is called once, at the end: with the worker, and whether it can be used again.
    ``stopped`` tells what to say of a worker that died because the service ends.
    """

    def __init__(
        self,
        worker: Worker,
        *,
        deadline: Limit,
        leave: Callable[[Worker, bool], None],
        stopped: Callable[[], ServiceStopping | None],
    ) -> None:
        self._worker = worker
        self._deadline = deadline
        self._leave = leave
        self._stopped = stopped
        self._loop = asyncio.get_running_loop()
        self._timer = self._loop.call_later(deadline.value, self._expire)
        self._aside_at: float | None = None
        self._aside = 0.0
        self._is_done = False
        self._is_open = True

    @property
    def aside(self) -> float:
        """Seconds for which it was set aside; its deadline did not run in them."""
        going = 0.0 if self._aside_at is None else self._loop.time() - self._aside_at
        return self._aside + going

    @property
    def is_stalled(self) -> bool:
        """See `fair_queue.Holder`."""
        return self._worker.is_stalled

    def set_aside(self) -> None:
        """Have the worker stand still, and the deadline wait."""
        if self._is_open and self._aside_at is None:
            self._aside_at = self._loop.time()
            self._timer.cancel()
            self._worker.pause()

    def go_on(self) -> None:
        """Have the worker go on, with the time that it had left."""
        if self._is_open and self._aside_at is not None:
            stopped, self._aside_at = self._aside_at, None
            self._aside += self._loop.time() - stopped
            left = max(0.0, self._timer.when() - stopped)
            self._timer = self._loop.call_later(left, self._expire)
            self._worker.resume()

    def break_off(self, why: QueryError) -> None:
        """End the worker; whoever reads gets ``why``."""
        self._worker.break_off(why)

    async def ask(self, question: Mapping[str, object]) -> dict[str, Any]:
        """Put the query; what the worker tells of the answer, when its first bytes are there.

        Raises:
            QueryTimeout: the deadline has passed.
            QueryError: the worker reports an error, or has died.
        """
        self._worker.write(b"Q", json.dumps(question).encode())
        _, card = await self._frame()
        told: dict[str, Any] = json.loads(card)
        self._worker.is_stale = told.get("stale", False)
        self._worker.is_grown = told.get("grown", False)
        return told

    @property
    def origin(self) -> str:
        """What its worker's copy of the data was made of; see `Worker`."""
        return self._worker.origin

    async def chunk(self) -> bytes:
        """The next piece of the answer; empty at the end.

        Raises:
            QueryTimeout, QueryError: see `ask`; what was read before is not the whole answer.
        """
        payload = b""
        while not payload and not self._is_done:
            letter, payload = await self._frame()
            if letter == b"E":
                self._is_done = True
                self.close()
        return payload

    @property
    def can_tell_more(self) -> bool:
        """True when `chunk` will not wait."""
        return self._is_done or self._worker.has_said_more

    @property
    def is_done(self) -> bool:
        """True when the whole answer has been read."""
        return self._is_done

    def close(self) -> None:
        """Give the worker back, or kill it when it is in the middle of something."""
        if self._is_open:
            if self._is_done:
                self.go_on()
            self._is_open = False
            self._timer.cancel()
            self._leave(self._worker, self._is_done)

    async def _frame(self) -> tuple[bytes, bytes]:
        try:
            letter, payload = await self._worker.read()
        except QueryError as error:
            if stopped := self._stopped():
                raise stopped from error
            raise
        if letter == b"X":
            self._is_done = True
            raise self._worker.error_of(payload)
        return letter, payload

    def _expire(self) -> None:
        most = self._deadline
        self._worker.break_off(
            QueryTimeout(f"The query took longer than {most.value:g} s.", limit=most)
        )


@dataclass(frozen=True, slots=True)
class Begun:
    """What is known of an answer when it begins."""

    kind: ResultKind
    coding: str
    """What it is compressed with, or `codings.IDENTITY`."""
    sequence: int
    """The number of the snapshot that it is computed from."""
    version: str
    """The name of that snapshot."""
    waited: float
    """Seconds until a worker took the query, and for which it was set aside since."""
    worked: float
    """Seconds of work from there to the answer's first bytes."""
    steady: bool
    """Whether the same answer has the same bytes each time it is compressed."""
    origin: str = ""
    """Which copy of the data in memory it is computed from; empty where from the snapshot's files.

    Two copies of one snapshot may have their statements in another order.
    """
    cut: Limit | None = None
    """The limit at which it was cut, where that is known by now."""


class PooledAnswer:
    """An answer that has begun: its kind is known and its first bytes are there."""

    def __init__(self, begun: Begun, run: Run, first: bytes) -> None:
        self.begun: Final = begun
        self._run = run
        self._first = first

    @property
    def whole(self) -> bytes | None:
        """The whole answer, where it has come by now; None where more may follow."""
        return self._first if self._run.is_done else None

    async def chunks(self) -> AsyncIterator[bytes]:
        """The whole answer, once, as it is computed.

        Raises:
            QueryError: evaluation failed; what was sent before is not the whole answer.
        """
        chunk = self._first
        while chunk:
            yield chunk
            chunk = await self._run.chunk()

    def abandon(self) -> None:
        """Let go of it: a worker that is still at it is killed. Harmless after its end."""
        self._run.close()


async def begin(
    run: Run, question: Mapping[str, object], snapshot: Addressed, waited: float
) -> PooledAnswer:
    """The answer to a query as soon as it has begun; with its end, when that came along.

    Raises:
        QueryTimeout, QueryError: see `Run.ask`.
    """
    since = time.perf_counter()
    told = await run.ask(question)
    first = await run.chunk()
    while not run.is_done and run.can_tell_more and len(first) < _FIRST:
        first += await run.chunk()
    begun = Begun(
        ResultKind(told["kind"]),
        told["coding"],
        told.get("sequence", snapshot.sequence),
        told.get("version", snapshot.version),
        waited + run.aside,
        time.perf_counter() - since - run.aside,
        told["steady"],
        run.origin if told.get("memory") else "",
        Limit(*told["cut"]) if "cut" in told else None,
    )
    return PooledAnswer(begun, run, first)
