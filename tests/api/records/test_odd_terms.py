"""Whatever terms a source holds, every address answers, and other readers read the same terms."""

from __future__ import annotations

import csv
import io
import json
import logging
from collections.abc import AsyncIterator, Iterable, Iterator
from urllib.parse import quote
from xml.parsers import expat

import httpx
import pytest
import rdflib
from fastapi import FastAPI
from fastapi.routing import APIRoute
from pyld import jsonld  # type: ignore[import-untyped]
from pyoxigraph import (
    BlankNode,
    Literal,
    NamedNode,
    QueryResultsFormat,
    QuerySolutions,
    RdfFormat,
    Triple,
    parse,
    parse_query_results,
)

from pledgegraph.documents.context import read_context
from pledgegraph.history.make_dump import make_dump
from pledgegraph.media_types import (
    GRAPH_FORMATS,
    N_QUADS,
    N_TRIPLES,
    RDF_XML,
    TRIG,
    TURTLE,
    Carries,
    Format,
)
from pledgegraph.namespaces import RDF, XSD
from pledgegraph.settings import Settings
from pledgegraph.store.changes import Change
from pledgegraph.store.directory import new_directory, open_directory
from pledgegraph.store.embedded import EmbeddedEngine
from pledgegraph_api.app.create import create_app
from pledgegraph_api.web.control_chars import printable
from tests.api.conftest import BASE, client_of, make_store
from tests.api.rdfa import Stated
from tests.api.records.odd_terms import ALONE, IRIS, LITERALS, NAMED, RECORDS, SOURCE, quads

pytestmark = pytest.mark.anyio

BROWSER = {"Accept": "text/html"}
Triples = frozenset[Triple]


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EmbeddedEngine]:
    engine = make_store(tmp_path_factory.mktemp("odd-terms") / "store")
    engine.update(Change(agent="odd \x07 agent\r", reason="odd \x0b reason\r\n", add=quads()))
    yield engine
    engine.close()


@pytest.fixture(scope="module")
def app(engine: EmbeddedEngine) -> FastAPI:
    make_dump(engine, keep=1)
    settings = Settings(data_dir=engine.directory.path, base=BASE, budget_errors=1_000_000)
    return create_app(settings, engine)


@pytest.fixture(scope="module")
async def client(app: FastAPI, anyio_backend: str) -> AsyncIterator[httpx.AsyncClient]:
    assert anyio_backend == "asyncio"
    async with client_of(app) as client:
        yield client


@pytest.fixture(scope="module")
def held(engine: EmbeddedEngine) -> dict[NamedNode, Triples]:
    """What the store says of each of the records."""
    found: dict[NamedNode, set[Triple]] = {each: set() for each in (*RECORDS, *ALONE)}
    with engine.snapshot() as snapshot:
        for quad in snapshot.quads():
            if isinstance(quad.subject, NamedNode) and quad.subject in found:
                found[quad.subject].add(quad.triple)
    return {node: frozenset(triples) for node, triples in found.items()}


def test_there_are_many_odd_terms(held: dict[NamedNode, Triples]) -> None:
    assert len(IRIS) + len(LITERALS) >= 280
    said = {term for triples in held.values() for triple in triples for term in triple}
    assert {NamedNode(iri) for iri in IRIS} <= said
    assert {each.value for each in LITERALS if each.datatype == XSD.string} <= {
        each.value for each in said if isinstance(each, Literal)
    }


def without(triples: Iterable[Triple], form: str) -> set[Triple]:
    """The triples that the format carries to the letter; XML has no way to write some signs."""
    if form != "rdf":
        return set(triples)
    return {each for each in triples if not unfit_for_xml(each.object)}


def unfit_for_xml(term: object) -> bool:
    if not isinstance(term, Literal):
        return False
    signs = (*(chr(code) for code in range(32) if chr(code) not in "\t\n\r"), "\ufffe", "\uffff")
    return any(sign in term.value for sign in signs)


async def document(
    client: httpx.AsyncClient, node: NamedNode, extension: str, *, view: str = ""
) -> httpx.Response:
    place = f"{node.value.removeprefix(BASE).replace('/id/', '/doc/')}.{extension}"
    return await client.get(place, params={"view": view} if view else {})


def fine(response: httpx.Response) -> None:
    assert response.status_code == 200, (response.request.url, response.text[:500])
    for name, value in response.headers.multi_items():
        assert value.isascii(), (response.request.url, name, value)


