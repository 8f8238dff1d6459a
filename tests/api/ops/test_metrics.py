"""What Prometheus is told."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager

import httpx
import pytest
from fastapi import FastAPI
from prometheus_client.parser import text_string_to_metric_families

from pledgegraph.errors import DirectoryMissing
from pledgegraph.settings import Settings
from pledgegraph.store.embedded import EmbeddedEngine
from pledgegraph_api.app.create import create_app
from tests.api.problems.test_problems import failing

pytestmark = pytest.mark.anyio

ClientOf = Callable[[FastAPI], AbstractAsyncContextManager[httpx.AsyncClient]]


async def numbers(client: httpx.AsyncClient) -> dict[tuple[str, ...], float]:
    """Every sample by its name and the values of its labels."""
    response = await client.get("/metrics")
    assert response.status_code == 200
    assert response.headers["content-type"].startswith("text/plain; version=")
    return {
        (sample.name, *sample.labels.values()): sample.value
        for family in text_string_to_metric_families(response.text)
        for sample in family.samples
    }


async def test_queries_are_counted_by_what_came_of_them(client: httpx.AsyncClient) -> None:
    for query in ("ASK {}", "ASK {}", "SELECT {", "SELECT * { SERVICE <x:y> {} }"):
        await client.get("/sparql", params={"query": query})
    await client.get("/sparql", params={"query": "ASK {}", "format": "nonsense"})
    found = await numbers(client)
    assert found["pledgegraph_queries_total", "ok"] == 2
    assert found["pledgegraph_queries_total", "syntax"] == 1
    assert found["pledgegraph_queries_total", "refused"] == 2
    assert found["pledgegraph_queries_total", "timeout"] == 0
    assert found["pledgegraph_query_seconds_count",] == 5
    assert found["pledgegraph_query_seconds_bucket", "+Inf"] == 5
    assert found["pledgegraph_answer_bytes_total",] > 0


async def test_the_state_of_the_service(client: httpx.AsyncClient, engine: EmbeddedEngine) -> None:
    found = await numbers(client)
    with engine.snapshot() as snapshot:
        assert found["pledgegraph_snapshot_sequence",] == snapshot.sequence
    assert 0 <= found["pledgegraph_snapshot_age_seconds",] < 3600
    assert found["pledgegraph_pool", "running"] == 0
    assert found["pledgegraph_pool", "waiting"] == 0
    assert any(name[0] == "pledgegraph_build_info" for name in found)
    assert found["process_open_fds",] > 0


async def test_addresses_are_counted_by_their_template(client: httpx.AsyncClient) -> None:
    for path in ("/problems/query-syntax", "/problems/busy", "/nothing/at/all", "/static/icon.svg"):
        await client.get(path)
    await client.request("BREW", "/health")
    found = await numbers(client)
    assert found["pledgegraph_requests_total", "GET", "/problems/{name}", "200"] == 2
    assert found["pledgegraph_requests_total", "GET", "", "404"] == 1
    assert found["pledgegraph_requests_total", "GET", "/static/{name:path}", "200"] == 1
    assert ("pledgegraph_requests_total", "other", "/health", "405") in found


async def test_what_is_asked_of_the_service_is_not_told(client: httpx.AsyncClient) -> None:
    await client.get("/sparql", params={"query": "ASK { <urn:secret> ?p ?o }"})
    await client.get("/secret")
    assert "secret" not in (await client.get("/metrics")).text


async def test_two_services_in_a_process_count_apart(
    client: httpx.AsyncClient, settings: Settings, engine: EmbeddedEngine, client_of: ClientOf
) -> None:
    await client.get("/sparql", params={"query": "ASK {}"})
    async with client_of(create_app(settings, engine)) as other:
        assert (await numbers(other))["pledgegraph_queries_total", "ok"] == 0


async def test_without_a_snapshot_the_rest_is_told(settings: Settings, client_of: ClientOf) -> None:
    async with client_of(create_app(settings, failing(DirectoryMissing("Gone.")))) as client:
        found = await numbers(client)
    assert ("pledgegraph_snapshot_sequence",) not in found
    assert found["pledgegraph_queries_total", "ok"] == 0


async def test_it_can_be_turned_off(
    settings: Settings, engine: EmbeddedEngine, client_of: ClientOf
) -> None:
    app = create_app(settings.model_copy(update={"metrics": False}), engine)
    async with client_of(app) as client:
        assert (await client.get("/metrics")).status_code == 404
