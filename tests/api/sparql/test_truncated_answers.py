"""Limits that a request sets itself, and answers that end at one: from threads and from workers."""

from __future__ import annotations

import json
import re
from collections.abc import AsyncIterator, Iterator
from xml.etree import ElementTree as ET

import httpx
import pyoxigraph
import pytest

from pledgegraph.media_types import CSV, GRAPH_FORMATS, JSON, RESULT_FORMATS, TSV, XML, Format
from pledgegraph.settings import Settings
from pledgegraph.store.embedded import EmbeddedEngine
from pledgegraph_api.app.create import create_app
from tests.api.conftest import client_of
from tests.api.server.test_serving import HUGE
from tests.running_service import serving

pytestmark = pytest.mark.anyio

TEN = "SELECT ?n { VALUES ?n { 0 1 2 3 4 5 6 7 8 9 } }"
GRAPH = TEN.replace("SELECT ?n", "CONSTRUCT { <x:s> <x:p> ?n } WHERE")
DIGITS = " ".join(str(number) for number in range(150))
MANY = (
    f"SELECT ?n {{ VALUES ?a {{ {DIGITS} }} VALUES ?b {{ {DIGITS} }} "
    "BIND(?a * 150 + ?b + 1000000 AS ?n) }"
)
"""22,500 rows."""
MANY_TRIPLES = MANY.replace("SELECT ?n", "CONSTRUCT { <x:s> <x:p> ?n } WHERE")
LINK = "https://data.example.org/problems/answer-cut"


@pytest.fixture(scope="module")
def service(engine: EmbeddedEngine) -> Iterator[str]:
    """Where a service with workers answers, with up to 1,000 rows."""
    with serving(
        engine,
        max_rows=1000,
        query_timeout=20,
        cache_bytes=0,
    ) as service:
        yield service.address()


@pytest.fixture(params=["threads", "workers"], scope="module")
async def client(
    request: pytest.FixtureRequest, settings: Settings, engine: EmbeddedEngine, service: str
) -> AsyncIterator[httpx.AsyncClient]:
    """A client of a service whose answers have up to 1,000 rows."""
    if request.param == "workers":
        async with httpx.AsyncClient(base_url=service, timeout=30) as client:
            yield client
        return
    few = settings.model_copy(update={"max_rows": 1000, "query_timeout": 20.0, "cache_bytes": 0})
    async with client_of(create_app(few, engine)) as client:
        yield client


def rows(content: bytes, form: Format) -> int:
    """How many rows an answer has."""
    if form is JSON:
        return len(json.loads(content)["results"]["bindings"])
    if form is XML:
        return len(list(ET.fromstring(content).iterfind(".//{*}result")))  # noqa: S314 -- our own
    return len(content.splitlines()) - 1


@pytest.mark.parametrize("form", RESULT_FORMATS, ids=lambda form: form.name)
async def test_a_request_bounds_its_rows(client: httpx.AsyncClient, form: Format) -> None:
    asked = {"query": TEN, "format": form.name, "limit": "4"}
    response = await client.get("/sparql", params=asked)
    assert response.status_code == 200
    assert rows(response.content, form) == 4
    assert response.headers["pledgegraph-cut"] == "limit=4"
    assert response.headers["pledgegraph-limit"] == "limit=4"
    if form is JSON:
        # Where the standard has room for it, so that every reader takes it.
        assert response.json()["head"] == {"vars": ["n"], "link": [LINK]}
        assert set(response.json()) == {"head", "results"}
    if form is XML:
        assert f'<link href="{LINK}"/></head>' in response.text


@pytest.mark.parametrize("form", RESULT_FORMATS, ids=lambda form: form.name)
async def test_what_ends_at_the_limit_is_whole(client: httpx.AsyncClient, form: Format) -> None:
    asked = {"query": TEN, "format": form.name, "limit": "10"}
    response = await client.get("/sparql", params=asked)
    assert rows(response.content, form) == 10
    assert "pledgegraph-cut" not in response.headers
    assert LINK not in response.text


@pytest.mark.parametrize("form", GRAPH_FORMATS, ids=lambda form: form.name)
async def test_a_request_bounds_its_statements(client: httpx.AsyncClient, form: Format) -> None:
    for limit, was_cut in ((4, True), (10, False)):
        response = await client.get(
            "/sparql", params={"query": GRAPH, "format": form.name, "limit": limit}
        )
        assert len(list(pyoxigraph.parse(response.content, format=form.rdf))) == limit
        assert ("pledgegraph-cut" in response.headers) == was_cut
        assert ("Cut at limit=4" in response.text) == was_cut


async def test_every_way_to_ask(client: httpx.AsyncClient) -> None:
    form = await client.post("/sparql", data={"query": TEN, "limit": "3"})
    direct = await client.post(
        "/sparql",
        params={"limit": "3"},
        content=TEN,
        headers={"Content-Type": "application/sparql-query"},
    )
    for response in (form, direct):
        assert len(response.json()["results"]["bindings"]) == 3
        assert response.headers["pledgegraph-cut"] == "limit=3"


