"""The service over the shipped data."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator

import httpx
import pytest

from pledgegraph.embedded import EmbeddedEngine
from pledgegraph.opening import open_engine
from pledgegraph.preparing import prepare
from pledgegraph.settings import Settings
from pledgegraph_api.application import create_app
from tests.api.conftest import client_of

BASE = "http://localhost:8000"


@pytest.fixture(scope="session")
def shipped_settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """Settings for a new data directory with what this release ships."""
    settings = Settings(data_dir=tmp_path_factory.mktemp("shipped") / "data", base=BASE)
    prepare(settings)
    return settings


@pytest.fixture(scope="session")
def shipped_engine(shipped_settings: Settings) -> Iterator[EmbeddedEngine]:
    """The store in it, for tests that only read."""
    engine = open_engine(shipped_settings)
    yield engine
    engine.close()


@pytest.fixture(scope="session")
def anyio_backend() -> str:
    """One event loop for all tests: an application belongs to the loop that it began in."""
    return "asyncio"


@pytest.fixture(scope="session")
async def shipped(
    shipped_settings: Settings, shipped_engine: EmbeddedEngine, anyio_backend: str
) -> AsyncIterator[httpx.AsyncClient]:
    """A client of the service over the shipped data."""
    assert anyio_backend == "asyncio"
    async with client_of(create_app(shipped_settings, shipped_engine)) as client:
        yield client
