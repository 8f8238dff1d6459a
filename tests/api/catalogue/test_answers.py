"""Every question over HTTP, in every format, as the store answers it."""

from __future__ import annotations

import csv
import io
from collections import Counter
from datetime import UTC, datetime, timedelta
from unittest.mock import Mock

import httpx
import pytest

from pledgegraph.catalogue.portions import MORE_AFTER
from pledgegraph.catalogue.questions import Question, catalogue
from pledgegraph.media_types import (
    CSV,
    CSV_SAFE,
    GRAPH_FORMATS,
    JSON,
    N_TRIPLES,
    RESULT_FORMATS,
    Format,
)
from pledgegraph.store.embedded import EmbeddedEngine
from tests.api.outline import Outline, rows_of

pytestmark = pytest.mark.anyio

BASE = "http://localhost:8000"
BROWSER = {"Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"}
QUESTIONS = catalogue()

each_question = pytest.mark.parametrize("question", QUESTIONS, ids=lambda question: question.id)


def examples(question: Question) -> dict[str, str]:
    return {p.name: p.example for p in question.parameters if p.example is not None}


def formats(question: Question) -> tuple[Format, ...]:
    return GRAPH_FORMATS if question.answers_with_a_graph else RESULT_FORMATS


def stored(
    engine: EmbeddedEngine, question: Question, given: dict[str, str], form: Format
) -> bytes:
    """What the store answers, without any HTTP."""
    held = io.BytesIO()
    with engine.snapshot() as snapshot:
        bound = question.bind(given, base=BASE)
        snapshot.query(question.query, substitutions=bound).serialise(held, form)
    return held.getvalue()


def without_place(content: bytes) -> list[tuple[str, ...]]:
    """The rows of an answer as CSV, but for the column that leads to the next portion."""
    rows = csv.DictReader(io.StringIO(content.decode("utf-8-sig")))
    return [tuple(row[name] for name in row if name != MORE_AFTER) for row in rows]


@each_question
async def test_the_answer_is_the_stores(
    question: Question, shipped: httpx.AsyncClient, shipped_engine: EmbeddedEngine
) -> None:
    given = examples(question)
    for form in formats(question):
        response = await shipped.get(
            f"/queries/{question.id}", params={**given, "format": form.name}
        )
        assert response.status_code == 200, response.text
        assert response.headers["content-type"] == form.content_type
        assert f'"{question.id}.{form.extension}"' in response.headers["content-disposition"]
        assert int(response.headers["pledgegraph-snapshot"]) > 0
        by_header = await shipped.get(
            f"/queries/{question.id}", params=given, headers={"Accept": form.media_type}
        )
        assert by_header.headers["content-type"] == form.content_type
        assert "Accept" in by_header.headers["vary"]
        if form in (CSV, JSON, N_TRIPLES):
            expected = stored(shipped_engine, question, given, form)
            assert sorted(response.content.splitlines()) == sorted(expected.splitlines())
            assert sorted(by_header.content.splitlines()) == sorted(expected.splitlines())


@each_question
async def test_the_answer_without_parameters(
    question: Question, shipped: httpx.AsyncClient, shipped_engine: EmbeddedEngine
) -> None:
    response = await shipped.get(f"/queries/{question.id}")
    assert response.status_code == 200
    assert response.headers["content-type"] == formats(question)[0].content_type
    form = N_TRIPLES if question.answers_with_a_graph else CSV
    response = await shipped.get(f"/queries/{question.id}", params={"format": form.name})
    expected = stored(shipped_engine, question, {}, form)
    if question.portions is not None and 'rel="next"' in response.headers.get("link", ""):
        # All portions together are the whole: see test_portions.py.
        rows, whole = without_place(response.content), without_place(expected)
        assert 0 < len(rows) < len(whole)
        assert not Counter(rows) - Counter(whole)
    else:
        assert sorted(response.content.splitlines()) == sorted(expected.splitlines())


@each_question
async def test_the_page_shows_the_same(
    question: Question, shipped: httpx.AsyncClient, shipped_engine: EmbeddedEngine
) -> None:
    response = await shipped.get(
        f"/queries/{question.id}", params=examples(question), headers=BROWSER
    )
    assert response.status_code == 200
    assert response.headers["content-type"] == "text/html; charset=utf-8"
    outline = Outline(response.text)
    if question.answers_with_a_graph:
        assert any("@prefix pg:" in text for text in outline.text_of("code"))
        return
    rows = stored(shipped_engine, question, examples(question), CSV).decode().splitlines()
    (count,) = [
        text for name, text in zip(outline.text_of("dt"), outline.text_of("dd"), strict=True)
        if name == "Rows"
    ]  # fmt: skip
    table = rows_of(response.text)
    assert int(count) == max(len(table) - 1, 0)
    if table:
        called = {name: question.headings[name]["en"] for name in question.columns}
        assert called.get(MORE_AFTER) not in table[0]
        columns = [name for name in question.columns if name != MORE_AFTER]
        left_out = [name for name in columns if called[name] not in table[0]]
        assert table[0] == [called[name] for name in columns if name not in left_out]
        for name in left_out:
            # Its label is in the column of the thing, or it repeats what was not asked for.
            thing = called.get(name.removesuffix("Name"))
            assert thing in table[0] or name in examples(question), name
    else:
        assert len(rows) == 1
        assert "No rows: the graph holds nothing" in response.text


