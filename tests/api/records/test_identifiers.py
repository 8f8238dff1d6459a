"""Records lead to documents, and documents answer in every form."""

from __future__ import annotations

import re
from pathlib import Path

import httpx
import pytest
from pyoxigraph import Dataset, NamedNode, RdfFormat, parse

from pledgegraph.settings import Settings
from pledgegraph_api.app.create import create_app
from tests.api.conftest import client_of, make_store
from tests.api.outline import Outline

pytestmark = pytest.mark.anyio

BASE = "https://data.example.org"
BROWSER = {"Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"}
TYPES = {
    "html": "text/html; charset=utf-8",
    "ttl": "text/turtle; charset=utf-8",
    "jsonld": "application/ld+json",
    "nt": "application/n-triples",
    "rdf": "application/rdf+xml",
    "trig": "application/trig",
}
SILENT = "/doc/commitment/silent"


@pytest.mark.parametrize("accept", ["text/html", "text/turtle", "application/ld+json", "*/*"])
async def test_a_record_leads_to_its_document(given_up: httpx.AsyncClient, accept: str) -> None:
    response = await given_up.get("/id/commitment/silent?lang=fr", headers={"Accept": accept})
    assert response.status_code == 303
    assert response.headers["location"] == "/doc/commitment/silent?lang=fr"


@pytest.mark.parametrize("extension", TYPES)
async def test_a_document_comes_by_extension_and_by_accept(
    given_up: httpx.AsyncClient, extension: str
) -> None:
    kind = TYPES[extension].partition(";")[0]
    by_extension = await given_up.get(f"{SILENT}.{extension}")
    by_accept = await given_up.get(SILENT, headers={"Accept": kind})
    for response in (by_extension, by_accept):
        assert response.status_code == 200
        assert response.headers["content-type"].startswith(TYPES[extension])
        assert response.headers["content-location"] == f"{SILENT}.{extension}"
        assert {"Accept", "Accept-Language"} <= set(response.headers["vary"].split(", "))
        links = response.headers["link"]
        assert f'<{BASE}{SILENT}>; rel="canonical"' in links
        assert f'<{BASE}/id/commitment/silent>; rel="describes"' in links
        assert {f"{SILENT}.{each}" for each in TYPES if each != extension} == set(
            re.findall(r'<(/[^>]*)>; rel="alternate"', links)
        )
    if extension != "html":
        assert by_extension.content == by_accept.content


async def test_who_has_a_document_gets_none(given_up: httpx.AsyncClient) -> None:
    tags = set()
    for extension in TYPES:
        first = await given_up.get(f"{SILENT}.{extension}")
        tag = first.headers["etag"]
        again = await given_up.get(f"{SILENT}.{extension}", headers={"If-None-Match": tag})
        assert (again.status_code, again.content) == (304, b"")
        assert again.headers["etag"] == tag
        tags.add(tag)
    assert len(tags) == len(TYPES)


async def test_sources_are_named_where_the_format_can(given_up: httpx.AsyncClient) -> None:
    trig = list(parse((await given_up.get(f"{SILENT}.trig")).content, format=RdfFormat.TRIG))
    described = [
        str(quad.graph_name)
        for quad in trig
        if quad.predicate == NamedNode("http://purl.org/dc/terms/description")
    ]
    assert described == [f"<{BASE}/id/source/two>"]
    labels = [q for q in trig if q.subject == NamedNode(f"{BASE}/id/commitment/silent")]
    assert len({str(q.graph_name) for q in labels if "label" in q.predicate.value}) == 2
    union = Dataset(parse((await given_up.get(f"{SILENT}.nt")).content, format=RdfFormat.N_TRIPLES))
    assert {str(quad.triple) for quad in trig} == {str(quad.triple) for quad in union}


async def test_parts_of_parts_are_told_and_neighbours_named(given_up: httpx.AsyncClient) -> None:
    told = (await given_up.get(f"{SILENT}.jsonld")).json()
    (part,) = told["parts"]
    assert part["label"] == {"en": "First"}
    (step,) = part["parts"]
    assert (step["label"], step["dueAsPublished"]) == ({"en": "Step"}, ["end of 2029"])
    assert told["madeBy"][0]["label"] == {"en": "Hub"}
    assert told["dueDate"] == ["2030-12-31"]
    assert list(told)[:4] == ["@context", "id", "type", "label"]


