"""Keeps a template with the newest data in memory, and gets workers from it.

The service answers from the files of its snapshots until the template is loaded, and wherever
there is none: when the store is larger than the room for copies, or when a template has
ended, until the next one is there. A template is made anew when its copy cannot follow the changes
log any more, or has grown by what came and went.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from enum import Enum
from typing import Final, Protocol

from pledgegraph.store.engine import Addressed
from pledgegraph.workers.confinement import adopt_orphans
from pledgegraph.workers.forked import Template, TemplateFailed, can_adopt
from pledgegraph.workers.memory_store import BYTES_A_QUAD
from pledgegraph.workers.worker import Worker

_log = logging.getLogger(__name__)

_START: Final = 1.0
"""Seconds after the start of the service: what it needs to answer at all goes first."""
_SOON: Final = 1.0
_LATE: Final = 300.0
"""Seconds until a template that failed is tried again: at first, and at the most."""
_AGAIN: Final = 600.0
"""Seconds until a store that was too large is looked at again."""
_SPARE: Final = 2
"""Copies beside those of the workers that answer: the template and a worker that stands ready."""


class ResidenceState(Enum):
    """Where queries are answered from."""

    OFF = "off"
    LOADING = "loading"
    READY = "ready"
    TOO_LARGE = "too large"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Residence:
    """What is told of the data in memory."""

    state: ResidenceState
    detail: str
    """The state in a sentence, with what to do about it where something can be done."""
    quads: int = 0
    """Quads in memory when the template was loaded, with those of the union graph."""
    most: int = 0
    """The most that are kept in memory."""
    renewed: int = 0
    """How often a template has been loaded."""


class HoldsSnapshots(Protocol):
    """The part of an engine that is needed here; see `pool.HoldsSnapshots`."""

    def snapshot(self) -> AbstractContextManager[Addressed]:
        """The newest snapshot, held until the block is left."""
        ...

    def opened_snapshot(self) -> AbstractContextManager[Addressed] | None:
        """The same without any waiting; None where it has to be opened first."""
        ...


class MemoryTemplate:
    """The one source of workers for a pool. It belongs to one event loop.

    ``memory`` is what a query may use and ``nice`` how far workers stand back. ``room`` is what
    all copies may take, in bytes; with none the data stay in files. ``workers`` is how many
    there may be at a time. ``changed`` is called when workers of another origin are wanted.
    ``remote`` is the name of a remote engine, where workers ask one.
    """

    def __init__(
        self,
        engine: HoldsSnapshots,
        *,
        memory: int,
        nice: int,
        room: int,
        workers: int,
        changed: Callable[[], None],
        remote: str = "",
    ) -> None:
        self._engine = engine
        self._memory = memory
        self._nice = nice
        self._most = room // (BYTES_A_QUAD * (workers + _SPARE))
        self._changed = changed
        self._template: Template | None = None
        self._begun: set[Template] = set()
        """All that have been started and not seen to their end."""
        self._origin = ""
        self._keeping: asyncio.Task[None] | None = None
        self._wanted: asyncio.Event = asyncio.Event()
        self._is_stale = False
        self._told = Residence(
            ResidenceState.OFF,
            f"Queries are answered by a remote engine: {remote}."
            if remote
            else "The setting copies_memory is 0: queries are answered from the disk.",
        )
        self._network = bool(remote)
        self._renewed = 0

    @property
    def residence(self) -> Residence:
        """What is told of the data in memory."""
        return self._told

    def start(self) -> None:
        """Begin to keep a template, in the background."""
        if self._most <= 0:
            return
        if not can_adopt() or not adopt_orphans():
            self._tell(
                ResidenceState.OFF,
                "This system cannot hand processes on: queries are answered from the disk.",
            )
            return
        self._tell(
            ResidenceState.LOADING, "The data are being loaded; the disk answers until then."
        )
        self._keeping = asyncio.get_running_loop().create_task(self._keep())

    async def stop(self) -> None:
        """End the template, and keep none any more."""
        if self._keeping is not None:
            self._keeping.cancel()
            await asyncio.gather(self._keeping, return_exceptions=True)
        self._template = None
        await asyncio.gather(*(self._end(each) for each in list(self._begun)))

    async def worker(self) -> Worker:
        """A worker that is ready: forked from the template if there is one.

        Raises:
            WorkerLost: it cannot be started here, or was ended while it started.
        """
        template = self._template
        if template is not None:
            try:
                opened = self._engine.opened_snapshot()
                with opened or contextlib.nullcontext() as newest:
                    worker = await template.worker(newest)
            except TemplateFailed as error:
                _log.debug("No worker could be forked: %s.", error)
            else:
                return worker
        return await Worker.start(self._memory, self._nice, network=self._network)

    def is_current(self, worker: Worker) -> bool:
        """Whether a worker is as good as the one that would take its place."""
        if worker.origin != self._origin:
            return False
        if worker.is_stale or worker.is_grown:
            self._wanted.set()
        self._is_stale = self._is_stale or worker.is_stale
        return not worker.is_stale

    async def _keep(self) -> None:
        pause = _SOON
        await asyncio.sleep(_START)
        while True:
            begun = time.monotonic()
            try:
                template = await self._loaded()
            except TemplateFailed as error:
                too_large = error.quads is not None
                if too_large:
                    self._tell(ResidenceState.TOO_LARGE, self._why_too_large(error.quads or 0))
                else:
                    _log.warning("The data could not be loaded into memory: %s.", error)
                    self._tell(
                        ResidenceState.FAILED, f"The data could not be loaded into memory: {error}."
                    )
                await self._leave_memory()
                await asyncio.sleep(_AGAIN if too_large else pause)
                pause = min(2 * pause, _LATE)
                continue
            took = time.monotonic() - begun
            old, self._template, self._origin = self._template, template, template.name
            self._wanted.clear()
            self._is_stale = False
            self._renewed += 1
            self._tell(ResidenceState.READY, "Queries are answered from memory.", template.quads)
            self._changed()
            if old is not None:
                await self._end(old)
            if await self._until_wanted(template):
                # Not all the time, however fast the data change.
                await asyncio.sleep(max(0.0, 10 * took - (time.monotonic() - begun)))
                pause = _SOON
            else:
                await asyncio.sleep(pause)
                pause = min(2 * pause, _LATE)

    async def _loaded(self) -> Template:
        template = await Template.start(self._memory, self._nice)
        self._begun.add(template)
        hold = contextlib.ExitStack()
        try:
            snapshot = await asyncio.to_thread(hold.enter_context, self._engine.snapshot())
            await template.load(snapshot, self._most)
        except BaseException:
            await self._end(template)
            raise
        finally:
            hold.close()
        return template

    async def _until_wanted(self, template: Template) -> bool:
        """Wait until another one is needed; False when that is so because this one has ended."""
        waits = [
            asyncio.create_task(self._wanted.wait()),
            asyncio.create_task(template.gone()),
        ]
        try:
            await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for each in waits:
                each.cancel()
        if not self._wanted.is_set():
            _log.warning("The template of the query workers has ended; another one is started.")
            self._tell(ResidenceState.LOADING, "The data are being loaded again.")
            # The workers that it has forked go on.
            self._template = None
            await self._end(template)
            return False
        if self._is_stale:
            self._tell(ResidenceState.LOADING, "The data in memory are being renewed.")
            await self._leave_memory()
        return True

    async def _leave_memory(self) -> None:
        """Have the files answer until there is another template."""
        template, self._template, self._origin = self._template, None, ""
        if template is not None:
            await self._end(template)

    async def _end(self, template: Template) -> None:
        await template.end()
        self._begun.discard(template)

    def _why_too_large(self, quads: int) -> str:
        return (
            f"The store is too large for the memory of this machine: {quads:,} quads, and "
            f"{self._most:,} are the most. Queries are answered from the disk. Give the setting "
            "copies_memory more bytes, or query_workers a smaller number."
        )

    def _tell(self, state: ResidenceState, detail: str, quads: int = 0) -> None:
        self._told = Residence(state, detail, quads, self._most, self._renewed)
