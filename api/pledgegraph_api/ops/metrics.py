"""What the service does, for Prometheus: `/metrics`.

Every service process has numbers of its own; see docs/operating.md.
"""

from __future__ import annotations

import platform
import time
from collections.abc import Callable, Iterator
from functools import lru_cache
from pathlib import Path
from typing import Final

from fastapi import FastAPI
from prometheus_client import CollectorRegistry, Counter, Histogram, Info, ProcessCollector
from prometheus_client.exposition import choose_encoder
from prometheus_client.metrics_core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector
from pyoxigraph import __version__ as engine_release
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from pledgegraph.backup import newest_backup
from pledgegraph.errors import PledgegraphError
from pledgegraph.history import last_check
from pledgegraph.release import release
from pledgegraph.store import Engine
from pledgegraph.workers import ResidenceState
from pledgegraph_api.http.openapi import TEXT
from pledgegraph_api.http.query_params import taking
from pledgegraph_api.http.request_outcome import OUTCOMES
from pledgegraph_api.middleware.observe import Observation
from pledgegraph_api.sparql.runner import QueryRunner

_SECONDS: Final = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60)


class Metrics:
    """Counts what it observes, and reads the rest off the service when it is asked."""

    def __init__(
        self,
        engine: Engine,
        runner: QueryRunner,
        clients: Callable[[], int],
        data_dir: Path,
        backups: Path | None = None,
    ) -> None:
        self._registry = CollectorRegistry()
        self._requests = Counter(
            "pledgegraph_requests",
            "Requests, by method, template of the address and status.",
            ("method", "route", "status"),
            registry=self._registry,
        )
        self._queries = Counter(
            "pledgegraph_queries",
            "Requests that ask a query, by what came of them.",
            ("outcome",),
            registry=self._registry,
        )
        # To find a child by its labels takes longer than to count with it.
        self._requests_like = lru_cache(maxsize=1000)(
            lambda method, route, status: self._requests.labels(method, route, str(status))
        )
        self._queries_with = {each: self._queries.labels(each) for each in OUTCOMES}
        self._seconds = Histogram(
            "pledgegraph_query_seconds",
            "From the head of a request that asks a query to the end of its answer.",
            buckets=_SECONDS,
            registry=self._registry,
        )
        self._bytes = Counter(
            "pledgegraph_answer_bytes", "Bytes of answers sent.", registry=self._registry
        )
        self._cache = Counter(
            "pledgegraph_cache_lookups",
            "Queries whose answer was there already (hit), and those whose was not (miss).",
            ("result",),
            registry=self._registry,
        )
        self._updates = Counter(
            "pledgegraph_updates",
            "Requests that change data, by what came of them.",
            ("outcome",),
            registry=self._registry,
        )
        self._lookups = {each: self._cache.labels(each) for each in ("hit", "miss")}
        build = Info("pledgegraph_build", "What is running.", registry=self._registry)
        build.info(
            {
                "version": release(),
                "engine": f"pyoxigraph {engine_release}",
                "python": platform.python_version(),
            }
        )
        ProcessCollector(registry=self._registry)
        self._registry.register(_States(engine, runner, clients, data_dir, backups))

    def install(self, app: FastAPI) -> None:
        """Put the numbers at their address."""
        app.add_api_route(
            "/metrics",
            self.answer,
            methods=["GET"],
            summary="What the service does, for Prometheus",
            tags=["Service"],
            response_class=Response,
            operation_id="read_metrics",
            dependencies=taking(),
            responses={
                200: {
                    "description": "The numbers.",
                    "content": {"text/plain": TEXT, "application/openmetrics-text": TEXT},
                }
            },
        )
        app.add_api_route(
            "/metrics",
            self.answer,
            methods=["HEAD"],
            include_in_schema=False,
            dependencies=taking(),
        )

    async def answer(self, request: Request) -> Response:
        """All numbers, in the form that the scraper asks for."""
        encode, content_type = choose_encoder(request.headers.get("accept", ""))
        content = await run_in_threadpool(encode, self._registry)
        headers = {"Cache-Control": "no-store"}
        return Response(content, media_type=content_type, headers=headers)

    def observe(self, seen: Observation) -> None:
        """Count a request that is over."""
        notes = seen.notes
        self._requests_like(seen.method, seen.route, notes.status).inc()
        self._bytes.inc(seen.size)
        if seen.is_update:
            self._updates.labels(notes.outcome).inc()
        if not seen.is_query:
            return
        self._queries_with[notes.outcome].inc()
        self._seconds.observe(seen.seconds)
        if notes.outcome in ("ok", "cut"):
            self._lookups["hit" if notes.cached else "miss"].inc()


