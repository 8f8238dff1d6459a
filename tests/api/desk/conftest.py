"""The desk over a store with two registers, and those who come to it."""

from __future__ import annotations

import html
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import httpx
import pytest
from fastapi import FastAPI

from pledgegraph.corrections import Corrections
from pledgegraph.settings import Settings
from pledgegraph.setup.engine_choice import open_engine
from pledgegraph.store.embedded import EmbeddedEngine
from pledgegraph.writes.loading import SourceFile, change_from_files
from pledgegraph.writes.tokens import AnyScope, Tokens
from pledgegraph_api.app.create import create_app
from tests.api.conftest import BASE, client_of, make_store
from tests.graph.building import source_text

REGISTER = """
<id/register/{slug}> a pg:Register ; rdfs:label "Register {slug}"@en ; pg:grade grade:high .
<id/commitment/c-{slug}> a pg:Commitment ; rdfs:label "Promise {slug}"@en ;
    <http://purl.org/dc/terms/description> "What {maker} promised."@en ;
    pg:grade grade:high ; pg:madeBy <id/actor/{maker}> ; pg:inRegister <id/register/{slug}> .
"""


class Desk:
    """The service with its desk."""

    def __init__(self, app: FastAPI, engine: EmbeddedEngine, path: Path) -> None:
        self.app = app
        self.engine = engine
        self.path = path
        self.tokens = Tokens(path)
        self.corrections = Corrections(path, days=180)

    def load(self, folder: Path, slug: str, maker: str, more: str = "") -> None:
        """Bring in a source with a register and a promise in it."""
        file = folder / f"{slug}.ttl"
        text = REGISTER.replace("{slug}", slug).replace("{maker}", maker) + more
        file.write_text(source_text(f"of-{slug}", maker) + text, encoding="utf-8")
        self.engine.update(
            change_from_files(
                [SourceFile(file)], base=BASE, agent="tests", reason=f"The register {slug}."
            )
        )

    @asynccontextmanager
    async def visitor(self, *scopes: AnyScope, label: str = "Ana") -> AsyncIterator[Visitor]:
        """Somebody with a browser, signed in where there are scopes."""
        async with client_of(self.app) as client:
            client.headers["accept"] = "text/html"
            client.headers["sec-fetch-site"] = "same-origin"
            visitor = Visitor(client)
            if scopes:
                token, secret = self.tokens.create(scopes=scopes, label=label)
                visitor.id = token.id
                answer = await visitor.sign_in(secret)
                assert answer.status_code == 303, answer.text
            yield visitor


class Visitor:
    """A browser: it keeps cookies, and sends the forms that pages hold."""

    def __init__(self, client: httpx.AsyncClient) -> None:
        self.client = client
        self.id = ""

    async def ticket(self, path: str) -> str:
        """The ticket of a form on a page."""
        answer = await self.client.get(path)
        found = re.search(r'name="ticket" value="([^"]+)"', answer.text)
        assert found, answer.text
        return html.unescape(found[1])

    async def sign_in(self, secret: str) -> httpx.Response:
        """Hand in a token."""
        ticket = await self.ticket("/steward/sign-in")
        return await self.client.post("/steward/sign-in", data={"ticket": ticket, "token": secret})

    async def send(self, path: str, page: str = "/steward", **fields: str) -> httpx.Response:
        """Send a form with the ticket of the page."""
        ticket = await self.ticket(page)
        return await self.client.post(path, data={"ticket": ticket, **fields})


@pytest.fixture(scope="module")
async def desk(tmp_path_factory: pytest.TempPathFactory, anyio_backend: str) -> AsyncIterator[Desk]:
    """One for all tests of a module, behind the gate."""
    assert anyio_backend == "asyncio"
    folder = tmp_path_factory.mktemp("desk")
    make_store(folder / "store").close()
    settings = Settings(data_dir=folder / "store", base=BASE)
    engine = open_engine(settings)
    found = Desk(create_app(settings, engine), engine, folder / "store")
    found.load(folder, "one", "ana")
    found.load(folder, "two", "ben")
    async with client_of(found.app):
        yield found
    engine.close()
