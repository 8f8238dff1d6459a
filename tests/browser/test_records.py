"""Pages of records at every width and on paper, over the shipped data."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

import pytest
from axe_playwright_python.sync_playwright import Axe  # type: ignore[import-untyped]
from playwright.sync_api import Browser, Page

from tests.browser.conftest import Visit

WIDTHS: Final = (320, 390, 640, 700, 768, 820, 1024, 1280)
RECORDS: Final = (
    "/doc/commitment/c2d-citizen-data",
    "/doc/commitment/fds2020-action-2",  # the longest one
    "/doc/commitment/fds2020-action-2?view=statements",
    "/doc/actor/collaborative-on-citizen-data",
    "/doc/event/un-world-data-forum-5",
)
NARROWEST: Final = 12
"""In em; a narrower column has a word a line."""
# Sums stand alone, in large figures.
NARROW: Final = """() => [...document.querySelectorAll("dd:not(.numbers dd)")]
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
    assert page.locator("dd").count() > 0
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


def test_an_answer_with_many_columns_prints_across_the_sheet(visit: Visit) -> None:
    for path, lies in (("/queries/due-dates", True), ("/progress", False)):
        page = visit.to(path)
        boxes = re.findall(rb"/MediaBox \[0 0 (\d+) (\d+)", page.pdf(prefer_css_page_size=True))
        assert boxes, path
        assert all((int(width) > int(height)) == lies for width, height in boxes), path
        page.emulate_media(media="print")
        # What was asked stays; of the form that is not printed no heading is left.
        assert not page.locator("h2#parameters").is_visible()
        assert page.locator("h2").first.is_visible()


def test_paper_says_why_something_was_inferred(visit: Visit) -> None:
    page = visit.to("/doc/commitment/c2d-citizen-data")
    reason = page.locator("details.why p").first
    assert not reason.is_visible()
    page.emulate_media(media="print")
    assert reason.is_visible()
    page = visit.to("/doc/actor/co-dane")
    page.emulate_media(media="print")
    written = "getComputedStyle(document.querySelector('a.address'), '::after').content"
    assert page.evaluate(written) == "none"


PROMISES: Final = RECORDS[:2]
HOLDERS: Final = (
    "/doc/actor/co-dane",
    "/doc/event/un-world-data-forum-6",
    "/doc/register/us-federal-data-strategy-2020",
)


@pytest.mark.parametrize("path", [*PROMISES, *HOLDERS, "/doc/commitment/ogp-rs0022"])
@pytest.mark.parametrize(
    "seen", [(1280, "light", "en"), (1280, "dark", "ar"), (390, "light", "ar")]
)
def test_pages_that_answer_shut_nobody_out(
    browser: Browser, shipped_address: str, path: str, seen: tuple[int, str, str]
) -> None:
    width, scheme, language = seen
    context = browser.new_context(
        bypass_csp=True,
        viewport={"width": width, "height": 800},
        color_scheme="dark" if scheme == "dark" else "light",
    )
    page = Visit(context, shipped_address).to(f"{path}?lang={language}")
    found = Axe().run(page).response["violations"]
    assert [
        (each["id"], [node["html"][:200] for node in each["nodes"][:3]]) for each in found
    ] == []
    assert not overflows(page)
    context.close()


def test_the_keyboard_reaches_the_end_of_a_commitment_soon(visit: Visit) -> None:
    page = visit.to("/doc/commitment/c2d-citizen-data")
    stops = page.evaluate(
        """[...document.querySelectorAll('a[href], summary, button, input, [tabindex="0"]')]
        .filter(each => each.checkVisibility({contentVisibilityAuto: true})).length"""
    )
    assert stops <= 90


@pytest.mark.parametrize("path", PROMISES)
def test_any_commitment_prints_on_few_pages(visit: Visit, path: str) -> None:
    sheets = re.findall(rb"/Type /Page\b", visit.to(path).pdf(format="A4"))
    assert 1 <= len(sheets) <= 8
