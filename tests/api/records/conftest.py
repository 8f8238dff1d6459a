"""The service over records that were given up, and over a hub."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest

from pledgegraph.settings import Settings
from pledgegraph_api.app.create import create_app
from tests.api.conftest import BASE, client_of, make_store

HERE = Path(__file__).parent


@pytest.fixture(scope="session")
async def given_up(
    tmp_path_factory: pytest.TempPathFactory, anyio_backend: str
) -> AsyncIterator[httpx.AsyncClient]:
    """A client of the service over `records.trig`."""
    assert anyio_backend == "asyncio"
    data = (HERE / "records.trig").read_bytes()
    path = tmp_path_factory.mktemp("given-up") / "store"
    engine = make_store(path, data)
    async with client_of(create_app(Settings(data_dir=path, base=BASE), engine)) as client:
        yield client
    engine.close()
