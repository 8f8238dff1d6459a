"""The list of commitments as a workbook, read back by another library."""

from __future__ import annotations

import csv
import io
import re
from datetime import UTC, date, datetime
from html import unescape

import httpx
import pytest
from pyoxigraph import NamedNode
from python_calamine import CalamineWorkbook

from pledgegraph_api.collections.table import Table
from pledgegraph_api.http.languages import LANGUAGES
from pledgegraph_api.progress.ledger import Commitment, Ledger
from pledgegraph_api.progress.standing import standings
from pledgegraph_api.sharing.workbook import CommitmentsWorkbook
from pledgegraph_api.web.naming import NameBook
from pledgegraph_api.web.translations import read_wording

PAGE = {"accept": "text/html"}

pytestmark = pytest.mark.anyio


async def book_of(shipped: httpx.AsyncClient, address: str) -> CalamineWorkbook:
    response = await shipped.get(address)
    assert response.status_code == 200, response.text[:500]
    assert "spreadsheetml.sheet" in response.headers["content-type"]
    assert response.headers["content-disposition"].startswith("attachment")
    return CalamineWorkbook.from_filelike(io.BytesIO(response.content))


async def test_the_list_is_taken_into_a_spreadsheet_in_two_steps(
    shipped: httpx.AsyncClient,
) -> None:
    page = (await shipped.get("/commitments?register=commit-to-data", headers=PAGE)).text
    (address,) = re.findall(r'<a href="(/commitments\.xlsx[^"]*)"', page)
    book = await book_of(shipped, unescape(address))
    about, commitments, reports, sources = (
        book.get_sheet_by_name(name).to_python() for name in book.sheet_names
    )
    assert book.sheet_names == ["Read me", "Commitments", "Reports", "Sources"]
    assert ["Register", "commit-to-data"] in about
    assert len(commitments) == 1 + 3
    assert {row[0] for row in reports[1:]} <= {row[0] for row in commitments[1:]}
    assert len(sources) > 100


async def test_it_says_the_same_as_the_progress_of_the_day(shipped: httpx.AsyncClient) -> None:
    book = await book_of(shipped, "/commitments.xlsx")
    rows = book.get_sheet_by_name("Commitments").to_python()[1:]
    told = (await shipped.get("/progress.csv")).content.decode("utf-8-sig")
    expected = {row["id"]: row for row in csv.DictReader(io.StringIO(told))}
    assert {row[0] for row in rows} == set(expected)
    for row in rows:
        mine = expected[row[0]]
        assert row[1] == mine["label"]
        assert row[3] == mine["maker"].replace("|", " | ")
        days = [each.isoformat() if isinstance(each, date) else each for each in (row[5], row[10])]
        assert days == [mine["last_report"], mine["due"]]


@pytest.mark.parametrize("language", LANGUAGES)
async def test_it_is_there_in_every_language(shipped: httpx.AsyncClient, language: str) -> None:
    book = await book_of(shipped, f"/commitments.xlsx?lang={language}")
    assert len(set(book.sheet_names)) == 4
    heads = book.get_sheet_by_index(1).to_python()[0]
    assert all(heads)


async def test_a_wrong_filter_is_told(shipped: httpx.AsyncClient) -> None:
    response = await shipped.get("/commitments.xlsx?register=no-such")
    assert response.status_code == 400


def test_no_text_becomes_a_formula_and_none_is_too_long() -> None:
    record = NamedNode("http://localhost:8000/id/commitment/x")
    label = '=HYPERLINK("http://evil.example","x")'
    ledger = Ledger(
        1,
        (Commitment(record, (), "", "", "2025-13-99", (), (), ()),),
        frozenset(),
        0,
        NameBook({record: {"en": label}}, {}),
    )
    source = NamedNode("http://localhost:8000/id/source/long")
    table = Table(1, (), NameBook({source: {"en": "x" * 40_000}}, {}), {}, {})
    book = CommitmentsWorkbook(
        ledger, table, language="en", words=read_wording()["en"], base="http://localhost:8000"
    )
    day = datetime(2026, 11, 29, tzinfo=UTC).date()
    filters = {"q": "a\x00b" * 20_000}
    content = book.written(standings(ledger, day), day=day, filters=filters)
    read = CalamineWorkbook.from_filelike(io.BytesIO(content))
    row = read.get_sheet_by_name("Commitments").to_python()[1]
    assert (row[1], row[10]) == (label, "2025-13-99")
    assert content == book.written(standings(ledger, day), day=day, filters=filters)
