"""A real browser, and the service over the small data in a process of its own."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from tests.api.conftest import BASE, SHIPPED_BASE, make_store
from tests.conftest import Require
from tests.running_service import Service
from tests.shipped_store import copy_shipped

DATA: Final = Path(__file__).parents[1] / "api" / "data" / "small.trig"
FLAGS: Final = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


def chromium() -> str | None:
    """The Chromium of this machine."""
    return shutil.which("chromium") or shutil.which("chromium-browser")


@pytest.fixture(scope="package")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Where the service answers; without the final slash."""
    path = tmp_path_factory.mktemp("browser") / "store"
    make_store(path, DATA.read_bytes()).close()
    service = Service(data_dir=path, base=BASE, port=0)
    try:
        yield service.address().rstrip("/")
    finally:
        service.stop()
        service.end()


@pytest.fixture(scope="package")
def shipped_address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Where the service over the shipped data answers; without the final slash."""
    path = tmp_path_factory.mktemp("shipped") / "data"
    copy_shipped(tmp_path_factory, path, SHIPPED_BASE)
    service = Service(data_dir=path, base=SHIPPED_BASE, port=0)
    try:
        yield service.address().rstrip("/")
    finally:
        service.stop()
        service.end()


@pytest.fixture(scope="module")
def started() -> Iterator[list[Browser]]:
    """Holds the browser, which the first test that has one starts.

    It ends with the module: while it is there, its event loop runs in this thread, and no other
    test can have one.
    """
    held: list[Browser] = []
    with sync_playwright() as playwright:
        path = chromium()
        if path is not None:
            held.append(playwright.chromium.launch(executable_path=path, args=FLAGS))
        yield held
        for each in held:
            each.close()


@pytest.fixture
def browser(require: Require, request: pytest.FixtureRequest) -> Browser:
    """The browser."""
    require("chromium", chromium() is not None)
    started: list[Browser] = request.getfixturevalue("started")
    return started[0]


class Visit:
    """A page of the browser, and what it has asked for and complained of."""

    def __init__(self, context: BrowserContext, address: str) -> None:
        self.page: Page = context.new_page()
        self.address = address
        self.requests: list[str] = []
        self.complaints: list[str] = []
        self.page.on("request", lambda request: self.requests.append(request.url))
        self.page.on("console", lambda said: self.complaints.append(said.text))
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.page.on("dialog", self._surprised)

    def _surprised(self, dialog: object) -> None:
        self.complaints.append(f"a dialog: {dialog}")
        raise AssertionError("a page has opened a dialog")

    def to(self, path: str) -> Page:
        """Go there."""
        self.page.goto(self.address + path)
        return self.page

    def strangers(self) -> list[str]:
        """What was asked of any other host."""
        return [url for url in self.requests if not url.startswith(self.address + "/")]


@pytest.fixture
def visit(browser: Browser, address: str) -> Iterator[Visit]:
    """A fresh visit, with scripts allowed as far as the pages allow them."""
    context = browser.new_context(accept_downloads=True)
    yield Visit(context, address)
    context.close()


@pytest.fixture
def scriptless(browser: Browser, address: str) -> Iterator[Visit]:
    """A visit of a browser that runs no scripts."""
    context = browser.new_context(java_script_enabled=False)
    yield Visit(context, address)
    context.close()


@pytest.fixture
def judged(browser: Browser, address: str) -> Iterator[Visit]:
    """A visit in which a script of ours may look at the page, whatever the page allows."""
    context = browser.new_context(bypass_csp=True)
    yield Visit(context, address)
    context.close()
