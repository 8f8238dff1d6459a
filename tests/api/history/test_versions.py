"""Earlier versions over HTTP: `?version=` and Accept-Datetime."""

from __future__ import annotations

import re
import threading
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime, parsedate_to_datetime
from pathlib import Path
from urllib.parse import urlencode

import httpx
import pytest
from pyoxigraph import Literal, NamedNode, Quad

from pledgegraph.history.past_versions import Past
from pledgegraph.namespaces import PG, RDF, RDFS
from pledgegraph.settings import Settings
from pledgegraph.store.changes import Change
from pledgegraph.store.embedded import EmbeddedEngine
from pledgegraph.store.log.published_log import PublishedLog
from pledgegraph_api.app.create import create_app
from tests.api.conftest import BASE, ClientOf, make_store
from tests.graph.building import quad
from tests.running_service import Service

pytestmark = pytest.mark.anyio

COUNT = "SELECT (COUNT(*) AS ?n) { ?s ?p ?o }"


@pytest.fixture(scope="module")
def grown(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EmbeddedEngine]:
    """A store to which a statement was added ten times."""
    engine = make_store(tmp_path_factory.mktemp("grown") / "store")
    for number in range(10):
        engine.update(Change(agent="tests", reason="More", add=[quad(number)]))
    yield engine
    engine.close()


@pytest.fixture
async def client(grown: EmbeddedEngine, client_of: ClientOf) -> AsyncIterator[httpx.AsyncClient]:
    settings = Settings(data_dir=grown.directory.path, base=BASE, past_keep=3)
    async with client_of(create_app(settings, grown)) as client:
        yield client


def counted(response: httpx.Response) -> int:
    assert response.status_code == 200, response.text
    return int(response.json()["results"]["bindings"][0]["n"]["value"])


async def test_a_query_asks_the_version_that_it_names(client: httpx.AsyncClient) -> None:
    for version in (3, 10, 1, 7, 3):
        got = await client.get("/sparql", params={"query": COUNT, "version": version})
        assert counted(got) == version
        assert got.headers["pledgegraph-snapshot"] == str(version)
    form = await client.post("/sparql", data={"query": COUNT, "version": "4"})
    assert counted(form) == 4
    assert counted(await client.get("/sparql", params={"query": COUNT})) == 10


async def test_an_earlier_version_never_changes_and_says_when_it_was(
    client: httpx.AsyncClient, grown: EmbeddedEngine
) -> None:
    got = await client.get("/sparql", params={"query": COUNT, "version": 5})
    assert got.headers["cache-control"] == "public, max-age=31536000, immutable"
    time = PublishedLog(grown.directory.path).record(5).header().time
    assert parsedate_to_datetime(got.headers["memento-datetime"]) == time.replace(microsecond=0)
    original = f"{BASE}/sparql?{urlencode({'query': COUNT})}"
    assert f'<{original}>; rel="original timegate"' in got.headers["link"]
    newest = await client.get("/sparql", params={"query": COUNT})
    assert "memento-datetime" not in newest.headers
    assert "immutable" not in newest.headers["cache-control"]
    assert "accept-datetime" in newest.headers["vary"].lower()


async def test_a_time_leads_to_the_version_of_then(
    client: httpx.AsyncClient, grown: EmbeddedEngine
) -> None:
    # HTTP knows whole seconds only, so the first and the last second are asked for.
    times = [PublishedLog(grown.directory.path).record(n).header().time for n in (1, 10)]
    for moment, version in (
        (times[0] - timedelta(days=400), 1),
        (times[1] + timedelta(seconds=2), 10),
        (datetime.now(UTC) + timedelta(days=400), 10),
    ):
        got = await client.get(
            "/sparql",
            params={"query": COUNT},
            headers={"Accept-Datetime": format_datetime(moment, usegmt=True), "Host": "evil.org"},
        )
        assert got.status_code == 302
        wanted = urlencode({"query": COUNT, "version": version})
        assert got.headers["location"] == f"{BASE}/sparql?{wanted}"
        assert "accept-datetime" in got.headers["vary"].lower()
        followed = await client.get(got.headers["location"].removeprefix(BASE))
        assert counted(followed) == version
    # What is kept of the same query without the header is not sent.
    assert counted(await client.get("/sparql", params={"query": COUNT})) == 10


