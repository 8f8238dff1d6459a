"""A page takes what is in a variant of its language before what is in another (RFC 4647)."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest

from pledgegraph.rdf.language_tags import nearest
from pledgegraph.settings import Settings
from pledgegraph_api.app.create import create_app
from tests.api.conftest import BASE, ClientOf, make_store

pytestmark = pytest.mark.anyio

DATA = """
@prefix pg: <https://w3id.org/pledgegraph/def#> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
<id/graph/sources> { <id/source/one> a pg:Source ; rdfs:label "One"@en . }
<id/source/one> {
  <id/commitment/a> a pg:Commitment ; pg:madeBy <id/actor/a> ; rdfs:label "The title"@en ,
    "标题"@zh-Hans , "標題"@zh-Hant , "Título latino"@es-419 , "Заголовок"@ru-RU .
  <id/actor/a> a pg:Organisation ; rdfs:label "The maker"@en-GB , "制定者"@zh-CN .
}
"""


@pytest.fixture
async def client(tmp_path: Path, client_of: ClientOf) -> AsyncIterator[httpx.AsyncClient]:
    engine = make_store(tmp_path / "store", DATA.encode())
    settings = Settings(data_dir=engine.directory.path, base=BASE)
    async with client_of(create_app(settings, engine)) as client:
        yield client
    engine.close()


async def page(client: httpx.AsyncClient, address: str, language: str) -> str:
    response = await client.get(address, params={"lang": language}, headers={"Accept": "text/html"})
    assert response.status_code == 200, response.text
    return response.text


@pytest.mark.parametrize(
    ("language", "title"),
    [
        ("zh", "标题"), ("es", "Título latino"), ("ru", "Заголовок"), ("fr", "The title"),
        ("ar", "The title"), ("en", "The title"), ("zh-Hans", "标题"), ("es-MX", "Título latino"),
        ("FR-ch", "The title"),
    ],
)  # fmt: skip
async def test_a_variant_of_the_language_goes_before_another(
    client: httpx.AsyncClient, language: str, title: str
) -> None:
    record = await page(client, "/doc/commitment/a.html", language)
    heading = re.search(r"<h1[^>]*>(.*?)</h1>", record, re.DOTALL)
    assert heading is not None
    assert title in heading[1]
    assert title in await page(client, "/commitments", language)


async def test_labels_beside_iris_go_by_ranges_too(client: httpx.AsyncClient) -> None:
    query = {"query": "SELECT ?s { ?s a ?t }", "lang": "zh"}
    answer = await client.get("/sparql", params=query, headers={"Accept": "text/html"})
    assert "标题" in answer.text
    assert "制定者" in answer.text


async def test_a_language_without_pages_is_refused_still(client: httpx.AsyncClient) -> None:
    for language in ("de", "de-CH", "zhx", "x-zh"):
        response = await client.get("/commitments", params={"lang": language})
        assert response.status_code == 400, language


@pytest.mark.parametrize(
    ("tags", "wanted", "best"),
    [
        (["en", "zh-hans", "zh"], "zh", "zh"),
        (["en", "ZH-Hans"], "zh", "ZH-Hans"),
        (["en", "zh"], "zh-hans", "zh"),
        (["zhx", "en-GB", ""], "zh", "en-GB"),
        (["de", "", "fr"], "zh", ""),
        (["de", "fr"], "zh", "de"),
        ([], "zh", None),
    ],
)
def test_the_nearest_tag(tags: list[str], wanted: str, best: str | None) -> None:
    assert nearest(tags, wanted) == best