@pytest.mark.parametrize("extension", ["ttl", "nt", "trig", "rdf"])
async def test_documents_in_rdf(
    client: httpx.AsyncClient, held: dict[NamedNode, Triples], extension: str
) -> None:
    refused = 0
    for node in (*RECORDS, *ALONE) if extension == "rdf" else RECORDS:
        said = held[node]
        response = await document(client, node, extension)
        if response.status_code == 406:
            told_which(response, said)
            refused += 1
            continue
        fine(response)
        form = RdfFormat.from_extension(extension)
        assert form is not None
        read = {quad.triple for quad in parse(response.content, format=form)}
        assert without(said, extension) <= read, node
        if extension == "rdf":
            expat.ParserCreate().Parse(response.content, True)  # noqa: FBT003
    assert bool(refused) == (extension == "rdf")


def told_which(response: httpx.Response, said: Triples) -> None:
    """The refusal names the term that the format cannot write."""
    problem = response.json()
    assert problem["type"].endswith("/term-unwritable")
    assert any(f"<{each.predicate.value}>" in problem["detail"] for each in said)
    assert "Turtle" in problem["remedy"]


@pytest.mark.parametrize(("extension", "reader"), [("ttl", "turtle"), ("nt", "nt"), ("rdf", "xml")])
async def test_documents_read_by_rdflib(
    client: httpx.AsyncClient,
    held: dict[NamedNode, Triples],
    extension: str,
    reader: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(rdflib, "NORMALIZE_LITERALS", False)
    monkeypatch.setattr(logging.getLogger("rdflib.term"), "disabled", True)
    for node in ALONE if extension == "rdf" else RECORDS:
        said = held[node]
        response = await document(client, node, extension)
        if response.status_code == 406 or unread_by_rdflib(said, extension):
            continue
        graph = rdflib.Graph().parse(data=response.content, format=reader)
        read = {as_text(*each) for each in graph.triples((rdflib.URIRef(node.value), None, None))}
        wanted = {
            (text_of(each.subject), each.predicate.value, text_of(each.object))
            for each in without(said, extension)
        }
        assert wanted <= read, node


def unread_by_rdflib(said: Triples, extension: str) -> bool:
    """Whether rdflib has a fault with one of the terms.

    It makes numbers of integers in Turtle, which Python bounds to 4,300 digits, and takes the
    full stop in ``schema:a\\.`` for the end of the statement.
    """
    texts = [f"<{each.predicate.value}> {each.object}" for each in said]
    return extension == "ttl" and any(".>" in text or "\\." in text for text in texts)


def as_text(
    subject: rdflib.term.Node, prop: rdflib.term.Node, value: rdflib.term.Node
) -> tuple[str, ...]:
    if isinstance(value, rdflib.Literal):
        return (
            str(subject),
            str(prop),
            f"{value!s} {value.language or value.datatype or ''}".strip(" "),
        )
    return (str(subject), str(prop), str(value))


def text_of(term: object) -> str:
    if isinstance(term, Literal):
        kind = term.language or ("" if term.datatype == XSD.string else term.datatype.value)
        return f"{term.value} {kind}".strip(" ")
    assert isinstance(term, NamedNode)
    return term.value


def our_contexts(url: str, _options: object) -> dict[str, object]:
    assert url.startswith(f"{BASE}/context/")
    return {"documentUrl": url, "contextUrl": None, "document": read_context()}


def read_as_jsonld(content: bytes) -> set[Triple]:
    found = jsonld.to_rdf(
        json.loads(content),
        {"format": "application/n-quads", "documentLoader": our_contexts, "base": "urn:none:"},
    )
    return {quad.triple for quad in parse(found.encode(), format=RdfFormat.N_QUADS)}


@pytest.mark.parametrize("profile", ["framed", "compacted", "expanded"])
async def test_documents_in_json_ld(
    client: httpx.AsyncClient, held: dict[NamedNode, Triples], profile: str
) -> None:
    accept = f'application/ld+json;profile="http://www.w3.org/ns/json-ld#{profile}"'
    for node in RECORDS:
        said = held[node]
        place = node.value.removeprefix(BASE).replace("/id/", "/doc/")
        response = await client.get(place, headers={"Accept": accept})
        fine(response)
        assert said <= read_as_jsonld(response.content), node


async def test_pages(client: httpx.AsyncClient, held: dict[NamedNode, Triples]) -> None:
    for node in NAMED:
        response = await document(client, node, "html")
        fine(response)
        check_links(Stated(response.text))
        fine(await document(client, node, "jsonld"))
    for node in RECORDS:
        said = held[node]
        whole = await document(client, node, "html")
        fine(whole)
        check_links(Stated(whole.text))
        response = await document(client, node, "html", view="statements")
        fine(response)
        # What a browser does before it reads: bare carriage returns are line feeds to it.
        page = Stated(response.text.replace("\r\n", "\n").replace("\r", "\n"))
        stated = {each for each in said if is_on_a_page(each)}
        assert stated <= page.triples, node
        assert page.triples <= said | {each for each in page.triples if each.subject != node}
        check_links(page)


def is_on_a_page(said: Triple) -> bool:
    if said.predicate == RDF.type and not isinstance(said.object, NamedNode):
        return False
    return isinstance(said.object, NamedNode) or (
        isinstance(said.object, Literal) and printable(said.object.value) == said.object.value
    )


def check_links(page: Stated) -> None:
    for each in page.links:
        assert each.startswith(("/", "#", "http://", "https://", "HTTP://")), each
        assert not any(sign in each for sign in "\r\n\t "), each


async def test_every_address_answers(app: FastAPI, client: httpx.AsyncClient) -> None:
    asked = set()
    for route in app.routes:
        if isinstance(route, APIRoute) and "GET" in (route.methods or ()) and "{" not in route.path:
            asked.add(route.path)
    asked = {each for each in asked if not each.startswith("/queries/")}
    asked -= {"/def", "/shapes", "/methodology", "/docs", "/openapi.json", "/problems"}  # no data
    asked |= {f"/{name}.{end}" for name in LISTS for end in ("html", "jsonld", "csv")}
    asked |= {
        "/changes/1",
        "/changes/pages/1",
        "/changes/1.rdfp",
        "/sitemap.xml",
        "/dumps/1/dump.json",
    }
    assert len(asked) > 25
    for path in sorted(asked):
        for accept in ("text/html", "application/rdf+xml", "application/ld+json", "*/*"):
            response = await client.get(path, headers={"Accept": accept})
            assert response.status_code < 500, (path, accept, response.text[:300])
            assert response.status_code in (200, 303, 307, 308, 400, 401, 404, 406), (path, accept)
            if response.status_code == 200:
                fine(response)
                well_formed(response)
            headed = await client.head(path, headers={"Accept": accept})
            assert headed.status_code in (response.status_code, 405), (path, accept)


def well_formed(response: httpx.Response) -> None:
    kind = response.headers.get("content-type", "").partition(";")[0]
    if kind == "text/html":
        check_links(Stated(response.text))
    elif kind.endswith("xml"):
        expat.ParserCreate().Parse(response.content, True)  # noqa: FBT003
    elif kind == "application/ld+json" and b"/context/" in response.content:
        read_as_jsonld(response.content)
    elif kind.endswith("/json") or kind.endswith("s+json"):
        response.json()
    elif kind != "text/plain" and (found := RdfFormat.from_media_type(kind)):
        list(parse(response.content, format=found, base_iri=f"{BASE}/"))


LISTS = ("commitments", "actors", "events", "sources")


async def test_lists_have_every_record(client: httpx.AsyncClient) -> None:
    listed, framed = set(), set()
    for name in LISTS:
        table = await client.get(f"/{name}.csv")
        rows = list(csv.DictReader(io.StringIO(table.content.decode("utf-8-sig"), newline="")))
        listed |= {row["id"] for row in rows}
        assert all(None not in row for row in rows)
        page: str | None = f"/{name}.jsonld"
        while page:
            response = await client.get(page)
            fine(response)
            framed |= {each.object for each in read_as_jsonld(response.content)}
            page = response.json().get("next", "").removeprefix(BASE)
        for number in range(1, 99):
            response = await client.get(f"/{name}.html?page={number}")
            if response.status_code == 404:
                break
            fine(response)
            check_links(Stated(response.text))
        values = (
            {value for row in rows for value in row["register"].split(" ")}
            if "register" in rows[0]
            else set()
        )
        for value in sorted(values - {""}):
            found = await client.get(f"/{name}.csv?register={quote(value, safe='')}")
            fine(found)
            (row,) = csv.DictReader(io.StringIO(found.content.decode("utf-8-sig"), newline=""))
            assert row["register"] == value
    assert set(IRIS) <= listed
    assert {NamedNode(iri) for iri in IRIS} <= framed


async def test_a_search_finds_odd_records(client: httpx.AsyncClient) -> None:
    words = [
        "odd",
        "word",
        "schema",
        "urn:x:9",
        "Thing",
        "x",
        "control",
        "<script>",
        "%_*\\",
        "\x07",
    ]
    for text in words:
        for form in ("html", "jsonld", "csv"):
            response = await client.get(f"/search.{form}", params={"q": text})
            fine(response)
            well_formed(response)
            if form == "jsonld":
                known = {NamedNode(iri) for iri in IRIS}
                items = {NamedNode(each["id"]) for each in response.json()["items"]}
                read = {each.object for each in read_as_jsonld(response.content)}
                assert items & known <= read, text
        fine(await client.get("/search/suggest", params={"q": text}))


async def test_every_question_answers(client: httpx.AsyncClient) -> None:
    questions = (await client.get("/queries", headers={"Accept": "application/json"})).json()
    for card in questions["questions"]:
        path = f"/queries/{card['id']}"
        for form in ("json", "xml", "csv", "html"):
            response = await client.get(f"{path}?format={form}")
            assert response.status_code in (200, 400, 406), (path, form, response.text[:300])
            if response.status_code == 200:
                well_formed(response)


ALL = "SELECT ?s ?p ?o WHERE { GRAPH ?g { ?s ?p ?o } }"


@pytest.mark.parametrize("name", ["json", "xml", "tsv"])
async def test_results_have_every_term(
    client: httpx.AsyncClient, held: dict[NamedNode, Triples], name: str
) -> None:
    response = await client.get("/sparql", params={"query": ALL, "format": name})
    fine(response)
    well_formed(response)
    form = QueryResultsFormat.from_extension({"json": "srj", "xml": "srx", "tsv": "tsv"}[name])
    assert form is not None
    text = response.content
    if name == "xml":
        # As expat has it: what stands for a carriage return in the text is one.
        assert b"\r" not in text
    rows = parse_query_results(text, format=form)
    assert isinstance(rows, QuerySolutions)
    read = {Triple(*row) for row in rows}
    for said in held.values():
        assert without(said, "rdf" if name == "xml" else name) <= read


@pytest.mark.parametrize("name", ["csv", "csv-safe"])
async def test_csv_has_every_term(
    client: httpx.AsyncClient, held: dict[NamedNode, Triples], name: str
) -> None:
    response = await client.get("/sparql", params={"query": ALL, "format": name})
    fine(response)
    text = response.content.decode("utf-8-sig" if name == "csv-safe" else "utf-8")
    rows = list(csv.reader(io.StringIO(text, newline="")))
    assert {len(row) for row in rows} == {3}
    read = {
        tuple(cell.removeprefix("'") if name == "csv-safe" else cell for cell in row)
        for row in rows
    }
    for said in held.values():
        for each in said:
            value = each.object
            assert isinstance(value, Literal | NamedNode)
            shown = value.value.removeprefix("'") if name == "csv-safe" else value.value
            assert (text_of(each.subject), each.predicate.value, shown) in read


@pytest.mark.parametrize("form", GRAPH_FORMATS, ids=lambda form: form.name)
async def test_graphs_have_every_term(
    client: httpx.AsyncClient, engine: EmbeddedEngine, held: dict[NamedNode, Triples], form: Format
) -> None:
    query = f"CONSTRUCT {{ ?s ?p ?o }} WHERE {{ GRAPH {SOURCE} {{ ?s ?p ?o }} }}"
    addresses = (
        f"/sparql?query={quote(query)}&format={form.name}",
        f"/graphs?graph={quote(SOURCE.value)}&format={form.name}",
        f"/graphs?default&format={form.name}",
    )
    said = {triple for triples in held.values() for triple in triples}
    for address in addresses:
        response = await client.get(address)
        if form is RDF_XML:
            assert response.status_code == 406
            assert response.json()["type"].endswith("/term-unwritable")
            continue
        fine(response)
        assert said <= {quad.triple for quad in parse(response.content, format=form.rdf)}
        if form.name == "jsonld":
            assert said <= read_as_jsonld(response.content)
    output = io.BytesIO()
    if form is not RDF_XML:
        with engine.snapshot() as snapshot:
            snapshot.dump(output, form)
        assert said <= {quad.triple for quad in parse(output.getvalue(), format=form.rdf)}


async def test_tables_of_results(client: httpx.AsyncClient) -> None:
    for start in range(0, 3000, 500):
        query = f"{ALL} ORDER BY ?s ?p LIMIT 500 OFFSET {start}"
        response = await client.get("/sparql", params={"query": query}, headers=BROWSER)
        fine(response)
        check_links(Stated(response.text))
    graph = "CONSTRUCT WHERE { ?s <http://ex.test/says> ?o }"
    fine(await client.get("/sparql", params={"query": graph}, headers=BROWSER))


RDF_1_2 = """
@prefix : <http://ex.test/> . @prefix rdf: <http://www.w3.org/1999/02/22-rdf-syntax-ns#> .
:default :says "in the default graph" .
<javascript:alert(1)> { <BASE/id/odd/x> :says "of a script" , _:b . _:b :says <tag:9> }
_:g { <BASE/id/odd/x> :says "of no name" }
<BASE/id/source/y> {
  <BASE/id/odd/x> :says "مرحبا"@ar--rtl , "in two graphs" ; a "Class" , _:class .
  <BASE/id/odd/triple> :says <<( :a :b "x,\\r\\"y" )>> .
}
<BASE/id/source/z> { <BASE/id/odd/x> :says "in two graphs" . <BASE/id/odd/li> rdf:li 1 }
""".replace("BASE", BASE)


@pytest.fixture(scope="module")
def open_engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EmbeddedEngine]:
    """A store without a gate, which takes terms of RDF 1.2 and blank nodes."""
    path = tmp_path_factory.mktemp("open") / "store"
    with new_directory(path, base=BASE, gated=False) as directory:
        EmbeddedEngine(directory).settle()
    engine = EmbeddedEngine(open_directory(path, base=BASE))
    odd = list(parse(RDF_1_2, format=RdfFormat.TRIG))
    engine.update(Change(agent="tests", reason="odd", add=odd))
    yield engine
    engine.close()


