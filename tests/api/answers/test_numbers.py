"""Every number on a page is the answer of what it links to, or follows from that."""

from __future__ import annotations

import csv
import io
import json
import re
from collections import Counter
from html import unescape
from typing import Final

import httpx
import pytest

from tests.api.outline import all_portions

pytestmark = pytest.mark.anyio

PAGE: Final = {"accept": "text/html"}
BASE: Final = "http://localhost:8000"
LINKED: Final = re.compile(
    r'<a href="((?:/commitments|/actors|/events|/sources|/registers|/frameworks|/countries|/sparql)'
    r'(?:\?[^"]*)?)"[^>]*>([\d,]+)</a>'
)
FRESHNESS: Final = "https://w3id.org/pledgegraph/scheme/freshness#"
HOLDERS: Final = {
    "register": None,
    "framework": None,
    "actor": ("co-dane", "ke-nbs", "collaborative-on-citizen-data", "un-women", "us-omb"),
    "event": ("un-world-data-forum-5", "bogota-workshop-2025", "egm-3-citizen-data-2024"),
    "country": ("404", "170", "840", "800"),
}
"""Records by kind; all of a kind, where there are none."""


async def text_of(client: httpx.AsyncClient, address: str) -> str:
    response = await client.get(address, headers=PAGE)
    assert response.status_code == 200, response.text
    return response.text


async def rows_of(client: httpx.AsyncClient, address: str) -> list[dict[str, str]]:
    """The rows of a list, or of a query that the address holds."""
    response = await client.get(unescape(address), headers={"accept": "text/csv"})
    assert response.status_code == 200, response.text
    return list(csv.DictReader(io.StringIO(response.content.decode("utf-8-sig"))))


async def total_of(client: httpx.AsyncClient, address: str) -> int:
    if address.startswith("/sparql"):
        return len(await rows_of(client, address))
    answer = await client.get(unescape(address), headers={"accept": "application/ld+json"})
    assert answer.status_code == 200, answer.text
    return int(answer.json()["totalItems"])


def plain(page: str) -> str:
    """What a page says, without its tags."""
    return " ".join(unescape(re.sub(r"<[^>]*>", "", page)).split())


def number(text: str) -> int:
    return int(text.replace(",", ""))


@pytest.mark.parametrize("kind", HOLDERS)
async def test_what_a_page_sums_up_is_what_its_list_holds(
    shipped: httpx.AsyncClient, kind: str
) -> None:
    names = HOLDERS[kind] or [
        row["id"].rpartition("/")[2] for row in await rows_of(shipped, f"/{kind}s.csv")
    ]
    for name in names:
        page = await text_of(
            shipped, f"/{kind}/{name}" if kind == "country" else f"/doc/{kind}/{name}"
        )
        box = re.search(r'(?s)<section class="answer".*?</section>', page)
        assert box, name
        linked = [(unescape(way), number(text)) for way, text in LINKED.findall(box[0])]
        (whole, total), *parts = linked
        rows = await rows_of(shipped, whole)
        assert len(rows) == total, name
        found: dict[str, Counter[str]] = {
            "freshness": Counter(),
            "status": Counter(),
            "due": Counter(),
            "register": Counter(),
        }
        for way, count in parts:
            asked = httpx.URL(way).params
            (column,) = (found.keys() & asked.keys()) - {kind}
            found[column][asked[column].rpartition("#")[2]] += count
        held = {
            "freshness": Counter(row["freshness"].rpartition("#")[2] for row in rows),
            "status": Counter(
                each.rpartition("#")[2] for row in rows for each in row["status"].split("|") if each
            ),
            "register": Counter(each for row in rows for each in row["register"].split("|") if each)
            if kind != "register"
            else Counter(),
        }
        for column, counted in held.items():
            assert found[column] == counted, (name, column)
        assert found["due"]["passed"] == sum(row["due_state"] == "passed" for row in rows), name
        said = plain(box[0])
        # No filter has the words that are a register's own; they are quoted.
        assert not re.findall(r"[^”]</span> \d", box[0]), "a number that leads nowhere"
        through = re.search(r"units or predecessors: ([\d,]+), by", said)
        own = f"{BASE}/id/{kind}/{name}"
        others = sum(kind == "actor" and own not in row["maker"].split("|") for row in rows)
        assert (number(through[1]) if through else 0) == others, name


