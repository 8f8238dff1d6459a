"""A search that finds more than are put in order at once."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import AsyncIterator
from html import unescape

import httpx
import pytest

from pledgegraph.search import BLOCK
from pledgegraph.settings import Settings
from pledgegraph_api.app.create import create_app
from tests.api.conftest import BASE, client_of, make_store

COMMITMENTS = BLOCK + 50
ACTORS = 70
DATA = f"""
PREFIX pg: <https://w3id.org/pledgegraph/def#>
PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#>
GRAPH <{BASE}/id/source/list> {{
<{BASE}/id/register/large> a pg:Register ; rdfs:label "The large one"@en .
""" + "".join(
    [
        f'<{BASE}/id/commitment/c{n}> a pg:Commitment ; rdfs:label "A promise on data {n}"@en ;'
        f" pg:inRegister <{BASE}/id/register/large> .\n"
        for n in range(COMMITMENTS)
    ]
    + [
        f'<{BASE}/id/actor/a{n}> a pg:Actor ; rdfs:label "Office {n} for data"@en .\n'
        for n in range(ACTORS)
    ]
    + ["}"]
)

pytestmark = pytest.mark.anyio


@pytest.fixture(scope="module")
async def many(
    tmp_path_factory: pytest.TempPathFactory, anyio_backend: str
) -> AsyncIterator[httpx.AsyncClient]:
    """A client of a service over many records of two kinds."""
    assert anyio_backend == "asyncio"
    path = tmp_path_factory.mktemp("many") / "store"
    engine = make_store(path, DATA.encode())
    async with client_of(create_app(Settings(data_dir=path, base=BASE), engine)) as client:
        yield client
    engine.close()


async def test_numbers_tell_of_all_that_is_found(many: httpx.AsyncClient) -> None:
    page = (await many.get("/search?q=data", headers={"accept": "text/html"})).text
    told = {
        unescape(address): int(count.replace(",", ""))
        for address, count in re.findall(
            r'<a href="(/search\?[^"]*)">(?:[^<]|</?bdi[^>]*>)*\(([\d,]+)\)', page
        )
    }
    assert told == {
        "/search?q=data&kind=commitment": COMMITMENTS,
        "/search?q=data&kind=actor": ACTORS,
        "/search?q=data&register=large": COMMITMENTS,
    }
    assert f"Results: {COMMITMENTS + ACTORS:,}" in page
    for address, count in [*told.items(), ("/search?q=data", COMMITMENTS + ACTORS)]:
        path = address.replace("/search", "/search.jsonld")
        assert (await many.get(path)).json()["totalItems"] == count
        listed = (await many.get(address.replace("/search", "/search.csv"))).content
        rows = list(csv.DictReader(io.StringIO(listed.decode("utf-8-sig"))))
        assert len({row["id"] for row in rows}) == len(rows) == count


async def test_the_last_page_is_reached(many: httpx.AsyncClient) -> None:
    total = COMMITMENTS + ACTORS
    listed = (await many.get("/search.csv?q=data")).content.decode("utf-8-sig")
    ids = [row["id"] for row in csv.DictReader(io.StringIO(listed))]
    last = -(-total // 20)
    for page in (BLOCK // 20, BLOCK // 20 + 1, last):
        told = (await many.get(f"/search.jsonld?q=data&page={page}")).json()
        assert [each["id"] for each in told["items"]] == ids[(page - 1) * 20 : page * 20]
        assert ("next" in told) is (page < last)
    for page in (last + 1, 999_999_999):
        assert (await many.get(f"/search?q=data&page={page}")).status_code == 404
