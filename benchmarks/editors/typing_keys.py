"""What a key costs in the workbench, beside the editor that it is built on, in a real browser.

Usage: benchmarks/run-typing [--rounds 3] [--pause 100] [--page]

Three editors stand one after the other in the page `/sparql` over the shipped data: the
workbench; CodeMirror as it comes (its "basic setup") with the SPARQL language; and CodeMirror with
the language and nothing else. The same query is typed into each, key by key, round after round,
and the sides take turns at going first. What is measured of each key:

- until the next task: from the event of the key to the next task of the page, which is when the
  editor has taken the key in and the browser can draw. The goal is 16 ms.
- until it is drawn: to the next task after the frame that shows it.
- processor: the time of the processor that the page's main thread used from this key to the next
  one, completions, marks and drawing with it. Other work on the machine hardly touches it.

Chromium and the Python package playwright have to be installed (`make check` has them).
"""

from __future__ import annotations

import argparse
import shutil
import statistics
import sys
import tempfile
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from playwright.sync_api import Browser, CDPSession, Page, sync_playwright

from benchmarks.measure import machine
from benchmarks.page import write_on_page
from pledgegraph.settings import Settings
from pledgegraph.setup.prepare import prepare
from tests.running_service import ROOT, running_service

sys.path.append(str(ROOT / "scripts"))
import editor_bundle

MARK: Final = "### What keys took"
SIDES: Final = {
    "workbench": "the workbench",
    "basic": "CodeMirror's basic setup",
    "language": "the language alone",
}
GOAL: Final = 16
"""Milliseconds from a key to the next task."""
TYPED: Final = """\
SELECT ?register (COUNT(?commitment) AS ?number) WHERE {
?commitment a pg:Commitment ; pg:inRegister ?register ; pg:madeBy ?maker .
OPTIONAL { ?maker skos:prefLabel ?name FILTER(LANG(?name) = "en") }
FILTER NOT EXISTS { ?commitment pg:finalDueDate ?day } # no day is known
} GROUP BY ?register ORDER BY DESC(?number)"""
BASE: Final = "http://localhost:8000"
_FLAGS: Final = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
_WATCH: Final = """
window.keys = { task: [], drawn: [] };
addEventListener("keydown", () => {
  const begun = performance.now();
  const next = (into) => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => into.push(performance.now() - begun);
    port2.postMessage(0);
  };
  next(window.keys.task);
  requestAnimationFrame(() => next(window.keys.drawn));
}, true);
"""
_EDITOR: Final = "document.querySelector('.editor').view"
_TAIL: Final = 0.95


@dataclass(slots=True)
class Taken:
    """What keys took, in milliseconds."""

    task: list[float] = field(default_factory=list)
    drawn: list[float] = field(default_factory=list)
    processor: list[float] = field(default_factory=list)
    """The mean of a round, for each round."""


def bundles(folder: Path) -> dict[str, str]:
    """The scripts of the sides that are not ours."""
    names = [each for each in SIDES if each != "workbench"]
    sources = [Path(__file__).with_name(f"{name}.js") for name in names]
    editor_bundle.make_others(ROOT, sources, folder)
    return {name: (folder / f"{name}.js").read_text(encoding="utf-8") for name in names}


def measure(
    address: str, rounds: int, pause: float, scripts: Mapping[str, str]
) -> dict[str, Taken]:
    """Type into each side, round after round."""
    found: dict[str, Taken] = defaultdict(Taken)
    path = shutil.which("chromium") or shutil.which("chromium-browser")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=_FLAGS)
        sides = list(SIDES)
        for turn in range(rounds):
            for side in sides[turn % len(sides) :] + sides[: turn % len(sides)]:
                page = opened(browser, address, scripts.get(side))
                type_into(page, pause, found[side])
                page.context.close()
        browser.close()
    return found


def opened(browser: Browser, address: str, script: str | None) -> Page:
    """The page with the editor, ready for keys."""
    page = browser.new_context().new_page()
    page.add_init_script(_WATCH)
    if script is not None:
        page.route(
            "**/workbench*.js",
            lambda route: route.fulfill(body=script, content_type="text/javascript"),
        )
    page.goto(f"{address}/sparql", wait_until="networkidle")
    page.locator(".cm-content").focus()
    return page


def type_into(page: Page, pause: float, into: Taken) -> None:
    """Write the query twice; the first time warms up."""
    clock = page.context.new_cdp_session(page)
    clock.send("Performance.enable", {"timeDomain": "threadTicks"})
    for measured in (False, True):
        page.keyboard.press("Control+a")
        page.keyboard.press("Delete")
        page.wait_for_timeout(1000)
        page.evaluate("window.keys = { task: [], drawn: [] }")
        begun = processor(clock)
        for each in TYPED:
            page.keyboard.press("Enter" if each == "\n" else each)
            page.wait_for_timeout(pause)
        page.wait_for_timeout(1000)
        used = processor(clock) - begun
        if measured:
            keys: dict[str, list[float]] = page.evaluate("window.keys")
            into.task += keys["task"]
            into.drawn += keys["drawn"]
            into.processor.append(used / len(TYPED) * 1e3)


def processor(clock: CDPSession) -> float:
    """Seconds of processor time that the main thread of the page has used for tasks."""
    metrics: list[dict[str, Any]] = clock.send("Performance.getMetrics")["metrics"]
    return next(float(each["value"]) for each in metrics if each["name"] == "ThreadTime")


def tail(times: Sequence[float]) -> float:
    """The value that 95 in 100 do not exceed."""
    return sorted(times)[min(len(times) - 1, int(len(times) * _TAIL))]


def table(found: Mapping[str, Taken]) -> str:
    """What was measured, as Markdown."""
    lines = [
        "| a key | until the next task | 95th percentile | until it is drawn | processor |",
        "| --- | ---: | ---: | ---: | ---: |",
    ]
    base = found["language"]
    for side, title in SIDES.items():
        taken = found[side]
        cells = [
            (statistics.median(taken.task), statistics.median(base.task)),
            (tail(taken.task), tail(base.task)),
            (statistics.median(taken.drawn), statistics.median(base.drawn)),
            (statistics.median(taken.processor), statistics.median(base.processor)),
        ]
        shown = [
            f"{ours:.1f} ms" + ("" if taken is base else f" ({ours / theirs:.1f})")
            for ours, theirs in cells
        ]
        lines.append(f"| {title} | {' | '.join(shown)} |")
    return "\n".join(lines)


def main() -> int:
    """Measure, and print or write the table."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--pause", type=float, default=100, help="milliseconds between keys")
    parser.add_argument("--page", action="store_true")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        scripts = bundles(Path(scratch))
        data = Path(scratch) / "data"
        prepare(Settings(data_dir=data, base=BASE))
        with running_service(data, Path(scratch) / "log") as service:
            found = measure(service.address, options.rounds, options.pause, scripts)
    text = f"{machine()}\n\n{table(found)}"
    if options.page:
        write_on_page(MARK, text)
    else:
        print(text)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
