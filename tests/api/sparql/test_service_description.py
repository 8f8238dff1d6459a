"""The Service Description says what is so: each statement is compared with the behaviour."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from pathlib import Path

import httpx
import pytest
from fastapi import FastAPI
from pyoxigraph import (
    Dataset,
    Literal,
    NamedNode,
    Quad,
    parse,
)

from pledgegraph.media_types import FORMATS, GRAPH_FORMATS, RESULT_FORMATS, TURTLE, Format
from pledgegraph.namespaces import RDF
from pledgegraph.settings import Settings
from pledgegraph.store.changes import Change
from pledgegraph.store.directory import new_directory, open_directory
from pledgegraph.store.embedded import EmbeddedEngine
from pledgegraph.writes.tokens import Scope, Tokens
from pledgegraph_api.app.create import create_app
from pledgegraph_api.sparql.service_description import SD, VOID
from tests.api.sparql.test_protocol import problem

pytestmark = pytest.mark.anyio

ClientOf = Callable[[FastAPI], AbstractAsyncContextManager[httpx.AsyncClient]]

BASE = "https://data.example.org"
SERVICE = NamedNode(f"{BASE}/sparql#service")
UPDATES = NamedNode(f"{BASE}/sparql#update")
QUERY = {"Content-Type": "application/sparql-query"}
SQUARE = '"POLYGON((0 0,4 0,4 4,0 4,0 0))"^^<http://www.opengis.net/ont/geosparql#wktLiteral>'
POINT = '"POINT(1 2)"^^<http://www.opengis.net/ont/geosparql#wktLiteral>'
METRE = "<http://www.opengis.net/def/uom/OGC/1.0/metre>"
LEXICAL = {
    "date": "2020-01-02",
    "time": "10:00:00",
    "duration": "P1D",
    "dayTimeDuration": "PT1H",
    "yearMonthDuration": "P1Y",
    "gYear": "2020",
    "gYearMonth": "2020-01",
    "gMonth": "--01",
    "gMonthDay": "--01-02",
    "gDay": "---02",
}
OF_ONE = {
    "asGeoJSON",
    "centroid",
    "convexHull",
    "coordinateDimension",
    "dimension",
    "envelope",
    "getSRID",
    "isEmpty",
    "isSimple",
    "spatialDimension",
}


async def described(client: httpx.AsyncClient, form: Format = TURTLE) -> Dataset:
    response = await client.get("/sparql", headers={"Accept": form.media_type})
    assert response.status_code == 200, response.text
    assert response.headers["content-type"] == form.content_type
    return Dataset(parse(response.content, format=form.rdf))


def objects(graph: Dataset, subject: object, predicate: NamedNode) -> set[object]:
    return {
        quad.object for quad in graph if quad.subject == subject and quad.predicate == predicate
    }


def limit(graph: Dataset, name: str, service: NamedNode = SERVICE) -> float:
    (value,) = objects(graph, service, NamedNode(f"{BASE}/sparql#{name}"))
    assert isinstance(value, Literal)
    return float(value.value)


@pytest.mark.parametrize("form", GRAPH_FORMATS, ids=lambda form: form.name)
async def test_it_comes_in_every_format_for_graphs(client: httpx.AsyncClient, form: Format) -> None:
    graph = await described(client, form)
    assert objects(graph, SERVICE, SD.endpoint) == {NamedNode(f"{BASE}/sparql")}
    by_name = await client.get("/sparql", params={"format": form.name})
    assert by_name.headers["content-type"] == form.content_type


@pytest.mark.parametrize("accept", [None, "*/*", "text/*", "text/turtle, text/html;q=0.5"])
async def test_who_gets_it(client: httpx.AsyncClient, accept: str | None) -> None:
    response = await client.get("/sparql", headers={"Accept": accept} if accept else {})
    assert response.status_code == 200
    assert response.headers["content-type"] == "text/turtle; charset=utf-8"
    head = await client.head("/sparql", headers={"Accept": accept} if accept else {})
    assert head.headers == response.headers


async def test_who_does_not(client: httpx.AsyncClient) -> None:
    page = await client.get("/sparql", headers={"Accept": "text/html, */*;q=0.8"})
    assert page.headers["content-type"] == "text/html; charset=utf-8"
    page = await client.get("/sparql?format=html")
    assert page.headers["content-type"] == "text/html; charset=utf-8"
    # A program that reads results meant to ask something.
    response = await client.get("/sparql", headers={"Accept": "application/sparql-results+json"})
    problem(response, 400, "query-missing")
    document = problem(await client.get("/sparql?format=csv"), 406, "not-acceptable")
    assert isinstance(document["available"], list)
    assert len(document["available"]) == len(GRAPH_FORMATS)


async def test_the_formats_are_those_that_are_served(client: httpx.AsyncClient) -> None:
    listed = objects(await described(client), SERVICE, SD.resultFormat)
    assert listed == {NamedNode(form.iri) for form in FORMATS}
    for forms, query in (
        (RESULT_FORMATS, "SELECT * { ?s ?p ?o }"),
        (GRAPH_FORMATS, "DESCRIBE ?s { ?s ?p ?o }"),
    ):
        # What the endpoint offers when it is asked for something else is what it serves.
        refused = await client.get("/sparql", params={"query": query}, headers={"Accept": "x/y"})
        available = problem(refused, 406, "not-acceptable")["available"]
        assert isinstance(available, list)
        assert [each["mediaType"] for each in available] == [form.media_type for form in forms]
        for form in forms:
            response = await client.get(
                "/sparql", params={"query": query}, headers={"Accept": form.media_type}
            )
            assert response.status_code == 200
            assert response.headers["content-type"] == form.content_type


ARGUMENTS = {
    "area": f"{SQUARE}, {METRE.replace('metre', 'square_metre')}",
    "length": f"{SQUARE}, {METRE}",
    "perimeter": f"{SQUARE}, {METRE}",
    "distance": f"{POINT}, {POINT}, {METRE}",
    "relate": f'{SQUARE}, {POINT}, "T*****FF*"',
    **{name: f'"{text}"' for name, text in LEXICAL.items()},
    **dict.fromkeys(OF_ONE, SQUARE),
}
"""What functions are made for; the others take two geometries."""


def call(function: NamedNode) -> str:
    name = function.value.rpartition("#")[2].rpartition("/")[2]
    return f"{function}({ARGUMENTS.get(name, f'{SQUARE}, {SQUARE}')})"


async def test_every_function_can_be_called(client: httpx.AsyncClient) -> None:
    graph = await described(client)
    functions = objects(graph, SERVICE, SD.extensionFunction)
    assert len(functions) > 40
    for function in functions:
        assert isinstance(function, NamedNode)
        assert objects(graph, function, RDF.type) == {SD.Function}
        query = f"SELECT ({call(function)} AS ?x) {{}}"
        response = await client.get("/sparql", params={"query": query})
        assert response.status_code == 200, (function, response.text)
        assert response.json()["results"]["bindings"][0].get("x"), (function, response.text)


async def test_a_function_that_is_not_listed_cannot(client: httpx.AsyncClient) -> None:
    query = "SELECT (<http://www.opengis.net/def/function/geosparql/geometryType>(1) AS ?x) {}"
    response = await client.get("/sparql", params={"query": query})
    document = problem(response, 400, "query-refused")
    assert "geometryType> is not supported" in str(document["detail"])


async def test_the_named_graphs_are_those_that_queries_see(
    settings: Settings, empty_engine: EmbeddedEngine, client_of: ClientOf
) -> None:
    query = "SELECT ?g (COUNT(*) AS ?n) { GRAPH ?g { ?s ?p ?o } } GROUP BY ?g"

    async def compare(client: httpx.AsyncClient) -> dict[str, int]:
        rows = (await client.get("/sparql", params={"query": query})).json()["results"]["bindings"]
        seen = {row["g"]["value"]: int(row["n"]["value"]) for row in rows}
        graph = await described(client)
        (dataset,) = objects(graph, SERVICE, SD.defaultDataset)
        told = {}
        for named in objects(graph, dataset, SD.namedGraph):
            (name,) = objects(graph, named, SD.name)
            (node,) = objects(graph, named, SD.graph)
            (number,) = objects(graph, node, VOID.triples)
            assert isinstance(name, NamedNode)
            assert isinstance(number, Literal)
            told[name.value] = int(number.value)
        assert told == seen
        return told

    async with client_of(create_app(settings, empty_engine)) as client:
        assert await compare(client) == {}
        quads = [
            Quad(NamedNode("x:s"), NamedNode("x:p"), Literal(str(n)), NamedNode(f"x:g{n % 200}"))
            for n in range(300)
        ]
        empty_engine.update(Change(agent="tests", reason="Graphs", add=quads))
        assert len(await compare(client)) == 200
        empty_engine.update(Change(agent="tests", reason="Fewer", remove=quads[:250]))
        assert len(await compare(client)) == 50


async def test_the_default_graph_is_a_union_where_it_says_so(
    settings: Settings, client: httpx.AsyncClient, client_of: ClientOf, tmp_path: Path
) -> None:
    assert SD.UnionDefaultGraph in objects(await described(client), SERVICE, SD.feature)
    query = {"query": "ASK { ?s ?p ?o }"}
    assert (await client.get("/sparql", params=query)).json()["boolean"] is True
    with new_directory(tmp_path / "bare", base=BASE, gated=False) as directory:
        EmbeddedEngine(directory).settle()
    engine = EmbeddedEngine(open_directory(tmp_path / "bare", base=BASE))
    quad = Quad(NamedNode("x:s"), NamedNode("x:p"), Literal("o"), NamedNode("x:g"))
    engine.update(Change(agent="tests", reason="One", add=[quad]))
    async with client_of(create_app(settings, engine)) as bare:
        assert objects(await described(bare), SERVICE, SD.feature) == set()
        assert (await bare.get("/sparql", params=query)).json()["boolean"] is False
    engine.close()


async def test_no_feature_is_claimed_that_is_not_there(client: httpx.AsyncClient) -> None:
    graph = await described(client)
    assert objects(graph, SERVICE, SD.feature) == {SD.UnionDefaultGraph}
    query = {"query": "SELECT * { SERVICE <http://127.0.0.1:1/> { ?s ?p ?o } }"}
    problem(await client.get("/sparql", params=query), 400, "query-refused")
    assert objects(graph, SERVICE, SD.supportedLanguage) == {SD.SPARQL11Query}
    update = await client.post("/sparql", data={"update": "CLEAR ALL"})
    assert update.status_code == 400


async def test_updates_are_taken_where_and_as_it_says(
    settings: Settings, client_of: ClientOf, tmp_path: Path
) -> None:
    for gated in (True, False):
        path = tmp_path / str(gated)
        with new_directory(path, base=BASE, gated=gated) as directory:
            EmbeddedEngine(directory).settle()
        engine = EmbeddedEngine(open_directory(path))
        _, secret = Tokens(path).create(scopes=(Scope.WRITE,))
        bearer = {"Authorization": f"Bearer {secret}"}
        chosen = settings.model_copy(
            update={"data_dir": path, "max_update_bytes": 20_000, "max_change_quads": 100}
        )
        async with client_of(create_app(chosen, engine)) as client:
            graph = await described(client)
            assert objects(graph, UPDATES, SD.supportedLanguage) == {SD.SPARQL11Update}
            (endpoint,) = objects(graph, UPDATES, SD.endpoint)
            assert isinstance(endpoint, NamedNode)
            address = endpoint.value.removeprefix(BASE)

            async def send(text: str) -> httpx.Response:
                return await client.post(address, data={"update": text}, headers=bearer)  # noqa: B023

            # Every function that is listed can be called in an update.
            functions = objects(graph, UPDATES, SD.extensionFunction)
            assert functions == objects(graph, SERVICE, SD.extensionFunction)
            told = [call(each) for each in functions if isinstance(each, NamedNode)]
            values = " UNION ".join(
                f"{{ BIND({number} AS ?n) BIND({each} AS ?x) }}" for number, each in enumerate(told)
            )
            insert = f"INSERT {{ GRAPH <urn:g> {{ <urn:s> <urn:p> ?n }} }} WHERE {{ {values} "
            made = await send(insert + "FILTER(BOUND(?x)) }")
            assert made.json()["added"] == len(functions), made.text

            # The default graph that its WHERE reads is the union, or is not.
            copied = "INSERT { GRAPH <urn:h> { ?s <urn:q> ?o } } WHERE { ?s <urn:p> ?o }"
            union = SD.UnionDefaultGraph in objects(graph, UPDATES, SD.feature)
            assert union is gated
            added = (await send(copied)).json()["added"]
            assert added == (len(functions) if union else 0)

            # No input format, for nothing is fetched.
            assert objects(graph, UPDATES, SD.inputFormat) == set()
            problem(await send("LOAD <http://127.0.0.1:1/>"), 400, "update-refused")

            most = int(limit(graph, "changedStatements", UPDATES))
            length = int(limit(graph, "updateLength", UPDATES))
            depth = int(limit(graph, "updateDepth", UPDATES))
            assert limit(graph, "updateTimeout", UPDATES) == chosen.write_timeout
            assert limit(graph, "updateMemory", UPDATES) == chosen.write_memory
            for more, status in ((0, 200), (1, 413)):
                triples = " ".join(f"<urn:{n}> <urn:p> {more} ." for n in range(most + more))
                text = f"INSERT DATA {{ GRAPH <urn:g> {{ {triples} }} }}"
                assert (await send(text)).status_code == status
                assert (await send("#".ljust(length + more, "x"))).status_code == status
            for more, status in ((0, 200), (1, 400)):
                nested = "{" * (depth + more) + "}" * (depth + more)
                response = await send(f"INSERT {{ }} WHERE {nested}")
                assert response.status_code == status, response.text
        engine.close()


async def test_a_mirror_claims_no_updates(
    settings: Settings, client_of: ClientOf, tmp_path: Path
) -> None:
    path = tmp_path / "mirror"
    with new_directory(path, base=BASE, origin="https://origin.example.org") as directory:
        EmbeddedEngine(directory).settle()
    engine = EmbeddedEngine(open_directory(path))
    _, secret = Tokens(path).create(scopes=(Scope.WRITE,))
    async with client_of(
        create_app(settings.model_copy(update={"data_dir": path}), engine)
    ) as client:
        graph = await described(client)
        assert objects(graph, SERVICE, SD.endpoint)
        assert objects(graph, UPDATES, SD.endpoint) == set()
        refused = await client.post(
            "/update",
            data={"update": "INSERT DATA { GRAPH <urn:g> { <urn:s> <urn:p> 1 } }"},
            headers={"Authorization": f"Bearer {secret}"},
        )
        problem(refused, 409, "mirror")
    engine.close()


async def test_the_limits_are_those_of_the_settings(
    settings: Settings, engine: EmbeddedEngine, client_of: ClientOf
) -> None:
    chosen = {"query_timeout": 2.5, "max_query_bytes": 3000, "query_workers": 7, "query_queue": 0}
    async with client_of(create_app(settings.model_copy(update=chosen), engine)) as client:
        graph = await described(client)
        told = {name: limit(graph, name) for name in ("queryTimeout", "queryLength")}
        assert told == {"queryTimeout": 2.5, "queryLength": 3000}
        assert limit(graph, "concurrentQueries") == 7
        assert limit(graph, "waitingQueries") == 0
        assert limit(graph, "queryMemory") == settings.query_memory
        assert limit(graph, "stallTimeout") == settings.stall_timeout
        length = int(limit(graph, "queryLength"))
        for more, status in ((0, 200), (1, 413)):
            text = "ASK {} #".ljust(length + more, "x")
            response = await client.post("/sparql", content=text, headers=QUERY)
            assert response.status_code == status
        depth = int(limit(graph, "queryDepth"))
        for more, status in ((0, 200), (1, 400)):
            text = "ASK " + "{" * (depth + more) + "}" * (depth + more)
            response = await client.post("/sparql", content=text, headers=QUERY)
            assert response.status_code == status, response.text


async def test_every_word_of_its_own_is_explained(client: httpx.AsyncClient) -> None:
    graph = await described(client)
    own = {quad.predicate for quad in graph if quad.predicate.value.startswith(f"{BASE}/sparql#")}
    assert len(own) >= 7
    for term in own:
        assert objects(graph, term, RDF.type) == {RDF.Property}
        assert objects(graph, term, NamedNode("http://www.w3.org/2000/01/rdf-schema#comment"))
        # A fragment: whoever follows it gets this description.
        assert (
            await client.get(term.value.removeprefix(BASE).partition("#")[0])
        ).status_code == 200