async def test_links_of_a_sum_lead_to_so_many(shipped: httpx.AsyncClient) -> None:
    """What the test before takes from the file of a list, followed one by one."""
    for address in ("/doc/register/us-federal-data-strategy-2020", "/country/840"):
        links = LINKED.findall(await text_of(shipped, address))
        assert len(links) > 5
        for way, text in links:
            assert await total_of(shipped, way) == number(text), way


@pytest.mark.parametrize(
    "address",
    [
        "/doc/register/us-federal-data-strategy-2020",
        "/doc/actor/us-omb",
        "/doc/source/us-federal-data-strategy-2020",
        "/compare?a=register/power-of-data&b=register/us-federal-data-strategy-2020&version_b=",
    ],
)
async def test_the_numbers_of_an_earlier_version_are_asked_of_it(
    shipped: httpx.AsyncClient, address: str
) -> None:
    """Of one that was computed; before that no query would find what the page counts."""
    whole = address.startswith("/compare")
    newest = (await shipped.get("/progress", headers=PAGE)).headers["pledgegraph-snapshot"]
    page = await text_of(shipped, address + newest if whole else f"{address}?version={newest}")
    links = [(way, text) for way, text in LINKED.findall(page) if "/sparql" in way]
    assert len(links) > (0 if "/source/" in address else 4)
    for way, text in dict.fromkeys(links):
        assert httpx.URL(unescape(way)).params["version"] == newest
        assert await total_of(shipped, way) == number(text), way
    if not whole:
        answer = re.search(
            r'(?s)<section class="answer".*?</section>',
            await text_of(shipped, f"{address}?version=1"),
        )
        assert answer
        ways = [way for way, _ in LINKED.findall(answer[0])]
        assert len(ways) == ("/source/" in address)


@pytest.mark.parametrize(
    "address",
    [
        "/",
        "/progress",
        "/progress?day=2020-06-30",
        "/progress?day=2024-02-29",
        "/progress?day=2031-12-31",
        "/catalog",
        "/registers",
        "/frameworks",
        "/countries",
        "/compare?a=register/power-of-data&b=register/us-federal-data-strategy-2020",
        "/compare?a=event/un-world-data-forum-5&b=actor/co-dane",
        "/doc/source/c2d-citizen-data-article",
        "/doc/source/us-federal-data-strategy-2020",
    ],
)
async def test_a_number_that_is_a_link_is_its_answer(
    shipped: httpx.AsyncClient, address: str
) -> None:
    response = await shipped.get(address, headers=PAGE)
    if response.status_code == 404:
        pytest.fail(f"{address} is not there")
    links = LINKED.findall(response.text)
    assert links
    for way, text in dict.fromkeys(links):
        assert await total_of(shipped, way) == number(text), way


@pytest.mark.parametrize("name", ["commitments", "actors", "events", "sources", "registers"])
async def test_a_value_of_a_filter_leads_to_so_many(shipped: httpx.AsyncClient, name: str) -> None:
    """On the whole list, and where another filter is on; of each filter the first and the last."""
    filters = {"commitments": "?due=passed", "actors": "?kind=national-statistical-office"}
    for address in (f"/{name}", f"/{name}{filters.get(name, '')}"):
        page = await text_of(shipped, address)
        for facet in page.split('<h2 id="facet-')[1:]:
            links = re.findall(
                r'<a href="([^"]*)"[^>]*>[^<]*</a> <span class="count">([\d,]+)<', facet
            )
            for way, text in {*links[:1], *links[-1:]}:
                assert await total_of(shipped, way) == number(text), way
        told = re.search(r"Found: ([\d,]+) of ([\d,]+)\.", page)
        assert told
        assert number(told[1]) == await total_of(shipped, address)
        assert number(told[2]) == await total_of(shipped, f"/{name}")


