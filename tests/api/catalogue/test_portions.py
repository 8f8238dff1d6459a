"""Answers in portions: all of them together are the whole, and none looks like it."""

from __future__ import annotations

import csv
import io
from collections import Counter

import httpx
import pytest

from pledgegraph.catalogue.portions import MORE_AFTER
from pledgegraph.catalogue.questions import Question, catalogue
from pledgegraph.media_types import CSV
from pledgegraph.store.embedded import EmbeddedEngine
from tests.api.outline import all_portions

pytestmark = pytest.mark.anyio

BASE = "http://localhost:8000"
DIVIDED = [each for each in catalogue() if each.portions is not None]
LONG = "/queries/freshness-and-status"


def rows(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text)))


@pytest.mark.parametrize("question", DIVIDED, ids=lambda question: question.id)
async def test_the_portions_together_are_the_whole(
    question: Question, shipped: httpx.AsyncClient, shipped_engine: EmbeddedEngine
) -> None:
    held = io.BytesIO()
    with shipped_engine.snapshot() as snapshot:
        bound = question.bind({}, base=BASE)
        snapshot.query(question.query, substitutions=bound).serialise(held, CSV)
    whole = rows(held.getvalue().decode())
    assert whole
    assert not any(row[MORE_AFTER] for row in whole)
    portions = await all_portions(shipped, f"/queries/{question.id}")
    found = []
    for place, each in enumerate(portions):
        told = rows(each.text)
        leads_on = {row.pop(MORE_AFTER) for row in told}
        is_last = place == len(portions) - 1
        # Every row says whether others follow.
        assert (leads_on == {""}) == is_last, (place, leads_on)
        found.extend(told)
    for row in whole:
        del row[MORE_AFTER]
    count = Counter(tuple(sorted(row.items())) for row in found)
    assert count == Counter(tuple(sorted(row.items())) for row in whole)


async def test_there_is_more_than_one_portion_to_try(shipped: httpx.AsyncClient) -> None:
    assert len(await all_portions(shipped, LONG)) > 1


async def test_a_portion_says_so_to_clients_that_read_one_field_of_a_kind(
    shipped: httpx.AsyncClient,
) -> None:
    answer = await shipped.get(f"{LONG}?format=csv")
    (links,) = answer.headers.get_list("link")
    assert links.startswith(f"<{BASE}{LONG}?")
    assert links.partition(">; ")[2].startswith('rel="next", ')
    assert answer.headers["pledgegraph-portion"] == "records 1-125 of 242"
    last = await shipped.get(answer.links["next"]["url"].removeprefix(BASE))
    assert last.headers["pledgegraph-portion"] == "records 126-242 of 242"
    assert "next" not in last.links
    whole = await shipped.get(f"{LONG}?commitment=c2d-citizen-data&format=csv")
    assert "pledgegraph-portion" not in whole.headers


async def test_a_page_says_that_it_is_a_portion_and_leads_on(shipped: httpx.AsyncClient) -> None:
    page = await shipped.get(f"{LONG}?day=2026-11-29&lang=en", headers={"accept": "text/html"})
    told = page.text.partition('<p class="portion">')[2].partition("</p>")[0]
    assert "This answer comes in portions. This one is about records 1 to 125 of 242." in told
    address = told.partition('rel="next" href="')[2].partition('"')[0].replace("&amp;", "&")
    further = await shipped.get(address, headers={"accept": "text/html"})
    assert "about records 126 to 242 of 242." in further.text
    assert 'rel="next"' not in further.text


async def test_what_is_narrowed_comes_whole(shipped: httpx.AsyncClient) -> None:
    answer = await shipped.get(f"{LONG}?commitment=c2d-citizen-data&format=csv")
    assert [row[MORE_AFTER] for row in rows(answer.text)] == [""]
    assert "next" not in answer.links


async def test_a_place_that_is_not_in_the_answer_is_refused(shipped: httpx.AsyncClient) -> None:
    for address in (LONG, "/queries/due-dates"):
        answer = await shipped.get(f"{address}?after=id/commitment/nowhere&format=csv")
        assert answer.status_code == 400
        (fault,) = answer.json()["parameters"]
        assert fault["name"] == "after"
        assert (await shipped.get(f"{address}?after=%C2%84&format=csv")).status_code == 400
    # A question without portions knows no such parameter.
    other = await shipped.get("/queries/statements-in-doubt?after=x&format=csv")
    assert other.status_code == 400
