"""The home page, the query form and the browsable description: plain, inert and self-contained."""

from __future__ import annotations

import re
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from html import unescape
from pathlib import Path
from urllib.parse import urljoin, urlsplit

import httpx
import pytest
from fastapi import FastAPI
from pyoxigraph import RdfFormat, parse

from pledgegraph.media_types import CSV_SAFE, FORMATS, GRAPH_FORMATS, NAMED_FORMATS, RESULT_FORMATS
from pledgegraph.settings import Settings
from pledgegraph.store.changes import Change
from pledgegraph.store.embedded import EmbeddedEngine
from pledgegraph_api.app.create import create_app
from pledgegraph_api.sparql.answer_workbook import MEDIA_TYPE as XLSX
from pledgegraph_api.sparql.protocol import VIEWS
from tests.api.outline import Outline

pytestmark = pytest.mark.anyio

ClientOf = Callable[[FastAPI], AbstractAsyncContextManager[httpx.AsyncClient]]
BROWSER = {"Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"}
PAGES = [
    "/",
    "/sparql",
    "/sparql?query=SELECT%20*%20%7B%20%3Fs%20%3Fp%20%3Fo%20%7D",
    "/sparql?query=nonsense",
    "/queries",
    "/queries/freshness-and-status",
    "/queries/freshness-and-status?day=soon",
    "/queries/records-of-a-country",
    "/queries/nothing",
    "/docs",
    "/docs/try",
    "/problems",
    "/problems/busy",
    "/nothing",
]


def change_of(data: bytes) -> Change:
    """The change that adds what a TriG document says."""
    quads = parse(data, format=RdfFormat.TRIG, base_iri="https://data.example.org/")
    return Change(agent="tests", reason="The tests ask about it", add=list(quads))


async def page(client: httpx.AsyncClient, address: str) -> tuple[httpx.Response, Outline]:
    response = await client.get(address, headers=BROWSER)
    assert response.headers["content-type"] == "text/html; charset=utf-8"
    return response, Outline(response.text)


@pytest.mark.parametrize("address", PAGES)
async def test_every_page_can_be_read_by_everybody(client: httpx.AsyncClient, address: str) -> None:
    _, outline = await page(client, address)
    assert outline.all("html") == [{"lang": "en", "dir": "ltr"}]
    assert len(outline.all("main")) == len(outline.all("h1")) == len(outline.all("title")) == 1
    assert outline.all("header")
    assert all("aria-label" in nav for nav in outline.all("nav"))
    assert outline.all("a")[0]["href"] == "#" + str(outline.all("main")[0]["id"])
    assert {"name": "viewport", "content": "width=device-width, initial-scale=1"} in outline.all(
        "meta"
    )
    labelled = {label["for"] for label in outline.all("label")}
    for control in (*outline.all("textarea"), *outline.all("select"), *outline.all("input")):
        assert control["id"] in labelled
    ids = [attrs["id"] for _, attrs in outline.tags if "id" in attrs]
    assert len(ids) == len(set(ids))


@pytest.mark.parametrize("address", PAGES)
async def test_no_page_pulls_anything_from_another_host(
    client: httpx.AsyncClient, address: str
) -> None:
    response, outline = await page(client, address)
    policy = dict(
        part.strip().partition(" ")[::2]
        for part in response.headers["content-security-policy"].split(";")
    )
    assert policy["default-src"] == "'none'"
    assert policy["frame-ancestors"] == "'none'"
    for sources in policy.values():
        assert set(sources.split()) <= {"'none'", "'self'", "data:"}
    # Search engines read the description of the dataset; no browser runs it.
    described = {"type": "application/ld+json"}
    scripts = [each for each in outline.all("script") if each != described]
    # The workbench has a script where its editor is bundled.
    if address != "/docs/try" and not address.startswith("/sparql"):
        assert "script-src" not in policy
        assert not scripts
    for script in scripts:
        assert script["src"]
    assert not outline.all("style")
    assert not any("style" in attrs for _, attrs in outline.tags)
    assert not any(name.startswith("on") for _, attrs in outline.tags for name in attrs)
    # What a page waits for is a part of itself.
    assert {str(s["href"])[0] for s in outline.all("link") if s["rel"] == "expect"} == {"#"}
    pulled = [s["src"] for s in scripts] + [
        s["href"] for s in outline.all("link") if s["rel"] not in ("alternate", "expect")
    ]
    assert pulled
    for each in pulled:
        assert not urlsplit(str(each)).netloc
        assert (await client.get(urljoin(address, str(each)))).status_code == 200
    assert response.headers["referrer-policy"] == "same-origin"
    assert response.headers["x-content-type-options"] == "nosniff"


