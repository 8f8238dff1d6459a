"""What is worked out of a whole snapshot: once for all who ask, and anew after a change."""

from __future__ import annotations

import shutil
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractAsyncContextManager
from pathlib import Path
from typing import Any

import anyio
import httpx
import pytest
from fastapi import FastAPI
from pyoxigraph import Literal, NamedNode, Quad

from pledgegraph.namespaces import PG, RDF, RDFS, SCHEME, SKOS
from pledgegraph.settings import Settings
from pledgegraph.store.changes import Change
from pledgegraph.store.embedded import EmbeddedEngine
from pledgegraph.store.embedded_snapshot import EmbeddedSnapshot
from pledgegraph.store.per_snapshot import refresh
from pledgegraph_api.app.create import create_app
from tests.api.conftest import BASE

pytestmark = pytest.mark.anyio

ClientOf = Callable[[FastAPI], AbstractAsyncContextManager[httpx.AsyncClient]]
WORKED_OUT = {
    "/": "text/html",
    "/sparql": "text/turtle",
    "/catalog": "text/turtle",
    "/.well-known/void": "text/turtle",
    "/scheme": "text/turtle",
    "/sitemap.xml": "application/xml",
    "/actors": "application/ld+json",
}


@pytest.fixture
async def client(
    empty_engine: EmbeddedEngine, client_of: ClientOf
) -> AsyncIterator[httpx.AsyncClient]:
    """A client of the service over a store that is written to."""
    settings = Settings(data_dir=empty_engine.directory.path, base=BASE)
    async with client_of(create_app(settings, empty_engine)) as client:
        yield client


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """The queries that snapshots are asked."""
    queries: list[str] = []
    query = EmbeddedSnapshot.query

    def listed(self: EmbeddedSnapshot, text: str, **arguments: Any) -> Any:
        queries.append(text)
        return query(self, text, **arguments)

    monkeypatch.setattr(EmbeddedSnapshot, "query", listed)
    yield queries


def add(engine: EmbeddedEngine, *names: str) -> None:
    """Add an actor and a scheme of each name, in one change."""
    source = NamedNode(f"{BASE}/id/source/one")
    quads = []
    for name in names:
        actor, scheme = NamedNode(f"{BASE}/id/actor/{name}"), NamedNode(SCHEME + name)
        quads += [
            Quad(actor, RDF.type, PG.Actor, source),
            Quad(actor, RDFS.label, Literal(name, language="en"), source),
            Quad(scheme, RDF.type, SKOS.ConceptScheme, source),
            Quad(scheme, SKOS.prefLabel, Literal(name, language="en"), source),
        ]
    engine.update(Change(agent="tests", reason="Something to tell of.", add=quads))


@pytest.mark.parametrize(("path", "accept"), WORKED_OUT.items())
async def test_a_second_request_asks_the_snapshot_nothing(
    client: httpx.AsyncClient,
    empty_engine: EmbeddedEngine,
    asked: list[str],
    path: str,
    accept: str,
) -> None:
    add(empty_engine, "first")
    first = await client.get(path, headers={"Accept": accept})
    assert first.status_code == (400 if "wrong" in path else 200)
    assert asked
    asked.clear()
    again = await client.get(path, headers={"Accept": accept})
    assert again.text == first.text
    assert asked == []
    add(empty_engine, "second")
    later = await client.get(path, headers={"Accept": accept})
    assert asked
    assert later.text != first.text


async def test_a_store_that_was_put_back_is_told_from_what_it_was(
    client: httpx.AsyncClient, empty_engine: EmbeddedEngine, tmp_path: Path
) -> None:
    add(empty_engine, "first")
    place, kept = empty_engine.directory.path, tmp_path / "kept"
    shutil.copytree(place, kept)
    add(empty_engine, "mistaken")

    async def told(path: str) -> str:
        return (await client.get(path, headers={"Accept": WORKED_OUT[path]})).text

    mistaken = {path: await told(path) for path in WORKED_OUT}
    for folder in ("changes", "primary", "snapshots"):
        shutil.rmtree(place / folder)
        shutil.copytree(kept / folder, place / folder)
    (kept / "current").replace(place / "current")
    assert (await client.get("/health")).status_code == 200
    # The number that the mistake had.
    add(empty_engine, "second", "third")
    for path, before in mistaken.items():
        assert await told(path) != before, path


async def test_what_was_used_is_made_ahead_of_need(
    empty_engine: EmbeddedEngine, client_of: ClientOf, asked: list[str]
) -> None:
    settings = Settings(data_dir=empty_engine.directory.path, base=BASE)
    app = create_app(settings, empty_engine)
    add(empty_engine, "first")
    async with client_of(app) as client:
        refresh(empty_engine)
        asked.clear()
        for path in ("/", "/actors", "/catalog", "/progress"):
            assert (await client.get(path)).status_code == 200
        assert asked == []
        # Of what nobody used since, nothing is made again.
        add(empty_engine, "second")
        refresh(empty_engine)
        made = len(asked)
        asked.clear()
        assert (await client.get("/actors")).status_code == 200
        assert asked == []
        add(empty_engine, "third")
        refresh(empty_engine)
        assert 0 < len(asked) < made


async def test_the_service_makes_it_at_its_start_and_after_changes(
    empty_engine: EmbeddedEngine, client_of: ClientOf, asked: list[str]
) -> None:
    settings = Settings(data_dir=empty_engine.directory.path, base=BASE)
    app = create_app(settings, empty_engine)

    async def warmed() -> None:
        for _ in range(200):
            if any("Commitment" in text for text in asked):
                return
            await anyio.sleep(0.05)
        raise AssertionError("nothing was made")

    add(empty_engine, "first")
    async with app.router.lifespan_context(app), client_of(app) as client:
        await warmed()
        assert (await client.get("/commitments")).status_code == 200
        asked.clear()
        add(empty_engine, "second")
        await warmed()
