"""Runs queries in worker processes: with a deadline, a memory limit, no network, and an end."""

from __future__ import annotations

from pledgegraph.settings import Settings
from pledgegraph.workers import HoldsSnapshots, Limits, PooledAnswer, QueryPool
from pledgegraph_api.protocol import QueryRequest
from pledgegraph_api.running import ChooseFormat


class PoolRunner:
    """A `QueryRunner` over a pool of workers, made of the settings' limits."""

    def __init__(self, engine: HoldsSnapshots, settings: Settings) -> None:
        self._pool = QueryPool(
            engine,
            Limits(
                seconds=settings.query_timeout,
                memory=settings.query_memory,
                workers=settings.query_workers,
                queue=settings.query_queue,
            ),
        )

    @property
    def running(self) -> int:
        """How many queries are being evaluated."""
        return self._pool.running

    async def start(self) -> None:
        """Start the first worker, so that the first query need not wait for it."""
        await self._pool.warm()

    async def run(
        self, query: QueryRequest, choose: ChooseFormat, *, head_only: bool = False
    ) -> PooledAnswer:
        """Begin to answer a query; see `QueryRunner.run`."""
        return await self._pool.run(
            query.text,
            choose,
            default_graphs=query.default_graphs,
            named_graphs=query.named_graphs,
            substitutions=query.substitutions,
            head_only=head_only,
        )

    async def stop(self) -> None:
        """Kill the workers."""
        await self._pool.stop()
