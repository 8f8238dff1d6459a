"""Runs a command of `pledgegraph` beside the service, a process at a time, again and again."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from pathlib import Path

from pledgegraph.workers.child import ChildProcess

_log = logging.getLogger("pledgegraph.service")


class BackgroundCommand:
    """Runs a command every ``interval`` seconds, the first time after ``first``.

    The command finds the service's data directory in its environment, and has to give way by
    itself. Where it fails the log says ``failure`` and what it said.
    """

    def __init__(
        self,
        data_dir: Path,
        *arguments: str,
        interval: float,
        first: float,
        failure: str,
        environment: dict[str, str] | None = None,
    ) -> None:
        where = {"PLEDGEGRAPH_DATA_DIR": str(data_dir.resolve())}
        self._child = ChildProcess.pledgegraph(*arguments, settings=where | (environment or {}))
        self._interval = interval
        self._first = first
        self._failure = failure
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Begin; without an interval there is nothing to do."""
        if self._interval > 0:
            self._task = asyncio.create_task(self._run())

    async def stop(self) -> None:
        """Stop, also in the middle of a run."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    async def _run(self) -> None:
        await asyncio.sleep(min(self._first, self._interval))
        while True:
            await self._once()
            await asyncio.sleep(self._interval)

    async def _once(self) -> None:
        starting = asyncio.ensure_future(
            self._child.start(
                stdin=asyncio.subprocess.DEVNULL,
                stdout=asyncio.subprocess.DEVNULL,
                stderr=asyncio.subprocess.PIPE,
            )
        )
        try:
            # A process that is being started cannot be waited for: first it is, then it is ended.
            process = await asyncio.shield(starting)
            _, said = await process.communicate()
        except OSError as error:
            _log.error("%s: no process can be started (%s).", self._failure, error.strerror)
            return
        except asyncio.CancelledError:
            process = await starting
            with contextlib.suppress(ProcessLookupError):
                process.kill()
            await process.wait()
            raise
        if process.returncode != 0:
            _log.error("%s: %s", self._failure, said.decode(errors="replace").strip()[-500:])
        elif said:
            _log.warning("%s", said.decode(errors="replace").strip()[-500:])