async def test_a_page_shows_who_says_what(given_up: httpx.AsyncClient) -> None:
    response = await given_up.get(f"{SILENT}?view=statements", headers=BROWSER)
    outline = Outline(response.text)
    assert outline.text_of("h1") == ["Silent"]
    assert "not reported" in response.text
    assert "That does not mean that nothing was done." in response.text
    assert "not started" not in response.text.lower()
    marks = [a["href"] for a in outline.all("a") if a.get("class") == "mark"]
    assert {"#source-1", "#source-2"} <= set(marks)
    ids = {attrs["id"] for _, attrs in outline.tags if "id" in attrs}
    assert {str(mark)[1:] for mark in marks} <= ids
    assert "2030-12-31" in outline.attribute("time", "datetime")


async def test_a_page_speaks_the_readers_language(given_up: httpx.AsyncClient) -> None:
    for tag, heading, day in (
        ("fr", "Progrès", "31 décembre 2030"),
        ("ar", "التقدم", "31 ديسمبر 2030"),
        ("zh", "进展", "2030年12月31日"),
    ):
        response = await given_up.get(f"{SILENT}?view=statements&lang={tag}", headers=BROWSER)
        outline = Outline(response.text)
        assert heading in outline.text_of("h2")
        assert day in outline.text_of("time")


async def test_a_merged_record_is_gone_and_says_what_replaced_it(
    given_up: httpx.AsyncClient,
) -> None:
    for address in ("/id/commitment/twice", "/doc/commitment/twice"):
        page = await given_up.get(address, headers=BROWSER)
        assert page.status_code == 410
        assert "Two records of one promise." in page.text
        assert "/id/commitment/once" in Outline(page.text).attribute("a", "href")
        data = await given_up.get(address, headers={"Accept": "application/n-triples"})
        assert data.status_code == 410
        assert f"replacedBy> <{BASE}/id/commitment/once>" in data.text


async def test_a_mistake_is_gone_and_a_withdrawn_promise_is_not(
    given_up: httpx.AsyncClient,
) -> None:
    assert (await given_up.get("/id/commitment/mistake")).status_code == 410
    assert (await given_up.get("/doc/commitment/mistake.ttl")).status_code == 410
    assert (await given_up.get("/id/commitment/withdrawn")).status_code == 303
    assert (await given_up.get("/doc/commitment/withdrawn")).status_code == 200


async def test_an_old_name_leads_to_the_new_one(given_up: httpx.AsyncClient) -> None:
    response = await given_up.get("/id/commitment/old-name")
    assert (response.status_code, response.headers["location"]) == (301, "/id/commitment/once")
    for headers in ({}, BROWSER):
        response = await given_up.get("/doc/commitment/old-name", headers=headers)
        assert (response.status_code, response.headers["location"]) == (301, "/id/commitment/once")


@pytest.mark.parametrize(
    "address",
    ["/id/commitment/silence", "/doc/commitment/silence", "/doc/commitment/silence.ttl"],
)
async def test_an_unknown_record_is_told_with_what_looks_like_it(
    given_up: httpx.AsyncClient, address: str
) -> None:
    response = await given_up.get(address)
    assert response.status_code == 404
    assert f"{BASE}/id/commitment/silent" in response.json()["near"]
    page = await given_up.get(address, headers=BROWSER)
    assert page.status_code == 404
    assert "/id/commitment/silent" in Outline(page.text).attribute("a", "href")


@pytest.mark.parametrize(
    "address",
    ["/id/", "/doc/", "/id/<>", "/doc/commitment/silent.xyz", "/id/a%20b", "/doc/%00", "/id/%ff"],
)
async def test_nonsense_is_not_found(given_up: httpx.AsyncClient, address: str) -> None:
    assert (await given_up.get(address)).status_code == 404


async def test_an_unacceptable_form_is_told_with_the_choices(given_up: httpx.AsyncClient) -> None:
    response = await given_up.get(SILENT, headers={"Accept": "image/png"})
    assert response.status_code == 406
    offered = {each["mediaType"] for each in response.json()["available"]}
    assert {"text/turtle", "application/ld+json"} <= offered
    profile = 'application/ld+json;profile="https://example.org/mine"'
    response = await given_up.get(SILENT, headers={"Accept": profile})
    assert response.status_code == 406
    assert "http://www.w3.org/ns/json-ld#framed" in response.text
    response = await given_up.get(
        SILENT, headers={"Accept": f"{profile}, application/ld+json;q=0.5"}
    )
    assert response.status_code == 200


