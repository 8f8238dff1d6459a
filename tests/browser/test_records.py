"""Pages of records at every width and on paper, over the shipped data."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

import pytest
from playwright.sync_api import Browser, Page

from tests.browser.conftest import Visit

pytestmark = pytest.mark.xdist_group("shipped-pages")

WIDTHS: Final = (320, 390, 640, 700, 768, 820, 1024, 1280)
RECORDS: Final = (
    "/doc/commitment/c2d-citizen-data",
    "/doc/commitment/fds2020-action-2",  # the longest one
    "/doc/actor/collaborative-on-citizen-data",
    "/doc/event/un-world-data-forum-5",
)
NARROWEST: Final = 12
"""In em; a narrower column has a word a line."""
NARROW: Final = """() => [...document.querySelectorAll("dd")]
  .filter(each => each.checkVisibility({contentVisibilityAuto: true}))
  .map(each => [each.clientWidth / parseFloat(getComputedStyle(each).fontSize),
                each.textContent.trim().slice(0, 60)])
  .filter(([width]) => width < %d)"""


@pytest.fixture
def visit(browser: Browser, shipped_address: str) -> Iterator[Visit]:
    context = browser.new_context()
    yield Visit(context, shipped_address)
    context.close()


def overflows(page: Page) -> bool:
    return bool(
        page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth")
    )


@pytest.mark.parametrize("path", RECORDS)
def test_no_value_is_squeezed_at_any_width(visit: Visit, path: str) -> None:
    page = visit.to(path)
    assert page.locator("dd").count() > 5
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 800})
        assert page.evaluate(NARROW % NARROWEST) == [], width
        assert not overflows(page), width


def test_a_long_commitment_prints_on_few_pages(visit: Visit) -> None:
    page = visit.to("/doc/commitment/c2d-citizen-data")
    sheets = re.findall(rb"/Type /Page\b", page.pdf(format="A4"))
    assert 1 <= len(sheets) <= 8
    page.emulate_media(media="print")
    assert not page.get_by_role("navigation").first.is_visible()