async def test_questions_of_the_catalogue_too(client: httpx.AsyncClient) -> None:
    response = await client.get("/queries/commitments-by-level?limit=1&format=json&timeout=5")
    assert response.status_code == 200
    assert response.headers["pledgegraph-limit"] == "timeout=5.000, limit=1"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        (name, value)
        for name in ("limit", "timeout")
        for value in ("0", "-1", "NaN", "1e3", " 5", "+5", "9" * 99)
    ]
    + [("limit", "1.5"), ("limit", "\u0663")]
    + [("timeout", value) for value in ("0.0", "1.", ".5")],
)
async def test_what_is_no_limit_is_refused(
    client: httpx.AsyncClient, name: str, value: str
) -> None:
    response = await client.get("/sparql", params={"query": TEN, name: value})
    assert response.status_code == 400
    assert response.json()["type"].endswith("/problems/parameter")
    assert f"The parameter {name} is" in response.json()["detail"]
    assert f"{name}=" in response.json()["remedy"]


@pytest.mark.parametrize("name", ["limit", "timeout"])
async def test_a_limit_is_there_once(client: httpx.AsyncClient, name: str) -> None:
    response = await client.get(f"/sparql?query=ASK{{}}&{name}=1&{name}=2")
    assert response.status_code == 400
    assert f"`{name}` was given 2 times" in response.json()["detail"]


async def test_more_than_there_is_is_lowered(client: httpx.AsyncClient) -> None:
    asked = {"query": MANY, "limit": "5000", "timeout": "9999", "format": "json"}
    response = await client.get("/sparql", params=asked)
    assert rows(response.content, JSON) == 1000
    assert response.headers["pledgegraph-limit"] == "timeout=20.000, limit=1000"


async def test_the_service_s_own_limit_cuts_too(client: httpx.AsyncClient) -> None:
    response = await client.get("/sparql", params={"query": MANY, "format": "json"})
    assert rows(response.content, JSON) == 1000
    marks = response.json()
    assert "pledgegraph-limit" not in response.headers
    assert ("link" in marks["head"]) != ("pledgegraph:cut" in marks)
    if "link" in marks["head"]:
        assert response.headers["pledgegraph-cut"] == "max_rows=1000"
    else:
        assert marks["pledgegraph:cut"] == {
            "limit": "max_rows",
            "limitValue": 1000,
            "limitUnit": "rows",
        }
    xml = await client.get("/sparql", params={"query": MANY, "format": "xml"})
    assert rows(xml.content, XML) == 1000
    assert ("Cut at max_rows=1000 rows" in xml.text) != (LINK in xml.text)
    turtle = await client.get("/sparql", params={"query": MANY_TRIPLES, "format": "nquads"})
    assert turtle.text.endswith("\n# Cut at max_rows=1000 rows: there may be more.\n")


@pytest.mark.parametrize("form", [CSV, TSV], ids=lambda form: form.name)
async def test_what_cannot_say_that_it_was_cut_breaks_off(
    engine: EmbeddedEngine, form: Format
) -> None:
    # Ten thousand rows are more than is held back.
    with serving(engine, max_rows=10_000) as service:
        async with httpx.AsyncClient(base_url=service.address(), timeout=30) as client:
            asked = {"query": MANY, "format": form.name}
            # Compressed, so many rows are few bytes, and the cut is known before they are sent.
            client.headers["accept-encoding"] = "identity"
            try:
                refused = await client.get("/sparql", params=asked)
            except httpx.RemoteProtocolError:
                pass
            else:
                # On a busy machine the bound is met before the first byte is sent.
                assert refused.status_code >= 400, refused.text[:200]
                assert "10,000 rows" in refused.json()["detail"]
            own = await client.get("/sparql", params={**asked, "limit": "5000"})
    assert rows(own.content, form) == 5000
    assert own.headers["pledgegraph-cut"] == "limit=5000"


async def test_bytes_are_bounded_too(settings: Settings, engine: EmbeddedEngine) -> None:
    few = settings.model_copy(update={"max_answer_bytes": 100_000})
    async with client_of(create_app(few, engine)) as client:
        response = await client.get("/sparql", params={"query": MANY, "format": "json"})
    assert 100_000 <= len(response.content) < 120_000
    assert response.json()["pledgegraph:cut"]["limit"] == "max_answer_bytes"


async def test_a_request_bounds_its_time(client: httpx.AsyncClient) -> None:
    endless = HUGE.replace("SELECT *", "SELECT (COUNT(*) AS ?n)")
    response = await client.get("/sparql", params={"query": endless, "timeout": "0.3"})
    assert response.status_code == 504
    document = response.json()
    assert (document["limit"], document["limitValue"], document["limitUnit"]) == (
        "timeout",
        0.3,
        "s",
    )


async def test_a_page_tells_of_a_cut(client: httpx.AsyncClient) -> None:
    asked = {"query": TEN, "limit": "4", "format": "html"}
    response = await client.get("/sparql", params=asked)
    whole = await client.get("/sparql", params={**asked, "limit": "10"})
    assert response.status_code == 200
    assert response.text.count("<tr>") == 1 + 4
    assert "the first 4" in response.text.lower()
    assert not re.search(r"the first \d", whole.text.lower())
