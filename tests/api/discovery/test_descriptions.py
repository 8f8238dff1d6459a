"""The descriptions over HTTP: true of the data, found by crawlers, and in step with changes."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from datetime import datetime
from hashlib import sha256
from xml.etree import ElementTree as ET

import httpx
import pytest
from fastapi import FastAPI
from pyoxigraph import Dataset, Literal, NamedNode, Quad, RdfFormat, parse

from pledgegraph.history.make_dump import make_dump
from pledgegraph.namespaces import DCAT, DCTERMS, RDF, SPDX, VOID
from pledgegraph.settings import Settings
from pledgegraph.store.changes import Change
from pledgegraph.store.embedded import EmbeddedEngine
from pledgegraph.store.log.changes_log import ChangesLog
from pledgegraph_api.app.create import create_app
from pledgegraph_api.discovery.sitemap import Finding
from tests.api.conftest import SHIPPED_BASE

pytestmark = pytest.mark.anyio

BROWSER = {"Accept": "text/html"}
ClientOf = Callable[[FastAPI], AbstractAsyncContextManager[httpx.AsyncClient]]
FORMS = {
    "text/turtle": RdfFormat.TURTLE,
    "application/ld+json": RdfFormat.JSON_LD,
    "application/n-triples": RdfFormat.N_TRIPLES,
    "application/rdf+xml": RdfFormat.RDF_XML,
}


async def graph(client: httpx.AsyncClient, path: str, accept: str = "text/turtle") -> Dataset:
    response = await client.get(path, headers={"Accept": accept})
    assert response.status_code == 200
    assert response.headers["content-type"].startswith(accept)
    return Dataset(
        Quad(q.subject, q.predicate, q.object)
        for q in parse(response.content, format=FORMS[accept])
    )


def values(said: Dataset, subject: NamedNode, predicate: NamedNode) -> list[object]:
    return [q.object for q in said.quads_for_subject(subject) if q.predicate == predicate]


def number(said: Dataset, predicate: NamedNode, subject: NamedNode) -> int:
    (found,) = values(said, subject, predicate)
    assert isinstance(found, Literal)
    return int(found.value)


@pytest.mark.parametrize("path", ["/void", "/void.ttl", "/.well-known/void.ttl"])
async def test_void_is_found_where_it_is_looked_for(client: httpx.AsyncClient, path: str) -> None:
    found = await client.get(path, headers={"Accept": "text/turtle"}, follow_redirects=True)
    assert found.url.path == "/.well-known/void"
    assert found.headers["content-type"].startswith("text/turtle")
    assert "http://rdfs.org/ns/void#Dataset" in found.text


@pytest.mark.parametrize("path", ["/.well-known/void", "/catalog"])
async def test_a_description_says_the_same_in_all_formats(
    shipped: httpx.AsyncClient, path: str
) -> None:
    graphs = [await graph(shipped, path, accept) for accept in FORMS]
    assert len(graphs[0]) > 100
    assert all(each == graphs[0] for each in graphs)


async def test_the_number_of_statements_is_what_a_query_counts(
    empty_engine: EmbeddedEngine, client_of: ClientOf
) -> None:
    settings = Settings(data_dir=empty_engine.directory.path, base=empty_engine.directory.base)
    dataset = NamedNode(f"{settings.base}/.well-known/void#dataset")
    async with client_of(create_app(settings, empty_engine)) as client:
        for count in range(1, 4):
            node = NamedNode(f"{settings.base}/id/thing/{count}")
            source = NamedNode(f"{settings.base}/id/source/one")
            quads = [Quad(node, RDF.type, DCAT.Resource, source)]
            empty_engine.update(Change(agent="tests", reason="One more.", add=quads))
            void = await graph(client, "/.well-known/void")
            asked = await client.get(
                "/sparql",
                params={"query": "SELECT (COUNT(*) AS ?n) { ?s ?p ?o }", "format": "csv"},
            )
            assert number(void, VOID.triples, dataset) == int(asked.text.split()[1]) == count
            catalog = await graph(client, "/catalog")
            assert number(catalog, VOID.triples, NamedNode(f"{settings.base}/catalog#dataset")) == (
                count
            )


async def test_a_browser_gets_the_page_of_the_catalogue(shipped: httpx.AsyncClient) -> None:
    sent_on = await shipped.get("/.well-known/void", headers=BROWSER)
    assert (sent_on.status_code, sent_on.headers["location"]) == (303, "/catalog")
    page = (await shipped.get("/catalog", headers=BROWSER)).text
    catalog = await graph(shipped, "/catalog")
    for quad in catalog:
        if quad.predicate == DCAT.dataset and isinstance(quad.object, NamedNode):
            assert f'id="{quad.object.value.partition("#")[2]}"' in page
    registers = {q.object for q in catalog if q.predicate == DCTERMS.subject}
    assert len(registers) == 17


async def test_every_page_that_describes_data_is_signposted(shipped: httpx.AsyncClient) -> None:
    for path in ("/", "/def", "/scheme/status", "/catalog"):
        page = await shipped.get(path, headers=BROWSER)
        links = page.headers["link"]
        for relation in ("cite-as", "type", "license", "describedby"):
            assert f'rel="{relation}"' in links, (path, relation)
        for target in [part.partition("<")[2].partition(">")[0] for part in links.split(", ")]:
            if target.startswith(SHIPPED_BASE):
                found = await shipped.get(target.removeprefix(SHIPPED_BASE))
                assert found.status_code == 200, target


async def test_the_home_page_describes_the_dataset_for_search_engines(
    shipped: httpx.AsyncClient,
) -> None:
    page = (await shipped.get("/", headers=BROWSER)).text
    begin = page.index('<script type="application/ld+json">')
    text = page[page.index(">", begin) + 1 : page.index("</script>", begin)]
    said = Dataset(
        Quad(q.subject, q.predicate, q.object)
        for q in parse(
            text.replace('"https://schema.org"', '{"@vocab": "https://schema.org/"}'),
            format=RdfFormat.JSON_LD,
        )
    )
    kinds = {q.object for q in said if q.predicate == RDF.type}
    assert NamedNode("https://schema.org/Dataset") in kinds
    told = {q.predicate.value.rpartition("/")[2] for q in said}
    assert {"name", "description", "license", "creator", "url", "distribution", "version"} <= told


async def test_robots_find_the_sitemap_and_it_lists_every_record(
    shipped: httpx.AsyncClient, shipped_engine: EmbeddedEngine
) -> None:
    robots = (await shipped.get("/robots.txt")).text
    assert f"Sitemap: {SHIPPED_BASE}/sitemap.xml" in robots.splitlines()
    listed = addresses((await shipped.get("/sitemap.xml")).text)
    with shipped_engine.snapshot() as snapshot:
        records = {
            q.subject.value.replace("/id/", "/doc/", 1)
            for q in snapshot.quads()
            if q.predicate == RDF.type
            and isinstance(q.subject, NamedNode)
            and q.subject.value.startswith(f"{SHIPPED_BASE}/id/")
        }
    assert records <= set(listed)
    assert len(listed) == len(set(listed))
    assert f"{SHIPPED_BASE}/def" in listed


async def test_a_long_sitemap_is_parted(
    shipped_engine: EmbeddedEngine, client_of: ClientOf
) -> None:
    app = FastAPI()
    Finding(shipped_engine, SHIPPED_BASE, most=200).install(app)
    async with client_of(app) as client:
        index = addresses((await client.get("/sitemap.xml")).text)
        found: list[str] = []
        for part in index:
            page = addresses((await client.get(part.removeprefix(SHIPPED_BASE))).text)
            assert len(page) <= 200
            found += page
        assert len(index) > 2
        assert f"{SHIPPED_BASE}/" in found
        beyond = await client.get(f"/sitemap-{len(index) + 1}.xml")
        assert beyond.status_code == 404
        for wrong in ("0", "x", "-1", "9" * 400):
            assert (await client.get(f"/sitemap-{wrong}.xml")).status_code == 404


def addresses(text: str) -> list[str]:
    tree = ET.fromstring(text)  # noqa: S314 -- our own
    return [
        each.text or "" for each in tree.iter("{http://www.sitemaps.org/schemas/sitemap/0.9}loc")
    ]


async def test_the_catalogue_tells_of_the_dump_and_of_the_last_change(
    empty_engine: EmbeddedEngine, client_of: ClientOf
) -> None:
    settings = Settings(data_dir=empty_engine.directory.path, base=empty_engine.directory.base)
    node = NamedNode(f"{settings.base}/id/thing/1")
    quads = [Quad(node, RDF.type, DCAT.Resource, NamedNode(f"{settings.base}/id/source/one"))]
    empty_engine.update(Change(agent="tests", reason="To be dumped.", add=quads))
    newest = next(ChangesLog(empty_engine.directory.changes).newest_first()).header()
    async with client_of(create_app(settings, empty_engine)) as client:
        catalog = await graph(client, "/catalog")
        whole = NamedNode(f"{settings.base}/catalog#dataset")
        (modified,) = values(catalog, whole, DCTERMS.modified)
        assert isinstance(modified, Literal)
        assert datetime.fromisoformat(modified.value) == newest.time
        assert not [q for q in catalog if q.predicate == DCAT.downloadURL]
        assert make_dump(empty_engine, keep=1)
        catalog = await graph(client, "/catalog")
        files = {str(q.object)[1:-1] for q in catalog if q.predicate == DCAT.downloadURL}
        assert len(files) == 3
        for address in files:
            got = await client.get(address.removeprefix(settings.base))
            assert got.status_code == 200
            told = number(catalog, DCAT.byteSize, NamedNode(address))
            assert told == len(got.content)
            (checksum,) = values(catalog, NamedNode(f"{address}#checksum"), SPDX.checksumValue)
            assert isinstance(checksum, Literal)
            assert checksum.value == sha256(got.content).hexdigest()
        void = await graph(client, "/.well-known/void")
        assert {str(q.object)[1:-1] for q in void if q.predicate == VOID.dataDump} == files
