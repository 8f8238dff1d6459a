"""A service that answers from Fuseki says what one with a store of its own says."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import httpx
import pytest
from pyoxigraph import Literal, NamedNode, Quad, RdfFormat, parse

from pledgegraph.errors import RemoteDiffers, RemoteUnavailable, SettingsError
from pledgegraph.namespaces import RDFS
from pledgegraph.settings import Settings
from pledgegraph.setup.engine_choice import answering_engine, open_engine
from pledgegraph.store.changes import Change
from pledgegraph.store.embedded import EmbeddedEngine
from pledgegraph.store.engine import Engine
from pledgegraph.store.log.changes_log import ChangesLog
from pledgegraph.writes.tokens import Scope, Tokens
from pledgegraph_api.app.create import create_app
from tests.api.conftest import client_of
from tests.remote.comparing import differing
from tests.remote.engines import RemoteStore
from tests.running_service import environment_of, make_store
from tests.shipped_store import copy_shipped

pytestmark = pytest.mark.anyio

BASE = "http://localhost:8000"
GRAPH = f"{BASE}/id/source/cbcsd-20151009"
RECORD = f"{BASE}/id/commitment/gpsdd-hewlett"
PAGE = {"Accept": "text/html"}
PROBLEM = {"Accept": "application/problem+json"}
TURTLE = {"Accept": "text/turtle"}


@dataclass
class Pair:
    """A data directory whose data are in Fuseki too."""

    settings: Settings
    own: EmbeddedEngine
    remote: Engine
    store: RemoteStore
    client: httpx.AsyncClient
    plain: httpx.AsyncClient
    """Of a service over the directory alone."""
    writer: dict[str, str]

    @property
    def last(self) -> int:
        """The number of the last change set in the log."""
        return ChangesLog(self.own.directory.changes).last()

    def told(self, query: str) -> list[dict[str, dict[str, str]]]:
        """The rows of what Fuseki itself answers."""
        answer = httpx.get(self.store.query, params={"query": query}, timeout=30)
        rows: list[dict[str, dict[str, str]]] = answer.json()["results"]["bindings"]
        return rows


@pytest.fixture(scope="module")
def place(
    tmp_path_factory: pytest.TempPathFactory, fusekis: dict[str, RemoteStore]
) -> Iterator[tuple[Settings, EmbeddedEngine]]:
    path = copy_shipped(tmp_path_factory, tmp_path_factory.mktemp("remote") / "data", BASE)
    settings = Settings.model_validate(
        {"data_dir": path, "base": BASE, **fusekis["shipped"].settings()}
    )
    engine = open_engine(settings)
    yield settings, engine
    engine.close()


@pytest.fixture(scope="module")
async def pair(
    place: tuple[Settings, EmbeddedEngine], fusekis: dict[str, RemoteStore], anyio_backend: str
) -> AsyncIterator[Pair]:
    assert anyio_backend == "asyncio"
    settings, own = place
    remote = answering_engine(own)
    _, secret = Tokens(settings.data_dir).create(scopes=(Scope.WRITE,), label="Tests")
    plain = settings.model_copy(update={"engine": "embedded"})
    async with (
        client_of(create_app(settings, remote)) as client,
        client_of(create_app(plain, own)) as other,
    ):
        client.timeout = other.timeout = httpx.Timeout(60)
        writer = {"Authorization": f"Bearer {secret}"}
        yield Pair(settings, own, remote, fusekis["shipped"], client, other, writer)


async def ask(client: httpx.AsyncClient, query: str, **given: str) -> httpx.Response:
    return await client.get(
        "/sparql", params={"query": query, **given}, headers={"Accept": "application/json"}
    )


async def test_questions_have_the_same_answers(pair: Pair) -> None:
    assert differing(pair.own, pair.remote, BASE) == {}


async def test_records_say_the_same(pair: Pair) -> None:
    with pair.own.snapshot() as snapshot:
        names = {
            term.value.removeprefix(BASE)
            for quad in snapshot.quads()
            for term in (quad.subject, quad.object)
            if isinstance(term, NamedNode) and term.value.startswith(f"{BASE}/id/")
        }
    sample = sorted(names)[5 :: len(names) // 12]
    for name in sample:
        address = name.replace("/id/", "/doc/", 1)
        said = [
            await client.get(address, headers=TURTLE, follow_redirects=True)
            for client in (pair.plain, pair.client)
        ]
        assert [each.status_code for each in said] == [200, 200], (name, said[1].text)
        ours, theirs = (_statements(each.text) for each in said)
        assert ours == theirs, name
        assert said[0].headers["pledgegraph-snapshot"] == said[1].headers["pledgegraph-snapshot"]
    page = await pair.client.get(sample[0].replace("/id/", "/doc/", 1), headers=PAGE)
    assert page.status_code == 200


def _statements(text: str) -> set[tuple[str, str, str]]:
    found = set()
    for quad in parse(text.encode(), format=RdfFormat.TURTLE):
        value = str(quad.object).replace('.0"^^', '"^^')
        found.add((str(quad.subject), str(quad.predicate), value))
    return found


@pytest.mark.parametrize("address", ["/", "/commitments", "/progress", "/search?q=data"])
async def test_pages_are_there(pair: Pair, address: str) -> None:
    answer = await pair.client.get(address, headers=PAGE)
    assert answer.status_code == 200, answer.text


async def test_answers_are_of_the_snapshot_that_they_name(pair: Pair) -> None:
    answer = await ask(pair.client, "SELECT (COUNT(*) AS ?n) { GRAPH ?g { ?s ?p ?o } }")
    assert answer.status_code == 200, answer.text
    assert int(answer.headers["pledgegraph-snapshot"]) == pair.last
    with pair.own.snapshot() as snapshot:
        assert answer.json()["results"]["bindings"][0]["n"]["value"] == str(len(snapshot))
    again = await pair.client.get(
        answer.url, headers={"Accept": "application/json", "If-None-Match": answer.headers["etag"]}
    )
    assert again.status_code == 304


_IN = "SELECT DISTINCT ?s { ?s a ?c } ORDER BY ?s"
_OF = "SELECT DISTINCT ?g { GRAPH ?g { ?s a ?c } } ORDER BY ?g"
_BOTH = "SELECT DISTINCT ?s { { ?s a ?c } UNION { GRAPH ?g { ?s a ?c } } } ORDER BY ?s"
_OTHER = f"{BASE}/id/source/un-ocean-commitments"


@pytest.mark.parametrize(
    ("query", "graphs"),
    [
        (_IN, {"default-graph-uri": GRAPH}),
        (_IN, {"default-graph-uri": [GRAPH, _OTHER]}),
        (_IN, {"named-graph-uri": GRAPH}),
        (_OF, {"named-graph-uri": [GRAPH, _OTHER]}),
        (_OF, {"default-graph-uri": GRAPH}),
        (_BOTH, {"default-graph-uri": GRAPH, "named-graph-uri": _OTHER}),
        (_IN.replace("{", f"FROM <{GRAPH}> {{", 1), {}),
        (_IN.replace("{", f"FROM <{GRAPH}> {{", 1), {"default-graph-uri": _OTHER}),
        (_OF.replace("{", f"FROM NAMED <{GRAPH}> {{", 1), {}),
        (f"BASE <{BASE}/> SELECT ?c {{ <id/commitment/gpsdd-hewlett> a ?c }}", {}),
        ("SELECT ?c { <id/commitment/gpsdd-hewlett> a ?c }", {}),
        ("SELECT * { ?s a ?c ; <http://www.w3.org/2000/01/rdf-schema#label> ?a } ORDER BY ?s", {}),
        ("ASK { ?s ?p ?o }", {}),
        ("ASK { <x:none> ?p ?o }", {}),
    ],
)
@pytest.mark.parametrize("way", ["get", "form", "direct"])
async def test_the_protocol_has_the_same_answers(
    pair: Pair, query: str, graphs: dict[str, str | list[str]], way: str
) -> None:
    said = []
    for client in (pair.plain, pair.client):
        accept = {"Accept": "application/sparql-results+json"}
        if way == "get":
            answer = await client.get("/sparql", params={"query": query, **graphs}, headers=accept)
        elif way == "form":
            answer = await client.post("/sparql", data={"query": query, **graphs}, headers=accept)
        else:
            kind = {"Content-Type": "application/sparql-query", **accept}
            answer = await client.post("/sparql", params=graphs, content=query, headers=kind)
        assert answer.status_code == 200, answer.text
        found = answer.json()
        rows = found.get("results", {}).get("bindings", found.get("boolean"))
        said.append((found["head"].get("vars"), _in_order(rows)))
    assert said[0] == said[1]


def _in_order(rows: list[dict[str, object]] | bool) -> object:  # noqa: FBT001 -- as JSON has it
    return rows if isinstance(rows, bool) else sorted(map(str, rows))


async def test_answers_have_their_limits(pair: Pair) -> None:
    cut = await ask(pair.client, "SELECT * { ?s ?p ?o }", limit="5")
    assert len(cut.json()["results"]["bindings"]) == 5
    late = await ask(pair.client, "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f }", timeout="1")
    assert late.status_code == 504, late.text
    graph = await pair.client.get(
        "/sparql", params={"query": "CONSTRUCT WHERE { ?s a ?c }", "limit": "3"}, headers=TURTLE
    )
    assert graph.status_code == 200
    wrong = await ask(pair.client, "SELECT * { ?s ?p }")
    assert (wrong.status_code, wrong.json()["line"]) == (400, 1)
    service = await ask(pair.client, "SELECT * { SERVICE <http://127.0.0.1:9/> { ?s ?p ?o } }")
    assert service.status_code == 400


async def test_what_it_cannot_is_refused_with_a_reason(pair: Pair) -> None:
    for answer in (
        await ask(pair.client, "ASK {}", version="1"),
        await ask(pair.client, "ASK {}", explain="true"),
        await pair.client.get("/doc/commitment/gpsdd-hewlett?version=1", headers=PROBLEM),
    ):
        assert answer.status_code == 501, answer.text
        assert answer.json()["type"] == f"{BASE}/problems/not-with-remote-engine"
    health = (await pair.client.get("/health")).json()
    assert health["engine"]["name"] == "Apache Jena Fuseki"
    assert "remote engine" in health["memory"]["detail"]
    described = await pair.client.get("/sparql", headers=TURTLE)
    assert all(each in described.text for each in health["engine"]["lacks"])
    assert "extensionFunction" not in described.text


async def test_writes_reach_it_in_one_update_with_their_number(pair: Pair) -> None:
    statement = f'GRAPH <{GRAPH}> {{ <{RECORD}> <{RDFS.comment.value}> "Written"@en }}'
    text = f"INSERT DATA {{ {statement} }}"
    written = await pair.client.post("/update", data={"update": text}, headers=pair.writer)
    assert written.status_code in (200, 204), written.text
    found = pair.told(f"SELECT ?o {{ <{RECORD}> <{RDFS.comment.value}> ?o }}")
    assert [row["o"]["value"] for row in found] == ["Written"]
    state = "SELECT ?n { GRAPH <urn:x-arq:DefaultGraph> { ?s <urn:pledgegraph:sequence> ?n } }"
    assert pair.told(state)[0]["n"]["value"] == str(pair.last)
    seen = await ask(pair.client, f"SELECT ?o {{ <{RECORD}> <{RDFS.comment.value}> ?o }}")
    assert seen.json()["results"]["bindings"][0]["o"]["value"] == "Written"
    assert int(seen.headers["pledgegraph-snapshot"]) == pair.last
    before = pair.last
    wrong = "INSERT DATA { GRAPH <%s> { <%s/id/commitment/c2d-idc> <%s> 5 } }"
    label = "https://w3id.org/pledgegraph/def#earliest"
    refused = await pair.client.post(
        "/update", data={"update": wrong % (GRAPH, BASE, label)}, headers=pair.writer
    )
    assert refused.status_code == 422, refused.text
    assert pair.last == before
    text = text.replace("INSERT", "DELETE")
    gone = await pair.client.post("/update", data={"update": text}, headers=pair.writer)
    assert gone.status_code in (200, 204), gone.text
    assert pair.told(f"SELECT ?o {{ <{RECORD}> <{RDFS.comment.value}> ?o }}") == []


@pytest.mark.parametrize("moment", ["before the engine", "after the engine"])
async def test_a_writer_that_is_killed_leaves_nothing_behind(pair: Pair, moment: str) -> None:
    words = f"Killed {moment}"
    before = pair.last
    died = subprocess.run(
        [
            sys.executable,
            "-m",
            "tests.remote.dying",
            pair.settings.model_dump_json(),
            moment,
            GRAPH,
            RECORD,
            words,
        ],
        env=environment_of(),
        cwd=Path(__file__).parents[2],
        capture_output=True,
        check=False,
    )
    assert died.returncode == -9, died.stderr
    assert pair.last > before
    sought = f'SELECT ?s {{ ?s ?p "{words}"@en }}'
    # The answer is not of the state that the directory shows, so there is none.
    told = await ask(pair.client, sought)
    if moment == "after the engine":
        assert told.status_code == 503, told.text
        assert told.json()["type"] == f"{BASE}/problems/remote-unavailable"
    else:
        assert told.json()["results"]["bindings"] == []
        assert int(told.headers["pledgegraph-snapshot"]) == before
        pair.own.settle()
    # The next page finds it, and the next start and the next write would.
    page = await pair.client.get("/health")
    assert page.json()["snapshot"] == pair.last
    mended = await ask(pair.client, sought)
    assert [row["s"]["value"] for row in mended.json()["results"]["bindings"]] == [RECORD]
    assert int(mended.headers["pledgegraph-snapshot"]) == pair.last
    with pair.own.snapshot() as ours, pair.remote.snapshot() as theirs:
        assert len(ours) == len(theirs)


async def test_an_engine_of_a_kind_that_is_not_known(
    tmp_path: Path, fusekis: dict[str, RemoteStore]
) -> None:
    chosen = {**fusekis["generic"].settings(), "remote_dialect": "generic", "remote_graphs": ""}
    chosen |= {"data_dir": tmp_path / "data", "base": "https://other.example"}
    settings = Settings.model_validate(chosen)
    prepared = NamedNode("https://other.example/id/source/one")
    first = Change(
        agent="tests",
        reason="It is there before",
        add=[Quad(prepared, RDFS.label, Literal("One", language="en"), prepared)],
    )
    make_store(settings.data_dir, base=settings.base, data=[first])
    engine = open_engine(settings)
    remote = answering_engine(engine)
    with remote.snapshot() as snapshot:
        assert snapshot.sequence == 1
        assert [str(each) for each in snapshot.about([prepared])] == [
            str(each) for each in first.add
        ]
    async with client_of(create_app(settings, remote)) as client:
        found = await ask(client, "ASK { ?s ?p 'One'@en }")
        assert (found.json()["boolean"], found.headers["pledgegraph-snapshot"]) == (True, "1")


async def test_another_log_is_refused(pair: Pair, tmp_path: Path) -> None:
    other = Settings(data_dir=tmp_path / "other", base="https://other.example")
    make_store(other.data_dir, base=other.base)
    with pytest.raises(RemoteDiffers):
        open_engine(
            Settings.model_validate(
                {"data_dir": other.data_dir, "base": other.base, **pair.store.settings()}
            )
        )


async def test_a_write_without_the_engine_is_not_accepted(pair: Pair) -> None:
    gone = pair.settings.model_copy(
        update={
            "remote_query": "http://127.0.0.1:9/query",
            "remote_update": "http://127.0.0.1:9/update",
        }
    )
    engine = open_engine(gone)
    before = pair.last
    quad = Quad(NamedNode(RECORD), RDFS.comment, Literal("Lost", language="en"), NamedNode(GRAPH))
    with pytest.raises(RemoteUnavailable):
        engine.update(Change(agent="tests", reason="Nobody is there", add=[quad]))
    assert pair.last == before
    with pytest.raises(RemoteUnavailable), answering_engine(engine).snapshot():
        pass


class _Virtuoso(BaseHTTPRequestHandler):
    """An engine that answers wrongly, and says who it is."""

    server_version = "Virtuoso/07.20.3229 (Linux) x86_64-pc-linux-gnu"

    def do_POST(self) -> None:
        """Know nothing."""
        body = b'{"head": {"vars": ["p", "o"]}, "results": {"bindings": []}}'
        self.send_response(200)
        self.send_header("Content-Type", "application/sparql-results+json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Nothing."""


def test_an_engine_that_is_known_to_answer_wrongly_is_refused(pair: Pair) -> None:
    with ThreadingHTTPServer(("127.0.0.1", 0), _Virtuoso) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        address = f"http://127.0.0.1:{server.server_port}/sparql"
        wrong = {"remote_query": address, "remote_update": address, "remote_dialect": "generic"}
        engine = open_engine(pair.settings.model_copy(update=wrong))
        with pytest.raises(RemoteUnavailable, match="Virtuoso"):
            engine.settle()
        server.shutdown()


def test_settings_that_are_not_whole_are_refused(pair: Pair) -> None:
    with pytest.raises(SettingsError, match="remote_update"):
        open_engine(pair.settings.model_copy(update={"remote_update": ""}))
