"""The search through HTTP."""

from __future__ import annotations

import csv
import io
import re
from html import unescape
from xml.etree import ElementTree as ET

import httpx
import pytest

from pledgegraph_api.http.languages import LANGUAGES
from pledgegraph_api.web.translations import read_wording
from tests.api.conftest import SHIPPED_BASE

PAGE = {"accept": "text/html"}

pytestmark = pytest.mark.anyio


async def test_a_name_is_found_from_every_page_in_one_step(shipped: httpx.AsyncClient) -> None:
    home = (await shipped.get("/", headers=PAGE)).text
    (form,) = re.findall(r'<form class="search".*?</form>', home, re.DOTALL)
    assert 'action="/search"' in form
    assert 'name="q"' in form
    page = (await shipped.get("/search?q=DANE", headers=PAGE)).text
    (first,) = re.findall(r'<ol class="entries".*?<a href="([^"]*)"', page, re.DOTALL)
    assert first == "/id/actor/co-dane"
    assert "acronym: <span" in page


@pytest.mark.parametrize("language", LANGUAGES)
async def test_pages_are_in_every_language(shipped: httpx.AsyncClient, language: str) -> None:
    for query in ("", "q=data", "q=qqxxqqzz", "q=kollaborativa+medborgardata"):
        page = await shipped.get(f"/search?{query}&lang={language}", headers=PAGE)
        assert page.status_code == 200
        assert f'<html lang="{language}"' in page.text


async def test_a_facet_leads_to_as_many_as_it_says(shipped: httpx.AsyncClient) -> None:
    page = (await shipped.get("/search?q=data", headers=PAGE)).text
    facets = re.findall(
        r'<a href="(/search\?[^"]*(?:kind|register)=[^"]*)">[^<]*\(([\d,]+)\)', page
    )
    assert len(facets) > 5
    for address, count in facets:
        found = await shipped.get(unescape(address), headers={"accept": "application/ld+json"})
        assert found.json()["totalItems"] == int(count.replace(",", "")), address


async def test_every_kind_has_a_name_in_every_language(shipped: httpx.AsyncClient) -> None:
    told = (await shipped.get("/search.jsonld?q=data&kind=dog")).json()["parameters"][0]
    assert len(told["choices"]) > 10
    for language, words in read_wording().items():
        for kind in told["choices"]:
            assert f"kind_{kind}" in words, (language, kind)


async def test_as_data_it_has_the_same_as_on_the_page(shipped: httpx.AsyncClient) -> None:
    told = (await shipped.get("/search.jsonld?q=citizen")).json()
    rows = (await shipped.get("/search.csv?q=citizen")).content
    assert rows.startswith(b"\xef\xbb\xbf")
    listed = list(csv.DictReader(io.StringIO(rows.decode("utf-8-sig"))))
    assert len(listed) == told["totalItems"] > 20
    assert [item["id"] for item in told["items"]] == [row["id"] for row in listed[:20]]
    following = (await shipped.get(told["next"].removeprefix(SHIPPED_BASE))).json()
    assert [item["id"] for item in following["items"]] == [row["id"] for row in listed[20:40]]


async def test_suggestions_are_in_the_form_that_browsers_read(shipped: httpx.AsyncClient) -> None:
    text, names, kinds, addresses = (await shipped.get("/search/suggest?q=citiz")).json()
    assert text == "citiz"
    assert len(names) == len(kinds) == len(addresses) == 8
    for address in addresses:
        path = address.removeprefix(SHIPPED_BASE)
        assert (await shipped.get(path, follow_redirects=True)).status_code == 200
    described = ET.fromstring((await shipped.get("/search/description.xml")).text)  # noqa: S314
    templates = [each.get("template", "") for each in described.iter() if each.get("template")]
    assert any(each.startswith(f"{SHIPPED_BASE}/search?q=") for each in templates)


@pytest.mark.parametrize(
    ("query", "status", "told"),
    [
        ("q=data&kind=dog", 400, "Choose one of: "),
        ("q=data&register=dog", 400, "inclusive-data-charter"),
        ("q=data&page=999", 404, "1 to"),
        ("q=data&pagina=1", 400, "pagina"),
        (f"q={'a' * 201}", 400, "at most 200"),
        ("q=a&q=b", 400, "q"),
    ],
)
async def test_what_cannot_be_is_told(
    shipped: httpx.AsyncClient, query: str, status: int, told: str
) -> None:
    response = await shipped.get(f"/search?{query}", headers={"accept": "application/json"})
    assert response.status_code == status
    assert told in response.text


async def test_markup_in_words_is_inert(shipped: httpx.AsyncClient) -> None:
    page = await shipped.get("/search?q=<script>alert(1)</script>\"'", headers=PAGE)
    assert page.status_code == 200
    assert "<script>alert" not in page.text


async def test_what_a_client_has_is_not_sent_again(shipped: httpx.AsyncClient) -> None:
    for path in ("/search?q=data", "/search.csv?q=data", "/search.jsonld?q=data"):
        first = await shipped.get(path, headers=PAGE)
        tag = {"if-none-match": first.headers["etag"]}
        assert (await shipped.get(path, headers={**PAGE, **tag})).status_code == 304
        other = await shipped.get(path.replace("data", "citizen"), headers={**PAGE, **tag})
        assert other.status_code == 200
