"""Works out what pages need of a whole snapshot before somebody asks for a page."""

from __future__ import annotations

import asyncio
import logging
from typing import Final

from anyio.to_thread import run_sync

from pledgegraph.store import Engine, refresh

_EVERY: Final = 1.0
"""Seconds between two looks at which snapshot is the newest."""

_log = logging.getLogger("pledgegraph.service")


class Warming:
    """Refreshes what is held of snapshots: at the start, and when a newer one stays for a while.

    Of a stream of changes only the last one is worked on: a snapshot that is replaced within a
    second is not.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Begin."""
        self._task = asyncio.create_task(self._run())

    async def stop(self) -> None:
        """Stop; what is being worked out is not waited for."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    async def _run(self) -> None:
        done, seen = None, self._engine.version()
        while True:
            newest = self._engine.version()
            if newest is not None and newest == seen != done:
                done = newest
                try:
                    await run_sync(refresh, self._engine, abandon_on_cancel=True)
                except Exception:  # noqa: BLE001 -- it must not end with one snapshot
                    # Whoever asks for it is told; the pages that do not need it go on.
                    _log.exception("What pages need of the snapshot could not be worked out.")
            seen = newest
            await asyncio.sleep(_EVERY)
