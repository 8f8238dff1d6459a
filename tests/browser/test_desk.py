"""A reader reports an error, a steward mends and answers, by keyboard alone; axe finds nothing."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe  # type: ignore[import-untyped]
from playwright.sync_api import Browser, Page

from tests.api.conftest import SHIPPED_BASE
from tests.browser.conftest import Visit
from tests.running_service import RunningService, running_service
from tests.shipped_store import copy_shipped

RECORD = "/doc/commitment/c2d-citizen-data"
REGISTER = "write:commit-to-data"


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningService]:
    """The service over shipped data of its own, which the journey changes."""
    folder: Path = tmp_path_factory.mktemp("desk")
    copy_shipped(tmp_path_factory, folder / "data", SHIPPED_BASE)
    with running_service(folder / "data", folder / "log", dump_interval=0) as running:
        yield running


@pytest.fixture
def reader(browser: Browser, service: RunningService) -> Iterator[Visit]:
    context = browser.new_context(bypass_csp=True, locale="en-GB")
    yield Visit(context, service.address)
    context.close()


@pytest.fixture
def steward(browser: Browser, service: RunningService) -> Iterator[Visit]:
    context = browser.new_context(bypass_csp=True, locale="en-GB")
    yield Visit(context, service.address)
    context.close()


def assert_fine(page: Page) -> None:
    """Nobody is shut out, and nothing sticks out of a narrow screen."""
    found = Axe().run(page).response["violations"]
    assert [(each["id"], [n["html"][:150] for n in each["nodes"][:2]]) for each in found] == []
    for width in (320, 768, 1280):
        page.set_viewport_size({"width": width, "height": 800})
        over = page.evaluate("document.documentElement.scrollWidth - innerWidth")
        assert over <= 0, (page.url, width, over)
    small = page.eval_on_selector_all(
        "main button, main select, main input:not([type=hidden])",
        "found => found.filter(each => each.checkVisibility() && !each.closest('.unseen'))"
        ".filter(each => each.getBoundingClientRect().height < 24).map(each => each.outerHTML)",
    )
    assert small == []


def reach(page: Page, role: str, name: str) -> None:
    """Press Tab until the thing of that name has the focus."""
    for _ in range(400):
        page.keyboard.press("Tab")
        found = page.evaluate(
            "[document.activeElement.tagName.toLowerCase(),"
            " document.activeElement.getAttribute('type') || '',"
            " (document.activeElement.labels?.[0] || document.activeElement).innerText.trim()]"
        )
        if found[2] == name and role in (found[0], found[1]):
            return
    raise AssertionError(f"the keyboard reaches no {role} {name!r} on {page.url}")


def press(page: Page, role: str, name: str) -> None:
    """Reach it and press Enter; what that leads to is there afterwards."""
    reach(page, role, name)
    with page.expect_navigation():
        page.keyboard.press("Enter")


def write(page: Page, role: str, name: str, text: str) -> None:
    reach(page, role, name)
    page.keyboard.type(text)


def report_an_error(page: Page) -> str:
    """As a reader, from the page with the error; where it can be followed."""
    press(page, "a", "Report an error on this page")
    assert_fine(page)
    write(page, "textarea", "Which statement is wrong?", "The third undertaking.")
    write(page, "textarea", "What is right?", "It is the second.")
    write(page, "textarea", "How can one check it?", "https://example.org/minutes")
    press(page, "submit", "Send the report")
    assert "waits for a steward" in page.locator("main").inner_text()
    assert "third undertaking" not in page.content()
    assert_fine(page)
    return page.url


def sign_in(desk: Page, service: RunningService) -> None:
    """As a steward, at the second try."""
    write(desk, "password", "Token", "pgt_wrong")
    press(desk, "submit", "Sign in")
    assert "not known" in desk.get_by_role("alert").inner_text()
    assert_fine(desk)
    write(desk, "password", "Token", service.new_token("Ana", REGISTER))
    press(desk, "submit", "Sign in")
    assert desk.url == f"{service.address}/steward"
    main = desk.locator("main").inner_text()
    assert "Commit to Data" in main
    assert "Errors reported by readers: 1" in main
    assert_fine(desk)


def test_from_a_readers_report_to_its_outcome_and_back(
    service: RunningService, reader: Visit, steward: Visit
) -> None:
    page = reader.to(RECORD)
    assert "Errors that readers reported" not in page.locator("main").inner_text()
    receipt = report_an_error(page)

    desk = steward.to("/steward")
    assert desk.url.endswith("/steward/sign-in")
    sign_in(desk, service)
    press(desk, "a", "Errors reported by readers: 1")
    assert "The third undertaking." in desk.locator("main").inner_text()
    assert_fine(desk)
    write(desk, "textarea", "What the page tells its readers", "The order was wrong; it is mended.")
    press(desk, "submit", "Accept")
    assert "No report waits." in desk.locator("main").inner_text()

    page = reader.to(RECORD)
    assert "The order was wrong; it is mended." in page.locator(".outcomes").inner_text()
    assert_fine(page)
    page.goto(receipt)
    assert "accepted" in page.locator("main").inner_text()

    desk = steward.to("/steward/report?commitment=c2d-citizen-data&lang=ar")
    assert_fine(desk)
    desk = steward.to("/steward/report?commitment=c2d-citizen-data")
    assert_fine(desk)
    reach(desk, "select", "Status")
    desk.keyboard.type("in progress")
    write(desk, "textarea", "What was done", "A third workshop was held.")
    write(desk, "url", "Web address", "https://example.org/third-workshop")
    write(desk, "input", "Title of that document", "Third workshop")
    press(desk, "submit", "Publish the report")
    assert desk.url == f"{service.address}{RECORD}"
    main = reader.to(RECORD).locator("main").inner_text()
    assert "A third workshop was held." in main

    desk = steward.to("/steward/history")
    assert "Progress report on c2d-citizen-data" in desk.locator("main").inner_text()
    assert_fine(desk)
    press(desk, "submit", "Take back")
    assert "A third workshop was held." not in reader.to(RECORD).locator("main").inner_text()

    press(desk, "submit", "Sign out")
    assert desk.url.endswith("/steward/sign-in")
    assert "Progress report" not in steward.to("/steward/history").content()
    assert reader.strangers() == steward.strangers() == []


@pytest.mark.parametrize("path", ["/contribute", "/contribute?lang=ar", "/corrections/new?page=/"])
def test_pages_for_readers_shut_nobody_out(reader: Visit, path: str) -> None:
    assert_fine(reader.to(path))
