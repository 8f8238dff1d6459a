"""Has queries explained, each by a process of its own, a few at a time."""

from __future__ import annotations

import asyncio
import json
import os
import sys
from contextlib import suppress
from typing import Final

from pledgegraph.errors import QueryError, QueryTimeout
from pledgegraph.explain.explanation import Explanation
from pledgegraph.workers.fair_queue import FairQueue
from pledgegraph.workers.usage import Usage
from pledgegraph.workers.worker import error_of

_AT_ONCE: Final = 2


class Explainer:
    """Explains queries within limits of time and memory; it belongs to one event loop."""

    def __init__(
        self, *, base: str, seconds: float, memory: int, queue: int, half_life: float
    ) -> None:
        self._base = base
        self._seconds = seconds
        self._memory = memory
        self._places = FairQueue(_AT_ONCE, queue, Usage(half_life))

    async def explain(self, text: str, client: str = "") -> Explanation:
        """What can be told of a query of that client.

        Raises:
            QuerySyntaxError, QueryRefused: as if it were run.
            QueryTimeout: it takes too long to parse.
            ServiceBusy: too many others wait.
        """
        turn = await self._places.take(client)
        try:
            return await self._asked(text)
        finally:
            turn.give_back()

    async def _asked(self, text: str) -> Explanation:
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "pledgegraph.explain.worker",
            str(self._memory),
            self._base,
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.DEVNULL,
            env={
                "PATH": os.environ.get("PATH", os.defpath),
                "PYTHONPATH": os.pathsep.join(entry for entry in sys.path if entry),
                "LANG": "C.UTF-8",
            },
            start_new_session=True,
        )
        try:
            async with asyncio.timeout(self._seconds):
                said, _ = await process.communicate(text.encode("utf-8"))
        except TimeoutError:
            raise QueryTimeout(
                f"The query was not explained within {self._seconds:g} seconds.",
                remedy="Shorten it; long lists of values say nothing to an explanation.",
            ) from None
        finally:
            if process.returncode is None:
                with suppress(ProcessLookupError):
                    process.kill()
                await process.wait()
        if not said:
            raise QueryError("The query could not be explained; the process that tried has ended.")
        document = json.loads(said)
        if "error" in document:
            raise error_of(document["error"])
        return Explanation.of(document)
