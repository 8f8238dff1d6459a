"""What data state that pages act on: renames that lead nowhere, texts in variants, odd numbers."""

from __future__ import annotations

from collections.abc import AsyncIterator

import httpx
import pytest
from pyld import jsonld  # type: ignore[import-untyped]
from pyoxigraph import Dataset, RdfFormat, parse

from pledgegraph.settings import Settings
from pledgegraph_api.app.create import create_app
from tests.api.conftest import BASE, client_of, make_store
from tests.api.rdfa import Stated

pytestmark = pytest.mark.anyio

DATA = """
@prefix pg: <https://w3id.org/pledgegraph/def#> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
@prefix dcterms: <http://purl.org/dc/terms/> .
@prefix ex: <http://ex.test/> .
<id/source/s> {
  <id/thing/to-itself> dcterms:isReplacedBy <id/thing/to-itself> .
  <id/thing/a> dcterms:isReplacedBy <id/thing/b> .
  <id/thing/b> dcterms:isReplacedBy <id/thing/a> .
  <id/thing/into-loop> dcterms:isReplacedBy <id/thing/a> .
  <id/thing/to-nothing> dcterms:isReplacedBy <id/thing/nothing> .
  <id/thing/to-script> dcterms:isReplacedBy <javascript:alert(1)> .
  <id/thing/to-data> dcterms:isReplacedBy <data:text/html,x> .
  <id/thing/to-file> dcterms:isReplacedBy <file:///etc/passwd> .
  <id/thing/to-two> dcterms:isReplacedBy <id/commitment/zh> , <id/commitment/es> .
  <id/thing/chain-1> dcterms:isReplacedBy <id/thing/chain-2> .
  <id/thing/chain-2> dcterms:isReplacedBy <id/commitment/zh> .
  <id/thing/to-other> dcterms:isReplacedBy <http://ex.test/é> .
  <id/commitment/zh> a pg:Commitment ; rdfs:label "Title"@en , "标题"@zh-Hans , "Titre"@fr .
  <id/commitment/es> a pg:Commitment ; rdfs:label "Title"@en , "Título"@es-419 .
  <id/commitment/us> a pg:Commitment ; rdfs:label "Title"@en-US , "Titel"@de .
  <id/commitment/none> a pg:Commitment ; rdfs:label "Ärger"@de , "No language" .
  <id/thing/numbers> a ex:Note ; ex:big 1234567 ; ex:odd "abc"^^xsd:integer ;
    ex:huge 99999999999999999999999999999999999999 ; ex:one "1"^^ex:boolean ;
    ex:true "maybe"^^xsd:boolean ; ex:day "20250101"^^xsd:date .
  <schema:x> a pg:Commitment ; rdfs:label "Odd" .
  <id/commitment/self> a pg:Commitment ; pg:partOf <id/commitment/self> , <id/commitment/other> .
  <id/commitment/other> a pg:Commitment ; pg:partOf <id/commitment/self> .
}
""".encode()


@pytest.fixture(scope="module")
async def odd(
    tmp_path_factory: pytest.TempPathFactory, anyio_backend: str
) -> AsyncIterator[httpx.AsyncClient]:
    assert anyio_backend == "asyncio"
    path = tmp_path_factory.mktemp("statements") / "store"
    engine = make_store(path, DATA)
    async with client_of(create_app(Settings(data_dir=path, base=BASE), engine)) as client:
        yield client
    engine.close()


@pytest.mark.parametrize(
    "name",
    ["to-itself", "a", "b", "into-loop", "to-nothing", "to-script", "to-data", "to-file", "to-two"],
)
@pytest.mark.parametrize("accept", ["text/html", "text/turtle", "application/ld+json"])
async def test_a_rename_that_leads_nowhere_is_shown(
    odd: httpx.AsyncClient, name: str, accept: str
) -> None:
    led = await odd.get(f"/id/thing/{name}", headers={"Accept": accept})
    assert (led.status_code, led.headers["location"]) == (303, f"/doc/thing/{name}")
    shown = await odd.get(f"/doc/thing/{name}", headers={"Accept": accept})
    assert shown.status_code == 200
    if accept == "text/html":
        links = Stated(shown.text).links
        assert not [each for each in links if each.startswith(("javascript:", "data:", "file:"))]


async def test_a_rename_leads_to_what_is_there(odd: httpx.AsyncClient) -> None:
    for name, place in (("chain-1", "/id/thing/chain-2"), ("to-other", "http://ex.test/%C3%A9")):
        for path in (f"/id/thing/{name}", f"/doc/thing/{name}.html", f"/doc/thing/{name}.ttl"):
            led = await odd.get(path)
            assert (led.status_code, led.headers["location"]) == (301, place)


@pytest.mark.parametrize(
    ("language", "name", "title"),
    [
        ("zh", "zh", "标题"),
        ("es", "es", "Título"),
        ("fr", "zh", "Titre"),
        ("ru", "zh", "Title"),
        ("ru", "us", "Title"),
        ("fr", "none", "No language"),
    ],
)
async def test_a_variant_of_the_language_goes_before_another_language(
    odd: httpx.AsyncClient, language: str, name: str, title: str
) -> None:
    page = await odd.get(f"/doc/commitment/{name}.html?lang={language}")
    assert f">{title}</h1>" in page.text
    listed = await odd.get(f"/commitments.html?lang={language}")
    assert f">{title}</a>" in listed.text
    query = f"SELECT ?x {{ VALUES ?x {{ <{BASE}/id/commitment/{name}> }} }}"
    table = await odd.get(f"/sparql?lang={language}", params={"query": query, "format": "html"})
    assert title in table.text or "lang" not in str(table.request.url)


async def test_what_is_no_number_is_shown_as_it_stands(odd: httpx.AsyncClient) -> None:
    text = Stated((await odd.get("/doc/thing/numbers.html?lang=en")).text).text
    for shown in ("1,234,567", "abc", "9" * 38, "maybe", "20250101"):
        assert shown in text
    document = (await odd.get("/doc/thing/numbers.jsonld")).json()
    assert document["http://ex.test/huge"]["@value"] == "9" * 38
    assert document["http://ex.test/big"]["@value"] == 1234567


async def test_a_list_undefines_the_prefix_that_an_iri_begins_with(odd: httpx.AsyncClient) -> None:
    listed = (await odd.get("/commitments.jsonld")).json()
    assert listed["@context"] == [f"{BASE}/context/1.5.0.jsonld", {"schema": None}]
    (item,) = [each for each in listed["items"] if each["id"] == "schema:x"]
    assert item["http://www.w3.org/2000/01/rdf-schema#label"] == "Odd"


async def test_what_links_to_itself_is_framed_as_it_is_stated(odd: httpx.AsyncClient) -> None:
    plain = await odd.get("/doc/commitment/self.nt")
    framed = (await odd.get("/doc/commitment/self.jsonld")).json()
    framed["@context"] = (await odd.get(framed["@context"])).json()["@context"]
    quads = jsonld.to_rdf(framed, {"format": "application/n-quads"})
    told = Dataset(parse(quads, format=RdfFormat.N_QUADS))
    assert told == Dataset(parse(plain.content, format=RdfFormat.N_TRIPLES))
    assert "partOf" in plain.text