class _States(Collector):
    """What is so at the moment: the pool's state, the snapshot, the clients remembered."""

    def __init__(
        self,
        engine: Engine,
        runner: QueryRunner,
        clients: Callable[[], int],
        data_dir: Path,
        backups: Path | None,
    ) -> None:
        self._data_dir = data_dir
        self._backups = backups
        self._engine = engine
        self._runner = runner
        self._clients = clients

    def collect(self) -> Iterator[Metric]:
        """The gauges; those of the snapshot are missing while it cannot be opened."""
        pool = GaugeMetricFamily(
            "pledgegraph_pool",
            "Queries that run, that wait and that are set aside, and workers that stand idle.",
            labels=("state",),
        )
        pool.add_metric(("running",), self._runner.running)
        pool.add_metric(("waiting",), self._runner.waiting)
        pool.add_metric(("aside",), self._runner.aside)
        pool.add_metric(("idle",), self._runner.idle)
        yield pool
        yield GaugeMetricFamily(
            "pledgegraph_budget_clients",
            "Clients whose budget is remembered.",
            value=self._clients(),
        )
        yield from self._memory()
        yield from self._check()
        yield from self._backup()
        try:
            with self._engine.snapshot() as snapshot:
                sequence, published = snapshot.sequence, snapshot.published
        except (PledgegraphError, OSError):
            # `/health` says so, and the log says why.
            return
        yield GaugeMetricFamily(
            "pledgegraph_snapshot_sequence", "The number of the newest snapshot.", value=sequence
        )
        yield GaugeMetricFamily(
            "pledgegraph_snapshot_age_seconds",
            "Seconds since the newest snapshot was published.",
            value=max(0.0, time.time() - published),
        )

    def _backup(self) -> Iterator[Metric]:
        """When the newest backup was made; nothing where there is none."""
        newest = None if self._backups is None else newest_backup(self._backups)
        if newest is not None:
            yield GaugeMetricFamily(
                "pledgegraph_backup_timestamp_seconds",
                "When the newest backup was begun, in seconds since 1970.",
                value=newest.time.timestamp(),
            )

    def _memory(self) -> Iterator[Metric]:
        """Whether queries are answered from memory, and how many were."""
        told = self._runner.residence
        yield GaugeMetricFamily(
            "pledgegraph_memory_ready",
            "1 while queries are answered from copies of the data in memory, else 0.",
            value=int(told.state is ResidenceState.READY),
        )
        yield GaugeMetricFamily(
            "pledgegraph_memory_statements",
            "Statements in each copy when it was loaded, with those of the union graph.",
            value=told.quads,
        )
        loads = CounterMetricFamily(
            "pledgegraph_memory_loads", "How often the data have been loaded into memory."
        )
        loads.add_metric((), told.renewed)
        yield loads
        answers = CounterMetricFamily(
            "pledgegraph_answers",
            "Answers begun by query workers, by what they were computed from.",
            labels=("source",),
        )
        for source, number in self._runner.answers.items():
            answers.add_metric((source,), number)
        yield answers

    def _check(self) -> Iterator[Metric]:
        """What the last check of the files found; nothing before the first."""
        found = last_check(self._data_dir)
        if found is None:
            return
        yield GaugeMetricFamily(
            "pledgegraph_check_timestamp_seconds",
            "When the last check of the data directory's files began, in seconds since 1970.",
            value=found.time.timestamp(),
        )
        yield GaugeMetricFamily(
            "pledgegraph_check_faults",
            "What the last check found damaged and could not mend.",
            value=len(found.faults),
        )
        yield GaugeMetricFamily(
            "pledgegraph_check_mended",
            "What the last check found damaged and made again.",
            value=len(found.mended),
        )
