"""Stores to write to over HTTP: behind the gate, behind the gate with shapes, and without one."""

from __future__ import annotations

import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest

from pledgegraph.settings import Settings
from pledgegraph.setup.engine_choice import open_engine
from pledgegraph.store.directory import new_directory, open_directory
from pledgegraph.store.embedded import EmbeddedEngine
from pledgegraph.store.log.changes_log import ChangesLog
from pledgegraph.writes.loading import SourceFile, change_from_files
from pledgegraph.writes.tokens import Scope, Tokens
from pledgegraph_api.app.create import create_app
from tests.api.conftest import BASE, client_of, make_store
from tests.graph.building import source_text

ONE = f"{BASE}/id/source/one"
TWO = f"{BASE}/id/source/two"


class Place:
    """A store that is served, and a client who holds a token that allows to write."""

    def __init__(self, engine: EmbeddedEngine, client: httpx.AsyncClient, token: str) -> None:
        self.engine = engine
        self.client = client
        self.token = token
        self.headers = {"Authorization": f"Bearer {token}"}

    async def update(self, text: str, *, accept: str = "", **fields: Any) -> httpx.Response:
        """Send an update in a form."""
        headers = {**self.headers, **({"Accept": accept} if accept else {})}
        fields = {name.replace("_", "-"): value for name, value in fields.items()}
        return await self.client.post("/update", data={"update": text, **fields}, headers=headers)

    async def send(
        self, method: str, address: str, body: bytes | str = b"", kind: str = "", **headers: str
    ) -> httpx.Response:
        """Send a body of a kind to an address."""
        given = {**self.headers, **({"Content-Type": kind} if kind else {}), **headers}
        return await self.client.request(method, address, content=body, headers=given)

    @property
    def tokens(self) -> Tokens:
        """The tokens of the store."""
        return Tokens(self.engine.directory.path)

    @property
    def log(self) -> ChangesLog:
        """Its changes log."""
        return ChangesLog(self.engine.directory.changes)

    def quads(self, graph: str | None = None) -> set[str]:
        """What is in the store, or in one of its graphs, a line a quad."""
        with self.engine.snapshot() as snapshot:
            return {
                str(quad)
                for quad in snapshot.quads()
                if graph is None or str(quad.graph_name) == f"<{graph}>"
            }


@asynccontextmanager
async def served(engine: EmbeddedEngine, **settings: Any) -> AsyncIterator[Place]:
    """A store, served in this process."""
    path = engine.directory.path
    _, token = Tokens(path).create(scopes=(Scope.WRITE,), label="The tests")
    chosen = Settings(data_dir=path, base=BASE, **settings)
    app = create_app(chosen, engine)
    async with client_of(app) as client:
        yield Place(engine, client, token)
    engine.close()


def copied(source: Path, to: Path) -> Path:
    """A copy of a data directory."""
    shutil.copytree(source, to)
    return to


@pytest.fixture(scope="session")
def small_store(tmp_path_factory: pytest.TempPathFactory, small_data: bytes) -> Path:
    """A data directory with the small data, to be copied."""
    path = tmp_path_factory.mktemp("writes") / "small"
    make_store(path, small_data).close()
    return path


@pytest.fixture(scope="session")
def judged_store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data directory with the source `one` and its actors ana and ben, to be copied."""
    folder = tmp_path_factory.mktemp("writes")
    path = folder / "judged"
    with new_directory(path, base=BASE) as directory:
        EmbeddedEngine(directory).settle()
    file = folder / "one.ttl"
    file.write_text(source_text("one", "ana", "ben"), encoding="utf-8")
    engine = open_engine(Settings(data_dir=path, base=BASE))
    engine.update(
        change_from_files([SourceFile(file)], base=BASE, agent="tests", reason="To begin with.")
    )
    engine.close()
    return path


@pytest.fixture
async def place(small_store: Path, tmp_path: Path, anyio_backend: str) -> AsyncIterator[Place]:
    """The small data behind the gate, without shapes and rules."""
    assert anyio_backend == "asyncio"
    path = copied(small_store, tmp_path / "store")
    async with served(EmbeddedEngine(open_directory(path))) as found:
        yield found


@pytest.fixture
async def judged(judged_store: Path, tmp_path: Path, anyio_backend: str) -> AsyncIterator[Place]:
    """Two actors behind the gate, with the shapes and the rules that are shipped."""
    assert anyio_backend == "asyncio"
    path = copied(judged_store, tmp_path / "store")
    async with served(open_engine(Settings(data_dir=path, base=BASE))) as found:
        yield found


@pytest.fixture
async def ungated(tmp_path: Path, anyio_backend: str) -> AsyncIterator[Place]:
    """An empty store without a gate."""
    assert anyio_backend == "asyncio"
    with new_directory(tmp_path / "store", base=BASE, gated=False) as directory:
        EmbeddedEngine(directory).settle()
    async with served(EmbeddedEngine(open_directory(tmp_path / "store"))) as found:
        yield found
