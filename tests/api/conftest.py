"""A real store with a little in it, and the service over it."""

from __future__ import annotations

from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path

import httpx
import pytest
from fastapi import FastAPI
from fastapi.dependencies import models as dependencies
from pyoxigraph import RdfFormat, parse

from pledgegraph.settings import Settings
from pledgegraph.setup.engine_choice import open_engine
from pledgegraph.store.changes import Change
from pledgegraph.store.directory import new_directory, open_directory
from pledgegraph.store.embedded import EmbeddedEngine
from pledgegraph_api.app.create import create_app
from tests.shipped_store import copy_shipped

BASE = "https://data.example.org"
SHIPPED_BASE = "http://localhost:8000"
HERE = Path(__file__).parent

MakeStore = Callable[..., EmbeddedEngine]
ClientOf = Callable[[FastAPI], AbstractAsyncContextManager[httpx.AsyncClient]]


@pytest.fixture(scope="session")
def anyio_backend() -> str:
    """The service runs under asyncio only, and in one event loop: an application belongs to one."""
    return "asyncio"


@pytest.fixture(scope="module", autouse=True)
def _forked_workers(forked_workers: None) -> None:
    """The workers of applications in this process begin quickly."""


def make_store(path: Path, data: bytes | None = None) -> EmbeddedEngine:
    """A data directory at ``path``, with the TriG ``data`` as its first change set."""
    with new_directory(path, base=BASE) as directory:
        EmbeddedEngine(directory).settle()
    engine = EmbeddedEngine(open_directory(path, base=BASE))
    if data:
        quads = list(parse(data, format=RdfFormat.TRIG, base_iri=f"{BASE}/"))
        engine.update(Change(agent="tests", reason="The tests ask about it", add=quads))
    return engine


@pytest.fixture(scope="session")
def small_data() -> bytes:
    """Two sources about two pledges."""
    return (HERE / "data" / "small.trig").read_bytes()


@pytest.fixture(scope="session")
def engine(tmp_path_factory: pytest.TempPathFactory, small_data: bytes) -> Iterator[EmbeddedEngine]:
    """A store with the small data in it, for tests that only read."""
    engine = make_store(tmp_path_factory.mktemp("small") / "store", small_data)
    yield engine
    engine.close()


@pytest.fixture
def empty_engine(tmp_path: Path) -> Iterator[EmbeddedEngine]:
    """A store with nothing in it, for tests that write."""
    engine = make_store(tmp_path / "store")
    yield engine
    engine.close()


@pytest.fixture(scope="module")
def settings(engine: EmbeddedEngine) -> Settings:
    """The default settings, but for the place and the base; a module may make many mistakes."""
    return Settings(data_dir=engine.directory.path, base=BASE, budget_errors=100_000)


in_use: Counter[FastAPI] = Counter()
"""How many clients talk to an application; with the last one its workers end."""


def forget_operations() -> None:
    """Empty what FastAPI keeps of the functions behind each operation, with their stores."""
    for kept in vars(dependencies).values():
        if hasattr(kept, "cache_clear"):
            kept.cache_clear()


@asynccontextmanager
async def client_of(app: FastAPI) -> AsyncIterator[httpx.AsyncClient]:
    """A client that talks to the application in this process."""
    transport = httpx.ASGITransport(app=app, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://testserver") as client:
        # Without this httpx sends `Accept: */*` by itself, and an absent header goes untested.
        del client.headers["accept"]
        in_use[app] += 1
        try:
            yield client
        finally:
            in_use[app] -= 1
            if not in_use[app]:
                # Each of some thousand applications would stay until the end, and every write,
                # which has garbage collected, would look through them all.
                del in_use[app]
                forget_operations()
                if hasattr(app.state, "runner"):
                    await app.state.runner.stop()


@pytest.fixture(scope="module")
def app(settings: Settings, engine: EmbeddedEngine) -> FastAPI:
    """The service over the small data, one for all tests of a module that only read."""
    return create_app(settings, engine)


@pytest.fixture(name="client_of")
def _client_of() -> ClientOf:
    return client_of


@pytest.fixture(name="make_store")
def _make_store() -> MakeStore:
    return make_store


@pytest.fixture(scope="module")
async def client(app: FastAPI, anyio_backend: str) -> AsyncIterator[httpx.AsyncClient]:
    """A client of the service over the small data."""
    assert anyio_backend == "asyncio"
    async with client_of(app) as client:
        yield client


@pytest.fixture(scope="session")
def shipped_settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """Settings for a new data directory with what this release ships."""
    path = tmp_path_factory.mktemp("shipped") / "data"
    return Settings(data_dir=copy_shipped(tmp_path_factory, path, SHIPPED_BASE), base=SHIPPED_BASE)


@pytest.fixture(scope="session")
def shipped_engine(shipped_settings: Settings) -> Iterator[EmbeddedEngine]:
    """The store in it, for tests that only read."""
    engine = open_engine(shipped_settings)
    yield engine
    engine.close()


@pytest.fixture(scope="session")
async def shipped(
    shipped_settings: Settings, shipped_engine: EmbeddedEngine, anyio_backend: str
) -> AsyncIterator[httpx.AsyncClient]:
    """A client of the service over the shipped data."""
    assert anyio_backend == "asyncio"
    async with client_of(create_app(shipped_settings, shipped_engine)) as client:
        yield client
