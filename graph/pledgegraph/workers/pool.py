"""The pool: a bounded number of worker processes, a spare kept warm, and the power to kill.

A query gets a worker to itself. The worker is killed at the deadline, when its client goes
away, and when it breaks its memory limit; the next query finds another one started already.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Protocol

from pyoxigraph import Literal, NamedNode, Variable

from pledgegraph.engine import ResultKind
from pledgegraph.errors import (
    QueryError,
    QueryTimeout,
)
from pledgegraph.media_types import Format
from pledgegraph.workers.places import Places
from pledgegraph.workers.worker import Worker, error_of

ChooseFormat = Callable[[ResultKind], Format]


_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Limits:
    """What one query may use, and how many there may be at the same time."""

    seconds: float
    """From the moment a worker begins to the last byte taken by the client."""
    memory: int
    """Bytes of address space beyond what an idle worker has."""
    workers: int
    queue: int


class PooledAnswer:
    """An answer that has begun: its format is settled and its first bytes are there."""

    def __init__(self, form: Format, sequence: int, run: _Run, first: bytes) -> None:
        self.form: Final = form
        self.sequence: Final = sequence
        """The number of the snapshot that it is computed from."""
        self._run = run
        self._first = first

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


class _Run:
    """One query on one worker, until its answer has been read or given up."""

    def __init__(self, pool: QueryPool, worker: Worker, hold: contextlib.ExitStack) -> None:
        self._pool = pool
        self._worker = worker
        self._hold = hold
        self._deadline = asyncio.get_running_loop().time() + pool.limits.seconds
        self._is_done = False
        self._is_open = True

    async def frame(self) -> tuple[bytes, bytes]:
        """The worker's next frame, before the deadline.

        Raises:
            QueryTimeout: the deadline has passed.
            QueryError: the worker reports an error, or has died.
        """
        try:
            async with asyncio.timeout_at(self._deadline):
                letter, payload = await self._worker.read()
        except QueryError as error:
            raise self._pool.places.closed() or error from error
        except TimeoutError as error:
            raise QueryTimeout(
                f"The query took longer than {self._pool.limits.seconds:g} s."
            ) from error
        if letter == b"X":
            self._is_done = True
            raise error_of(json.loads(payload))
        return letter, payload

    async def ask(self, question: Mapping[str, object]) -> ResultKind:
        await self._worker.write(b"Q", json.dumps(question).encode())
        _, payload = await self.frame()
        return ResultKind(json.loads(payload)["kind"])

    async def choose(self, name: bytes) -> None:
        """Tell the worker the format; nothing, to have no answer at all."""
        await self._worker.write(b"F", name)

    async def skip(self) -> None:
        """Have the worker forget the query."""
        await self.choose(b"")
        await self.frame()
        self._is_done = True

    async def chunk(self) -> bytes:
        """The next piece of the answer; empty at the end."""
        if self._is_done:
            return b""
        letter, payload = await self.frame()
        if letter == b"E":
            self._is_done = True
            self.close()
            return b""
        return payload

    def close(self) -> None:
        """Give the worker back, or kill it when it is in the middle of something."""
        if self._is_open:
            self._is_open = False
            self._hold.close()
            self._pool.take_back(self._worker, healthy=self._is_done)


class AddressedSnapshot(Protocol):
    """A snapshot that another process can open while it is held here."""

    @property
    def sequence(self) -> int:
        """Its number."""
        ...

    @property
    def address(self) -> Mapping[str, object]:
        """What that process needs to open it; goes through JSON."""
        ...


class HoldsSnapshots(Protocol):
    """The part of an engine that the pool needs."""

    def snapshot(self) -> contextlib.AbstractContextManager[AddressedSnapshot]:
        """The newest snapshot, held until the block is left."""
        ...


class QueryPool:
    """Runs queries over an engine in worker processes, within `Limits`.

    It belongs to one event loop.
    """

    def __init__(self, engine: HoldsSnapshots, limits: Limits) -> None:
        self._engine = engine
        self.limits: Final = limits
        self.places: Final = Places(limits.workers, limits.queue)
        self._idle: list[Worker] = []
        self._busy: set[Worker] = set()
        self._starting: set[asyncio.Task[None]] = set()
        self._launches: set[asyncio.Task[Worker]] = set()

    @property
    def running(self) -> int:
        """How many queries are being answered."""
        return len(self._busy)

    @property
    def waiting(self) -> int:
        """How many queries wait for a worker."""
        return self.places.waiting

    async def run(
        self,
        text: str,
        choose: ChooseFormat,
        *,
        default_graphs: Sequence[NamedNode] = (),
        named_graphs: Sequence[NamedNode] = (),
        substitutions: Mapping[Variable, NamedNode | Literal] | None = None,
        head_only: bool = False,
    ) -> PooledAnswer:
        """Begin to answer a query; returns when the first bytes of the answer are there.

        ``choose`` is asked for the format as soon as the kind of answer is known, and may
        raise. With ``head_only`` the query is not evaluated beyond that.

        Raises:
            QueryError: it cannot be answered, or not within the limits.
            ServiceBusy: too many queries are waiting already.
            ServiceStopping: the service is being stopped.
        """
        await self.places.take()
        hold = contextlib.ExitStack()
        run = None
        try:
            snapshot = await asyncio.to_thread(hold.enter_context, self._engine.snapshot())
            worker = await self._worker()
            run = _Run(self, worker, hold)
            kind = await run.ask(
                {
                    **snapshot.address,
                    "query": text,
                    "defaultGraphs": [graph.value for graph in default_graphs],
                    "namedGraphs": [graph.value for graph in named_graphs],
                    "substitutions": {
                        variable.value: str(term)
                        for variable, term in (substitutions or {}).items()
                    },
                }
            )
            try:
                form = choose(kind)
            except Exception:
                await run.skip()
                raise
            await run.choose(b"" if head_only else form.name.encode())
            return PooledAnswer(form, snapshot.sequence, run, await run.chunk())
        except BaseException:
            if run is not None:
                run.close()
            else:
                hold.close()
                self.places.give_back()
            raise

    async def warm(self) -> None:
        """Start a worker ahead of the first query.

        Raises:
            QueryError: workers cannot be started here.
        """
        self._idle.append(await Worker.start(self.limits.memory))

    async def stop(self) -> None:
        """Break off every answer, take no further query, and end all workers."""
        self.places.close()
        workers = [*self._busy, *self._idle]
        for worker in workers:
            worker.kill()
        begun = [*self._starting, *self._launches]
        for task in begun:
            task.cancel()
        await asyncio.gather(*begun, return_exceptions=True)
        await asyncio.gather(*(worker.gone() for worker in workers))
        self._idle.clear()

    def take_back(self, worker: Worker, *, healthy: bool) -> None:
        """Let the next query have the worker, or what replaces it."""
        self._busy.discard(worker)
        self.places.give_back()
        if healthy and worker.alive and not self.places.closed():
            self._idle.append(worker)
            return
        worker.kill()
        self._keep_spare()

    async def _worker(self) -> Worker:
        """A worker for one query; the one that is started in its place keeps the pool warm."""
        while self._idle:
            worker = self._idle.pop()
            if worker.alive:
                break
        else:
            worker = await self._launch()
        self._busy.add(worker)
        self._keep_spare()
        return worker

    async def _launch(self) -> Worker:
        """A new worker, for a query that waits for it; `stop` does not let it wait."""
        task = asyncio.create_task(Worker.start(self.limits.memory))
        self._launches.add(task)
        try:
            return await task
        except asyncio.CancelledError:
            if stopped := self.places.closed():
                raise stopped from None
            raise
        finally:
            self._launches.discard(task)

    def _keep_spare(self) -> None:
        """Have one more worker started, unless one stands idle or all places are taken."""
        too_many = len(self._busy) + len(self._starting) > self.limits.workers
        if self._idle or self._starting or too_many or self.places.closed():
            return
        task = asyncio.get_running_loop().create_task(self.warm())
        self._starting.add(task)
        task.add_done_callback(self._started)

    def _started(self, task: asyncio.Task[None]) -> None:
        self._starting.discard(task)
        if not task.cancelled() and task.exception() is not None:
            _log.error("A query worker could not be started.", exc_info=task.exception())