async def test_no_version_and_no_time(client: httpx.AsyncClient) -> None:
    for version in ("0", "11", "9" * 40):
        got = await client.get("/sparql", params={"query": COUNT, "version": version})
        assert got.status_code == 404, version
        assert "versions 1 to 10" in got.json()["remedy"]
    for version in ("soon", "", "-1", "٣"):
        got = await client.get("/sparql", params={"query": COUNT, "version": version})
        assert got.status_code == 400, version
    got = await client.get(
        "/sparql", params={"query": COUNT}, headers={"Accept-Datetime": "yesterday"}
    )
    assert got.status_code == 400
    twice = await client.get("/sparql", params=[("query", COUNT), *[("version", "1")] * 2])
    assert twice.status_code == 400


async def test_few_versions_are_kept(client: httpx.AsyncClient, grown: EmbeddedEngine) -> None:
    for version in range(1, 10):
        assert (
            counted(await client.get("/sparql", params={"query": COUNT, "version": version}))
            == version
        )
    folders = [e for e in grown.directory.past.iterdir() if e.is_dir()]
    assert len(folders) <= 3


async def test_a_version_that_takes_long_is_answered_later(
    grown: EmbeddedEngine, client_of: ClientOf, monkeypatch: pytest.MonkeyPatch
) -> None:
    go_on = threading.Event()
    make = Past._make

    def slow(past: Past, sequence: int) -> object:
        go_on.wait(30)
        return make(past, sequence)

    monkeypatch.setattr(Past, "_make", slow)
    settings = Settings(data_dir=grown.directory.path, base=BASE, query_timeout=0.2, past_keep=9)
    async with client_of(create_app(settings, grown)) as client:
        got = None
        for version in range(1, 10):
            got = await client.get("/sparql", params={"query": COUNT, "version": version})
            if got.status_code != 200:
                break
        assert got is not None
        assert got.status_code == 503
        assert int(got.headers["retry-after"]) > 0
        go_on.set()


@pytest.mark.parametrize("form", ["turtle", "jsonld", "html"])
async def test_a_document_is_that_of_the_version(
    tmp_path: Path, client_of: ClientOf, form: str
) -> None:
    actor, graph = NamedNode(f"{BASE}/id/actor/ana"), NamedNode(f"{BASE}/id/source/one")

    def label(text: str) -> Quad:
        return Quad(actor, RDFS.label, Literal(text, language="en"), graph)

    engine = make_store(tmp_path / "store")
    kind = Quad(actor, RDF.type, PG.Actor, graph)
    engine.update(Change(agent="tests", reason="One", add=[kind, label("Old name")]))
    engine.update(
        Change(agent="tests", reason="Two", add=[label("New name")], remove=[label("Old name")])
    )
    settings = Settings(data_dir=engine.directory.path, base=BASE)
    async with client_of(create_app(settings, engine)) as client:
        for _ in range(2):
            for version, name in ((1, "Old name"), (2, "New name"), (None, "New name")):
                asked = {"format": form, **({"version": str(version)} if version else {})}
                got = await client.get("/doc/actor/ana", params=asked)
                assert got.status_code == 200
                assert re.findall("Old name|New name", got.text)[0] == name
                assert ("memento-datetime" in got.headers) == (version is not None)
        led = await client.get(
            "/id/actor/ana", headers={"Accept-Datetime": "Mon, 01 Jan 2024 00:00:00 GMT"}
        )
        assert led.headers["location"] == f"{BASE}/id/actor/ana?version=1"
        on = await client.get("/id/actor/ana?version=1")
        assert (on.status_code, on.headers["location"]) == (303, "/doc/actor/ana?version=1")
        assert (await client.get("/doc/actor/ana?version=3")).status_code == 404
        assert (await client.get("/doc/actor/ana?version=x")).status_code == 400
    engine.close()


def test_workers_answer_from_earlier_versions(grown: EmbeddedEngine) -> None:
    service = Service(
        data_dir=grown.directory.path, base=BASE, port=0, query_workers=1, dump_interval=0
    )
    try:
        address = service.address()
        for version in (2, 9, 10):
            got = httpx.get(f"{address}sparql", params={"query": COUNT, "version": version})
            assert counted(got) == version
            assert "memento-datetime" in got.headers
    finally:
        service.end()
