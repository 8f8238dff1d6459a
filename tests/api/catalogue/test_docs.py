"""`docs/queries.md` says what the service does."""

from __future__ import annotations

import re
from pathlib import Path

import httpx
import pytest

from pledgegraph.media_types import GRAPH_FORMATS, RESULT_FORMATS
from pledgegraph_api.http.negotiation import PAGE
from pledgegraph_api.sparql.preview import MOST_ROWS, MOST_TEXT

pytestmark = pytest.mark.anyio

TEXT = (Path(__file__).parents[3] / "docs" / "queries.md").read_text(encoding="utf-8")


def test_the_formats_and_the_limits_are_those_of_the_service() -> None:
    rows = re.findall(r"^\| (a table|a graph|either) \| (.*) \|$", TEXT, re.MULTILINE)
    assert [re.findall(r"`(\w+)`", names) for _, names in rows] == [
        [each.name for each in RESULT_FORMATS],
        [each.name for each in GRAPH_FORMATS],
        [PAGE],
    ]
    assert f"first {MOST_ROWS:,} rows" in TEXT
    assert f"first {MOST_TEXT // 1000} KB" in TEXT


async def test_the_examples_get_what_is_said(shipped: httpx.AsyncClient) -> None:
    addresses = re.findall(r"curl '?http://localhost:8000(/[^'\s]*)", TEXT)
    assert len(addresses) == 4
    for address in addresses:
        response = await shipped.get(address)
        wrong = address.endswith("day=soon")
        assert response.status_code == (400 if wrong else 200)
        if wrong:
            assert response.json()["detail"] in TEXT
