"""Each kind of page as people with various eyes, hands, screens and languages meet it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, Final

import pytest
from axe_playwright_python.sync_playwright import Axe  # type: ignore[import-untyped]
from playwright.sync_api import Browser, Page

from tests.browser.conftest import Visit
from tests.browser.test_records import NARROW, NARROWEST, WIDTHS, overflows
from tests.conftest import Require

PAGES: Final = (
    "/",
    "/progress",
    "/commitments",
    "/commitments?group=persons-with-disabilities&due=none",
    "/actors",
    "/events",
    "/sources",
    "/registers",
    "/frameworks",
    "/countries",
    "/search?q=disability+data",
    "/doc/undertaking/c2d-workshops",
    "/doc/framework/copenhagen-framework-on-citizen-data",
    "/doc/source/c2d-citizen-data-article",
    "/country/404",
    "/compare?a=register/power-of-data&b=register/inclusive-data-charter",
    "/compare",
    "/cite/commitment/c2d-citizen-data",
    "/scheme/status",
    "/methodology",
    "/catalog",
    "/dumps/",
    "/embed/progress",
    "/embed/commitment/c2d-citizen-data",
    "/commitments?due=soon",
    "/doc/commitment/no-such",
    "/contribute",
)
"""Others are looked at in `test_pages` and `test_records`."""
# https://www.w3.org/TR/WCAG22/#target-size-minimum; not among the rules that axe has on.
RULES: Final = {"rules": {"target-size": {"enabled": True}}}


MOST_BYTES: Final = 60_000
WATCH: Final = """window.shifted = 0;
  new PerformanceObserver(list => { for (const each of list.getEntries()) shifted += each.value })
    .observe({type: "layout-shift", buffered: true})"""
WEIGHT: Final = """[...performance.getEntriesByType("navigation"),
  ...performance.getEntriesByType("resource")].reduce((sum, e) => sum + e.transferSize, 0)"""
HEADLESS: Final = """[...document.querySelectorAll("main table")]
  .filter(each => !each.querySelector("th") || each.querySelector("th:not([scope])")
    || !each.closest("[aria-labelledby], [aria-label]") && !each.caption)
  .map(each => each.outerHTML.slice(0, 100))"""
# Words of another language that are not marked as such would be read aloud as Arabic.
UNMARKED: Final = """() => {
  const walker = document.createTreeWalker(document.querySelector("main"), NodeFilter.SHOW_TEXT);
  const found = [];
  for (let node; (node = walker.nextNode());) {
    const inside = node.parentElement;
    if (inside.closest("[lang]").lang === "ar" && !inside.closest("pre, code, textarea")
        && /[A-Za-z]{3,}([ ,]+[A-Za-z]{2,}){3,}/.test(node.textContent))
      found.push(node.textContent.trim().slice(0, 80));
  }
  return found }"""


@pytest.fixture(scope="module")
def seen(started: list[Browser], shipped_address: str, require: Require) -> Iterator[Visit]:
    require("chromium", bool(started))
    context = started[0].new_context(bypass_csp=True)
    context.add_init_script(WATCH)
    yield Visit(context, shipped_address)
    context.close()


def judged(page: Page) -> list[tuple[str, list[str]]]:
    found: list[dict[str, Any]] = Axe().run(page, options=RULES).response["violations"]
    return [(each["id"], [node["html"][:200] for node in each["nodes"][:3]]) for each in found]


@pytest.mark.parametrize("path", PAGES)
def test_a_page_shuts_nobody_out(seen: Visit, path: str) -> None:
    """Wide and dark or light in English, narrow in Arabic."""
    scheme = "dark" if PAGES.index(path) % 2 else "light"
    page = seen.page
    page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
    page.set_viewport_size({"width": 1280, "height": 900})
    seen.to(path)
    assert judged(page) == []
    text = page.locator("body").inner_text()
    assert not re.search(r"\bNone\b|object at 0x|Undefined|metadata\.un\.org/sdg/\d", text)
    assert page.evaluate("shifted") == 0
    assert page.evaluate(WEIGHT) <= MOST_BYTES
    assert page.evaluate(HEADLESS) == []
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 900})
        assert page.evaluate(NARROW % NARROWEST) == [], width
        assert not overflows(page), width
    page.emulate_media(color_scheme="light" if scheme == "dark" else "dark")
    page.set_viewport_size({"width": 390, "height": 900})
    seen.to(f"{path}{'&' if '?' in path else '?'}lang=ar")
    assert page.locator("html").get_attribute("dir") == "rtl"
    assert judged(page) == []
    assert page.evaluate(UNMARKED) == []
    assert not overflows(page)
