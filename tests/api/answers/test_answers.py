"""Pages of countries and sources, two things compared, and what is put into other pages."""

from __future__ import annotations

import re
from html import unescape

import httpx
import pytest

pytestmark = pytest.mark.anyio

PAGE = {"accept": "text/html"}


async def text_of(client: httpx.AsyncClient, address: str, status: int = 200) -> str:
    response = await client.get(address, headers=PAGE)
    assert response.status_code == status, response.text
    return response.text


async def counted(client: httpx.AsyncClient, address: str) -> int:
    found = await client.get(unescape(address), headers={"accept": "application/ld+json"})
    return int(found.json()["totalItems"])


async def test_a_country_is_found_from_what_is_there(shipped: httpx.AsyncClient) -> None:
    actor = await text_of(shipped, "/doc/actor/ke-nbs")
    assert 'href="/country/404"' in actor
    page = await text_of(shipped, "/country/404?lang=fr")
    assert '<h1 dir="auto">Kenya</h1>' in page
    assert 'href="/country/014?lang=fr"' in page
    assert "/id/actor/ke-nbs" in page


@pytest.mark.parametrize("code", ["999", "KE", "40", "404x"])
async def test_no_country_has_the_code(shipped: httpx.AsyncClient, code: str) -> None:
    assert "/scheme/m49" in await text_of(shipped, f"/country/{code}", 404)


async def test_a_source_says_what_it_tells_of(shipped: httpx.AsyncClient) -> None:
    page = await text_of(shipped, "/doc/source/c2d-citizen-data-article")
    assert re.search(r"Commitments that it tells of: <a [^>]*>1</a>", page)
    assert 'href="https://commit-2-data.com/en/blog/committing-to-citizen-data"' in page
    shown, _, _ = page.partition('id="statements"')
    assert "Workshop in Bishkek" in shown
    assert "National Administrative Department of Statistics (DANE)" in shown
    rules = await text_of(shipped, "/doc/source/editors-inferences")
    assert "Commitments that it tells of" not in rules


async def test_two_registers_stand_beside_each_other(shipped: httpx.AsyncClient) -> None:
    named = await text_of(shipped, "/compare?a=register/power-of-data&b=Inclusive+Data+Charter")
    by_iri = await text_of(
        shipped,
        "/compare?a=http://localhost:8000/id/register/power-of-data&b=register/inclusive-data-charter",
    )
    assert re.findall(r"<table.*</table>", named, re.S) == re.findall(
        r"<table.*</table>", by_iri, re.S
    )
    numbers = re.findall(r'<a href="/commitments\?register=[^"&]*">(\d+)</a>', named)
    assert numbers == ["8", "17"]
    assert "not here" not in named  # they have nothing in common


async def test_what_two_have_in_common_stands_in_one_row(shipped: httpx.AsyncClient) -> None:
    page = await text_of(
        shipped,
        "/compare?a=actor/collaborative-on-citizen-data"
        "&b=actor/collaborative-on-citizen-data-steering-committee",
    )
    row = re.search(r"(?s)<tr>(?:(?!</tr>).)*c2d-citizen-data\"(?:(?!</tr>).)*</tr>", page)
    assert row
    assert "not here" not in row[0]
    assert page.count("not here") == 1


async def test_a_thing_is_compared_with_itself_as_it_was(shipped: httpx.AsyncClient) -> None:
    newest = int((await shipped.get("/progress")).headers["pledgegraph-snapshot"])
    record = "register/power-of-data"
    page = await text_of(shipped, f"/compare?a={record}&b={record}&version_b={newest}")
    assert "newest version" in page
    assert f"version {newest}" in page
    assert f"?version={newest}" in page
    await text_of(shipped, f"/compare?a={record}&b={record}&version_b={newest + 9}", 404)


@pytest.mark.parametrize(
    ("address", "status", "told"),
    [
        ("/compare", 200, "The first: a name"),
        ("/compare?a=actor/co-dane", 200, 'value="actor/co-dane"'),
        ("/compare?a=actor/co-dane&b=kenya+national+bureau+of+statistic", 400, "actor/ke-nbs"),
        ("/compare?a=commitment/c2d-idc&b=actor/co-dane", 400, "no actor, register, event"),
        ("/compare?a=actor/co-dane&b=actor/ke-nbs&version_a=x", 400, "number of a change set"),
        ("/compare?c=1", 400, "Unknown parameter"),
    ],
)
async def test_what_cannot_be_compared_is_told(
    shipped: httpx.AsyncClient, address: str, status: int, told: str
) -> None:
    assert told in unescape(await text_of(shipped, address, status))


@pytest.mark.parametrize(
    "address", ["/embed/commitment/c2d-citizen-data", "/embed/progress?day=2026-11-29"]
)
async def test_only_what_is_embedded_may_stand_in_a_frame(
    shipped: httpx.AsyncClient, address: str
) -> None:
    framed = await shipped.get(address, headers=PAGE)
    policy = framed.headers["content-security-policy"]
    assert "frame-ancestors *" in policy
    assert "script-src" not in policy
    assert "default-src 'none'" in policy
    assert not re.search(r"<(script|form|input|button|iframe)\b", framed.text)
    again = await shipped.get(address, headers={**PAGE, "if-none-match": framed.headers["etag"]})
    assert again.status_code == 304
    assert "frame-ancestors *" in again.headers["content-security-policy"]
    for other in ("/doc/commitment/c2d-citizen-data", "/progress", "/embed/actor/co-dane"):
        policy = (await shipped.get(other, headers=PAGE)).headers["content-security-policy"]
        assert "frame-ancestors 'none'" in policy


async def test_what_is_embedded_says_what_the_page_says(shipped: httpx.AsyncClient) -> None:
    boxes = [
        re.findall(r'(?s)<section class="answer".*?</section>', await text_of(shipped, address))
        for address in (
            "/doc/commitment/c2d-citizen-data?lang=ar",
            "/embed/commitment/c2d-citizen-data?lang=ar",
        )
    ]
    assert len(boxes[0]) == 1
    assert boxes[0] == boxes[1]


async def test_the_numbers_of_the_home_page_are_those_of_the_lists(
    shipped: httpx.AsyncClient,
) -> None:
    page = await text_of(shipped, "/")
    numbers = re.findall(r'<dd><a href="(/\w+)">([\d,]+)</a></dd>', page)
    assert len(numbers) == 5
    for address, number in numbers:
        assert int(number) == await counted(shipped, address)
    told = re.search(r"for ([\d,]+) of 242 commitments", page)
    assert told
    assert told[0] in await text_of(shipped, "/progress")


@pytest.mark.parametrize("record", ["register/inclusive-data-charter", "actor/co-dane"])
async def test_what_is_told_of_the_commitments_of_a_holder_can_be_followed(
    shipped: httpx.AsyncClient, record: str
) -> None:
    page = await text_of(shipped, f"/doc/{record}")
    feed = re.search(r'href="(/feeds/commitments.atom\?[^"]*)"', page)
    assert feed
    assert "<feed" in (await shipped.get(unescape(feed[1]))).text
