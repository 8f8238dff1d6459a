"""Records and properties whose IRIs are not as most are: each is found at its own address."""

from __future__ import annotations

import csv
import io
from collections.abc import AsyncIterator
from html import unescape
from urllib.parse import quote, urlsplit
from xml.etree import ElementTree as ET

import httpx
import pytest
from pyoxigraph import NamedNode, RdfFormat, parse

from pledgegraph.namespaces import VOID
from pledgegraph.settings import Settings
from pledgegraph_api.app.create import create_app
from tests.api.conftest import BASE, client_of, make_store
from tests.api.rdfa import Stated

pytestmark = pytest.mark.anyio

NAMES = (
    "commitment/تعهد",
    "commitment/承诺",
    "commitment/😀",
    "commitment/café",
    "commitment/pct%C3%A9",
    "commitment/bad%E9",
    "commitment/a,b",
    "commitment/it's",
    "commitment/100%25",
    "commitment/a%2Fb",
    "commitment/a/b",
    "commitment/a%2fb",
    "commitment/a%20b",
    "commitment/x?y=1",
    "commitment/x%3Fy=1",
    "commitment/x?lang=fr",
    "commitment/plain",
    "commitment/plain.ttl",
    "commitment/plain%2Ettl",
    "commitment/semi;colon=1",
    "commitment/é?ü=ö",
    "commitment/line%0Afeed",
    "commitment/ends%0D%0A",
    "commitment/%00",
    "commitment/q%22%3Cb%3E%5C",
)
PARTS = (
    *("commitment/dock#part", "commitment/dock#other", "commitment/plain#part"),
    "commitment/a,b#alone",
)
DATA = (
    """@prefix pg: <https://w3id.org/pledgegraph/def#> .
    @prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
    <id/source/odd> {
      <id/register/a#same> a pg:Register . <id/register/b#same> a pg:Register .
      <urn:register:9> a pg:Register . <http://ex.test/register/> a pg:Register .
      <id/thing/odd> <http://ex.test/a,b> "v" ; <urn:x:9> 1 ; <tag:me@ex.test,2020:p> 2 ;
        <mailto:a@b.test> 3 ; <http://ex.test> 4 ; <http://ex.test/2030> 5 .
      <id/commitment/plain> rdfs:seeAlso <id/commitment/plain#part> ;
        a <urn:x:Kind> , <http://ex.test/K,k> ;
        pg:inRegister <id/register/a#same> .
      <id/commitment/a/b> pg:inRegister <id/register/b#same> .
      <id/commitment/a,b> pg:inRegister <urn:register:9> .
      <id/commitment/it's> pg:inRegister <http://ex.test/register/> .
    """
    + "".join(f'<id/{name}> a pg:Commitment ; rdfs:label "{name}" .\n' for name in (*NAMES, *PARTS))
    + "}"
).encode()


@pytest.fixture(scope="module")
async def odd(
    tmp_path_factory: pytest.TempPathFactory, anyio_backend: str
) -> AsyncIterator[httpx.AsyncClient]:
    assert anyio_backend == "asyncio"
    path = tmp_path_factory.mktemp("odd") / "store"
    engine = make_store(path, DATA)
    settings = Settings(data_dir=path, base=BASE, budget_errors=100_000)
    async with client_of(create_app(settings, engine)) as client:
        yield client
    engine.close()


def address(iri: str) -> str:
    """The URI of an IRI, below the root (RFC 3987, section 3.1)."""
    return quote(iri.removeprefix(BASE), safe="%:/?#[]@!$&'()*+,;=~").partition("#")[0]


async def followed(client: httpx.AsyncClient, iri: str, extension: str) -> httpx.Response:
    led = await client.get(address(iri))
    assert led.status_code == 303, (iri, led.status_code)
    place = urlsplit(led.headers["location"])
    return await client.get(
        f"{place.path}.{extension}" + (f"?{place.query}" if place.query else "")
    )


