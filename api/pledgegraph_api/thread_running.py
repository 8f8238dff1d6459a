"""Runs queries in threads of this process: for engines that no other process can open.

A query that computes without writing cannot be stopped here; see `pooled_running`.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import time
import traceback
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import BinaryIO, Final, cast

from pledgegraph.errors import Limit, QueryError, QueryTimeout
from pledgegraph.history.past_versions import PastVersion
from pledgegraph.media_types import Format
from pledgegraph.results.encoding import IDENTITY
from pledgegraph.results.truncation import held_back
from pledgegraph.settings import Settings
from pledgegraph.store.engine import Engine
from pledgegraph.workers.deep_stack import DeepThreads
from pledgegraph.workers.fair_queue import FairQueue, Turn
from pledgegraph.workers.usage import Usage
from pledgegraph_api.beginning import Beginning
from pledgegraph_api.bridge import Bridge
from pledgegraph_api.sparql.protocol import QueryRequest
from pledgegraph_api.sparql.runner import ChooseFormat

_log = logging.getLogger("pledgegraph.queries")


@dataclass(slots=True)
class _Begun:
    """What is known once a query has been parsed and before it is evaluated."""

    form: Format
    sequence: int
    version: str | None
    at: float
    cut: Limit | None = None


class ThreadAnswer:
    """An answer that has begun: its format is settled and its first bytes are there."""

    coding: Final = IDENTITY
    steady: Final = True
    whole: Final = None

    def __init__(self, begun: _Begun, bridge: Bridge, first: bytes, waited: float) -> None:
        self.form: Final = begun.form
        self.sequence: Final = begun.sequence
        self.version: Final = begun.version
        """The number and the name of the snapshot that it was computed from."""
        self.waited: Final = waited
        self.cut: Final = begun.cut
        self.worked: Final = time.perf_counter() - begun.at
        self._bridge = bridge
        self._first = first

    async def chunks(self) -> AsyncIterator[bytes]:
        """The whole answer, once, as it is computed.

        Raises:
            QueryError: evaluation failed; what was sent before is not the whole answer.
        """
        chunk = self._first
        while chunk:
            yield chunk
            chunk = await self._bridge.read()

    def abandon(self) -> None:
        """Let go of it; harmless after its end."""
        self._bridge.abandon()


class ThreadRunner:
    """A `QueryRunner` over any engine, with so many threads as there would be workers.

    What memory a query uses is not bounded here, and its time only by what it writes.
    """

    def __init__(self, engine: Engine, settings: Settings) -> None:
        self._engine = engine
        self._settings = settings
        self._places = FairQueue(settings.query_workers, settings.query_queue, Usage(30))
        self._bridges: dict[Bridge, Turn] = {}
        self._deep_threads = DeepThreads()

    @property
    def running(self) -> int:
        """How many queries occupy a thread, including those whose client has gone."""
        return len(self._bridges)

    @property
    def waiting(self) -> int:
        """How many queries wait for a thread."""
        return self._places.waiting

    @property
    def aside(self) -> int:
        """None: a thread cannot be stopped."""
        return 0

    @property
    def idle(self) -> int:
        """None: threads are started as they are needed."""
        return 0

    async def run(
        self,
        query: QueryRequest,
        choose: ChooseFormat,
        *,
        coding: str = IDENTITY,  # noqa: ARG002 -- nothing is compressed here
        head_only: bool = False,
        source: PastVersion | None = None,
        client: str = "",
        short: bool = False,
    ) -> ThreadAnswer:
        """Begin to answer a query; see `QueryRunner.run`."""
        since = time.perf_counter()
        turn = await self._places.take(client, short=short)
        waited = time.perf_counter() - since
        loop = asyncio.get_running_loop()
        bridge = Bridge(loop)
        self._bridges[bridge] = turn
        begun: list[_Begun] = []

        def evaluate() -> None:
            with (source or self._engine).snapshot() as snapshot:
                result = snapshot.query(
                    query.text,
                    default_graphs=query.default_graphs,
                    named_graphs=query.named_graphs,
                    substitutions=dict(query.substitutions),
                )
                form = choose(result.kind)
                begun.append(_Begun(form, snapshot.sequence, snapshot.version, since + waited))
                if not head_only:
                    bounds = query.limits.bounds(self._settings)
                    pieces = Beginning(bridge, held_back(bounds))
                    begun[0].cut = result.serialise(
                        cast(BinaryIO, pieces),
                        form,
                        bounds=bounds,
                        head_is_open=pieces.has_not_begun,
                    )
                    pieces.end(begun[0].cut, form, f"{self._settings.base}/problems/answer-cut")
                bridge.finish()

        def work() -> None:
            try:
                evaluate()
            except Exception as error:  # noqa: BLE001 -- raised again in the event loop
                _report(bridge, error)
            except BaseException as panic:  # noqa: BLE001 -- a panic of the engine is one
                _log.error("The engine gave up on a query.", exc_info=panic)
                _report(bridge, QueryError("The engine could not evaluate this query."))
            finally:
                # No loop, no queue: the service has ended while the query ran.
                with contextlib.suppress(RuntimeError):
                    loop.call_soon_threadsafe(self._leave_place, bridge)

        try:
            self._deep_threads.start(work, "pledgegraph-query")
        except RuntimeError:
            self._leave_place(bridge)
            raise
        time_limit = query.limits.time(self._settings)
        try:
            async with asyncio.timeout(time_limit.value):
                first = await bridge.read()
        except TimeoutError:
            bridge.abandon()
            raise QueryTimeout(
                f"The query took longer than {time_limit.value:g} s.", limit=time_limit
            ) from None
        except BaseException:
            bridge.abandon()
            raise
        return ThreadAnswer(begun[0], bridge, first, waited)

    async def start(self) -> None:
        """Nothing: threads are started as they are needed."""

    async def stop(self) -> None:
        """Break off every answer and take no further query."""
        self._places.close()
        for bridge in self._bridges:
            bridge.abandon(self._places.closed())

    def _leave_place(self, bridge: Bridge) -> None:
        self._bridges.pop(bridge).give_back()


def _report(bridge: Bridge, error: Exception) -> None:
    """Hand an error over to the event loop, without the engine's objects that hang on to it.

    The frames of its traceback hold the result, which may be dropped only in the thread that
    made it.
    """
    chain: list[BaseException] = [error]
    while chain:
        link = chain.pop()
        traceback.clear_frames(link.__traceback__)
        chain += [each for each in (link.__cause__, link.__context__) if each is not None]
    with contextlib.suppress(BrokenPipeError):
        bridge.fail(error)