NUMBERS = re.compile(r'<dd><a href="/\w+">([^<]*)</a></dd>')


@pytest.mark.parametrize("address", PAGES)
async def test_links_lead_somewhere(client: httpx.AsyncClient, address: str) -> None:
    shown, outline = await page(client, address)
    for link in outline.all("a"):
        target = urlsplit(str(link["href"]))
        if not target.netloc and target.path:
            response = await client.get(str(link["href"]), headers=BROWSER, follow_redirects=True)
            # A wrong question stays wrong in every language.
            expected = shown.status_code if "hreflang" in link else 200
            assert response.status_code == expected, link


def test_the_style_sheet_pulls_nothing_either() -> None:
    folder = Path(__file__).parents[3] / "api" / "pledgegraph_api" / "web" / "static"
    for file in folder.rglob("*.css"):
        assert not re.search(r"url\(|@import", file.read_text(encoding="utf-8"))
    # What is bundled of others has addresses in its words; tests/browser see what it asks for.
    for file in folder.glob("*.js"):
        assert "://" not in file.read_text(encoding="utf-8")


async def test_the_home_page_says_what_there_is(client: httpx.AsyncClient) -> None:
    response, outline = await page(client, "/")
    numbers = dict(zip(outline.text_of("dt"), NUMBERS.findall(response.text), strict=True))
    told = {"Commitments": "2", "Actors": "1", "Events": "1", "Registers": "0", "Sources": "2"}
    assert numbers == told
    assert "Snapshot of the data: 1." in response.text
    assert "union of all named graphs" in re.sub(r"\s+", " ", response.text)
    assert response.headers["pledgegraph-snapshot"] == "1"
    examples = [a for a in outline.all("a") if str(a["href"]).startswith("/queries/")]
    assert len(examples) == 3
    for example in examples:
        _, shown = await page(client, str(example["href"]))
        assert "Answer" in shown.text_of("h2")
        answer = await client.get(str(example["href"]))
        assert answer.status_code == 200
        assert answer.json()["head"]["vars"]


async def test_the_home_page_follows_the_store(
    settings: Settings, empty_engine: EmbeddedEngine, client_of: ClientOf, small_data: bytes
) -> None:
    async with client_of(create_app(settings, empty_engine)) as client:
        response, outline = await page(client, "/")
        assert NUMBERS.findall(response.text) == ["0", "0", "0", "0", "0"]
        assert "Snapshot of the data: 0. Statements: 0, each" in response.text
        assert "pledgegraph load" in response.text
        for example in outline.all("a"):
            if str(example["href"]).startswith("/queries/"):
                assert (await client.get(str(example["href"]))).status_code == 200
        empty_engine.update(change_of(small_data))
        response, outline = await page(client, "/")
        assert NUMBERS.findall(response.text) == ["2", "0", "1", "1", "2"]
        assert "Snapshot of the data: 1." in response.text


async def test_the_form_asks_without_a_script(client: httpx.AsyncClient) -> None:
    response, outline = await page(client, "/sparql")
    assert response.status_code == 200
    assert "Accept" in response.headers["vary"]
    (form,) = outline.content("form")
    assert (form["action"], form["method"]) == ("/sparql#outcome", "get")
    assert [field["name"] for field in outline.all("textarea")] == ["query"]
    assert [option["value"] for option in outline.all("option")] == [
        "html",
        "xlsx",
        *(each.name for each in (*RESULT_FORMATS, CSV_SAFE, *GRAPH_FORMATS)),
        *VIEWS,
    ]
    query = "\n".join(outline.text_of("textarea"))
    sent = await client.get("/sparql", params={"query": query, "format": "csv"}, headers=BROWSER)
    assert sent.headers["content-type"] == "text/csv; charset=utf-8"