@pytest.mark.parametrize("name", [*NAMES, *PARTS])
async def test_a_record_of_any_iri_is_found_by_it(odd: httpx.AsyncClient, name: str) -> None:
    iri = f"{BASE}/id/{name}"
    for extension in ("ttl", "nt", "trig", "rdf", "jsonld", "html"):
        response = await followed(odd, iri, extension)
        assert response.status_code == 200
        for header, value in response.headers.multi_items():
            assert value.isascii(), header
        assert f"<{BASE}{address(iri)}>" in response.headers["link"]
        headed = await odd.head(response.request.url)
        assert (headed.status_code, headed.headers["etag"]) == (200, response.headers["etag"])
        if extension == "nt":
            subjects = {
                quad.subject for quad in parse(response.content, format=RdfFormat.N_TRIPLES)
            }
            assert NamedNode(iri) in subjects
            others = {NamedNode(f"{BASE}/id/{each}") for each in NAMES if each != name}
            assert not subjects & others or "#" in name


@pytest.mark.parametrize("name", NAMES)
async def test_a_record_of_any_iri_is_cited_and_followed(odd: httpx.AsyncClient, name: str) -> None:
    iri = f"{BASE}/id/{name}"
    page = await followed(odd, iri, "html")
    links = {each for each in Stated(page.text).links if each.startswith(("/cite/", "/feeds/"))}
    assert links
    for each in links:
        answer = await odd.get(each)
        assert answer.status_code == 200, each
        if each.startswith("/cite/"):
            assert iri in unescape(answer.text)
            forms = {link for link in Stated(answer.text).links if link.startswith("/cite/")}
            for form in forms:
                told = await odd.get(form)
                assert (told.status_code, told.headers.get("location")) == (200, None), form
    document = str(page.request.url.raw_path, "ascii").partition("?")[0].removesuffix(".html")
    feed = await odd.get(document.replace("/doc/", "/feeds/", 1) + ".atom")
    assert feed.status_code == 200
    ET.fromstring(feed.content)  # noqa: S314 -- ours


async def test_two_records_are_never_one(odd: httpx.AsyncClient) -> None:
    asked = [f"/doc/commitment/{each}.nt" for each in ("a%2Fb", "a/b", "a%2fb", "a%2Fb", "a/b")]
    told = [(await odd.get(each)).text for each in asked]
    assert len(set(told)) == 3
    assert told[0] == told[3]
    assert told[1] == told[4]


@pytest.mark.parametrize("over", ["commitment/a%2Cb", "commitment/%70lain", "commitment/it%27s"])
async def test_letters_that_need_no_encoding_may_come_encoded(
    odd: httpx.AsyncClient, over: str
) -> None:
    assert (await odd.get(f"/id/{over}")).status_code == 303
    assert (await odd.get(f"/doc/{over}.ttl")).status_code == 200


async def test_parameters_go_with_an_iri_that_has_a_query(odd: httpx.AsyncClient) -> None:
    led = await odd.get("/id/commitment/x?y=1&lang=fr")
    assert led.headers["location"] == "/doc/commitment/x%3Fy=1?lang=fr"
    page = await odd.get(led.headers["location"], headers={"Accept": "text/html"})
    assert 'lang="fr"' in page.text
    assert (await odd.get("/id/commitment/plain?y=1")).status_code == 400
    assert (await odd.get("/id/commitment/plain?lang=fr")).status_code == 303


async def test_a_document_tells_of_the_parts_of_its_record(odd: httpx.AsyncClient) -> None:
    page = (await odd.get("/doc/commitment/dock.html")).text
    assert 'href="/cite/' not in page  # nothing is said of the whole
    for part in ("part", "other"):
        assert f'about="{BASE}/id/commitment/dock#{part}"' in page
        assert f"commitment/dock#{part}" in (await odd.get("/doc/commitment/dock.jsonld")).text
    assert (await odd.get("/doc/commitment/docks.ttl")).status_code == 404


async def test_a_document_tells_of_parts_that_nothing_links(odd: httpx.AsyncClient) -> None:
    for extension in ("ttl", "nt", "trig", "rdf", "jsonld", "html"):
        document = (await odd.get(f"/doc/commitment/a,b.{extension}?view=statements")).text
        assert "commitment/a,b#alone" in document, extension
        other = (await odd.get(f"/doc/commitment/a/b.{extension}")).text
        assert "#alone" not in other, extension