@each_question
async def test_a_program_never_gets_the_page(
    question: Question, shipped: httpx.AsyncClient
) -> None:
    for accept in ("*/*", "text/html, */*", f"text/html, {formats(question)[0].media_type}"):
        response = await shipped.get(f"/queries/{question.id}", headers={"Accept": accept})
        page = response.headers["content-type"].startswith("text/html")
        assert page is (accept == "text/html, */*")


async def test_columns_stand_as_in_the_front_matter(shipped: httpx.AsyncClient) -> None:
    response = await shipped.get("/queries/outcomes-of-an-event", headers=BROWSER)
    heading, *rows = rows_of(response.text)
    assert heading == [
        *("Event", "How it is linked", "Outcome"),
        *("Description", "Source", "Inferred by the editors"),
    ]
    assert rows
    for row in rows:
        # The label stands beside the IRI.
        assert "id/event/" in row[0]
        assert not row[0].startswith("id/")


@pytest.mark.parametrize(
    ("address", "kept"),
    [
        ("freshness-and-status", "no-store"),
        ("freshness-and-status?day=today", "no-store"),
        ("freshness-and-status?day=", "no-store"),
        ("freshness-and-status?day=2025-12-31", "no-cache"),
        ("leadership-on-a-day", "no-cache"),
        ("outcomes-of-an-event", "no-cache"),
    ],
)
@pytest.mark.parametrize("accept", ["text/html", "text/csv"])
async def test_an_answer_about_today_is_not_kept(
    shipped: httpx.AsyncClient, address: str, kept: str, accept: str
) -> None:
    response = await shipped.get(f"/queries/{address}", headers={"Accept": accept})
    # A tag tells the days apart, and pages have none.
    has_tag = "etag" in response.headers
    assert has_tag is (accept == "text/csv")
    assert response.headers["cache-control"] == ("no-cache" if has_tag else kept)


async def test_the_page_tells_the_day(shipped: httpx.AsyncClient) -> None:
    response = await shipped.get("/queries/freshness-and-status", headers=BROWSER)
    # The day may end while this runs.
    days = {datetime.now(UTC).date().isoformat(), response.text.split(" (today)")[0][-10:]}
    assert len(days) == 1 or datetime.now(UTC).hour == 0
    response = await shipped.get("/queries/freshness-and-status?day=2025-12-31", headers=BROWSER)
    assert "<dd>2025-12-31</dd>" in response.text
    assert "(today)" not in response.text


async def test_head(shipped: httpx.AsyncClient) -> None:
    for headers in ({}, BROWSER):
        got = await shipped.get("/queries/successions", headers=headers)
        head = await shipped.head("/queries/successions", headers=headers)
        assert head.status_code == 200
        assert head.headers["content-type"] == got.headers["content-type"]
        assert head.headers["pledgegraph-snapshot"] == got.headers["pledgegraph-snapshot"]


async def test_links_of_a_page_keep_what_was_asked(shipped: httpx.AsyncClient) -> None:
    address = "/queries/freshness-and-status?commitment=id/commitment/c2d-idc&day=2025-12-31"
    outline = Outline((await shipped.get(f"{address}&lang=fr", headers=BROWSER)).text)
    downloads = [str(each["href"]) for each in outline.all("a") if "download" in each]
    expected = (await shipped.get(address)).json()
    for link, form in zip(downloads, (*RESULT_FORMATS, CSV_SAFE), strict=True):
        response = await shipped.get(link, headers=BROWSER)
        assert response.headers["content-type"] == form.content_type
        if form is JSON:
            assert response.json() == expected
    others = [str(each["href"]) for each in outline.all("a") if "hreflang" in each]
    for link in others:
        assert "day=2025-12-31" in link
        assert "c2d-idc" in link
    (opened,) = [
        each
        for each in outline.attribute("a", "href")
        if each.startswith("/sparql?question=freshness-and-status&")
    ]
    response = await shipped.get(opened, headers=BROWSER)
    assert response.status_code == 200
    # The question is opened with the values in its fields; it is asked when somebody sends it.
    assert 'value="2025-12-31"' in response.text
    assert "id/commitment/c2d-idc" in response.text


async def test_an_answer_about_today_has_another_tag_tomorrow(
    shipped: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def tag(address: str, **headers: str) -> str:
        response = await shipped.get(address, headers={"Accept": "text/csv", **headers})
        return response.headers["etag"] if response.status_code == 200 else "304"

    today = await tag("/queries/freshness-and-status")
    lasting = await tag("/queries/outcomes-of-an-event")
    assert await tag("/queries/freshness-and-status") == today
    assert await tag("/queries/freshness-and-status", **{"If-None-Match": today}) == "304"

    tomorrow = datetime.now(UTC) + timedelta(days=1)
    monkeypatch.setattr(
        "pledgegraph_api.catalogue.parameters.datetime", Mock(now=lambda _: tomorrow)
    )
    monkeypatch.setattr("pledgegraph_api.cache.response_cache.time.time", tomorrow.timestamp)
    assert await tag("/queries/freshness-and-status", **{"If-None-Match": today}) not in (
        today,
        "304",
    )
    assert await tag("/queries/outcomes-of-an-event") == lasting
