"""The W3C's tests of the protocol, as far as a gate allows, over a service on Fuseki.

A data directory without a gate cannot have a remote engine. So their graphs are documents of
sources here, and the default graph is the union of all.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final
from urllib.parse import urlencode

import httpx
import pytest

from pledgegraph.settings import Settings
from pledgegraph.setup.engine_choice import answering_engine, open_engine
from pledgegraph.writes.tokens import Scope, Tokens
from pledgegraph_api.app.create import create_app
from tests.api.conftest import client_of
from tests.conformance.test_protocol_suite import FORM, TESTS, Asked, G
from tests.graph.building import source_text
from tests.remote.engines import RemoteStore
from tests.running_service import make_store

pytestmark = pytest.mark.anyio

BASE: Final = "http://localhost:8000"
MADE: Final = f"{BASE}/id/source/made"
TURTLE: Final = {"Content-Type": "text/turtle"}
ALL: Final = (1, 2, 3)
"""What the union holds, where the suite's default graph has a number of its own."""


@dataclass
class Subject:
    """The service, and who may write."""

    client: httpx.AsyncClient
    writer: dict[str, str]

    async def put(self, slug: str, more: str = "") -> httpx.Response:
        """Make a graph hold its source, and that beside."""
        text = f"@base <{BASE}/> .\n" + source_text(slug) + more
        return await self.client.put(
            f"/graphs/source/{slug}", content=text, headers={**self.writer, **TURTLE}
        )

    async def sent(self, asked: Asked) -> httpx.Response:
        """The answer to a request of the suite."""
        headers = {"Accept": asked.accept}
        if asked.path == "/update":
            headers |= self.writer
        if asked.kind is not None:
            headers["Content-Type"] = asked.kind
        content = asked.body
        if asked.fields is not None:
            content = urlencode(asked.fields)
            headers["Content-Type"] = FORM
        address = f"{asked.path}?{urlencode(asked.params)}"
        return await self.client.request(asked.method, address, content=content, headers=headers)

    async def numbers(self, asked: Asked) -> tuple[int, ...]:
        """What a query finds."""
        answer = await self.sent(asked)
        assert answer.status_code == 200, answer.text
        return tuple(int(row["n"]["value"]) for row in answer.json()["results"]["bindings"])


@pytest.fixture(scope="module")
async def subject(
    tmp_path_factory: pytest.TempPathFactory, fusekis: dict[str, RemoteStore], anyio_backend: str
) -> AsyncIterator[Subject]:
    assert anyio_backend == "asyncio"
    path: Path = tmp_path_factory.mktemp("protocol") / "data"
    make_store(path, base=BASE)
    settings = Settings.model_validate(
        {"data_dir": path, "base": BASE, **fusekis["protocol"].settings()}
    )
    own = open_engine(settings)
    _, secret = Tokens(path).create(scopes=(Scope.WRITE,), label="The suite")
    async with client_of(create_app(settings, answering_engine(own))) as client:
        client.timeout = httpx.Timeout(60)
        found = Subject(client, {"Authorization": f"Bearer {secret}"})
        for number in ALL:
            made = await found.put(f"g{number}", f"<x:s{number}> <x:n> {number} .")
            assert made.status_code in (200, 201), made.text
        yield found
    own.close()


def here(text: str) -> str:
    """A text of the suite with its graphs at the addresses of sources."""
    for number in ALL:
        text = text.replace(G.format(number), f"{BASE}/id/source/g{number}")
    return text.replace("x:made", MADE).replace("http://conformance.example/", f"{BASE}/")


def moved(asked: Asked) -> Asked:
    """A request of the suite with its graphs at the addresses of sources."""
    return replace(
        asked,
        params=[(name, here(value)) for name, value in asked.params],
        fields=asked.fields and [(name, here(value)) for name, value in asked.fields],
        body=here(asked.body) if isinstance(asked.body, str) else asked.body,
        found=ALL if asked.found == (0,) else asked.found,
    )


@pytest.mark.parametrize("name", TESTS)
async def test_protocol(subject: Subject, name: str) -> None:
    asked = moved(TESTS[name])
    everything = Asked(
        params=[("query", "SELECT ?n { { ?s <x:n> ?n } UNION { ?s <x:copy> ?n } } ORDER BY ?n")]
    )
    everything = replace(everything, method="GET")
    assert (await subject.put("made")).status_code in (200, 201, 204)
    answer = await subject.sent(asked)
    if asked.refused:
        assert answer.status_code in asked.refused, answer.text
        assert await subject.numbers(everything) == ALL
        return
    assert answer.status_code in (200, 204), answer.text
    if asked.types:
        assert answer.headers["content-type"].partition(";")[0] in asked.types
    if asked.found is not None and asked.path == "/update":
        asked = Asked(
            fields=[
                (
                    "query",
                    f"SELECT DISTINCT ?n {{ GRAPH <{MADE}> {{ ?s <x:copy> ?n }} }} ORDER BY ?n",
                )
            ],
            found=asked.found,
        )
    if asked.found is not None:
        assert await subject.numbers(asked) == asked.found


async def test_graphs_are_put_posted_read_and_deleted(subject: Subject) -> None:
    client, writer = subject.client, subject.writer
    path = "/graphs/source/graph"
    turtle = {"Accept": "text/turtle"}
    assert (await client.get(path, headers=turtle)).status_code == 404
    assert (await subject.put("graph", '<x:a> <x:name> "Jane" .')).status_code == 201
    assert (await subject.put("graph", '<x:a> <x:name> "John" .')).status_code in (200, 204)
    posted = await client.post(path, content='<x:a> <x:name> "Jim" .', headers={**writer, **TURTLE})
    assert posted.status_code in (200, 204), posted.text
    said = (await client.get(path, headers=turtle)).text
    assert [each in said for each in ('"John"', '"Jim"', '"Jane"')] == [True, True, False]
    wrong = {**writer, "Content-Type": "application/rdf+xml"}
    assert (await client.put(path, content="<x:a>", headers=wrong)).status_code == 400
    head = await client.head(path, headers=turtle)
    assert (head.status_code, head.content) == (200, b"")
    assert (await client.delete(path, headers=writer)).status_code in (200, 204)
    assert (await client.get(path, headers=turtle)).status_code == 404
    assert (await client.delete(path, headers=writer)).status_code == 404