async def test_a_browser_with_an_empty_query_sees_the_form(client: httpx.AsyncClient) -> None:
    response, outline = await page(client, "/sparql?query=")
    assert (response.status_code, len(outline.content("form"))) == (200, 1)


async def test_the_description_comes_from_packaged_files(client: httpx.AsyncClient) -> None:
    _, outline = await page(client, "/docs/try")
    sources = [str(script["src"]) for script in outline.all("script")]
    assert [re.sub(r"\.[0-9a-f]{16}\.", ".", source) for source in sources] == [
        "/static/swagger-ui-bundle.js",
        "/static/docs-initialiser.js",
    ]
    bundle, initialiser = [await client.get(source) for source in sources]
    assert bundle.headers["content-type"].startswith("text/javascript")
    assert len(bundle.content) > 1_000_000
    assert 'url: "../openapi.json"' in initialiser.text
    assert 'validatorUrl: "none"' in initialiser.text


async def test_openapi_describes_what_is_served(client: httpx.AsyncClient) -> None:
    response = await client.get("/openapi.json")
    description = response.json()
    fixed = {path for path in description["paths"] if not path.startswith("/queries/")}
    assert {"/sparql", "/update", "/graphs", "/queries", "/dumps/", "/health", "/metrics"} <= fixed
    endpoint = description["paths"]["/sparql"]
    assert set(endpoint) == {"get", "post"}
    for operation in endpoint.values():
        offered = operation["responses"]["200"]["content"]
        explained = "application/json"
        formats = {*(each.media_type for each in FORMATS), XLSX}
        assert set(offered) == {*formats, explained, "text/html"}
        assert {"400", "406", "413", "503", "504", "507"} <= set(operation["responses"])
        names = {each["name"]: each for each in operation["parameters"]}
        assert {"format", "default-graph-uri", "named-graph-uri"} <= set(names)
        assert names["format"]["schema"]["enum"] == [
            *(each.name for each in NAMED_FORMATS),
            "html",
            "xlsx",
        ]
    assert set(endpoint["post"]["requestBody"]["content"]) == {
        "application/sparql-query",
        "application/x-www-form-urlencoded",
    }
    ids = [op["operationId"] for path in description["paths"].values() for op in path.values()]
    assert len(ids) == len(set(ids))
    assert "servers" not in description


async def test_health(client: httpx.AsyncClient) -> None:
    response = await client.get("/health")
    assert response.status_code == 200
    assert response.headers["cache-control"] == "no-store"
    body = response.json()
    assert (body["status"], body["snapshot"]) == ("ok", 1)
    assert body["version"]


async def test_a_service_below_a_path(settings: Settings, engine: EmbeddedEngine) -> None:
    transport = httpx.ASGITransport(app=create_app(settings, engine), root_path="/pledges")
    async with httpx.AsyncClient(transport=transport, base_url="http://x/pledges") as client:
        response = await client.get("/")
        assert response.status_code == 200
        assert re.search(r'href="/pledges/static/style\.[0-9a-f]{16}\.css"', response.text)
        assert 'href="/pledges/queries/' in response.text


async def test_every_operation_is_told_of_without_a_script(client: httpx.AsyncClient) -> None:
    response, outline = await page(client, "/docs")
    assert outline.all("script") == []
    paths = (await client.get("/openapi.json")).json()["paths"]
    operations = {
        f"{method.upper()} {path}"
        for path, item in paths.items()
        for method in item
        if method in ("get", "post", "put", "patch", "delete", "query")
    }
    told = re.findall(r'<summary><code dir="ltr">([^<]*)</code>', response.text)
    assert sorted(unescape(each) for each in told) == sorted(operations)
    anchors = re.findall(r'<details class="operation" id="([^"]*)"', response.text)
    assert len(anchors) == len(set(anchors)) == len(operations)
