"""The pool: a bounded number of worker processes, a spare kept warm, and the power to kill.

A query gets a worker to itself. The worker is killed at the deadline, when its client goes
away, and when it breaks its memory limit; the next query finds another one started already.
It stands still while its query is set aside for others (see `fair_queue`).
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import time
from collections.abc import Mapping, Sequence
from dataclasses import astuple, dataclass
from functools import partial
from typing import Final, Protocol

from pyoxigraph import Literal, NamedNode, Variable

from pledgegraph.errors import Limit
from pledgegraph.media_types import Format
from pledgegraph.results.encoding import IDENTITY
from pledgegraph.results.truncation import NO_BOUNDS, Bounds
from pledgegraph.store.engine import Addressed, ResultKind
from pledgegraph.workers.fair_queue import FairQueue, Turn
from pledgegraph.workers.memory_template import MemoryTemplate, Residence
from pledgegraph.workers.query_run import PooledAnswer, Run, begin
from pledgegraph.workers.usage import Usage
from pledgegraph.workers.worker import Worker

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
    nice: int = 5
    """How far the workers stand back when there are more of them than cores."""
    aside_timeout: float | None = None
    """Seconds that a query may be set aside for others; without it none is."""


class HoldsSnapshots(Protocol):
    """The part of an engine that the pool needs."""

    def snapshot(self) -> contextlib.AbstractContextManager[Addressed]:
        """The newest snapshot, held until the block is left."""
        ...

    def opened_snapshot(self) -> contextlib.AbstractContextManager[Addressed] | None:
        """The same without any waiting; None where it has to be opened first."""
        ...


class QueryPool:
    """Runs queries over an engine in worker processes, within `Limits`.

    With ``room``, in bytes, they answer from copies of the data in memory, once those are there
    (see `memory_template`). With the name of a ``remote`` engine they ask that. It belongs to one
    event loop.
    """

    def __init__(
        self,
        engine: HoldsSnapshots,
        limits: Limits,
        usage: Usage,
        *,
        room: int = 0,
        remote: str = "",
    ) -> None:
        self._engine = engine
        self.limits: Final = limits
        self._template: Final = MemoryTemplate(
            engine,
            memory=limits.memory,
            nice=limits.nice,
            room=room,
            workers=limits.workers,
            changed=self._renew,
            remote=remote,
        )
        self.places: Final = FairQueue(
            limits.workers, limits.queue, usage, aside_timeout=limits.aside_timeout
        )
        self._idle: list[Worker] = []
        self._busy: set[Worker] = set()
        self._starting: set[asyncio.Task[None]] = set()
        self._launches: set[asyncio.Task[Worker]] = set()
        self._ending: set[asyncio.Task[None]] = set()

    @property
    def residence(self) -> Residence:
        """Whether the data are in memory."""
        return self._template.residence

    @property
    def running(self) -> int:
        """How many queries are being answered."""
        return len(self._busy) - self.aside

    @property
    def aside(self) -> int:
        """How many queries are set aside for others."""
        return self.places.aside

    @property
    def waiting(self) -> int:
        """How many queries wait for a worker."""
        return self.places.waiting

    @property
    def idle(self) -> int:
        """How many workers stand ready for the next query."""
        return len(self._idle)

    async def run(
        self,
        text: str,
        formats: Mapping[ResultKind, Format],
        *,
        default_graphs: Sequence[NamedNode] = (),
        named_graphs: Sequence[NamedNode] = (),
        substitutions: Mapping[Variable, NamedNode | Literal] | None = None,
        coding: str = IDENTITY,
        deadline: Limit | None = None,
        bounds: Bounds = NO_BOUNDS,
        source: HoldsSnapshots | None = None,
        client: str = "",
        short: bool = False,
    ) -> PooledAnswer:
        """Begin to answer a query; returns when the first bytes of the answer are there.

        ``formats`` has the format for each kind of answer. An answer of a kind that is not
        among them has no bytes: the query is not evaluated beyond its kind. ``coding`` is what
        an answer is compressed with that is not small. ``deadline`` is a shorter one than the
        pool's own; ``bounds`` are the answer's. ``source`` takes the place of the engine.
        ``client`` is who asks, whose turn depends on what it has used; a query that is
        ``short`` is known to be, and goes before others.

        Raises:
            QueryError: it cannot be answered, or not within the limits.
            ServiceBusy: too many queries are waiting already, or it gave way to others.
            ServiceStopping: the service is being stopped.
        """
        since = time.perf_counter()
        turn = await self.places.take(client, short=short)
        hold = contextlib.ExitStack()
        run = None
        try:
            snapshot = await self._snapshot(hold, source or self._engine)
            run = Run(
                await self._worker(),
                deadline=deadline or Limit("query_timeout", self.limits.seconds, "s"),
                leave=partial(self._leave, hold, turn),
                stopped=self.places.closed,
            )
            turn.begin(run)
            question = {
                **snapshot.address,
                "sequence": snapshot.sequence,
                "version": snapshot.version,
                # What is asked of another source is not what is in memory, whatever its version.
                "inMemory": source is None,
                "query": text,
                "coding": coding,
                "rows": astuple(bounds.rows),
                "size": astuple(bounds.size),
                "formats": {kind.value: form.name for kind, form in formats.items()},
                "defaultGraphs": [graph.value for graph in default_graphs],
                "namedGraphs": [graph.value for graph in named_graphs],
                "substitutions": {
                    variable.value: str(term) for variable, term in (substitutions or {}).items()
                },
            }
            return await begin(run, question, snapshot, time.perf_counter() - since)
        except BaseException:
            if run is not None:
                run.close()
            else:
                hold.close()
                turn.give_back()
            raise

    async def _snapshot(self, hold: contextlib.ExitStack, source: HoldsSnapshots) -> Addressed:
        """The newest snapshot; in a thread only where it has to be opened first."""
        opened = source.opened_snapshot()
        if opened is not None:
            return hold.enter_context(opened)
        return await asyncio.to_thread(hold.enter_context, source.snapshot())

    def _leave(
        self,
        hold: contextlib.ExitStack,
        turn: Turn,
        worker: Worker,
        healthy: bool,  # noqa: FBT001 -- called by Run
    ) -> None:
        hold.close()
        self._take_back(worker, healthy=healthy)
        turn.give_back()

    async def warm(self) -> None:
        """Start a worker ahead of the first query.

        Raises:
            QueryError: workers cannot be started here.
        """
        worker = await self._template.worker()
        self._idle.append(worker)

    def begin(self) -> None:
        """Take the data into memory in the background, if there is room."""
        self._template.start()

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
        await self._template.stop()
        await asyncio.gather(*(worker.gone() for worker in workers), *self._ending)
        self._idle.clear()

    def _take_back(self, worker: Worker, *, healthy: bool) -> None:
        """Let the next query have the worker, or what replaces it."""
        self._busy.discard(worker)
        is_wanted = (
            self._template.is_current(worker)
            and len(self._idle) < self.limits.workers
            and not self.places.closed()
        )
        if healthy and worker.alive and is_wanted:
            self._idle.append(worker)
            return
        self._end(worker)
        self._keep_spare()

    def _end(self, worker: Worker) -> None:
        worker.kill()  # at once, not when the task begins
        ending = asyncio.get_running_loop().create_task(worker.end())
        self._ending.add(ending)
        ending.add_done_callback(self._ending.discard)

    def _renew(self) -> None:
        """Have workers of the present origin take the place of the idle ones of others."""
        old = [worker for worker in self._idle if not self._template.is_current(worker)]
        self._idle = [worker for worker in self._idle if worker not in old]
        for worker in old:
            self._end(worker)
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
        task = asyncio.create_task(self._template.worker())
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
        """Have one more worker started, unless one stands idle or there are enough.

        As many as there are places may be set aside.
        """
        enough = 2 * self.limits.workers if self.limits.aside_timeout else self.limits.workers + 1
        too_many = len(self._busy) + len(self._starting) >= enough
        if self._idle or self._starting or too_many or self.places.closed():
            return
        task = asyncio.get_running_loop().create_task(self.warm())
        self._starting.add(task)
        task.add_done_callback(self._started)

    def _started(self, task: asyncio.Task[None]) -> None:
        self._starting.discard(task)
        if not task.cancelled() and task.exception() is not None:
            _log.error("A query worker could not be started.", exc_info=task.exception())
