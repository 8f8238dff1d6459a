"""Takes pictures of every kind of page, over the shipped data and over made-up ones.

Usage: scripts/screenshots FOLDER [--made-up N] [--data-dir DIR] [--only WORD]

Each page is taken wide in English, in Arabic, at 390 and 768 pixels, in the dark, and as it prints.
With ``--made-up`` there are about so many commitments beside the shipped ones, which takes some
minutes to load; with ``--data-dir`` a data directory is shown that is there already.
"""

from __future__ import annotations

import argparse
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Final

from playwright.sync_api import Browser, FloatRect, StorageState, sync_playwright

from benchmarks.generate import write
from desk_screens import READER, DeskScreens
from pledgegraph.settings import Settings
from pledgegraph.setup.prepare import prepare
from tests.running_service import PROGRAM, RunningService, environment_of, running_service

BASE: Final = "http://localhost:8000"
QUADS_PER_COMMITMENT: Final = 178
LONGEST: Final = 6_000
"""Pixels of a page that are taken."""
PATIENCE: Final = 600_000
"""Milliseconds for a page."""
PAGES: Final = {
    "home": "/",
    "progress": "/progress",
    "progress-past": "/progress?day=2021-12-31",
    "commitments": "/commitments",
    "commitments-narrowed": "/commitments?freshness=overdue&due=passed",
    "actors": "/actors",
    "events": "/events",
    "sources": "/sources",
    "search": "/search?q=disability+data",
    "search-none": "/search?q=zzxxyyq",
    "commitment": "/doc/commitment/c2d-citizen-data",
    "commitment-assessed": "/doc/commitment/ogp-rs0022",
    "commitment-long": "/doc/commitment/fds2020-action-2",
    "actor": "/doc/actor/co-dane",
    "actor-parts": "/doc/actor/collaborative-on-citizen-data",
    "event": "/doc/event/un-world-data-forum-5",
    "register": "/doc/register/inclusive-data-charter",
    "registers": "/registers",
    "frameworks": "/frameworks",
    "countries": "/countries",
    "framework": "/doc/framework/copenhagen-framework-on-citizen-data",
    "source": "/doc/source/c2d-citizen-data-article",
    "country": "/country/404",
    "compare": "/compare?a=register/power-of-data&b=register/inclusive-data-charter",
    "cite": "/cite/commitment/c2d-citizen-data",
    "embed-answer": "/embed/commitment/c2d-citizen-data",
    "embed-progress": "/embed/progress",
    "statements": "/doc/commitment/c2d-citizen-data?view=statements",
    "question": "/queries/due-dates",
    "problem": "/commitments?due=soon",
    "missing": "/doc/commitment/no-such",
}
MADE_UP: Final = {
    "made-up-commitment": "/doc/commitment/bench-7",
    "made-up-actor": "/doc/actor/bench-1",
    "made-up-register": "/doc/register/bench-1",
    "made-up-country": "/country/208",
    "made-up-compare": "/compare?a=register/bench-1&b=register/bench-2",
}
LOOKS: Final = {
    "en": (1280, "light", "en"),
    "ar": (1280, "light", "ar"),
    "390": (390, "light", "en"),
    "768": (768, "light", "en"),
    "dark": (1280, "dark", "en"),
}


def take(
    browser: Browser,
    address: str,
    pages: dict[str, str],
    folder: Path,
    remembered: StorageState | None = None,
) -> int:
    """Take the pictures as a browser that remembers a session, or none; returns how many."""
    taken = 0
    for look, (width, scheme, language) in LOOKS.items():
        context = browser.new_context(
            viewport={"width": width, "height": 900},
            color_scheme="dark" if scheme == "dark" else "light",
            storage_state=remembered,
        )
        page = context.new_page()
        # The first page over much data waits for what is made once a snapshot.
        page.set_default_timeout(PATIENCE)
        for name, path in pages.items():
            page.goto(f"{address}{path}{'&' if '?' in path else '?'}lang={language}")
            height = min(LONGEST, int(page.evaluate("document.documentElement.scrollHeight")))
            clip: FloatRect = {"x": 0, "y": 0, "width": width, "height": height}
            page.screenshot(path=folder / f"{name}.{look}.png", full_page=True, clip=clip)
            taken += 1
            if look == "en":
                page.pdf(path=folder / f"{name}.pdf", format="A4")
                # The same as a picture, for those who look at pictures only.
                page.emulate_media(media="print")
                page.set_viewport_size({"width": 680, "height": 1010})
                page.screenshot(path=folder / f"{name}.print.png", full_page=True)
                # "screen" would hold for the next page's paper too.
                page.emulate_media(media="null")
                page.set_viewport_size({"width": width, "height": 900})
                taken += 2
        context.close()
    return taken


def take_desk(
    browser: Browser,
    service: RunningService,
    wanted: Callable[[dict[str, str]], dict[str, str]],
    folder: Path,
    files: Path,
) -> int:
    """Take pictures of what two stewards see, and of forms with mistakes; returns how many."""
    desk = DeskScreens(browser, service, files)
    steward, editor = desk.prepare(PATIENCE)
    taken = take(browser, service.address, wanted(desk.steward), folder, steward)
    taken += take(browser, service.address, wanted(desk.editor), folder, editor)
    for look in ("en", "390"):
        page = browser.new_context(
            viewport={"width": LOOKS[look][0], "height": 900}, storage_state=steward
        ).new_page()
        taken += desk.mistakes(page, folder, look)
    return taken


def main() -> int:
    """Serve the data, take the pictures, and end the service."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--made-up", type=int, default=0, metavar="N")
    parser.add_argument("--data-dir", type=Path)
    parser.add_argument("--only", default="", help="pages with this word in their names")
    options = parser.parse_args()
    program = shutil.which("chromium") or shutil.which("chromium-browser")
    if program is None:
        print("Chromium is not there. Install it, for example with: apt install chromium")
        return 2
    options.folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as made:
        # What is there already stays as it is: the stewards write.
        data = Path(made) / "data"
        if options.data_dir is None:
            prepare(Settings(data_dir=data, base=BASE))
        else:
            shutil.copytree(options.data_dir, data)
        if options.made_up:
            load_made_up(Path(made) / "made-up.nq", data, options.made_up)
        pages = PAGES | READER | (MADE_UP if options.made_up or options.data_dir else {})

        def wanted(pages: dict[str, str]) -> dict[str, str]:
            return {name: path for name, path in pages.items() if options.only in name}

        settings = {"base": BASE, "budget_seconds": 10**6, "dump_interval": 0}
        with (
            running_service(data, Path(made) / "log", **settings) as service,
            sync_playwright() as playwright,
        ):
            arguments = ["--no-sandbox", "--disable-gpu"]
            browser = playwright.chromium.launch(executable_path=program, args=arguments)
            taken = take(browser, service.address, wanted(pages), options.folder)
            if not options.only or options.only.startswith("desk"):
                taken += take_desk(browser, service, wanted, options.folder, Path(made))
            browser.close()
    print(f"{taken} pictures in {options.folder}")
    return 0


def load_made_up(file: Path, data: Path, commitments: int) -> None:
    """Load about so many made-up commitments beside what is there."""
    quads = write(file, commitments * QUADS_PER_COMMITMENT)
    print(f"{quads} made-up statements are being loaded.", flush=True)
    command = [*PROGRAM, "load", "--data-dir", str(data), str(file)]
    subprocess.run(command, env=environment_of(), check=True)


if __name__ == "__main__":
    sys.exit(main())
