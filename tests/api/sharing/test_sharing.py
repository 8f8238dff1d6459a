"""Citing records and following what is told of them."""

from __future__ import annotations

import json
import re
from datetime import UTC, date, datetime
from html import unescape
from xml.etree import ElementTree as ET

import httpx
import pytest

from pledgegraph_api.http.languages import LANGUAGES
from pledgegraph_api.sharing.citation import Citation, as_bibtex, as_csl, as_ris, as_text
from tests.api.conftest import SHIPPED_BASE

PAGE = {"accept": "text/html"}
RECORD = f"{SHIPPED_BASE}/id/commitment/c2d-citizen-data"
ATOM = "{http://www.w3.org/2005/Atom}"
HOSTILE = Citation(
    "http://x/id/commitment/a%2Fb",
    "50% of {all} \\data & more_\nER  - \n} @comment{x",
    "en",
    date(2026, 11, 29),
    7,
    date(2026, 12, 1),
)

pytestmark = pytest.mark.anyio


async def test_a_record_is_cited_in_two_steps_from_its_page(shipped: httpx.AsyncClient) -> None:
    page = (await shipped.get("/doc/commitment/c2d-citizen-data", headers=PAGE)).text
    (address,) = re.findall(r'<a href="(/cite/[^"]*)"', page)
    cite = await shipped.get(unescape(address), headers=PAGE)
    assert cite.status_code == 200
    files = dict(re.findall(r'href="(/cite/[^"?]*\.(\w+)\?[^"]*)"', cite.text))
    assert set(files.values()) == {"txt", "bib", "ris", "json"}
    assert "&#13;" not in cite.text
    assert "\nER  - \n" in cite.text
    snapshot = cite.headers["pledgegraph-snapshot"]
    today = datetime.now(UTC).date().isoformat()
    for address, extension in files.items():
        text = (await shipped.get(unescape(address))).text
        assert RECORD in text, extension
        assert "Enhancing production and use of citizen data" in text, extension
        assert snapshot in text, extension
        assert today.replace("-", "/") in text or today in text or extension == "json"
    item = json.loads((await shipped.get("/cite/commitment/c2d-citizen-data.json")).text)[0]
    assert (item["URL"], item["type"], item["version"]) == (
        RECORD,
        "dataset",
        f"snapshot {snapshot}",
    )


def test_no_title_breaks_out_of_its_form() -> None:
    entry = as_bibtex(HOSTILE)
    assert entry.count("@") == 2  # its own, and that of the title
    bare = re.sub(r"\\[\\{}$&#^_~%]|\\text\w+\{\}", "", entry)
    assert bare.count("{") == bare.count("}")
    assert "\n} @comment" not in entry
    lines = as_ris(HOSTILE).split("\r\n")
    assert [line for line in lines if line.startswith("ER")] == ["ER  - "]
    assert json.loads(as_csl(HOSTILE))[0]["issued"] == {"date-parts": [[2026, 11, 29]]}
    assert as_text(HOSTILE).count("\n") == 1


@pytest.mark.parametrize("language", LANGUAGES)
async def test_both_are_there_in_every_language(shipped: httpx.AsyncClient, language: str) -> None:
    page = await shipped.get(f"/cite/actor/co-dane?lang={language}", headers=PAGE)
    assert page.status_code == 200
    assert f'<html lang="{language}"' in page.text
    feed = await shipped.get(f"/feeds/commitments.atom?lang={language}")
    assert ET.fromstring(feed.text).get("{http://www.w3.org/XML/1998/namespace}lang") == language  # noqa: S314


async def entries(shipped: httpx.AsyncClient, address: str) -> list[ET.Element]:
    feed = await shipped.get(address)
    assert feed.status_code == 200, feed.text
    assert feed.headers["content-type"].startswith("application/atom+xml")
    return list(ET.fromstring(feed.text).iter(f"{ATOM}entry"))  # noqa: S314 -- our own


async def test_a_commitment_is_followed_from_its_page(shipped: httpx.AsyncClient) -> None:
    page = (await shipped.get("/doc/commitment/c2d-citizen-data", headers=PAGE)).text
    (address,) = re.findall(r'type="application/atom\+xml" href="(/feeds/commitment[^"]*)"', page)
    told = await entries(shipped, address)
    assert len(told) >= 3
    days = [each.findtext(f"{ATOM}updated", "") for each in told]
    assert days == sorted(days, reverse=True)
    for each in told:
        identifier = each.findtext(f"{ATOM}id", "")
        found = await shipped.get(identifier.removeprefix(SHIPPED_BASE), follow_redirects=True)
        assert found.status_code == 200, identifier
        assert each.findtext(f"{ATOM}title", "").startswith("Enhancing production")
        assert each.findtext(f"{ATOM}summary")


async def test_a_list_is_followed_with_its_filters(shipped: httpx.AsyncClient) -> None:
    page = (
        await shipped.get("/commitments?register=make-inclusive-data-the-norm", headers=PAGE)
    ).text
    (address,) = re.findall(r'type="application/atom\+xml" href="(/feeds/commitments[^"]*)"', page)
    some = {each.findtext(f"{ATOM}id") for each in await entries(shipped, unescape(address))}
    everything = await entries(shipped, "/feeds/commitments.atom")
    assert len(everything) == 50
    assert 0 < len(some) < 50
    refused = await shipped.get("/feeds/commitments.atom?register=no-such")
    assert refused.status_code == 400


async def test_a_search_is_followed_from_its_page(shipped: httpx.AsyncClient) -> None:
    page = (await shipped.get("/search?q=citizen+data&kind=commitment", headers=PAGE)).text
    (address,) = re.findall(r'<a href="(/feeds/search\.atom[^"]*)"', page)
    some = {each.findtext(f"{ATOM}id", "") for each in await entries(shipped, unescape(address))}
    found = (await shipped.get("/search.csv?q=citizen+data&kind=commitment")).text
    whole = await entries(shipped, "/feeds/commitment/c2d-citizen-data.atom")
    assert RECORD in found
    assert {each.findtext(f"{ATOM}id", "") for each in whole} <= some
    assert "Enhancing production" in (await shipped.get(unescape(address))).text
    assert await entries(shipped, "/feeds/search.atom?q=no+such+words+qqqq&kind=event") == []
    refused = await shipped.get("/feeds/search.atom?q=data&kind=no-such")
    assert refused.status_code == 400


async def test_what_is_not_there_is_told(shipped: httpx.AsyncClient) -> None:
    for path in ("/cite/commitment/no-such", "/cite/actor/x.bib", "/feeds/commitment/no-such.atom"):
        missing = await shipped.get(path, headers={"accept": "application/json"})
        assert missing.status_code == 404, path
        assert missing.json()["remedy"]


async def test_what_a_client_has_is_not_sent_again(shipped: httpx.AsyncClient) -> None:
    for path in ("/cite/actor/co-dane", "/cite/actor/co-dane.bib", "/feeds/commitments.atom"):
        first = await shipped.get(path, headers=PAGE)
        tag = {"if-none-match": first.headers["etag"]}
        assert (await shipped.get(path, headers={**PAGE, **tag})).status_code == 304, path
