"""The stream of changes: its pages, its feed, each change set, and patches."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Iterator
from datetime import datetime, timedelta
from xml.etree import ElementTree as Tree

import httpx
import pyoxigraph
import pytest
from pyoxigraph import Dataset, NamedNode, RdfFormat

from pledgegraph.settings import Settings
from pledgegraph.store.changes import Change
from pledgegraph.store.directory import open_directory
from pledgegraph.store.embedded import EmbeddedEngine
from pledgegraph.store.log.changes_log import ChangesLog
from pledgegraph.store.log.published_log import PublishedLog
from pledgegraph_api.app.create import create_app
from tests.api.conftest import BASE, ClientOf, make_store
from tests.api.outline import Outline
from tests.graph.building import quad

pytestmark = pytest.mark.anyio

MARKUP = "<script>alert(1)</script> & more"
ATOM = "{http://www.w3.org/2005/Atom}"
LDES = "https://w3id.org/ldes#"
TREE = "https://w3id.org/tree#"
NUMBER_OF_CHANGES = 120
"""A full page, and some."""


@pytest.fixture(scope="module")
def changed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EmbeddedEngine]:
    """A store with 120 change sets."""
    engine = make_store(tmp_path_factory.mktemp("changed") / "store")
    for number in range(1, NUMBER_OF_CHANGES + 1):
        gone = [quad(number - 1)] if number % 3 == 0 else []
        engine.update(
            Change(
                agent=f"agent {number}",
                reason=MARKUP if number == 7 else f"Reason {number}",
                add=[quad(number)],
                remove=gone,
                sources=(NamedNode(f"{BASE}/id/source/one"),),
            )
        )
    yield engine
    engine.close()


@pytest.fixture
async def client(changed: EmbeddedEngine, client_of: ClientOf) -> AsyncIterator[httpx.AsyncClient]:
    settings = Settings(data_dir=changed.directory.path, base=BASE)
    async with client_of(create_app(settings, changed)) as client:
        yield client


def triples(response: httpx.Response) -> set[tuple[str, str, str]]:
    """The triples of an answer, without angle brackets."""
    form = RdfFormat.from_media_type(response.headers["content-type"].partition(";")[0])
    assert form is not None
    rows = pyoxigraph.parse(response.content, format=form)
    return {
        (str(q.subject).strip("<>"), q.predicate.value, getattr(q.object, "value", ""))
        for q in rows
    }


async def test_a_client_that_follows_the_pages_sees_every_change_set_once(
    client: httpx.AsyncClient,
) -> None:
    root = triples(await client.get("/changes", headers={"Accept": "text/turtle"}))
    assert (f"{BASE}/changes", f"{TREE}view", f"{BASE}/changes") in root
    pages = sorted(o for _, p, o in root if p == f"{TREE}node")
    assert pages == [f"{BASE}/changes/pages/1", f"{BASE}/changes/pages/2"]
    members: list[str] = []
    following: str | None = pages[0]
    while following:
        got = await client.get(
            following.removeprefix(BASE), headers={"Accept": "application/ld+json"}
        )
        told = triples(got)
        members += [o for _, p, o in told if p == f"{TREE}member"]
        following = next((o for _, p, o in told if p == f"{TREE}node"), None)
    assert len(members) == NUMBER_OF_CHANGES
    assert set(members) == {f"{BASE}/changes/{n}" for n in range(1, NUMBER_OF_CHANGES + 1)}


async def test_full_pages_never_change_and_the_last_one_does(client: httpx.AsyncClient) -> None:
    full = await client.get("/changes/pages/1", headers={"Accept": "text/turtle"})
    assert "immutable" in full.headers["cache-control"]
    last = await client.get("/changes/pages/2", headers={"Accept": "text/turtle"})
    assert last.headers["cache-control"] == "public, max-age=5"
    same = await client.get(
        "/changes/pages/1",
        headers={"Accept": "text/turtle", "If-None-Match": full.headers["etag"]},
    )
    assert same.status_code == 304
    other = await client.get("/changes/pages/1", headers={"Accept": "application/n-triples"})
    assert other.headers["etag"] != full.headers["etag"]
    for number in (0, 3):
        assert (await client.get(f"/changes/pages/{number}")).status_code == 404


async def test_a_full_page_has_the_same_bytes_before_and_after_more_comes(
    empty_engine: EmbeddedEngine, client_of: ClientOf
) -> None:
    settings = Settings(data_dir=empty_engine.directory.path, base=BASE)
    for number in range(100):
        empty_engine.update(Change(agent="tests", reason="More", add=[quad(number)]))
    async with client_of(create_app(settings, empty_engine)) as client:
        before = await client.get("/changes/pages/1", headers={"Accept": "text/turtle"})
        assert (await client.get("/changes/pages/2")).status_code == 200
        empty_engine.update(Change(agent="tests", reason="More", add=[quad(100)]))
        after = await client.get("/changes/pages/1", headers={"Accept": "text/turtle"})
        assert before.content == after.content
        assert before.headers["etag"] == after.headers["etag"]
        second = (
            await client.get("/changes/pages/2", headers={"Accept": "application/json"})
        ).json()
        assert [each["sequence"] for each in second["changes"]] == [101]


async def test_since_a_number_and_since_a_time(
    client: httpx.AsyncClient, changed: EmbeddedEngine
) -> None:
    got = (await client.get("/changes", params={"since": "117"})).json()
    assert [each["sequence"] for each in got["changes"]] == [118, 119, 120]
    first = (await client.get("/changes", params={"since": "0"})).json()
    assert len(first["changes"]) == 100
    assert first["next"] == [f"{BASE}/changes?since=100"]
    moment = PublishedLog(changed.directory.path).record(60).header().time
    at = (await client.get("/changes", params={"since": moment.isoformat()})).json()
    assert at["changes"][0]["sequence"] == 61
    early = (moment - timedelta(days=900)).isoformat()
    assert (await client.get("/changes", params={"since": early})).json()["changes"][0][
        "sequence"
    ] == 1
    late = (moment + timedelta(days=900)).isoformat()
    full = set(first)
    for nothing in (late, "120", "9999", "2099-01-01"):
        empty = (await client.get("/changes", params={"since": nothing})).json()
        assert (set(empty), empty["changes"], empty["next"]) == (full, [], [])
    for bad in ("soon", "-1", "", "9" * 40):
        assert (await client.get("/changes", params={"since": bad})).status_code == 400, bad


async def test_a_change_set_says_who_when_why_and_how_much(client: httpx.AsyncClient) -> None:
    told = (await client.get("/changes/6", headers={"Accept": "application/json"})).json()
    assert datetime.fromisoformat(told.pop("time")).tzinfo is not None
    assert told == {
        "id": f"{BASE}/changes/6",
        "sequence": 6,
        "agent": "agent 6",
        "reason": "Reason 6",
        "sources": [f"{BASE}/id/source/one"],
        "added": 1,
        "removed": 1,
        "patch": f"{BASE}/changes/6.rdfp",
    }
    rdf = triples(await client.get("/changes/6", headers={"Accept": "text/turtle"}))
    assert (f"{BASE}/changes/6", f"{BASE}/changes#added", "1") in rdf
    for missing in ("0", "121", "99999999999999999999"):
        assert (await client.get(f"/changes/{missing}")).status_code == 404
    assert (await client.get("/changes/6", headers={"Accept": "image/png"})).status_code == 406


async def test_patches_applied_in_order_give_the_store(
    client: httpx.AsyncClient, changed: EmbeddedEngine
) -> None:
    built = Dataset()
    for number in range(1, NUMBER_OF_CHANGES + 1):
        got = await client.get(f"/changes/{number}.rdfp")
        assert got.headers["content-type"] == "application/rdf-patch"
        assert "immutable" in got.headers["cache-control"]
        for line in got.text.splitlines():
            for letter, apply in (("D ", built.discard), ("A ", built.add)):
                if line.startswith(letter):
                    (only,) = pyoxigraph.parse(line[2:], format=RdfFormat.N_QUADS)
                    apply(only)
    with changed.snapshot() as snapshot:
        assert built == Dataset(snapshot.quads())


async def test_a_patch_is_known_by_its_checksum(
    client: httpx.AsyncClient, changed: EmbeddedEngine
) -> None:
    record = next(ChangesLog(changed.directory.changes).after(4))
    head = await client.head("/changes/5.rdfp")
    assert head.headers["etag"] == f'"{record.sha256}"'
    assert head.headers["content-length"] == str(record.length)
    same = await client.get("/changes/5.rdfp", headers={"If-None-Match": head.headers["etag"]})
    assert (same.status_code, same.content) == (304, b"")
    negotiated = await client.get("/changes/5", headers={"Accept": "application/rdf-patch"})
    assert negotiated.content == b"".join(record.patch())


async def test_many_patches_come_as_they_stand_in_the_log(
    client: httpx.AsyncClient, changed: EmbeddedEngine
) -> None:
    records = list(ChangesLog(changed.directory.changes).after(10))
    got = await client.get("/changes/patches", params={"from": 11, "to": 20})
    assert got.content == b"".join(b"".join(each.written()) for each in records[:10])
    assert "immutable" in got.headers["cache-control"]
    assert f"{BASE}/changes/patches?from=21" in got.headers["link"]
    rest = await client.get("/changes/patches", params={"from": 11})
    assert rest.content == b"".join(b"".join(each.written()) for each in records)
    assert (await client.get("/changes/patches", params={"from": 121})).content == b""
    for bad in ("0", "x", "-3", "1" * 30):
        assert (await client.get("/changes/patches", params={"from": bad})).status_code == 400


async def test_the_feed_has_the_newest_and_leads_to_the_older(client: httpx.AsyncClient) -> None:
    seen: list[str] = []
    address: str | None = "/changes.atom"
    while address:
        got = await client.get(address, headers={"Host": "evil.example"})
        assert got.headers["content-type"].startswith("application/atom+xml")
        feed = Tree.fromstring(got.content)  # noqa: S314 -- our own
        seen += [each.findtext(f"{ATOM}id") or "" for each in feed.iter(f"{ATOM}entry")]
        links = {each.get("rel"): each.get("href") or "" for each in feed.findall(f"{ATOM}link")}
        assert all(link.startswith(BASE) for link in links.values())
        address = links.get("next", "").removeprefix(BASE) or None
    assert seen == [f"{BASE}/changes/{n}" for n in range(NUMBER_OF_CHANGES, 0, -1)]


async def test_a_feed_is_xml_whatever_stands_in_a_reason(
    empty_engine: EmbeddedEngine, client_of: ClientOf
) -> None:
    reason = "a\x00\x0b\ufffe<b>&"
    empty_engine.update(Change(agent="tests\x1b", reason=reason, add=[quad(1)]))
    settings = Settings(data_dir=empty_engine.directory.path, base=BASE)
    async with client_of(create_app(settings, empty_engine)) as client:
        feed = Tree.fromstring((await client.get("/changes.atom")).content)  # noqa: S314
        assert feed.findtext(f"{ATOM}entry/{ATOM}title") == "a\ufffd\ufffd\ufffd<b>&"


async def test_pages_for_people(client: httpx.AsyncClient) -> None:
    page = {"Accept": "text/html"}
    listed = await client.get("/changes", headers=page)
    links = Outline(listed.text).attribute("a", "href")
    assert {"/changes/120", "/changes/21"} <= {
        re.sub(r"^.*(?=/changes)", "", x or "") for x in links
    }
    older = await client.get("/changes", params={"since": "0"}, headers=page)
    assert MARKUP not in older.text
    assert "&lt;script&gt;" in older.text
    one = await client.get("/changes/6", headers=page)
    Outline(one.text)
    assert "number 5" in one.text
    assert "/changes/6.rdfp" in one.text
    arabic = await client.get("/changes/6", params={"lang": "ar"}, headers=page)
    assert 'dir="rtl"' in arabic.text


async def test_a_change_set_that_no_snapshot_shows_is_not_told_of(
    empty_engine: EmbeddedEngine, client_of: ClientOf
) -> None:
    empty_engine.update(Change(agent="tests", reason="More", add=[quad(1)]))
    directory = open_directory(empty_engine.directory.path)
    (segment,) = directory.changes.glob("*.rdfp")
    text = segment.read_bytes()
    empty_engine.update(Change(agent="tests", reason="More", add=[quad(2)]))
    directory.current.write_text("1\n", encoding="ascii")
    settings = Settings(data_dir=directory.path, base=BASE)
    async with client_of(create_app(settings, empty_engine)) as client:
        assert (await client.get("/changes/2")).status_code == 404
        assert (await client.get("/changes/patches", params={"from": 1})).content == text
