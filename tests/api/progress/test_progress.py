"""The progress page and its figures, beside the answers of the catalogue."""

from __future__ import annotations

import csv
import io
import re
from collections import Counter
from dataclasses import replace
from datetime import UTC, date, datetime
from html import unescape
from xml.etree import ElementTree as ET

import httpx
import pytest
from pyoxigraph import NamedNode

from pledgegraph.documents import Names
from pledgegraph.settings import Settings
from pledgegraph.store.embedded import EmbeddedEngine
from pledgegraph_api.app.create import create_app
from pledgegraph_api.http.languages import LANGUAGES
from pledgegraph_api.progress.ledger import Ledgers
from pledgegraph_api.progress.standing import months_before, standings
from tests.api.conftest import BASE, ClientOf
from tests.api.outline import all_portions

FRESHNESS = "https://w3id.org/pledgegraph/scheme/freshness#"
STATUS = "https://w3id.org/pledgegraph/scheme/status#"
PAGE = {"accept": "text/html"}
DAYS = ("2016-01-01", "2020-06-30", "2021-12-31", "2024-02-29", "2025-12-31", "2026-11-29")

pytestmark = pytest.mark.anyio


async def standing(client: httpx.AsyncClient, day: str) -> dict[str, dict[str, str]]:
    response = await client.get(f"/progress.csv?day={day}")
    assert response.status_code == 200
    assert response.content.startswith(b"\xef\xbb\xbf")
    rows = csv.DictReader(io.StringIO(response.content.decode("utf-8-sig")))
    return {row["id"]: row for row in rows}


@pytest.mark.parametrize("day", DAYS)
async def test_each_commitment_stands_as_the_question_says(
    shipped: httpx.AsyncClient, day: str
) -> None:
    found = await standing(shipped, day)
    rows = [
        row
        for each in await all_portions(shipped, f"/queries/freshness-and-status?day={day}")
        for row in csv.DictReader(io.StringIO(each.text))
    ]
    assert {row["commitment"] for row in rows} == set(found)
    statuses: dict[str, set[str]] = {}
    for row in rows:
        mine = found[row["commitment"]]
        assert row["freshness"] == FRESHNESS + mine["reporting"], row
        assert row["lastReport"] == mine["last_report"], row
        assert row["statusAsOf"] == mine["status_by_maker_as_of"], row
        statuses.setdefault(row["commitment"], set()).add(row["status"].removeprefix(STATUS))
    for commitment, said in statuses.items():
        expected = said.pop() if len(said) == 1 else "several"
        assert found[commitment]["status_by_maker"] == (expected or "unmatched"), commitment


async def test_status_by_assessors_is_what_the_question_says(shipped: httpx.AsyncClient) -> None:
    found = await standing(shipped, "2026-11-29")
    answers = await all_portions(shipped, "/queries/status-as-of?day=2026-11-29")
    assessed = {
        row["promise"]: row["status"].removeprefix(STATUS)
        for answer in answers
        for row in csv.DictReader(io.StringIO(answer.text))
        if row["voice"] == "assessor"
    }
    mine = {
        each: row["status_by_assessor"]
        for each, row in found.items()
        if row["status_by_assessor"] != "not-reported"
    }
    assert len(mine) > 20
    assert mine == {each: assessed[each] or "unmatched" for each in mine}


async def test_every_number_of_the_page_is_that_of_the_list_behind_it(
    shipped: httpx.AsyncClient,
) -> None:
    page = await shipped.get("/progress", headers=PAGE)
    links = re.findall(r'<a href="(/commitments[^"]*)"[^>]*>([\d,]+)</a>', page.text)
    assert len(links) > 30
    for address, number in links:
        found = await shipped.get(unescape(address), headers={"accept": "application/ld+json"})
        assert found.json()["totalItems"] == int(number.replace(",", "")), address


async def test_the_sums_of_the_page_are_those_of_its_file(shipped: httpx.AsyncClient) -> None:
    today = datetime.now(UTC).date().isoformat()
    rows = (await standing(shipped, today)).values()
    page = (await shipped.get("/progress", headers=PAGE)).text
    assert f"What became of {len(rows)} commitments?" in page
    for name, count in Counter(row["reporting"] for row in rows).items():
        assert re.search(rf'freshness={name}"[^>]*>{count}</a>', page)
    counted = Counter(row["due_state"] for row in rows)
    for words, name in (("Passed, no end reported", "passed"), ("No date given", "none")):
        assert re.search(rf"{words}</dt><dd><a [^>]*>{counted[name]}</a></dd>", page)


async def test_another_day_counts_nothing_later(shipped: httpx.AsyncClient) -> None:
    early = await standing(shipped, "2020-06-30")
    late = await standing(shipped, "2026-11-29")
    completed = {each for each, row in late.items() if row["status_by_maker"] == "completed"}
    before = {each for each, row in early.items() if row["status_by_maker"] == "completed"}
    assert before < completed
    # Announced in 2024; of the first no source says when.
    later = {each.rpartition("/")[2] for each in set(late) - set(early)}
    assert "c2d-idc" not in later
    assert {"c2d-citizen-data", "pod-goal"} <= later
    heard = {each for each, row in late.items() if row["reporting"] == "others-reported"}
    assert {early[each]["reporting"] for each in heard & set(early)} == {
        "no-report-known",
        "others-reported",
    }
    assert all(row["last_report"] <= "2020-06-30" for row in early.values())
    page = (await shipped.get("/progress?day=2020-06-30", headers=PAGE)).text
    assert "/commitments?freshness=overdue&amp;day=2020-06-30" in page
    assert "Back to today" in page


