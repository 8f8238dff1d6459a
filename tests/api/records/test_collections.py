"""The lists of records: pages, JSON-LD and CSV, and their filters."""

from __future__ import annotations

import csv
import io
import json
import re
from codecs import BOM_UTF8
from html import unescape

import httpx
import pytest
from pyld import jsonld  # type: ignore[import-untyped]

from tests.api.outline import Outline

pytestmark = pytest.mark.anyio

BASE = "http://localhost:8000"
BROWSER = {"Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"}
LISTS = {
    "commitments": 242,
    "actors": 384,
    "events": 47,
    "sources": 123,
    "registers": 18,
    "frameworks": 6,
}


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
    assert table.content.startswith(BOM_UTF8)
    assert table.headers["content-disposition"] == f'attachment; filename="{name}.csv"'
    rows = list(csv.DictReader(io.StringIO(table.content.decode("utf-8-sig"))))
    assert [row["id"] for row in rows] == listed
    lines = (await shipped.get(f"/{name}.ndjson")).text.splitlines()
    assert [json.loads(line)["id"] for line in lines] == listed
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
    assert columns == next(csv.reader(io.StringIO(table.content.decode("utf-8-sig"))))


@pytest.mark.parametrize(
    ("address", "number"),
    [
        ("/commitments?register=inclusive-data-charter", 17),
        ("/commitments?status=not-reported", 124),
        ("/commitments?freshness=others-reported", 26),
        # A commitment of the steering committee is found from the partnership.
        ("/commitments?actor=collaborative-on-citizen-data", 2),
        ("/events?status=held&kind=workshop", 8),
        ("/sources?kind=EditorialSource", 13),
        ("/actors?kind=national-statistical-office&country=417", 1),
    ],
)
async def test_filters(shipped: httpx.AsyncClient, address: str, number: int) -> None:
    assert len(await items(shipped, address)) == number
    page = await shipped.get(address, headers=BROWSER)
    removals = re.findall(r'class="off" href="([^"]*)"', page.text)
    assert len(removals) == len(httpx.URL(address).params)
    for each in removals:
        wider = httpx.URL(unescape(each)).params
        assert len(wider) == len(removals) - 1
        assert all(httpx.URL(address).params[name] == value for name, value in wider.items())


BEHIND = (
    "/commitments",
    "/commitments?register=inclusive-data-charter&freshness=no-report-known",
    "/commitments?actor=collaborative-on-citizen-data",
    "/commitments?group=persons-with-disabilities&due=later",
    "/commitments?due=passed&status=in-progress",
    "/commitments?country=840&since=2019-01-01&until=2020-12-31",
    "/actors?kind=national-statistical-office&country=417",
    "/commitments?event=un-world-data-forum-5",
    "/commitments?framework=charter-for-change",
    "/registers?actor=open-government-partnership",
    "/frameworks",
    "/countries",
    "/events?status=announced",
    "/events?actor=unsd&since=2024-01-01",
    "/sources?kind=EditorialSource",
    "/sources?register=power-of-data&until=2026-12-31",
)


async def rows_behind(client: httpx.AsyncClient, page: str) -> list[str]:
    """What the query behind a list answers."""
    (address,) = re.findall(r'href="(/sparql\?query=[^"]*)"', page)
    answer = await client.get(unescape(address), headers={"Accept": "text/csv"})
    assert answer.status_code == 200, answer.text
    return [row["record"] for row in csv.DictReader(io.StringIO(answer.text))]


@pytest.mark.parametrize("address", BEHIND)
async def test_the_query_behind_a_list_answers_the_list(
    shipped: httpx.AsyncClient, address: str
) -> None:
    listed = await items(shipped, address)
    assert listed
    page = await shipped.get(address, headers=BROWSER)
    assert sorted(await rows_behind(shipped, page.text)) == sorted(listed)


async def test_every_number_that_narrows_a_list_is_that_of_list_and_query(
    shipped: httpx.AsyncClient,
) -> None:
    page = await shipped.get("/commitments?register=us-federal-data-strategy-2020", headers=BROWSER)
    links = re.findall(
        r'<li><a href="([^"]*)"[^>]*>[^<]*</a> <span class="count">([\d,]+)</span>', page.text
    )
    tried: dict[str, int] = {}
    for address, number in links:
        url = httpx.URL(unescape(address))
        narrowed = next((each for each in url.params if each != "register"), "register")
        tried[narrowed] = tried.get(narrowed, 0) + 1
        if tried[narrowed] > 8:
            continue
        found = await shipped.get(url, headers=BROWSER)
        assert f"Found: {number} of 242." in found.text, url
        assert len(await rows_behind(shipped, found.text)) == int(number.replace(",", "")), url
    assert {"due", "freshness", "status", "assessed", "country", "kind"} <= set(tried)


