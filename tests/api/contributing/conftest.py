"""The service over a store of its own, for tests that report errors and decide about them."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest

from pledgegraph.corrections import Corrections
from pledgegraph.settings import Settings
from pledgegraph_api.app.create import create_app
from tests.api.conftest import BASE, client_of, make_store


class Service:
    """The service as a reader meets it, and its reports as a steward does."""

    def __init__(self, client: httpx.AsyncClient, path: Path) -> None:
        self.client = client
        self.path = path
        self.corrections = Corrections(path, days=180)


@pytest.fixture(scope="module")
async def service(
    tmp_path_factory: pytest.TempPathFactory, small_data: bytes, anyio_backend: str
) -> AsyncIterator[Service]:
    """One for all tests of a module."""
    assert anyio_backend == "asyncio"
    path = tmp_path_factory.mktemp("contributing") / "store"
    engine = make_store(path, small_data)
    settings = Settings(data_dir=path, base=BASE, correction_rate=6, contact="data@example.org")
    async with client_of(create_app(settings, engine)) as client:
        client.headers["accept"] = "text/html"
        yield Service(client, path)
    engine.close()
