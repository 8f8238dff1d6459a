"""Three graphs and a default graph without a gate, asked over HTTP."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
from pyoxigraph import Quad, Store

from pledgegraph.settings import Settings
from pledgegraph.store.changes import Change
from pledgegraph.store.directory import new_directory, open_directory
from pledgegraph.store.embedded import EmbeddedEngine
from pledgegraph_api.app.create import create_app
from tests.api.conftest import BASE, client_of

PREFIXES = "PREFIX : <http://ex.test/> PREFIX xsd: <http://www.w3.org/2001/XMLSchema#> "
DATA = """INSERT DATA {
    GRAPH :g1 { :x :p :y ; :in "g1" . :s :p 1 }
    GRAPH :g2 { :x :p :y ; :in "g2" . :s :p 1 . :o :p 2 }
    GRAPH :g3 { :t :p 3 . :s :p 1 }
    :a :p :b ; :q :b .  :b :p :c .
    :l :lab "x"@en , ""@en , "y" , "z"^^:dt , "maybe"^^xsd:boolean , "abc"^^xsd:integer , true ,
        false .
    :v :n 9223372036854775808 , 1001 .
}"""


class Asked:
    """A client that asks one store, with the prefixes declared."""

    def __init__(self, client: httpx.AsyncClient) -> None:
        self._client = client

    async def get(self, query: str) -> httpx.Response:
        """The response to a query."""
        return await self._client.get("/sparql", params={"query": PREFIXES + query})

    async def rows(self, query: str) -> list[tuple[str, ...]]:
        """The rows of a SELECT, sorted: values with the prefix of the tests cut away."""
        response = await self.get(query)
        assert response.status_code == 200, response.text
        answer = response.json()
        names = answer["head"]["vars"]
        return sorted(
            tuple(_short(row.get(name)) for name in names) for row in answer["results"]["bindings"]
        )

    async def ask(self, query: str) -> bool:
        """The answer to an ASK."""
        response = await self.get(query)
        assert response.status_code == 200, response.text
        found: bool = response.json()["boolean"]
        return found


def _short(term: dict[str, Any] | None) -> str:
    return "" if term is None else str(term["value"]).replace("http://ex.test/", ":")


@pytest.fixture(scope="module")
async def asked(
    tmp_path_factory: pytest.TempPathFactory, anyio_backend: str
) -> AsyncIterator[Asked]:
    """A client of a store without a gate that holds the data above."""
    assert anyio_backend == "asyncio"
    store = Store()
    store.update(PREFIXES + DATA)
    path = tmp_path_factory.mktemp("faults") / "store"
    with new_directory(path, base=BASE, gated=False) as directory:
        EmbeddedEngine(directory).settle()
    engine = EmbeddedEngine(open_directory(path))
    quads: list[Quad] = list(store)
    engine.update(Change(agent="tests", reason="The tests ask about it", add=quads))
    async with client_of(create_app(Settings(data_dir=path, base=BASE), engine)) as client:
        yield Asked(client)
    engine.close()