@pytest.mark.parametrize("language", LANGUAGES)
async def test_it_is_there_in_every_language(shipped: httpx.AsyncClient, language: str) -> None:
    page = await shipped.get(f"/progress?lang={language}", headers=PAGE)
    assert page.status_code == 200
    assert f'<html lang="{language}"' in page.text
    assert "None" not in re.sub(r"<[^>]*>", "", page.text)
    picture = await shipped.get(f"/progress.svg?lang={language}")
    assert picture.headers["content-language"] == language
    ET.fromstring(picture.text)  # noqa: S314 -- our own


async def test_the_picture_has_a_mark_for_every_commitment(shipped: httpx.AsyncClient) -> None:
    picture = await shipped.get("/progress.svg?day=2026-11-29")
    assert picture.headers["content-type"].startswith("image/svg+xml")
    picture_of = ET.fromstring(picture.text)  # noqa: S314 -- our own
    drawn = picture_of.iter("{http://www.w3.org/2000/svg}rect")
    rows: dict[str, float] = {}
    for each in drawn:
        if each.get("height") == "12":
            rows[each.get("y", "")] = rows.get(each.get("y", ""), 0) + float(each.get("width", ""))
    page = (await shipped.get("/progress?day=2026-11-29", headers=PAGE)).text
    totals = [
        int(each.replace(",", ""))
        for each in re.findall(r'</svg>\s*</td>\s*<td class="number">(?:<a[^>]*>)?([\d,]+)', page)
    ]
    assert len(rows) == len(totals) > 10
    longest = max(rows.values())
    assert sorted(round(width / longest, 2) for width in rows.values()) == sorted(
        round(each / max(totals), 2) for each in totals
    )


@pytest.mark.parametrize(
    ("query", "told"),
    [
        ("day=soon", "'soon'. Give a day from 1900-01-01 to 2999-12-31"),
        ("day=2025-02-31", "'2025-02-31'"),
        ("day=0001-01-01", "'0001-01-01'"),
        ("date=2025-01-01", "date"),
        ("day=2025-01-01&day=2025-01-02", "day"),
        ("lang=xx", "xx"),
    ],
)
async def test_a_wrong_parameter_is_named(
    shipped: httpx.AsyncClient, query: str, told: str
) -> None:
    for path in ("/progress", "/progress.csv", "/progress.svg"):
        response = await shipped.get(f"{path}?{query}", headers={"accept": "application/json"})
        assert response.status_code == 400, path
        assert told in response.json()["detail"]


async def test_nothing_to_count_is_said(empty_engine: EmbeddedEngine, client_of: ClientOf) -> None:
    settings = Settings(data_dir=empty_engine.directory.path, base=BASE)
    async with client_of(create_app(settings, empty_engine)) as client:
        page = await client.get("/progress", headers=PAGE)
        assert page.status_code == 200
        assert "What became of 0 commitments?" in page.text
        assert (await client.get("/progress.csv")).text.count("\r\n") == 1
        ET.fromstring((await client.get("/progress.svg")).text)  # noqa: S314 -- our own


async def test_what_a_client_has_is_not_sent_again(shipped: httpx.AsyncClient) -> None:
    for path in ("/progress", "/progress.csv", "/progress.svg"):
        first = await shipped.get(path, headers=PAGE)
        again = await shipped.get(path, headers={**PAGE, "if-none-match": first.headers["etag"]})
        assert again.status_code == 304, path
        other = await shipped.get(f"{path}?day=2020-01-01", headers=PAGE)
        assert other.headers["etag"] != first.headers["etag"], path
        assert (await shipped.head(path, headers=PAGE)).status_code == 200


@pytest.mark.parametrize(
    ("day", "months", "expected"),
    [
        ("2024-02-29", 12, "2023-02-28"),
        ("2024-01-31", 2, "2023-11-30"),
        ("2024-01-15", 1, "2023-12-15"),
        ("2023-12-31", -12, "2024-12-31"),
        ("2024-02-29", -12, "2025-02-28"),
    ],
)
def test_months_are_those_of_the_calendar(day: str, months: int, expected: str) -> None:
    assert months_before(date.fromisoformat(day), months) == date.fromisoformat(expected)


def test_a_commitment_alone_stands_as_among_all(shipped_engine: EmbeddedEngine) -> None:
    """The form for a report reads one; all other pages read all."""
    ledgers = Ledgers(shipped_engine, Names())
    whole = ledgers.current()
    day = date(2026, 11, 29)
    assert len(whole.commitments) > 200
    all_standings = zip(whole.commitments, standings(whole, day), strict=True)
    for among, standing_among in list(all_standings)[::4]:
        alone = ledgers.about(among.record)
        (found,) = standings(alone, day)
        (commitment,) = alone.commitments
        assert sorted(map(repr, commitment.told)) == sorted(map(repr, among.told))
        assert replace(commitment, told=()) == replace(among, told=())
        assert replace(found, commitment=among) == standing_among
        assert alone.name(among.record.value, "en") == whole.name(among.record.value, "en")
    nobody = NamedNode(f"{shipped_engine.base}/id/commitment/none")
    assert ledgers.about(nobody).commitments == ()
