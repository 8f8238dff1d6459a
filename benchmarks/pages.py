"""How soon pages begin to arrive, over HTTP, from a service that is warm.

Usage: benchmarks/run-pages --data-dir DIR [--data-dir DIR ...] [--page]

Each page is asked for once, so that none comes from the answers that the service keeps; one of
each kind is asked for before. ``--page`` puts the table into ``docs/performance.md``. The data
directories are to hold what `benchmarks.generate` makes beside the shipped data.
"""

from __future__ import annotations

import argparse
import http.client
import statistics
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from benchmarks.measure import machine
from benchmarks.page import write_on_page
from tests.running_service import RunningService, running_service

MARK: Final = "### What pages took"
KINDS: Final = {
    "a commitment": [f"/doc/commitment/bench-{number}" for number in range(1, 61)],
    "an actor": [f"/doc/actor/bench-{number}" for number in range(1, 61)],
    "an event": [
        f"/doc/event/{name}"
        for name in ("un-world-data-forum-5", "un-world-data-forum-6", "bogota-workshop-2025",
                     "egm-3-citizen-data-2024")
    ],
    "a source": [
        f"/doc/source/c2d-citizen-data-article?lang={tag}" for tag in ("en", "fr", "es", "ar")
    ],
    "a commitment's statements": [
        f"/doc/commitment/bench-{number}?view=statements" for number in range(1, 31)
    ],
    "a register": [f"/doc/register/bench-{number}" for number in range(1, 11)],
    "commitments, a page of the list": [f"/commitments?page={page}" for page in range(1, 11)],
    "commitments, two filters": [
        f"/commitments?register=bench-{number}&freshness=overdue" for number in range(1, 11)
    ],
    "actors, a page of the list": [f"/actors?page={page}" for page in range(1, 6)],
    "events, sources": [
        f"/{name}?lang={tag}" for tag in ("en", "fr", "es") for name in ("events", "sources")
    ],
    "a country": [f"/country/{code}" for code in ("404", "170", "288", "417", "454", "608")],
    "progress, another day": [f"/progress?day=2025-03-{day:02}" for day in range(1, 31)],
    "progress, today": [f"/progress?utm_source={number}" for number in range(20)],
    "search": [
        f"/search?q={words}"
        for words in ("data", "survey", "disability", "gender", "actor", "register", "meeting",
                      "plan", "regions", "publish", "statistics", "quality", "capital")
    ],
}  # fmt: skip
_TAIL: Final = 0.95
_PATIENCE: Final = 400
"""Seconds; over a million statements the first pages wait for what is made once a snapshot."""


_RESTS: Final = 30
"""How often to wait for rest; each is up to 20 seconds."""


@dataclass(frozen=True, slots=True)
class Result:
    """What a kind of page took."""

    kind: str
    median: float
    tail: float
    """Seconds to the first byte, at the 95th percentile."""
    processor: float
    """Seconds of the service's processor time for a page."""
    size: int
    """Bytes of the largest, as they are sent to browsers."""


def first_byte(service: RunningService, address: str) -> tuple[float, int]:
    """Seconds until a page begins to arrive, and its bytes."""
    connection = http.client.HTTPConnection("127.0.0.1", service.port, timeout=_PATIENCE)
    headers = {"Accept": "text/html", "Accept-Encoding": "gzip"}
    begun = time.perf_counter()
    connection.request("GET", address, headers=headers)
    response = connection.getresponse()
    taken = time.perf_counter() - begun
    body = response.read()
    connection.close()
    if response.status != http.client.OK:
        raise RuntimeError(f"{address} was answered by {response.status}")
    return taken, len(body)


def _come_to_rest(service: RunningService) -> None:
    """Wait until what pages need of the whole snapshot is there, which takes processor time."""
    for _ in range(_RESTS):
        if service.is_idle_soon():
            return
    raise RuntimeError("the service does not come to rest")


def measure(service: RunningService) -> list[Result]:
    """Each kind of page."""
    for addresses in KINDS.values():
        first_byte(service, addresses[0])
    _come_to_rest(service)
    found = []
    for kind, addresses in KINDS.items():
        before = service.service.processor_time()
        taken = sorted(first_byte(service, each) for each in addresses[1:])
        used = service.service.processor_time() - before
        times = [seconds for seconds, _ in taken]
        tail = times[min(len(times) - 1, int(len(times) * _TAIL))]
        largest = max(size for _, size in taken)
        found.append(Result(kind, statistics.median(times), tail, used / len(times), largest))
    return found


def table(of: Sequence[tuple[str, list[Result]]]) -> str:
    """The results as Markdown."""
    lines = []
    for data, results in of:
        lines += [
            f"{data}:",
            "",
            "| page | first byte, median | at the 95th percentile | processor | largest, gzip |",
            "|---|---|---|---|---|",
            *(
                f"| {each.kind} | {each.median * 1e3:.0f} ms | {each.tail * 1e3:.0f} ms "
                f"| {each.processor * 1e3:.0f} ms | {each.size / 1e3:.0f} KB |"
                for each in results
            ),
            "",
        ]
    return "\n".join(lines).rstrip()


def main() -> None:
    """Measure, and print or write the tables."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--data-dir", type=Path, action="append", required=True)
    parser.add_argument("--page", action="store_true")
    options = parser.parse_args()
    found = []
    for folder in options.data_dir:
        log = folder.parent / f"{folder.name}.log"
        settings = {"budget_seconds": 10**7, "http_workers": 1}
        with running_service(folder, log, **settings) as service:
            quads = service.ask("SELECT (COUNT(*) AS ?n) { GRAPH ?g { ?s ?p ?o } }").json()
            number = int(quads["results"]["bindings"][0]["n"]["value"])
            found.append((f"Over {number:,} statements", measure(service)))
    text = f"{machine()}\n\n{table(found)}"
    print(text)
    if options.page:
        write_on_page(MARK, text)


if __name__ == "__main__":
    main()
