"""The lists of records: pages, JSON-LD and CSV, and their filters."""

from __future__ import annotations

import csv
import io
import json
import re

import httpx
import pytest

from tests.api.outline import Outline

pytestmark = pytest.mark.anyio

BASE = "http://localhost:8000"
BROWSER = {"Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"}
LISTS = {"commitments": 242, "actors": 384, "events": 47, "sources": 123}


async def items(client: httpx.AsyncClient, address: str) -> list[str]:
    """The records of a list, from page to page."""
    found: list[str] = []
    following: str | None = address
    while following is not None:
        response = await client.get(following.removeprefix(BASE))
        assert response.status_code == 200, response.text
        page = response.json()
        found += [each["id"] for each in page["items"]]
        following = page.get("next")
    assert len(found) == page["totalItems"]
    return found


@pytest.mark.parametrize("name", LISTS)
async def test_a_list_has_every_record_once_in_each_form(
    shipped: httpx.AsyncClient, name: str
) -> None:
    listed = await items(shipped, f"/{name}")
    assert len(listed) == len(set(listed)) == LISTS[name]
    table = await shipped.get(f"/{name}", headers={"Accept": "text/csv"})
    assert table.content == (await shipped.get(f"/{name}.csv")).content
    rows = list(csv.DictReader(io.StringIO(table.text)))
    assert [row["id"] for row in rows] == listed
    page = await shipped.get(f"/{name}", headers=BROWSER)
    shown = Outline(page.text).attribute("a", "href")
    assert [each.removeprefix(BASE) for each in listed[:50]] == [
        each for each in shown if each.startswith("/id/")
    ]


@pytest.mark.parametrize("name", LISTS)
async def test_the_columns_of_the_table_are_described(
    shipped: httpx.AsyncClient, name: str
) -> None:
    table = await shipped.get(f"/{name}.csv")
    described = re.search(r'<([^>]*)>; rel="describedby"', table.headers["link"])
    assert described is not None
    metadata = await shipped.get(described[1])
    assert metadata.headers["content-type"] == "application/csvm+json"
    document = json.loads(metadata.text)
    assert document["url"] == f"{BASE}/{name}.csv"
    columns = [each["name"] for each in document["tableSchema"]["columns"]]
    assert columns == next(csv.reader(io.StringIO(table.text)))


@pytest.mark.parametrize(
    ("address", "number"),
    [
        ("/commitments?register=inclusive-data-charter", 17),
        ("/commitments?status=not-reported", 124),
        ("/commitments?freshness=never-reported", 86),
        ("/events?status=held&kind=workshop", 8),
        ("/sources?kind=EditorialSource", 13),
        ("/actors?kind=national-statistical-office&country=417", 1),
    ],
)
async def test_filters(shipped: httpx.AsyncClient, address: str, number: int) -> None:
    assert len(await items(shipped, address)) == number
    page = Outline((await shipped.get(address, headers=BROWSER)).text)
    chosen = [str(each["value"]) for each in page.all("option") if "selected" in each]
    assert sorted(chosen) == sorted(httpx.URL(address).params.values())


async def test_filters_by_date_leave_out_what_has_none(shipped: httpx.AsyncClient) -> None:
    every = await items(shipped, "/events")
    before = await items(shipped, "/events?until=2024-12-31")
    after = await items(shipped, "/events?since=2025-01-01")
    assert before
    assert after
    assert set(before) | set(after) < set(every)


async def test_an_iri_is_a_value_too(shipped: httpx.AsyncClient) -> None:
    iri = f"{BASE}/id/register/inclusive-data-charter"
    response = await shipped.get("/commitments", params={"register": iri})
    assert response.json()["totalItems"] == 17


@pytest.mark.parametrize(
    ("address", "choice"),
    [
        ("/commitments?register=nowhere", "inclusive-data-charter"),
        ("/commitments?color=red", "register"),
        ("/events?since=soon", "date"),
        ("/commitments?status=held", "not-reported"),
        ("/actors?kind=a&kind=b", "once"),
    ],
)
async def test_what_cannot_be_filtered_by_is_refused_with_the_choices(
    shipped: httpx.AsyncClient, address: str, choice: str
) -> None:
    response = await shipped.get(address)
    assert response.status_code == 400
    assert choice in response.text
    assert (await shipped.get(address, headers=BROWSER)).status_code == 400


@pytest.mark.parametrize("page", ["0", "9", "x", "-1", "1e3"])
async def test_a_page_that_there_is_not(shipped: httpx.AsyncClient, page: str) -> None:
    assert (await shipped.get(f"/actors?page={page}")).status_code == 404


async def test_no_status_is_never_not_started(shipped: httpx.AsyncClient) -> None:
    table = await shipped.get("/commitments.csv?register=inclusive-data-charter")
    rows = list(csv.DictReader(io.StringIO(table.text)))
    assert {row["status"].rpartition("#")[2] for row in rows} == {"not-reported"}
    page = await shipped.get("/commitments?register=inclusive-data-charter", headers=BROWSER)
    assert "not reported" in page.text


async def test_a_status_without_a_match_is_the_registers_own(shipped: httpx.AsyncClient) -> None:
    """It said Completed in January 2018 and Financial issues four times after."""
    stuck = await items(shipped, "/commitments?status=financial-issues")
    assert f"{BASE}/id/commitment/ocean-42172" in stuck
    not_reported = await items(shipped, "/commitments?status=not-reported")
    assert not set(stuck) & set(not_reported)
    assert f"{BASE}/id/commitment/ocean-46183" in not_reported


async def test_who_has_a_list_gets_none(shipped: httpx.AsyncClient) -> None:
    for address in ("/actors.csv", "/actors.jsonld", "/commitments-metadata.json"):
        first = await shipped.get(address)
        again = await shipped.get(address, headers={"If-None-Match": first.headers["etag"]})
        assert (again.status_code, again.content) == (304, b"")


@pytest.mark.parametrize("name", ["commitments", "actors", "events", "sources"])
async def test_the_operation_has_the_filters_that_the_list_takes(
    shipped: httpx.AsyncClient, name: str
) -> None:
    paths = (await shipped.get("/openapi.json")).json()["paths"]
    operation = paths[f"/{name}"]["get"]
    refused = (await shipped.get(f"/{name}?nonsense=1", headers={"Accept": "text/csv"})).json()
    assert refused["parameters"][0]["choices"] == [each["name"] for each in operation["parameters"]]
    offered = operation["responses"]["200"]["content"]
    assert set(offered) == {"application/ld+json", "text/csv", "text/html"}
    for media_type in offered:
        got = await shipped.get(f"/{name}", headers={"Accept": media_type})
        assert got.headers["content-type"].startswith(media_type)
