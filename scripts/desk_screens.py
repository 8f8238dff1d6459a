"""What stewards see, made ready for pictures: workbooks, a review, corrections, reports."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from playwright.sync_api import Browser, Page, StorageState

from tests.graph.tabular.books import Book
from tests.running_service import RunningService

REGISTER: Final = "commit-to-data"
NEW: Final = "made-for-pictures"
RECORD: Final = "c2d-citizen-data"
STEWARD: Final = {
    "desk": "/steward",
    "desk-register": f"/steward/register?register={REGISTER}",
    "desk-workbook": f"/steward/workbook?register={REGISTER}",
    "desk-reviews": "/steward/reviews",
    "desk-corrections": "/steward/corrections",
    "desk-history": "/steward/history",
    "desk-progress": f"/steward/report?commitment={RECORD}",
    "desk-preview": f"/steward/preview?register={REGISTER}&record=commitment/{RECORD}",
}
EDITOR: Final = {
    "desk-editor": "/steward",
    "desk-editor-reviews": "/steward/reviews",
    "desk-editor-history": "/steward/history",
    "desk-register-new": f"/steward/register?register={NEW}",
    "desk-workbook-mistakes": f"/steward/workbook?register={NEW}",
}
READER: Final = {
    "desk-sign-in": "/steward/sign-in",
    "contribute": "/contribute",
    "error-report": f"/corrections/new?page=/doc/commitment/{RECORD}",
}


class DeskScreens:
    """A steward and an editor at work; what each sees is in ``steward`` and ``editor``."""

    def __init__(self, browser: Browser, service: RunningService, folder: Path) -> None:
        self._browser = browser
        self._service = service
        self._folder = folder
        self.steward: Final = dict(STEWARD)
        self.editor: Final = dict(EDITOR)

    def prepare(self, patience: float) -> tuple[StorageState, StorageState]:
        """Do what leaves something to see; returns what the browsers of both remember."""
        reader = self._browser.new_page()
        reader.set_default_timeout(patience)
        for number in range(2):
            self._report_an_error(reader, number)
        first = self._signed_in("Ana", f"write:{REGISTER}", patience)
        second = self._signed_in("Lea", "write", patience)
        content = second.request.get(f"{self._service.address}/registers/template.xlsx").body()
        self._hand_in(second, NEW, self._with_mistakes(Book.read(content)))
        self._tell_progress(first)
        address = f"{self._service.address}/registers/{REGISTER}.xlsx"
        book = Book.read(first.request.get(address).body())
        changed = self._changed(book)
        self._hand_in(first, REGISTER, changed)
        first.get_by_role("button", name="Send for review").click()
        first.goto(f"{self._service.address}/steward/reviews")
        path = first.locator(".entries a").first.get_attribute("href") or ""
        self.steward["desk-review-sent"] = self.editor["desk-review"] = path
        self._hand_in(first, REGISTER, changed)
        return first.context.storage_state(), second.context.storage_state()

    def mistakes(self, page: Page, folder: Path, look: str) -> int:
        """Send forms as they must not be; returns how many pictures that gave."""
        forms = {
            "error-report-fault": READER["error-report"],
            "desk-progress-fault": STEWARD["desk-progress"],
        }
        for name, path in forms.items():
            page.goto(f"{self._service.address}{path}")
            page.eval_on_selector_all("form.long", "found => found.forEach(f => f.noValidate = 1)")
            page.locator("form.long button[type=submit]").first.click()
            page.screenshot(path=folder / f"{name}.{look}.png", full_page=True)
        return len(forms)

    def _signed_in(self, label: str, scope: str, patience: float) -> Page:
        page = self._browser.new_context().new_page()
        page.set_default_timeout(patience)
        page.goto(f"{self._service.address}/steward/sign-in")
        page.get_by_label("Token").fill(self._service.new_token(label, scope))
        page.get_by_role("button", name="Sign in").click()
        return page

    def _report_an_error(self, page: Page, number: int) -> None:
        page.goto(f"{self._service.address}{READER['error-report']}")
        page.fill("[name=statement]", f"Undertaking {number + 2} stands in the wrong place.")
        page.fill("[name=right]", "The order of the source is another.")
        page.fill("[name=source]", "https://example.org/minutes")
        page.locator("form.long button[type=submit]").click()

    def _tell_progress(self, page: Page) -> None:
        page.goto(f"{self._service.address}{STEWARD['desk-progress']}")
        page.select_option("[name=status]", index=2)
        page.fill("[name=text]", "A third workshop was held.")
        page.fill("[name=link]", "https://example.org/third-workshop")
        page.fill("[name=title]", "Third workshop")
        page.locator("[name=act][value=apply]").click()

    def _hand_in(self, page: Page, register: str, book: Book) -> None:
        file = book.save(self._folder / f"{register}.xlsx")
        page.goto(f"{self._service.address}/steward/register?register={register}")
        page.set_input_files("[name=file]", file)
        page.get_by_role("button", name="Check").click()

    def _with_mistakes(self, book: Book) -> Book:
        facts = {row[0]: row for row in book.sheets["About"] if row and row[0]}
        facts["Name of the register"][1:] = ["Promises made up for pictures"]
        for number in range(1, 16):
            title = f"Commitment number {number}"
            maker = "Kenya National Bureau of Statistics"
            book.append("Commitments", Organisation=maker, Objective__en=title)
            book.append("Reports", Commitment=title, Day="31/02/2025", Reporter=maker)
        return book

    def _changed(self, book: Book) -> Book:
        for row in book.sheets["Commitments"][1:3]:
            book.put("Commitments", row[0], "Due", "December 2027")
        maker = "Kenya National Bureau of Statistics"
        book.append(
            "Commitments", Organisation=maker, Objective__en="Publish data of citizens each year"
        )
        return book
