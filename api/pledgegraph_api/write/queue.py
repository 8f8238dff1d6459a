"""Runs writes in threads: a bounded number at a time, each until its deadline or its end."""

from __future__ import annotations

import asyncio
import contextlib
import threading
from collections.abc import Callable
from typing import Final, TypeVar

from pledgegraph.errors import Limit, ServiceStopping, WriteTimeout
from pledgegraph.settings import Settings
from pledgegraph.store import Permit
from pledgegraph.workers import FairQueue, Turn, Usage

T = TypeVar("T")


class WriteRunner:
    """Gives each write a thread and a permit, which it withdraws when the write is given up.

    It belongs to one event loop.
    """

    def __init__(self, settings: Settings) -> None:
        self._write: Final = Limit("write_timeout", settings.write_timeout, "s")
        self._workbook: Final = Limit("workbook_timeout", settings.workbook_timeout, "s")
        self._places = FairQueue(
            settings.write_workers, settings.query_queue, Usage(settings.usage_half_life)
        )
        self._permits: set[Permit] = set()

    async def run_workbook(self, work: Callable[[Permit], T], client: str = "") -> T:
        """As `run`, for work on a whole workbook: with more time."""
        return await self.run(work, client, within=self._workbook)

    async def run(
        self, work: Callable[[Permit], T], client: str = "", *, within: Limit | None = None
    ) -> T:
        """What ``work`` of a client returns, in a thread.

        When the deadline passes, or whoever waits is cancelled, the permit is withdrawn: either
        nothing has been changed then, or the change was being made and is made whole.

        The deadline counts from the call. Work that is given up goes on in its thread until it
        ends or would change something, and holds its place that long.

        Raises:
            WriteTimeout: the deadline has passed, and nothing has been changed.
            ServiceBusy: too many writes are waiting already.
            ServiceStopping: the service is being stopped.
        """
        loop = asyncio.get_running_loop()
        limit = within or self._write
        deadline = loop.time() + limit.value
        try:
            async with asyncio.timeout_at(deadline):
                turn = await self._places.take(client)
        except TimeoutError:
            raise WriteTimeout(
                f"Other writes were in the way for {limit.value:g} s; nothing was changed.",
                limit=limit,
            ) from None
        turn.begin()
        permit = Permit()
        self._permits.add(permit)
        done: asyncio.Future[T] = loop.create_future()
        self._start(work, permit, done, turn)
        try:
            try:
                async with asyncio.timeout_at(deadline):
                    return await asyncio.shield(done)
            except TimeoutError:
                if not permit.withdraw():
                    return await done
                raise self._places.closed() or WriteTimeout(
                    f"The write took longer than {limit.value:g} s; nothing was changed.",
                    limit=limit,
                ) from None
        except asyncio.CancelledError:
            permit.withdraw()
            raise

    async def stop(self) -> None:
        """Give up every write that is not being made already, and take no further one."""
        self._places.close()
        for permit in self._permits:
            permit.withdraw()

    def _start(
        self, work: Callable[[Permit], T], permit: Permit, done: asyncio.Future[T], turn: Turn
    ) -> None:
        loop = asyncio.get_running_loop()

        def settle(result: T | None, error: BaseException | None) -> None:
            self._permits.discard(permit)
            turn.give_back()
            if done.done():
                return
            if error is None:
                done.set_result(result)  # type: ignore[arg-type] # there is one without an error
            else:
                done.set_exception(self._places.closed() or error)
                done.exception()  # It is told, whether or not somebody waits.

        def run() -> None:
            result, error = None, None
            try:
                result = work(permit)
            except BaseException as failure:  # noqa: BLE001 - raised again in the event loop
                error = failure
            # No loop: the service has ended meanwhile.
            with contextlib.suppress(RuntimeError):
                loop.call_soon_threadsafe(settle, result, error)

        # A daemon: it may wait for another writer, and must not hold up the exit. What it
        # commits is in the log whole or not at all.
        thread = threading.Thread(target=run, name="pledgegraph-write", daemon=True)
        try:
            thread.start()
        except RuntimeError:
            self._permits.discard(permit)
            turn.give_back()
            raise ServiceStopping("No thread can be started for the write.") from None