async def test_a_store_without_a_gate_tells_all_or_says_what_it_cannot(
    open_engine: EmbeddedEngine, anyio_backend: str
) -> None:
    assert anyio_backend == "asyncio"
    settings = Settings(data_dir=open_engine.directory.path, base=BASE, budget_errors=1_000_000)
    async with client_of(create_app(settings, open_engine)) as client:
        for name in ("x", "triple", "li"):
            for extension in ("html", "ttl", "nt", "trig", "rdf", "jsonld"):
                response = await client.get(f"/doc/odd/{name}.{extension}")
                unwritable = {"x": ("rdf",), "triple": ("rdf", "jsonld"), "li": ("rdf",)}[name]
                if extension in unwritable:
                    assert response.status_code == 406
                    assert response.json()["type"].endswith("/term-unwritable")
                    named = {"x": '"@ar--rtl', "triple": "<http://ex.test/b>", "li": "#li>"}[name]
                    assert named in response.json()["detail"]
                else:
                    fine(response)
                    well_formed(response)
        framed = read_as_jsonld((await client.get("/doc/odd/x.jsonld")).content)
        assert any(isinstance(each.object, BlankNode) for each in framed)
        page = await client.get("/doc/odd/x.html")
        assert 'lang="ar" dir="rtl">مرحبا<' in page.text
        for form in ("json", "xml", "tsv", "csv", "csv-safe"):
            response = await client.get("/sparql", params={"query": ALL, "format": form})
            fine(response)
            well_formed(response)
        query = "CONSTRUCT { ?s ?p ?o } WHERE { GRAPH ?g { ?s ?p ?o } }"
        for form, status in (("jsonld", 406), ("rdfxml", 406), ("turtle", 200), ("trig", 200)):
            response = await client.get("/sparql", params={"query": query, "format": form})
            assert response.status_code == status
        for path in ("/", "/sparql", "/.well-known/void", "/catalog", "/changes.atom"):
            fine(await client.get(path))


@pytest.mark.parametrize("form", [TURTLE, N_TRIPLES, TRIG, N_QUADS], ids=lambda form: form.name)
def test_a_dump_without_graph_names_has_the_statements_of_all(
    open_engine: EmbeddedEngine, form: Format
) -> None:
    output = io.BytesIO()
    with open_engine.snapshot() as snapshot:
        snapshot.dump(output, form)
        held = {quad.triple for quad in snapshot.quads()}
    quads_read = list(parse(output.getvalue(), format=form.rdf))
    assert {each.predicate for each in held} == {quad.predicate for quad in quads_read}
    plural = 1 if form.carries is Carries.QUADS else 0
    assert len(quads_read) == len(held) + plural
