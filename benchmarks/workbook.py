"""How long the check of a large workbook takes, and how much memory: new rows, and changed ones.

The goal is a workbook of 10,000 commitments in less than 60 s and 1 GB. `pledgegraph` is run as
people run it; the largest resident set of its processes is the memory.
"""

from __future__ import annotations

import argparse
import os
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Final

from xlsxwriter import Workbook

_PROGRAM: Final = (sys.executable, "-c", "from pledgegraph.cli import main; main()")
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


def run(*arguments: str, place: Path) -> tuple[float, float, str]:
    """Run a command; returns its seconds, its megabytes, and what it said."""
    environment = {**os.environ, "PLEDGEGRAPH_DATA_DIR": str(place)}
    begin = time.perf_counter()
    with subprocess.Popen(
        (*_PROGRAM, *arguments), env=environment, stdout=subprocess.PIPE, text=True
    ) as process:
        said = process.stdout.read() if process.stdout else ""
    seconds = time.perf_counter() - begin
    largest = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss * 1024 / _MEGABYTE
    return seconds, largest, said


def main() -> None:
    """Measure, and print a line for each step."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--commitments", type=int, default=10_000)
    count = parser.parse_args().commitments
    folder = Path(tempfile.mkdtemp(prefix="pledgegraph-workbook-"))
    try:
        place, book, out = folder / "store", folder / "large.xlsx", folder / "out.xlsx"
        run("init", place=place)
        written(book, count)
        print(f"{count:,} commitments and {count:,} reports, {book.stat().st_size:,} bytes")
        for title, arguments in (
            ("check, all rows new", ("load", "--dry-run", str(book))),
            ("load", ("load", str(book))),
            ("export", ("register", "export", "large", str(out))),
            ("check, nothing changed", ("load", "--dry-run", str(out))),
        ):
            seconds, largest, said = run(*arguments, place=place)
            last = next((line for line in said.splitlines() if line and line[0] != " "), "")
            print(f"{title:<24} {seconds:6.1f} s  {largest:6.0f} MB so far  {last}", flush=True)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    main()
