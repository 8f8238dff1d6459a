"""Has queries explained, each by a process of its own, a few at a time."""

from __future__ import annotations

import asyncio
import json
from contextlib import suppress
from typing import Final

from pledgegraph.errors import Limit, QueryTimeout
from pledgegraph.explain.explanation import Explanation
from pledgegraph.workers.child import ChildProcess
from pledgegraph.workers.failures import EXPLANATION
from pledgegraph.workers.fair_queue import FairQueue
from pledgegraph.workers.usage import Usage

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
        turn.begin()
        try:
            return await self._asked(text)
        finally:
            turn.give_back()

    async def _asked(self, text: str) -> Explanation:
        memory = Limit("query_memory", self._memory, "bytes")
        pipes = dict.fromkeys(("stdin", "stdout", "stderr"), asyncio.subprocess.PIPE)
        child = ChildProcess.worker("pledgegraph.explain.worker", str(self._memory), self._base)
        try:
            process = await child.start(**pipes)
        except OSError as error:
            raise EXPLANATION.not_started(
                "A process to explain the query could not be started."
            ) from error
        try:
            async with asyncio.timeout(self._seconds):
                said, shouted = await process.communicate(text.encode("utf-8"))
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
            raise EXPLANATION.of_exit(process.returncode, shouted, memory)
        document = json.loads(said)
        if "error" in document:
            raise EXPLANATION.reported(document["error"], memory)
        return Explanation.of(document)