async def test_a_hub_comes_in_pages(given_up: httpx.AsyncClient) -> None:
    seen: list[str] = []
    address: str | None = "/doc/actor/hub"
    while address is not None:
        response = await given_up.get(address, headers={"Accept": "application/ld+json"})
        assert response.status_code == 200
        seen += [each["id"] for each in response.json()["commitmentsMade"]]
        following = re.search(r'<([^>]*)>; rel="next"', response.headers["link"])
        address = following[1] if following else None
    assert len(seen) == len(set(seen)) == 255
    page = Outline((await given_up.get("/doc/actor/hub?page=2", headers=BROWSER)).text)
    ways = {
        str(a["rel"]): str(a["href"]) for a in page.all("a") if a.get("rel") in ("prev", "next")
    }
    assert ways == {
        "prev": "/doc/actor/hub?view=statements",
        "next": "/doc/actor/hub?view=statements&page=3",
    }


@pytest.mark.parametrize("page", ["7", "0", "-1", "x", "99999999999999999999", "٢"])
async def test_a_page_that_there_is_not(given_up: httpx.AsyncClient, page: str) -> None:
    response = await given_up.get("/doc/actor/hub", params={"page": page})
    assert response.status_code == 404
    assert response.json()["type"].endswith("/problems/page-missing")


async def test_slugs_of_every_kind(given_up: httpx.AsyncClient) -> None:
    encoded = await given_up.get("/id/actor/d%25C3%25A9j%25C3%25A0")
    assert encoded.status_code == 303
    dotted = await given_up.get("/doc/actor/v1.0.html", headers={"Accept": "text/turtle"})
    assert dotted.status_code == 200
    assert "Dotted" in dotted.text


async def test_markup_in_data_is_inert(given_up: httpx.AsyncClient) -> None:
    for view in ("", "?view=statements"):
        response = await given_up.get(f"/doc/actor/harm{view}", headers=BROWSER)
        outline = Outline(response.text)
        assert not outline.all("script")
        assert not any(name.startswith("on") for _, attrs in outline.tags for name in attrs)
        assert not [a for a in outline.attribute("a", "href") if a.startswith("javascript")]
    assert "javascript:alert(1)" in response.text
    assert "https://example.org/?a=1&b=%3Cscript%3E" in outline.attribute("a", "href")


async def test_nothing_comes_from_the_host_header(given_up: httpx.AsyncClient) -> None:
    for address in (
        "/id/commitment/silent",
        SILENT,
        "/doc/commitment/nothing",
        "/id/commitment/old-name",
    ):
        for headers in ({"Accept": "text/turtle"}, BROWSER):
            response = await given_up.get(
                address,
                headers={**headers, "Host": "evil.example", "X-Forwarded-Host": "evil.example"},
            )
            assert "evil.example" not in response.text + str(response.headers)


@pytest.mark.parametrize(
    "path", ["/id/commitment/silent%0d%0aX-Injected:1", "/id/x%0aSet-Cookie:a=1"]
)
async def test_no_line_break_gets_into_a_header(given_up: httpx.AsyncClient, path: str) -> None:
    for address in (
        path,
        "/id/commitment/silent?x=%0d%0aX-Injected:1",
        "/id/commitment/old-name?a=%0d%0aX:1",
    ):
        response = await given_up.get(address)
        assert "x-injected" not in response.headers
        assert "set-cookie" not in response.headers
        assert "\n" not in response.headers.get("location", "")


async def test_what_many_link_to_is_given_up_on_every_page(tmp_path: Path) -> None:
    promises = "\n".join(
        f"<id/commitment/p{each}> a pg:Commitment ; pg:madeBy <id/actor/gone> ."
        for each in range(120)
    )
    data = f"""
    @prefix pg: <https://w3id.org/pledgegraph/def#> .
    <id/source/one> {{
      <id/actor/gone> a pg:Actor .
      {promises}
      <id/retraction/gone> a pg:Retraction ; pg:retracts <id/actor/gone> ;
        pg:reason "Nobody is called so."@en .
    }}"""
    engine = make_store(tmp_path / "store", data.encode())
    settings = Settings(data_dir=tmp_path / "store", base=BASE)
    async with client_of(create_app(settings, engine)) as client:
        for page in (1, 2, 3):
            for extension in ("ttl", "trig", "jsonld", "html"):
                address = f"/doc/actor/gone.{extension}?page={page}"
                response = await client.get(address)
                assert response.status_code == 410, address
                assert extension != "html" or "Nobody is called so." in response.text
    engine.close()