async def test_the_sitemap_and_the_lists_lead_to_every_record(odd: httpx.AsyncClient) -> None:
    sitemap = ET.fromstring((await odd.get("/sitemap.xml")).content)  # noqa: S314 -- ours
    places = {str(each.text).removeprefix(BASE) for each in sitemap.iter() if "loc" in each.tag}
    documents = [each for each in places if each.startswith("/doc/commitment/")]
    assert len(documents) == len(NAMES) + 1
    for each in documents:
        assert each.isascii()
        assert (await odd.get(each)).status_code == 200, each
    rows = list(
        csv.DictReader(io.StringIO((await odd.get("/commitments.csv")).text.removeprefix("\ufeff")))
    )
    assert {row["id"] for row in rows} == {f"{BASE}/id/{name}" for name in (*NAMES, *PARTS)}


async def test_a_filter_tells_values_apart_that_end_alike(odd: httpx.AsyncClient) -> None:
    for register, name in (
        (f"{BASE}/id/register/a#same", "plain"),
        (f"{BASE}/id/register/b#same", "a/b"),
        ("urn:register:9", "a,b"),
        ("http://ex.test/register/", "it's"),
    ):
        found = await odd.get("/commitments.csv", params={"register": register})
        (row,) = csv.DictReader(io.StringIO(found.text.removeprefix("\ufeff")))
        assert (row["id"], row["register"]) == (f"{BASE}/id/commitment/{name}", register)
    catalog = await odd.get("/catalog", headers={"Accept": "text/turtle"})
    assert catalog.status_code == 200
    for value in (quote(f"{BASE}/id/register/a#same", safe=""), "urn%3Aregister%3A9"):
        assert f"?register={value}&format=csv" in catalog.text.replace("\\", "")
    assert (await odd.get("/catalog", headers={"Accept": "text/html"})).status_code == 200


async def test_properties_and_classes_of_any_iri_are_counted(odd: httpx.AsyncClient) -> None:
    described = await odd.get("/sparql")
    assert described.status_code == 200
    explained = await odd.get("/sparql", params={"query": "ASK {}", "explain": "true"})
    assert explained.status_code == 200
    void = await odd.get("/.well-known/void", headers={"Accept": "application/n-triples"})
    assert void.status_code == 200
    quads = list(parse(void.content, format=RdfFormat.N_TRIPLES))
    properties = {quad.object for quad in quads if quad.predicate == VOID.property}
    for each in ("http://ex.test/a,b", "urn:x:9", "tag:me@ex.test,2020:p", "http://ex.test"):
        assert NamedNode(each) in properties
    vocabularies = {str(quad.object) for quad in quads if quad.predicate == VOID.vocabulary}
    assert "<http://ex.test/>" in vocabularies
    assert not {"</>", "<http://>", "<urn:x:>"} & vocabularies


@pytest.mark.parametrize("form", ["csv", "csv-safe"])
async def test_fields_with_commas_stay_one_field(odd: httpx.AsyncClient, form: str) -> None:
    query = """SELECT ?x ?y ?z { VALUES (?x ?y ?z) {
      (<http://ex.test/Paris,_Texas> "b,c" "q\\"q") (<urn:a,b> "l\\r\\nf" UNDEF)
      (1 "" "t\\tt") } }"""
    answer = await odd.get("/sparql", params={"query": query, "format": form})
    assert answer.content.startswith(b"\xef\xbb\xbf") == (form == "csv-safe")
    text = answer.content.decode("utf-8-sig")
    assert list(csv.reader(io.StringIO(text, newline=""))) == [
        ["x", "y", "z"],
        ["http://ex.test/Paris,_Texas", "b,c", 'q"q'],
        ["urn:a,b", "l\r\nf", ""],
        ["1", "", "t\tt"],
    ]
    triple = 'SELECT (<<( <urn:a> <urn:b> "x,\\"y" )>> AS ?t) (1 AS ?n) {}'
    answer = await odd.get("/sparql", params={"query": triple, "format": form})
    assert len(list(csv.reader(io.StringIO(answer.text)))[1]) == 2
