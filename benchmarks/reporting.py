"""How soon a report on progress is acknowledged that comes by the form of the desk.

Usage: benchmarks/run-report --data-dir DIR [--reports 20]

The data directory is to hold what `benchmarks.generate` makes beside the shipped data. Each report
is on another commitment; the change is judged by the gate, followed by the rules, and on the disk
when it is acknowledged. The reports stay in the directory.
"""

from __future__ import annotations

import argparse
import html
import re
import statistics
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import httpx

from benchmarks.measure import machine
from tests.running_service import RunningService, running_service

_PATIENCE: Final = 900
"""Seconds; over a million statements the first pages wait for what is made once a snapshot."""


def _field(page: str, name: str) -> str:
    found = re.search(rf'name="{name}"[^>]* value="([^"]*)"', page) or re.search(
        rf'name="{name}".*?<option value="([^"]+)"', page, re.DOTALL
    )
    if found is None:
        raise RuntimeError(f"the form has no {name}")
    return html.unescape(found[1])


def measure(service: RunningService, secret: str, count: int) -> list[tuple[float, float, float]]:
    """Of each report the seconds of the form and of the answer, and those of processor time.

    The first one is left out: it waits until the shapes and the rules are read.
    """
    found = []
    headers = {"Accept": "text/html", "Sec-Fetch-Site": "same-origin"}
    with httpx.Client(base_url=service.address, headers=headers, timeout=_PATIENCE) as client:
        ticket = _field(client.get("/steward/sign-in").text, "ticket")
        answer = client.post("/steward/sign-in", data={"ticket": ticket, "token": secret})
        if answer.status_code != httpx.codes.SEE_OTHER:
            raise RuntimeError(f"sign-in was answered by {answer.status_code}")
        for number in range(1, count + 2):
            begin = time.perf_counter()
            page = client.get(f"/steward/report?commitment=bench-{number}").text
            page = page.partition('<form class="long"')[2]  # another one signs out
            shown = time.perf_counter() - begin
            fields = {
                "ticket": _field(page, "ticket"),
                "reporter": _field(page, "reporter"),
                "day": datetime.now(UTC).date().isoformat(),
                "status": "in-progress",
                "text": f"Report {number}: it goes on.",
                "language": "en",
                "link": "https://statistics.example/report",
                "title": "A report",
            }
            used, begin = service.service.processor_time(), time.perf_counter()
            answer = client.post("/steward/report", data=fields)
            seconds = time.perf_counter() - begin
            if answer.status_code != httpx.codes.SEE_OTHER:
                raise RuntimeError(f"the report was answered by {answer.status_code}")
            found.append((shown, seconds, service.service.processor_time() - used))
    return found[1:]


def main() -> None:
    """Measure, and print the medians."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data-dir", type=Path, required=True)
    parser.add_argument("--reports", type=int, default=20)
    options = parser.parse_args()
    place: Path = options.data_dir
    log = place.with_name(f"{place.name}-service.log")
    with running_service(place, log, budget_exempt="127.0.0.1") as service:
        found = measure(service, service.new_token("benchmark"), options.reports)
    print(machine())
    for title, at in (("form", 0), ("acknowledged", 1), ("processor of the service", 2)):
        times = sorted(each[at] for each in found)
        middle = statistics.median(times)
        print(f"{title:<26} median {middle * 1e3:.0f} ms, longest {times[-1] * 1e3:.0f} ms")


if __name__ == "__main__":
    main()
