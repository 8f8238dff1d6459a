"""Measures queries that scan: answered from memory, from the disk, and by Fuseki.

Usage: benchmarks/run-memory [--quads 1000000] [--rounds 5] [--folder FOLDER]

All services hold the same data and take turns within one run; each query is another text each
time. Beside the time stands the processor's, which tells more where others use the machine. A
folder is kept and used again.
"""

from __future__ import annotations

import argparse
import json
import re
import statistics
import subprocess
import tempfile
import time
import urllib.parse
import urllib.request
from collections import defaultdict
from contextlib import ExitStack, suppress
from pathlib import Path
from typing import Final

from benchmarks.generate import write
from benchmarks.http_peers import PeerMissing, Running, running, until_ready
from benchmarks.measure import machine
from benchmarks.task import QUERIES

SIDES: Final = ("pledgegraph", "pledgegraph on disk", "fuseki")
_JSON: Final = "application/sparql-results+json, application/n-triples;q=0.9"


def seconds(service: Running, query: str, number: int) -> tuple[float, int]:
    """How long the answer takes to its last byte, and how many rows or statements it has."""
    text = f"{query}\n# {time.monotonic_ns()} {number}"
    address = f"{service.address}?{urllib.parse.urlencode({'query': text})}"
    request = urllib.request.Request(address, headers={"Accept": _JSON})  # noqa: S310 -- ours
    since = time.perf_counter()
    with urllib.request.urlopen(request, timeout=120) as response:  # noqa: S310 -- the same
        body, kind = response.read(), response.headers["content-type"]
    took = time.perf_counter() - since
    rows = len(json.loads(body)["results"]["bindings"]) if "json" in kind else body.count(b"\n")
    return took, rows


def processor(service: Running) -> float:
    """Seconds of processor that the service and all its processes have used."""
    used, processes = 0, [service.process]
    for process in processes:
        with suppress(OSError):
            for thread in Path(f"/proc/{process}/task").iterdir():
                used += int((thread / "schedstat").read_text(encoding="ascii").split()[0])
                listed = (thread / "children").read_text(encoding="ascii")
                processes += map(int, listed.split())
    return used / 1e9


def worker_memory(service: Running) -> list[int]:
    """Proportional memory, in MB, of the template and of the workers that were forked from it."""
    listed = subprocess.run(
        ("/bin/ps", "--ppid", str(service.process), "-o", "pid=,args="),
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    found = []
    for line in listed.splitlines():
        if "template_process" in line:
            rollup = Path(f"/proc/{line.split()[0]}/smaps_rollup").read_text(encoding="ascii")
            pss = re.search(r"^Pss:\s+(\d+)", rollup, re.MULTILINE)
            found.append(int(pss[1]) // 1000 if pss else 0)
    return sorted(found)


def measure(folder: Path, quads: int, rounds: int) -> None:
    """Print the table."""
    queries = {each.stem: each.read_text(encoding="utf-8") for each in sorted(QUERIES.glob("*.rq"))}
    data = folder / "data.nq"
    number = write(data, quads, 1)
    found: dict[str, dict[tuple[str, str], list[float]]] = defaultdict(lambda: defaultdict(list))
    rows: dict[str, set[int]] = defaultdict(set)
    with ExitStack() as stack:
        services = {}
        for name in SIDES:
            since = time.perf_counter()
            try:
                # One store for both of ours.
                services[name] = stack.enter_context(running(name, data, folder))
            except PeerMissing as error:
                print(f"left out: {error}")
                continue
            print(f"{name}: the first answer after {time.perf_counter() - since:.1f} s")
        told, waited = until_ready(services["pledgegraph"])
        print(f"copies are {told['state']} {waited:.1f} s later: {told['statements']:,} statements")
        names = list(services)
        for turn in range(rounds + 1):
            for query, text in queries.items():
                for name in names if turn % 2 == 0 else reversed(names):
                    before = processor(services[name])
                    took, size = seconds(services[name], text, turn)
                    used = processor(services[name]) - before
                    rows[query].add(size)
                    if turn:  # the first warms all of them
                        found["time"][query, name].append(took)
                        found["processor"][query, name].append(used)
        memory = worker_memory(services["pledgegraph"])
    print(f"{machine()} {number:,} quads, {rounds} rounds.\n")
    for what, each in found.items():
        print(f"\n| query (medians, ms of {what}) | {' | '.join(names)} | to disk | to Fuseki |")
        print(f"| --- |{' ---: |' * (len(names) + 2)}")
        for query in queries:
            medians = {name: statistics.median(each[query, name]) * 1000 for name in names}
            ours = medians["pledgegraph"]
            ratios = [f"{ours / medians[n]:.2f}" if n in medians else "" for n in SIDES[1:]]
            shown = [f"{medians[name]:.1f}" for name in names]
            alike = "" if len(rows[query]) == 1 else f" (rows differ: {sorted(rows[query])})"
            print(f"| {query}{alike} | {' | '.join([*shown, *ratios])} |")
    print(f"\nmemory of the template and each worker (proportional, MB): {memory}")


def main() -> None:
    """Read the options and measure."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quads", type=int, default=1_000_000)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--folder", type=Path)
    options = parser.parse_args()
    with ExitStack() as stack:
        folder = options.folder or Path(stack.enter_context(tempfile.TemporaryDirectory()))
        folder.mkdir(parents=True, exist_ok=True)
        measure(folder, options.quads, options.rounds)


if __name__ == "__main__":
    main()