@pytest.mark.parametrize("words", ["disability data", "citizen", "DANE"])
async def test_the_numbers_of_a_search_are_those_of_searches(
    shipped: httpx.AsyncClient, words: str
) -> None:
    address = f"/search?q={words}"
    page = await text_of(shipped, address)
    told = re.search(r"Results: ([\d,]+)", page)
    assert told
    assert number(told[1]) == await total_of(shipped, address)
    links = re.findall(
        r'<a href="(/search\?[^"]*)">(?:<bdi[^>]*>)?[^<]*(?:</bdi>)? \(([\d,]+)\)</a>', page
    )
    assert len(links) > 1
    for way, text in links:
        assert await total_of(shipped, way) == number(text), way


@pytest.mark.parametrize(
    "name", ["c2d-citizen-data", "fds2020-action-2", "ogp-rs0022", "ocean-42226", "pod-goal"]
)
async def test_what_a_commitment_counts_is_what_its_query_answers(
    shipped: httpx.AsyncClient, name: str
) -> None:
    page = await text_of(shipped, f"/doc/commitment/{name}")
    ways = re.findall(r'href="(/sparql\?query=[^"]*)"', page)
    said = plain(page)
    if "What was promised, and what is known of it" not in said:
        assert not ways
        return
    rows = {row["promise"]: row for row in await rows_of(shipped, ways[0])}
    whole = rows.pop(f"{BASE}/id/commitment/{name}")
    counted = re.search(r"Events held: (\d+)\. Outcomes: (\d+)\.", said)
    assert counted
    assert counted.groups() == (whole["events"] or "0", whole["outcomes"] or "0")
    table = re.search(r'(?s)id="promised".*?</table>', page)
    assert table
    lines = re.findall(r"(?s)<tr>\s*<th scope=\"row\">.*?</tr>", table[0])
    assert len(lines) == len(rows)
    told = re.search(r"something is known here: (\d+) of (\d+)\.", said)
    assert told
    assert int(told[2]) == len(rows)
    assert int(told[1]) == sum(line.count("nothing known") < 3 for line in lines)
    for line in lines:
        record = re.search(r'href="/id/([^"]*)"', line)
        assert record
        row = rows[f"{BASE}/id/{record[1]}"]
        pieces = dict(re.findall(r"(Pieces of evidence|Events held|Outcomes): (\d+)", line))
        numbers = {
            "Pieces of evidence": row["evidence"],
            "Events held": row["events"],
            "Outcomes": row["outcomes"],
        }
        # What there is none of is not said.
        assert pieces == {key: told for key, told in numbers.items() if told not in ("", "0")}
        delivered = re.search(r"one by one: (\d+) of (\d+)", line)
        given = (row["delivered"], row["lookedAt"]) if row["lookedAt"] != "0" else None
        assert (delivered.groups() if delivered else None) == given


@pytest.mark.parametrize("day", ["", "?day=2020-06-30", "?day=2031-12-31"])
async def test_the_kinds_of_makers_are_counted_as_the_query_does(
    shipped: httpx.AsyncClient, day: str
) -> None:
    page = await text_of(shipped, f"/progress{day}")
    section = page.partition('id="who"')[2].partition("</section>")[0]
    (way,) = re.findall(r'href="(/sparql\?query=[^"]*)"', section)
    rows = await rows_of(shipped, way)
    shown = re.findall(r"<dd>([\d,]+)</dd>", section)
    assert [number(each) for each in shown] == [int(row["commitments"]) for row in rows]
    doubts = {
        row["discrepancy"]
        for portion in await all_portions(shipped, "/queries/statements-in-doubt")
        for row in csv.DictReader(io.StringIO(portion.text))
    }
    assert f"{len(doubts)}" in re.findall(r"\d+", plain(section.rpartition("<p>")[2]))


async def test_the_front_page_counts_the_statements(shipped: httpx.AsyncClient) -> None:
    page = await text_of(shipped, "/")
    told = re.search(r"Statements: ([\d,]*\d)", page)
    assert told
    query = "SELECT (COUNT(*) AS ?n) { GRAPH ?g { ?s ?p ?o } }"
    answer = await shipped.get("/sparql", params={"query": query, "format": "json"})
    (row,) = json.loads(answer.text)["results"]["bindings"]
    assert int(row["n"]["value"]) == number(told[1])
