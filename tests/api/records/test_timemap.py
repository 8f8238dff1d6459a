"""The versions of a document: their list, the links between them, and what their pages say."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from email.utils import parsedate_to_datetime

import httpx
import pytest
from pyoxigraph import Literal, NamedNode, Quad

from pledgegraph.namespaces import PG, RDF, RDFS
from pledgegraph.settings import Settings
from pledgegraph.store.changes import Change
from pledgegraph_api.app.create import create_app
from tests.api.conftest import BASE, client_of, make_store

pytestmark = pytest.mark.anyio

DOCUMENT = "/doc/actor/ana"
TIMEMAP = f"/timemap{DOCUMENT}"


def linked(text: str) -> dict[str, list[str]]:
    """The targets of links by their relation."""
    found: dict[str, list[str]] = {}
    for target, relations in re.findall(r'<([^>]*)>; rel="([^"]*)"', text):
        for each in relations.split():
            found.setdefault(each, []).append(target)
    return found


@pytest.fixture(scope="module")
async def client(
    tmp_path_factory: pytest.TempPathFactory, anyio_backend: str
) -> AsyncIterator[httpx.AsyncClient]:
    """Over two actors, one of which was renamed twice."""
    assert anyio_backend == "asyncio"
    graph = NamedNode(f"{BASE}/id/source/one")
    ana, union = NamedNode(f"{BASE}/id/actor/ana"), NamedNode(f"{BASE}/id/actor/union")

    def named(node: NamedNode, text: str) -> Quad:
        return Quad(node, RDFS.label, Literal(text, language="en"), graph)

    engine = make_store(tmp_path_factory.mktemp("renamed") / "store")
    first = [
        Quad(ana, RDF.type, PG.Actor, graph),
        Quad(union, RDF.type, PG.Actor, graph),
        Quad(ana, PG.memberOf, union, graph),
        named(ana, "Ana 1"),
        named(union, "Union"),
    ]
    engine.update(Change(agent="tests", reason="One", add=first))
    for number in (2, 3):
        change = Change(
            agent="tests",
            reason="Next",
            add=[named(ana, f"Ana {number}")],
            remove=[named(ana, f"Ana {number - 1}")],
        )
        engine.update(change)
    settings = Settings(data_dir=engine.directory.path, base=BASE)
    async with client_of(create_app(settings, engine)) as client:
        yield client
    engine.close()


async def test_a_timemap_lists_every_version_with_its_time(client: httpx.AsyncClient) -> None:
    response = await client.get(TIMEMAP, headers={"Host": "evil.example"})
    assert response.status_code == 200
    assert response.headers["content-type"].startswith("application/link-format")
    links = linked(response.text)
    assert links["original"] == links["timegate"] == [f"{BASE}{DOCUMENT}"]
    assert links["self"] == [f"{BASE}{TIMEMAP}"]
    assert links["memento"] == [f"{BASE}{DOCUMENT}?version={number}" for number in (1, 2, 3)]
    assert (links["first"], links["last"]) == (links["memento"][:1], links["memento"][-1:])
    for number, memento in enumerate(links["memento"], 1):
        got = await client.get(memento.removeprefix(BASE), headers={"Accept": "text/turtle"})
        assert f"Ana {number}" in got.text
        told = re.search(rf'<{re.escape(memento)}>[^\n]*datetime="([^"]*)"', response.text)
        assert told is not None
        assert told[1] == got.headers["memento-datetime"]
    again = await client.get(TIMEMAP, headers={"If-None-Match": response.headers["etag"]})
    assert again.status_code == 304


async def test_a_long_timemap_comes_in_pages(
    client: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pledgegraph_api.records.timemap.PAGE_SIZE", 2)
    first, second = [(await client.get(f"{TIMEMAP}?page={n}")).text for n in (1, 2)]
    assert linked(first)["timemap"] == linked(second)["self"] == [f"{BASE}{TIMEMAP}?page=2"]
    assert len(linked(first)["memento"]) == 2
    assert linked(second)["memento"] == [f"{BASE}{DOCUMENT}?version=3"]
    spans = re.findall(r'from="([^"]*)"; until="([^"]*)"', first)
    assert len(spans) == 2
    assert all(parsedate_to_datetime(a) <= parsedate_to_datetime(b) for a, b in spans)
    missing = await client.get(f"{TIMEMAP}?page=3")
    assert (missing.status_code, missing.json()["remedy"]) == (404, "Its pages are 1 to 2.")


async def test_what_is_no_document_has_no_timemap(client: httpx.AsyncClient) -> None:
    missing = await client.get("/timemap/doc/actor/anna")
    assert missing.status_code == 404
    assert f"{BASE}/id/actor/ana" in missing.json()["near"]
    assert (await client.get(f"{TIMEMAP}?pages=1")).status_code == 400


@pytest.mark.parametrize("ending", ["", ".ttl", ".html"])
async def test_a_document_and_its_versions_lead_to_each_other(
    client: httpx.AsyncClient, ending: str
) -> None:
    address = f"{DOCUMENT}{ending}"
    newest = linked((await client.get(address)).headers["link"])
    earlier = linked((await client.get(f"{address}?version=2")).headers["link"])
    for links in (newest, earlier):
        assert links["original"] == links["timegate"] == [f"{BASE}{address}"]
        (timemap,) = links["timemap"]
        listed = linked((await client.get(timemap.removeprefix(BASE))).text)
        assert listed["original"] == [f"{BASE}{address}"]
    assert "memento" not in newest
    assert earlier["memento"] == [f"{BASE}{address}?version=2"]
    assert earlier["memento"][0] in listed["memento"]


async def test_the_page_of_an_earlier_version_says_so_and_stays_in_it(
    client: httpx.AsyncClient,
) -> None:
    page = (await client.get(f"{DOCUMENT}.html?version=2&view=statements")).text
    assert "This page shows version 2 of the data" in page
    assert f'<a href="{DOCUMENT}" rel="original">' in page
    links = set(re.findall(r'href="([^"#]*)"', page))
    assert "/id/actor/union?version=2" in links
    assert f"{DOCUMENT}.ttl?version=2" in links
    elsewhere = {f"{DOCUMENT}", "/id/actor/ana", f"{BASE}{DOCUMENT}"}
    for each in links:
        if each.removeprefix(BASE).startswith(("/id/", "/doc/")) and each not in elsewhere:
            assert "version=2" in each, each
    led = await client.get("/id/actor/union?version=2", headers={"Accept": "text/html"})
    assert led.headers["location"] == "/doc/actor/union?version=2"
    arabic = (await client.get(f"{DOCUMENT}.html?version=2&view=statements&lang=ar")).text
    assert "/id/actor/union?version=2&amp;lang=ar" in arabic
    newest = (await client.get(f"{DOCUMENT}.html")).text
    assert "This page shows version" not in newest
    assert "version=" not in newest
