"""Pages that come in pieces, over a slow line to a slow machine: nothing of them moves."""

from __future__ import annotations

import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Final

import httpx
import pytest
from playwright.sync_api import Browser

from tests.browser.test_every_page import WATCH
from tests.conftest import Require

PIECES: Final = 12
PAUSE: Final = 0.04
"""Seconds between two pieces: the browser draws what it has meanwhile."""
PAGES: Final = (
    "/progress",
    "/doc/commitment/c2d-citizen-data",
    "/compare?a=register/power-of-data&b=register/inclusive-data-charter",
    "/embed/progress?lang=ar",
)


@pytest.fixture(scope="module")
def slow_address(shipped_address: str) -> Iterator[str]:
    """Where the service answers through a line that hands pages over piece by piece."""

    class Line(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            headers = {"accept": self.headers["accept"], "accept-encoding": "identity"}
            found = httpx.get(shipped_address + self.path, headers=headers, timeout=300)
            body, kind = found.content, found.headers["content-type"]
            self.send_response(found.status_code)
            self.send_header("content-type", kind)
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            size = -(-len(body) // PIECES) if kind.startswith("text/html") else len(body)
            for start in range(0, len(body), size):
                self.wfile.write(body[start : start + size])
                self.wfile.flush()
                time.sleep(PAUSE)

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Line)
    thread = Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()
    thread.join()


def test_nothing_moves_while_a_page_comes(
    started: list[Browser], slow_address: str, require: Require
) -> None:
    require("chromium", bool(started))
    for width in (1280, 390):
        context = started[0].new_context(bypass_csp=True, viewport={"width": width, "height": 900})
        context.add_init_script(WATCH)
        page = context.new_page()
        session = context.new_cdp_session(page)
        session.send("Emulation.setCPUThrottlingRate", {"rate": 3})
        for path in PAGES:
            page.goto(slow_address + path)
            assert page.evaluate("shifted") == 0, (path, width)
        context.close()
