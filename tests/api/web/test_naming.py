"""Which of its names a thing is called by: the same on the pages of records, lists and answers."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator

import httpx
import pytest

from pledgegraph.settings import Settings
from pledgegraph_api.app.create import create_app
from tests.api.conftest import BASE, client_of, make_store

pytestmark = pytest.mark.anyio

DATA = """
@prefix pg: <https://w3id.org/pledgegraph/def#> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
@prefix skos: <http://www.w3.org/2004/02/skos/core#> .
<id/source/one> {
  <id/actor/office> a pg:Actor ; pg:acronym "NSO" ;
    rdfs:label "A statistics office"@en , "Office of statistics"@en , "Bureau"@fr , "Amt"@de .
  <id/actor/abroad> a pg:Actor ; rdfs:label "Amt"@de , "Bureau central"@fr .
  <id/actor/two> a pg:Actor ; rdfs:label "Two"@en ; pg:acronym "T" , "TW" .
  <id/actor/same> a pg:Actor ; rdfs:label "The nso of all"@en ; pg:acronym "NSO" .
  <id/commitment/one> a pg:Commitment ; rdfs:label "One"@en ; pg:madeBy <id/actor/office> .
}
<id/source/two> { <id/actor/office> skos:prefLabel "Statistics office"@en . }
"""
NAMES = {
    ("office", "en"): "Statistics office (NSO)",
    ("office", "fr"): "Bureau (NSO)",
    ("office", "ru"): "Statistics office (NSO)",
    ("abroad", "en"): "Amt",
    ("two", "en"): "Two",
    ("same", "en"): "The nso of all",
}
QUERY = "SELECT ?actor WHERE { ?actor a <https://w3id.org/pledgegraph/def#Actor> }"


@pytest.fixture(scope="module")
async def client(
    tmp_path_factory: pytest.TempPathFactory, anyio_backend: str
) -> AsyncIterator[httpx.AsyncClient]:
    assert anyio_backend == "asyncio"
    engine = make_store(tmp_path_factory.mktemp("names") / "store", DATA.encode())
    settings = Settings(data_dir=engine.directory.path, base=BASE)
    async with client_of(create_app(settings, engine)) as client:
        yield client
    engine.close()


@pytest.mark.parametrize(("slug", "language"), NAMES)
async def test_a_thing_has_the_same_name_everywhere(
    client: httpx.AsyncClient, slug: str, language: str
) -> None:
    name = NAMES[slug, language]
    asked = {"lang": language}
    page = (await client.get(f"/doc/actor/{slug}.html", params=asked)).text
    assert re.findall(r"<h1[^>]*>([^<]*)</h1>", page) == [name]
    listed = (await client.get("/actors", params={**asked, "format": "html"})).text
    assert re.search(rf'href="/id/actor/{slug}[^>]*>{re.escape(name)}</a>', listed)
    if slug == "office":
        made = (await client.get("/doc/commitment/one.html", params=asked)).text
        assert name in made
        every = {**asked, "view": "statements"}
        assert name in (await client.get("/doc/commitment/one.html", params=every)).text
    told = (await client.get("/sparql", params={**asked, "query": QUERY, "format": "html"})).text
    assert name.removesuffix(" (NSO)") in told


async def test_data_get_the_names_that_sources_give(client: httpx.AsyncClient) -> None:
    items = (await client.get("/actors?format=jsonld")).json()["items"]
    labels = {each["id"].rpartition("/")[2]: each["label"] for each in items}
    assert labels["office"] == {"en": "Statistics office", "fr": "Bureau", "de": "Amt"}
