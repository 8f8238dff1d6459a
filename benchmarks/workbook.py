"""How long the check of a large workbook takes, and how much memory: new rows, and changed ones.

The goal is a workbook of 10,000 commitments in less than 60 s and 1 GB. `pledgegraph` is run as
people run it; the largest resident set of its processes is the memory. Then the workbook is sent to
a service, which is asked for pages meanwhile: 99 in 100 are to come within 300 ms.
"""

from __future__ import annotations

import argparse
import http.client
import os
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from xlsxwriter import Workbook

from benchmarks.pages import first_byte
from pledgegraph.writes import RegisterScope, Tokens
from tests.running_service import RunningService, running_service

_PROGRAM: Final = (sys.executable, "-c", "from pledgegraph.cli import main; main()")
_XLSX: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_PAGES: Final = (
    "/doc/commitment/c2d-idc?utm_source={}",
    "/doc/actor/unsd?utm_source={}",
    "/commitments?utm_source={}",
    "/doc/source/c2d-citizen-data-article?utm_source={}",
)
_PAUSE: Final = 0.05
_ALONE: Final = 100
_MEGABYTE: Final = 1_000_000
_MAKERS: Final = ("UNSD", "DANE", "Kenya National Bureau of Statistics", "UNICEF")
_TYPES: Final = ("census", "citizen data", "administrative data")
_REGIONS: Final = ("Kenya", "COL", "008", "Malawi")


def written(path: Path, count: int) -> None:
    """Write a template that somebody has filled in with ``count`` commitments and reports."""
    with Workbook(path, {"constant_memory": True}) as book:
        page = book.add_worksheet("About")
        page.write_row(0, 0, ("Register", "large"))
        page.write_row(1, 0, ("Name of the register", "A large register"))
        page = book.add_worksheet("Commitments")
        heads = (
            "Organisation",
            "Data type",
            "Region",
            "Timeline",
            "Objective@en",
            "Description@en",
        )
        page.write_row(0, 0, heads)
        for number in range(count):
            row = (
                _MAKERS[number % len(_MAKERS)],
                _TYPES[number % len(_TYPES)],
                _REGIONS[number % len(_REGIONS)],
                f"3 years ({2020 + number % 5}-{2023 + number % 5})",
                f"Commitment {number}: better data for everybody",
                f"In some sentences it is told what number {number} is about, and why.",
            )
            page.write_row(number + 1, 0, row)
        page = book.add_worksheet("Reports")
        page.write_row(0, 0, ("Commitment", "Day", "Status", "Reporter", "Text@en"))
        for number in range(count):
            told = (
                f"Commitment {number}: better data for everybody",
                "2 March 2026",
                "in progress",
                _MAKERS[number % len(_MAKERS)],
                f"Report {number}: it goes on.",
            )
            page.write_row(number + 1, 0, told)


@dataclass(frozen=True, slots=True)
class Ran:
    """What a command took."""

    seconds: float
    processor: float
    """Seconds of processor time, of all its processes."""
    megabytes: float
    """The most that a process had until now, this command's or an earlier one's."""
    said: str


def run(*arguments: str, place: Path) -> Ran:
    """Run a command."""
    environment = {**os.environ, "PLEDGEGRAPH_DATA_DIR": str(place)}
    begin, used = time.perf_counter(), _processor()
    with subprocess.Popen(
        (*_PROGRAM, *arguments), env=environment, stdout=subprocess.PIPE, text=True
    ) as process:
        said = process.stdout.read() if process.stdout else ""
    seconds = time.perf_counter() - begin
    largest = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss * 1024 / _MEGABYTE
    return Ran(seconds, _processor() - used, largest, said)


def _processor() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def pages(service: RunningService, done: threading.Event, most: int) -> list[float]:
    """Seconds that pages took, none asked for twice, until something is done or they are enough."""
    taken: list[float] = []
    while not done.is_set() and len(taken) < most:
        address = _PAGES[len(taken) % len(_PAGES)].format(time.time_ns())
        taken.append(first_byte(service, address)[0])
        time.sleep(_PAUSE)
    return taken


def beside_pages(place: Path, book: Path) -> None:
    """Send a workbook to a service, and ask for pages meanwhile; prints what both took."""
    _, secret = Tokens(place).create(scopes=(RegisterScope("large"),), label="benchmark")
    log = place.with_name("service.log")
    with running_service(place, log, write_timeout=3600, budget_exempt="127.0.0.1") as service:
        for page in _PAGES:
            first_byte(service, page.format(time.time_ns()))
        _print_pages("pages, nothing else", pages(service, threading.Event(), _ALONE))
        done = threading.Event()
        told: list[str] = []

        def send() -> None:
            try:
                told.append(_sent(service, secret, book))
            finally:
                done.set()

        sender = threading.Thread(target=send)
        sender.start()
        _print_pages("pages, during a check", pages(service, done, 1_000_000))
        sender.join()
        print(*told)


def _sent(service: RunningService, secret: str, book: Path) -> str:
    begin = time.perf_counter()
    connection = http.client.HTTPConnection("127.0.0.1", service.port, timeout=3600)
    connection.request(
        "POST",
        "/submissions?register=large",
        book.read_bytes(),
        {"Authorization": f"Bearer {secret}", "Content-Type": _XLSX},
    )
    answer = connection.getresponse()
    size = len(answer.read())
    connection.close()
    seconds = time.perf_counter() - begin
    return f"POST /submissions         {seconds:6.1f} s  status {answer.status}, {size:,} bytes"


def _print_pages(title: str, taken: list[float]) -> None:
    ordered = sorted(taken)
    tail = ordered[max(0, -(-len(ordered) * 99 // 100) - 1)]
    print(
        f"{title:<24} {len(taken):6} pages  median {statistics.median(taken) * 1e3:.0f} ms, "
        f"p99 {tail * 1e3:.0f} ms, longest {ordered[-1] * 1e3:.0f} ms",
        flush=True,
    )


def main() -> None:
    """Measure, and print a line for each step."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--commitments", type=int, default=10_000)
    parser.add_argument("--pages", action="store_true", help="only ask for pages during a check")
    options = parser.parse_args()
    count = options.commitments
    folder = Path(tempfile.mkdtemp(prefix="pledgegraph-workbook-"))
    try:
        place, book, out = folder / "store", folder / "large.xlsx", folder / "out.xlsx"
        run("init", place=place)
        written(book, count)
        print(f"{count:,} commitments and {count:,} reports, {book.stat().st_size:,} bytes")
        if options.pages:
            beside_pages(place, book)
        for title, arguments in (
            ()
            if options.pages
            else (
                ("check, all rows new", ("load", "--dry-run", str(book))),
                ("load", ("load", str(book))),
                ("export", ("register", "export", "large", str(out))),
                ("check, nothing changed", ("load", "--dry-run", str(out))),
            )
        ):
            ran = run(*arguments, place=place)
            last = next((line for line in ran.said.splitlines() if line and line[0] != " "), "")
            print(
                f"{title:<24} {ran.seconds:6.1f} s  processor {ran.processor:6.1f} s  "
                f"{ran.megabytes:6.0f} MB so far  {last}",
                flush=True,
            )
    finally:
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    main()