@pytest.mark.parametrize("day", ["2021-12-31", "2031-12-31"])
async def test_a_list_of_another_day_has_what_stood_so(
    shipped: httpx.AsyncClient, day: str
) -> None:
    """Each class of each filter that hangs on the day, by its number, its list and its query."""
    page = await shipped.get(f"/commitments?day={day}", headers=BROWSER)
    told = re.search(r"Found: ([\d,]+) of ([\d,]+)\.", page.text)
    assert told
    assert told[1] == told[2]
    stood = await shipped.get(f"/progress.csv?day={day}")
    rows = list(csv.DictReader(io.StringIO(stood.content.decode("utf-8-sig"))))
    assert sorted(await rows_behind(shipped, page.text)) == sorted(row["id"] for row in rows)
    columns = {
        "freshness": "reporting",
        "status": "status_by_maker",
        "assessed": "status_by_assessor",
        "due": "due_state",
    }
    for name, column in columns.items():
        values = {row[column] for row in rows} - {"unmatched", "several"}
        assert len(values) > 1
        for value in values:
            address = f"/commitments?day={day}&{name}={value}"
            expected = sorted(row["id"] for row in rows if row[column] == value)
            assert sorted(await items(shipped, address)) == expected, address
            found = await shipped.get(address, headers=BROWSER)
            assert sorted(await rows_behind(shipped, found.text)) == expected, address
            link = re.search(
                rf'day={day}&amp;{name}={value}"[^>]*>[^<]*</a> <span[^>]*>([\d,]+)<', page.text
            )
            assert link, address
            assert int(link[1].replace(",", "")) == len(expected), address


async def test_a_day_that_is_none_is_refused(shipped: httpx.AsyncClient) -> None:
    for day in ("yesterday", "2021-02-30", "1821-01-01"):
        response = await shipped.get(f"/commitments?day={day}")
        assert response.status_code == 400
        assert [each["name"] for each in response.json()["parameters"]] == ["day"]
    assert (await shipped.get("/events?day=2021-12-31")).status_code == 400


async def test_items_come_with_a_summary_and_no_statement_is_made_of_it(
    shipped: httpx.AsyncClient,
) -> None:
    found = (await shipped.get("/commitments?include=summary&size=1000")).json()
    assert len(found["items"]) == found["totalItems"] == 242
    by_id = {each["id"]: each["summary"] for each in found["items"]}
    table = await shipped.get("/commitments.csv")
    for row in csv.DictReader(io.StringIO(table.content.decode("utf-8-sig"))):
        told = by_id[row["id"]]
        assert "|".join(each["id"] for each in told.get("maker", [])) == row["maker"]
        assert "|".join(each["id"] for each in told.get("status", [])) == row["status"]
        assert "|".join(each["label"] for each in told["freshness"]) == row["freshness_label"]
        assert (told.get("due", ""), told["dueState"]) == (row["due"], row["due_state"])
    context = (await shipped.get("/context/1.5.0.jsonld")).json()["@context"]
    made = jsonld.to_rdf({**found, "@context": [context, *found["@context"][1:]]})
    predicates = {quad["predicate"]["value"] for quad in made["@default"]}
    plain = (await shipped.get("/commitments?size=1000")).json()
    bare = jsonld.to_rdf({**plain, "@context": context})
    assert predicates == {quad["predicate"]["value"] for quad in bare["@default"]}


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
    "address",
    [
        "/commitments?status=paused",
        "/commitments?country=010",
        "/commitments?sdg=17.18",
        "/commitments?actor=ad-de",
        "/events?status=cancelled",
        "/actors?country=010",
    ],
)
async def test_a_value_that_no_record_has_gives_an_empty_list(
    shipped: httpx.AsyncClient, address: str
) -> None:
    assert await items(shipped, address) == []


async def test_a_value_that_is_misspelt_is_refused_with_near_ones(
    shipped: httpx.AsyncClient,
) -> None:
    response = await shipped.get("/commitments?register=inclusive-data-chater")
    assert response.status_code == 400
    assert "Did you mean inclusive-data-charter" in response.json()["detail"]


@pytest.mark.parametrize(
    ("address", "choice"),
    [
        ("/commitments?register=nowhere", "inclusive-data-charter"),
        ("/commitments?color=red", "register"),
        ("/events?since=soon", "date"),
        ("/commitments?status=held", "not-reported"),
        ("/actors?kind=a&kind=b", "once"),
        ("/commitments?due=soon", "passed, next, later, ended, none"),
        ("/commitments?size=1001", "1 to 1000"),
        ("/events?size=-1", "1 to 1000"),
        ("/sources?include=all", "summary"),
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
    page = await shipped.get("/commitments?register=inclusive-data-charter", headers=BROWSER)
    shown = re.sub(r"<[^>]*>", "", page.text)
    assert "Status, by the maker: not reported" in shown
    assert "not started" not in shown


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
    assert set(offered) == {
        "application/ld+json",
        "application/x-ndjson",
        "text/csv",
        "text/html",
    }
    for media_type in offered:
        got = await shipped.get(f"/{name}", headers={"Accept": media_type})
        assert got.headers["content-type"].startswith(media_type)
