"""Problems and their types for clients that read RDF, and for those that read plain JSON."""

from __future__ import annotations

import httpx
import pytest
from pyoxigraph import Literal, NamedNode, RdfFormat, Store

from pledgegraph.media_types import GRAPH_FORMATS, Format
from pledgegraph_api.problems.mapping import PROBLEM_TYPES

pytestmark = pytest.mark.anyio

BASE = "https://data.example.org"
WRONG = "CONSTRUCT {\n  ?s ?p }"


def graph_of(response: httpx.Response) -> Store:
    """What a response says."""
    store = Store()
    media_type = response.headers["content-type"].partition(";")[0]
    form = RdfFormat.from_media_type(media_type)
    assert form is not None
    store.load(response.content, format=form)
    return store


def value(store: Store, subject: str, predicate: str) -> object:
    (quad,) = store.quads_for_pattern(NamedNode(subject), NamedNode(predicate), None)
    return quad.object


@pytest.mark.parametrize("form", GRAPH_FORMATS, ids=lambda form: form.name)
async def test_a_client_of_graphs_gets_one(client: httpx.AsyncClient, form: Format) -> None:
    response = await client.get(
        "/sparql", params={"query": WRONG}, headers={"Accept": form.media_type}
    )
    assert response.status_code == 400
    assert response.headers["content-type"] == form.content_type
    assert "Accept" in response.headers["vary"]
    store = graph_of(response)
    (quad,) = store.quads_for_pattern(
        None,
        NamedNode("http://www.w3.org/1999/02/22-rdf-syntax-ns#type"),
        NamedNode(f"{BASE}/problems/query-syntax"),
    )
    assert isinstance(quad.subject, NamedNode)
    instance = quad.subject.value
    assert instance.startswith("urn:uuid:")
    assert value(store, instance, "http://www.w3.org/2011/http#statusCodeNumber") == Literal(400)
    assert value(store, instance, f"{BASE}/problems#line") == Literal(2)
    assert value(store, instance, f"{BASE}/problems#column") == Literal(9)


@pytest.mark.parametrize(
    ("accept", "expected"),
    [
        (None, "application/problem+json"),
        ("*/*", "application/problem+json"),
        ("application/sparql-results+json", "application/problem+json"),
        ("application/sparql-results+xml", "application/problem+json"),
        ("text/turtle;q=0.5, application/problem+json", "application/problem+json"),
        ("text/turtle, */*;q=0.1", "text/turtle; charset=utf-8"),
        ("application/json, text/turtle", "application/problem+json"),
        ("text/turtle;q=0.5, text/html", "text/html; charset=utf-8"),
    ],
)
async def test_what_the_client_likes_best(
    client: httpx.AsyncClient, accept: str | None, expected: str
) -> None:
    headers = {} if accept is None else {"Accept": accept}
    response = await client.get("/sparql", params={"query": "SELECT {"}, headers=headers)
    assert response.status_code == 400
    assert response.headers["content-type"] == expected


async def test_lists_are_told_too(client: httpx.AsyncClient) -> None:
    response = await client.get(
        "/sparql", params={"query": "ASK {}", "format": "png"}, headers={"Accept": "text/turtle"}
    )
    assert response.status_code == 406
    listed = graph_of(response).quads_for_pattern(
        None, NamedNode(f"{BASE}/problems#available"), None
    )
    assert Literal("text/csv") in [each.object for each in listed]


@pytest.mark.parametrize("kind", PROBLEM_TYPES, ids=lambda kind: kind.name)
async def test_a_type_is_explained_to_programs(client: httpx.AsyncClient, kind: object) -> None:
    name, title, status = kind.name, kind.title, kind.status  # type: ignore[attr-defined]
    iri = f"{BASE}/problems/{name}"
    address = f"/problems/{name}"
    turtle = graph_of(await client.get(address, headers={"Accept": "text/turtle"}))
    label = value(turtle, iri, "http://www.w3.org/2000/01/rdf-schema#label")
    assert label == Literal(title, language="en")
    plain = (await client.get(address, headers={"Accept": "application/json"})).json()
    assert (plain["type"], plain["title"], plain["status"]) == (iri, title, status)
    anything = await client.get(address, headers={"Accept": "*/*"})
    assert anything.headers["content-type"] == "text/html; charset=utf-8"


async def test_all_types_are_listed_to_programs(client: httpx.AsyncClient) -> None:
    listed = (await client.get("/problems", headers={"Accept": "application/json"})).json()
    assert [each["type"] for each in listed["problems"]] == [
        f"{BASE}/problems/{kind.name}" for kind in PROBLEM_TYPES
    ]
    store = graph_of(await client.get("/problems", headers={"Accept": "application/n-triples"}))
    assert value(
        store, f"{BASE}/problems#line", "http://www.w3.org/2000/01/rdf-schema#isDefinedBy"
    ) == NamedNode(f"{BASE}/problems")
