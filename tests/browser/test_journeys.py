"""What people come for, from the home page on: in few steps, by hand, by keyboard, without scripts.

A step is a page that is opened, or a file that is saved.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

import pytest
from playwright.sync_api import Browser, Locator

from pledgegraph_api.web.translations import Wording, read_wording
from tests.browser.conftest import Visit
from tests.conftest import Require

WAYS: Final = {"by hand": "en", "by keyboard": "en", "without scripts": "ar"}
WORDS: Final = read_wording()
_MOST_STOPS: Final = 250


class Walk:
    """A person on the way through the pages."""

    def __init__(self, visit: Visit, way: str) -> None:
        self.page = visit.page
        self.steps = 0
        self.words: Wording = WORDS[WAYS[way]]
        self._by_keyboard = way == "by keyboard"
        visit.to("/" if WAYS[way] == "en" else f"/?lang={WAYS[way]}")

    def open(self, target: Locator) -> None:
        """Follow a link, or press a button that leads to a page."""
        self.steps += 1
        with self.page.expect_navigation():
            self._press(target)

    def save(self, target: Locator) -> str:
        """Follow a link to a file; returns its name."""
        self.steps += 1
        with self.page.expect_download() as waiting:
            self._press(target)
        return waiting.value.suggested_filename

    def link(self, message: str) -> Locator:
        """The link with the words of a message."""
        return self.page.get_by_role("link", name=self.words[message], exact=True).first

    def search(self, words: str) -> None:
        """Use the box in the header."""
        box = self.page.locator("#find")
        self._reach(box)
        self.page.keyboard.type(words)
        self.steps += 1
        with self.page.expect_navigation():
            self.page.keyboard.press("Enter")

    def first_hit(self) -> Locator:
        return self.page.locator("ol.entries a").first

    def type_into(self, box: Locator, words: str) -> None:
        self._reach(box)
        self.page.keyboard.type(words)

    def text(self) -> str:
        return self.page.locator("main").inner_text()

    def _press(self, target: Locator) -> None:
        if self._by_keyboard:
            self._reach(target)
            self.page.keyboard.press("Enter")
        else:
            target.click()

    def _reach(self, target: Locator) -> None:
        if not self._by_keyboard:
            target.click()
            return
        for _ in range(_MOST_STOPS):
            if target.evaluate("each => each === document.activeElement"):
                return
            self.page.keyboard.press("Tab")
        raise AssertionError("the keyboard does not get there")


@pytest.fixture(scope="module")
def visits(
    started: list[Browser], shipped_address: str, require: Require
) -> Iterator[dict[str, Visit]]:
    require("chromium", bool(started))
    contexts = {
        way: started[0].new_context(java_script_enabled=way != "without scripts") for way in WAYS
    }
    yield {way: Visit(context, shipped_address) for way, context in contexts.items()}
    for context in contexts.values():
        context.close()


@pytest.fixture(params=WAYS)
def walk(visits: dict[str, Visit], request: pytest.FixtureRequest) -> Walk:
    return Walk(visits[request.param], request.param)


def test_what_was_promised_on_disability_data_by_whom_and_is_it_overdue(walk: Walk) -> None:
    walk.open(walk.link("commitments"))
    group = walk.page.locator('.facets a[href*="group=persons-with-disabilities"]')
    walk.open(group)
    number = walk.page.locator("ul.entries li").count()
    told = walk.page.locator("ul.entries li p").all_inner_texts()
    assert number > 10
    assert all(walk.words["promised_by"] in each for each in told)
    overdue = walk.page.locator('.facets a[href*="due=passed"]')
    assert overdue.count() == 1
    walk.open(overdue)
    passed = walk.page.locator("ul.entries li p").all_inner_texts()
    assert 0 < len(passed) < number
    assert all(f"{walk.words['due']}: " in each for each in passed)
    assert walk.steps == 3


def test_has_the_collaborative_delivered(walk: Walk) -> None:
    walk.search("Collaborative on Citizen Data")
    walk.open(walk.page.locator('ol.entries a[href*="/actor/collaborative-on-citizen-data"]').first)
    box = walk.page.locator("section.answer").inner_text()
    assert re.search(r"[2٢]", box)
    assert walk.words["sum_unstated"].partition("{")[0] in box
    assert walk.page.locator('table a[href*="c2d-citizen-data"]').count() == 1
    assert walk.steps == 2


def test_all_commitments_into_excel(walk: Walk) -> None:
    walk.open(walk.link("commitments"))
    name = walk.save(walk.page.locator('a[href*="/commitments.xlsx"]'))
    assert name.endswith(".xlsx")
    assert walk.steps == 2


def test_find_dane(walk: Walk) -> None:
    walk.search("DANE")
    assert "/actor/co-dane" in (walk.first_hit().get_attribute("href") or "")
    assert walk.steps == 1


def test_cite_and_follow_a_commitment(walk: Walk) -> None:
    walk.search("Enhancing production and use of citizen data")
    walk.open(walk.first_hit())
    here = walk.steps
    feed = walk.link("follow").get_attribute("href") or ""
    assert feed.partition("?")[0].endswith("/feeds/commitment/c2d-citizen-data.atom")
    answer = walk.page.request.get(walk.page.url.partition("/doc/")[0] + feed)
    assert answer.headers["content-type"].startswith("application/atom+xml")
    assert "<entry>" in answer.text()
    walk.open(walk.link("cite_title"))
    assert re.search(r"@\w+\{", walk.text())
    assert walk.steps == here + 1


def test_compare_two_registers(walk: Walk) -> None:
    walk.search("Power of Data")
    walk.open(walk.page.locator('ol.entries a[href*="/register/power-of-data"]').first)
    walk.type_into(walk.page.locator("#other"), "Inclusive Data Charter")
    walk.open(walk.page.get_by_role("button", name=walk.words["compare_title"], exact=True))
    heads = walk.page.locator("table").first.locator("thead a").all_inner_texts()
    assert heads == ["Power of Data", "Inclusive Data Charter"]
    assert walk.steps == 3
