"""Readers report errors, stewards answer and send workbooks, by keyboard alone and past axe."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe  # type: ignore[import-untyped]
from playwright.sync_api import Browser, BrowserContext, FileChooser, Page

from tests.api.conftest import SHIPPED_BASE
from tests.browser.conftest import Visit
from tests.graph.tabular.books import Book
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


def context_of(browser: Browser) -> BrowserContext:
    """Of one person; a check and a preview take their time where others work too."""
    context = browser.new_context(bypass_csp=True, locale="en-GB")
    context.set_default_navigation_timeout(180_000)
    return context


@pytest.fixture
def reader(browser: Browser, service: RunningService) -> Iterator[Visit]:
    context = context_of(browser)
    yield Visit(context, service.address)
    context.close()


@pytest.fixture
def steward(browser: Browser, service: RunningService) -> Iterator[Visit]:
    context = context_of(browser)
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
    assert "not known" in desk.locator("[role=alert]:focus").inner_text()
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


def filled_in(
    template: Path, target: Path, *, day: str, numbers: Iterable[int] = range(1, 21)
) -> Path:
    """A register of commitments, twenty of them, with their reports, in the template."""
    book = Book.read(template.read_bytes())
    for number in numbers:
        title = f"Commitment number {number}"
        book.append(
            "Commitments",
            Organisation="Kenya National Bureau of Statistics",
            Data_type="Citizen data",
            Objective__en=title,
            Description__en="Told in a few words.",
        )
        book.append(
            "Reports",
            Commitment=title,
            Day=day,
            Status="In progress",
            Reporter="Kenya National Bureau of Statistics",
            Text__en="It goes on.",
        )
    facts = {row[0]: row for row in book.sheets["About"] if row and row[0]}
    facts["Name of the register"][1:] = ["Data promises of the region"]
    return book.save(target)


def hand_in(desk: Page, file: Path) -> None:
    """Choose a file and have it checked."""
    reach(desk, "file", "Workbook (.xlsx or .csv)")
    with desk.expect_file_chooser() as chooser:
        desk.keyboard.press("Enter")
    chooser.value.set_files(file)
    press(desk, "submit", "Check")
    assert_fine(desk)


def apply_at_the_end(desk: Page) -> None:
    """Apply a workbook without going through the links to its previews."""
    reach(desk, "a", "Skip to “Apply”")
    desk.keyboard.press("Enter")
    desk.keyboard.press("Tab")
    assert desk.evaluate("document.activeElement.name") == "reason"
    press(desk, "submit", "Apply")


def download(desk: Page, name: str, target: Path) -> Path:
    """Follow a link to a workbook."""
    reach(desk, "a", name)
    with desk.expect_download() as got:
        desk.keyboard.press("Enter")
    got.value.save_as(target)
    return target


def test_a_register_from_the_template_goes_in_and_is_taken_back(
    service: RunningService, reader: Visit, steward: Visit, tmp_path: Path
) -> None:
    desk = steward.to("/steward")
    # From now on the browser hands over file choosers; begun later it may miss the first.
    choosers: list[FileChooser] = []
    desk.on("filechooser", lambda chooser: choosers.append(chooser))  # noqa: PLW0108 -- as it must be
    write(desk, "password", "Token", service.new_token("Ben", "write:data-promises"))
    press(desk, "submit", "Sign in")
    press(desk, "a", "data-promises")
    assert "no register of this name yet" in desk.locator("main").inner_text()
    assert_fine(desk)
    template = download(desk, "Download an empty workbook", tmp_path / "template.xlsx")

    broken = filled_in(template, tmp_path / "broken.xlsx", day="31/02/2025")
    hand_in(desk, broken)
    main = desk.locator("main").inner_text()
    assert "To mend first: 20" in main
    assert "Write “28/02/2025” or “February 2025”." in main
    assert desk.get_by_role("button", name="Apply").count() == 0
    link = "Download the workbook with these cells marked"
    marked = download(desk, link, tmp_path / "marked.xlsx")
    assert len(Book.read(marked.read_bytes()).sheets["_check"]) == 20
    assert "Commitment number 7" not in reader.to("/commitments").content()

    press(desk, "a", "data-promises")
    hand_in(desk, filled_in(template, tmp_path / "good.xlsx", day="2 March 2026"))
    main = desk.locator("main").inner_text()
    assert "Records added: 40; changed: 0; removed: 0" in main
    assert "Commitment number 7: " in main
    assert "reported March 2, 2026" in main
    desk.goto(f"{desk.url}&lang=ar")
    assert_fine(desk)
    desk.go_back()
    apply_at_the_end(desk)
    assert "Applied as change" in desk.locator("[role=status]:focus").inner_text()
    assert_fine(desk)
    listed = "/commitments?register=data-promises"
    assert "Commitment number 7" in reader.to(listed).content()
    assert "Data promises of the region" in reader.to("/progress").content()

    out = download(desk, "Download the register as Excel", tmp_path / "out.xlsx")
    book = Book.read(out.read_bytes())
    rows = book.sheets["Commitments"][1:]
    assert len(rows) == 20
    book.put("Commitments", rows[0][0], "Due", "December 2027")
    hand_in(desk, book.save(tmp_path / "changed.xlsx"))
    assert "was empty, becomes “December 2027”" in desk.locator("main").inner_text()
    press(desk, "submit", "Apply")

    press(desk, "a", "Changes, and taking them back")
    assert desk.locator(".entries li").count() == 2
    # The newest stands first.
    press(desk, "submit", "Take back")
    assert "Commitment number 7" in reader.to(listed).content()
    desk = steward.to("/steward/register?register=data-promises")
    out = download(desk, "Download the register as Excel", tmp_path / "back.xlsx")
    assert not Book.read(out.read_bytes()).cell("Commitments", rows[0][0], "Due")
    assert reader.strangers() == steward.strangers() == []


def assert_fine_everywhere(page: Page) -> None:
    """The same in the dark, and on a phone from right to left."""
    here = page.url
    assert_fine(page)
    page.emulate_media(color_scheme="dark")
    page.set_viewport_size({"width": 390, "height": 800})
    page.goto(f"{here}&lang=ar")
    assert_fine(page)
    page.emulate_media(color_scheme="light")
    page.go_back()


def test_a_workbook_is_previewed_and_applied_by_another_person(
    service: RunningService, reader: Visit, steward: Visit, browser: Browser, tmp_path: Path
) -> None:
    desk = steward.to("/steward")
    choosers: list[FileChooser] = []
    desk.on("filechooser", lambda chooser: choosers.append(chooser))  # noqa: PLW0108 -- as it must be
    write(desk, "password", "Token", service.new_token("Tom", "write:reviewed"))
    press(desk, "submit", "Sign in")
    press(desk, "a", "reviewed")
    template = download(desk, "Download an empty workbook", tmp_path / "template.xlsx")
    few = filled_in(template, tmp_path / "few.xlsx", day="2 March 2026", numbers=(1, 10, 7))
    hand_in(desk, few)
    # Numbers stand in their order, and what readers are told of a promise in one line.
    answers = desk.locator("section[aria-labelledby=answers] li").all_inner_texts()
    assert [each.partition(":")[0] for each in answers] == [
        f"Commitment number {number}" for number in (1, 7, 10)
    ]
    assert "reported March 2, 2026 · in progress" in answers[0]
    press(desk, "a", "Preview")
    main = desk.locator("main").inner_text()
    assert "Preview: this is how the page would be." in main
    assert "It goes on." in main
    assert_fine(desk)
    press(desk, "a", "Go back")
    press(desk, "submit", "Send for review")
    assert "Waits for another person" in desk.locator("main").inner_text()
    assert_fine(desk)
    public = "/doc/commitment/reviewed-commitment-number-7"
    assert "Commitment number 7" not in reader.to(public).content()

    context = context_of(browser)
    other = Visit(context, service.address).to("/steward")
    write(other, "password", "Token", service.new_token("Lea", "write:reviewed"))
    press(other, "submit", "Sign in")
    press(other, "a", "Waiting for your review: 1")
    press(other, "a", "reviewed")
    # There is no such register yet that readers could see.
    assert other.get_by_role("link", name="What readers see of the register").count() == 0
    assert_fine_everywhere(other)
    press(other, "a", "Preview")
    assert "It goes on." in other.locator("main").inner_text()
    press(other, "a", "Go back")
    press(other, "submit", "Apply")
    assert "Decided by Lea" in other.locator("main").inner_text()
    assert_fine(other)
    listed = other.get_by_role("link", name="What readers see of the register")
    assert "register=reviewed" in (listed.get_attribute("href") or "")
    context.close()
    assert "Commitment number 7" in reader.to(public).content()
    desk.reload()
    assert "Applied" in desk.locator("main").inner_text()
    assert reader.strangers() == steward.strangers() == []


@pytest.mark.parametrize("path", ["/contribute", "/contribute?lang=ar", "/corrections/new?page=/"])
def test_pages_for_readers_shut_nobody_out(reader: Visit, path: str) -> None:
    assert_fine(reader.to(path))
