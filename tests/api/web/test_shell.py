"""The shell of every page: six languages, either direction, and the way to the others."""

from __future__ import annotations

import re
from pathlib import Path

import httpx
import pytest
from pyoxigraph import NamedNode

from pledgegraph.errors import ServiceBusy
from pledgegraph.namespaces import RDF
from pledgegraph.store.embedded import EmbeddedEngine
from pledgegraph_api.http.languages import LANGUAGES
from pledgegraph_api.sparql.runner import QueryRunner
from tests.api.outline import Outline

pytestmark = pytest.mark.anyio

BROWSER = {"Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"}
PAGES = [
    "/",
    "/sparql",
    "/sparql?query=SELECT%20*%20%7B%20%3Fs%20%3Fp%20%3Fo%20%7D",
    "/sparql?query=nonsense",
    "/queries",
    "/queries/freshness-and-status",
    "/docs",
    "/guide",
    "/problems",
    "/problems/busy",
    "/nothing",
]
STYLE = Path(__file__).parents[3] / "api" / "pledgegraph_api" / "web" / "static" / "style.css"


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("address", PAGES)
async def test_every_page_speaks_every_language(
    client: httpx.AsyncClient, address: str, language: str
) -> None:
    joined = f"{address}{'&' if '?' in address else '?'}lang={language}"
    response = await client.get(joined, headers=BROWSER)
    outline = Outline(response.text)
    direction = "rtl" if language == "ar" else "ltr"
    assert outline.all("html") == [{"lang": language, "dir": direction}]
    assert response.headers["content-language"] == language
    assert {"Accept", "Accept-Language"} <= set(response.headers["vary"].split(", "))
    header = await client.get(address, headers={**BROWSER, "Accept-Language": language})
    assert Outline(header.text).all("html") == outline.all("html")


@pytest.mark.parametrize("address", PAGES)
async def test_the_switch_keeps_address_and_parameters(
    client: httpx.AsyncClient, address: str
) -> None:
    outline = Outline((await client.get(address, headers=BROWSER)).text)
    switch = [each for each in outline.all("a") if "hreflang" in each]
    assert [each["hreflang"] for each in switch] == list(LANGUAGES)
    for each in switch:
        asked = httpx.URL(str(each["href"]))
        expected = httpx.URL(address)
        assert asked.path == expected.path
        assert dict(asked.params) == {**expected.params, "lang": each["lang"]}
        page = Outline((await client.get(str(each["href"]), headers=BROWSER)).text)
        assert page.attribute("html", "lang") == [each["lang"]]
        # Who chose a language keeps it on the way to the other pages.
        ways = page.attribute("a", "href")
        assert {f"/queries?lang={each['lang']}", f"/sparql?lang={each['lang']}"} <= set(ways)


@pytest.mark.parametrize("address", ["//elsewhere.example/x", "/%2F/elsewhere.example", "/\\x"])
async def test_the_switch_leads_to_no_other_host(client: httpx.AsyncClient, address: str) -> None:
    request = httpx.Request("GET", "http://testserver", headers=BROWSER)
    request.url = httpx.URL("http://testserver" + address)
    outline = Outline((await client.send(request)).text)
    switch = [str(each["href"]) for each in outline.all("a") if "hreflang" in each]
    assert switch
    assert not [each for each in switch if re.match(r"[/\\]{2}|/\\", each)]


@pytest.mark.parametrize("address", ["/?lang=tlh", "/problems?lang=en&lang=fr", "/docs?lang=xx"])
async def test_a_language_that_there_is_not_is_refused(
    client: httpx.AsyncClient, address: str
) -> None:
    response = await client.get(address)
    assert response.status_code == 400
    assert response.json()["type"].endswith("/problems/parameter")
    shown = await client.get(address, headers={**BROWSER, "Accept-Language": "ru"})
    assert shown.status_code == 400
    assert Outline(shown.text).attribute("html", "lang") == ["ru"]


async def test_who_has_a_page_is_told_so_in_that_language_only(client: httpx.AsyncClient) -> None:
    first = await client.get("/", headers=BROWSER)
    tag = first.headers["etag"]
    again = await client.get("/", headers={**BROWSER, "If-None-Match": f'"x", {tag}'})
    assert (again.status_code, again.content) == (304, b"")
    assert again.headers["etag"] == tag
    assert "Accept-Language" in again.headers["vary"]
    french = await client.get(
        "/", headers={**BROWSER, "If-None-Match": tag, "Accept-Language": "fr"}
    )
    assert french.status_code == 200
    assert french.headers["etag"] != tag
    assert (await client.get("/", headers={**BROWSER, "If-None-Match": '"x"'})).status_code == 200


async def test_what_has_no_translation_says_its_language(client: httpx.AsyncClient) -> None:
    arabic = Outline((await client.get("/problems/busy?lang=ar", headers=BROWSER)).text)
    assert {"lang": "en", "dir": "ltr"} in [
        {name: each.get(name) for name in ("lang", "dir")} for each in arabic.all("div")
    ]
    for language in LANGUAGES:
        outline = Outline((await client.get(f"/queries?lang={language}", headers=BROWSER)).text)
        titles = [a for a in outline.all("a") if str(a["href"]).startswith("/queries/")]
        assert titles
        assert not [a for a in titles if "lang" in a]


def test_the_style_sheet_knows_no_left_or_right() -> None:
    assert not re.search(r"\b(?:left|right)\b", STYLE.read_text(encoding="utf-8"))


def of_each_class(engine: EmbeddedEngine) -> list[str]:
    """The document of one record of each class, and so of each kind of page."""
    first: dict[NamedNode, str] = {}
    with engine.snapshot() as snapshot:
        for quad in snapshot.quads():
            if quad.predicate == RDF.type and isinstance(quad.object, NamedNode):
                node = quad.subject
                if isinstance(node, NamedNode) and "/id/" in node.value:
                    path = f"/doc/{node.value.partition('/id/')[2]}"
                    first[quad.object] = min(first.get(quad.object, path), path)
    return sorted(set(first.values()))


async def test_no_page_shows_what_python_calls_things(
    shipped: httpx.AsyncClient, shipped_engine: EmbeddedEngine
) -> None:
    records = of_each_class(shipped_engine)
    assert len(records) > 20
    lists = ["/commitments", "/actors", "/events", "/sources", "/changes", "/changes/1", "/dumps/"]
    described = ["/catalog", "/def", "/scheme/status", "/methodology"]
    with shipped_engine.snapshot() as snapshot:
        changed = snapshot.sequence
    earlier = [f"{path}?version={changed}" for path in records[:3]]
    for address in [*PAGES, *lists, *described, *records, *earlier]:
        page = (await shipped.get(address, headers=BROWSER)).text
        shown = re.sub(r"<(pre|textarea)\b.*?</\1>", "", page, flags=re.DOTALL)
        assert re.search(r"Pledgegraph \d", shown), address
        assert not re.search(
            r"object at 0x|(?<!If-)\bNone\b(?! of\b|-Match)|<built-in|PastVersion", shown
        ), address


async def test_pages_answer_while_no_query_can(
    client: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def refuse(*_: object, **__: object) -> None:
        raise ServiceBusy("Too many queries are waiting.", retry_after=1)

    monkeypatch.setattr(QueryRunner, "run", refuse)
    query = {"query": "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }"}
    asked = await client.get("/sparql", params=query, headers=BROWSER)
    assert asked.status_code == 503
    assert Outline(asked.text).text_of("h1")
    for address in ("/", "/progress", "/commitments", "/actors", "/search?q=pledge", "/sparql"):
        assert (await client.get(address, headers=BROWSER)).status_code == 200, address
