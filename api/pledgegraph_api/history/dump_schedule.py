"""Makes the dumps beside the service: a process at a time, which gives way to everybody else."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import sys
from pathlib import Path
from typing import Final

_FIRST: Final = 5.0
"""Seconds after the start; the first clients go before."""
_PROGRAM: Final = "from pledgegraph.cli import main; main()"

_log = logging.getLogger("pledgegraph.service")


class DumpSchedule:
    """Runs `pledgegraph dump --publish` every so many seconds.

    It does nothing where the newest snapshot has its dump, or where another service at the same
    data directory is at it.
    """

    def __init__(self, data_dir: Path, *, interval: float, keep: int) -> None:
        self._command = (sys.executable, "-c", _PROGRAM, "dump", "--publish")
        inherited = {k: v for k, v in os.environ.items() if not k.startswith("PLEDGEGRAPH_")}
        self._environment = {
            **inherited,
            "PYTHONPATH": os.pathsep.join(sys.path),
            "PLEDGEGRAPH_DATA_DIR": str(data_dir.resolve()),
            "PLEDGEGRAPH_DUMP_KEEP": str(keep),
        }
        self._interval = interval
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Begin; without an interval there is nothing to do."""
        if self._interval > 0:
            self._task = asyncio.create_task(self._run())

    async def stop(self) -> None:
        """Stop, also in the middle of a dump."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    async def _run(self) -> None:
        await asyncio.sleep(min(_FIRST, self._interval))
        while True:
            await self._once()
            await asyncio.sleep(self._interval)

    async def _once(self) -> None:
        starting = asyncio.ensure_future(
            asyncio.create_subprocess_exec(
                *self._command,
                env=self._environment,
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
            _log.error("No dump was made: no process can be started (%s).", error.strerror)
            return
        except asyncio.CancelledError:
            process = await starting
            with contextlib.suppress(ProcessLookupError):
                process.kill()
            await process.wait()
            raise
        if process.returncode != 0:
            _log.error("No dump was made: %s", said.decode(errors="replace").strip()[-500:])
