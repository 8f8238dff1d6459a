"""Runs both sides in turn, round after round, and prints the medians and their ratios.

Usage: benchmarks/run [--quads 100000 1000000] [--rounds 3] [--reads 3] [--seed 1]
    [--without-shapes] [--page]

Each task runs in a process of its own (`benchmarks.task`), on a data directory of its own. The
sides take turns at going first, so that a machine that slows down slows both.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import shutil
import statistics
import subprocess
import sys
import tempfile
from collections import defaultdict
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any, Final

from benchmarks.generate import write as generate
from benchmarks.task import QUERIES

_SIDES: Final = ("pledgegraph", "bare")
_WITH_SHAPES: Final = "pledgegraph-shapes"

_PAGE: Final = Path(__file__).resolve().parent.parent / "docs" / "performance.md"
_MARK: Final = "## Measured"

Measured = dict[tuple[str, str], list[float]]
"""By side and name: seconds, or bytes where the name says so."""


class AnswersDiffer(Exception):
    """The two sides answered a query at different lengths: one of them is wrong."""


def _task(side: str, task: str, data: Path, folder: Path) -> dict[str, Any]:
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.task", side, task, str(data), str(folder)],
        check=True,
        stdout=subprocess.PIPE,
        text=True,
    )
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def _load(side: str, data: Path, folder: Path, into: Measured) -> None:
    found = _task(side, "load", data, folder)
    into[side, "load"].append(found["seconds"]["load"])
    into[side, "load peak"].append(found["peak"])
    into[side, "disk"].append(found["sizes"]["disk"])


def _read(side: str, data: Path, folder: Path, into: Measured) -> dict[str, int]:
    """Measure the queries; say how long each answer was."""
    found = _task(side, "read", data, folder)
    for name, seconds in found["seconds"].items():
        into[side, name].append(seconds)
    into[side, "read peak"].append(found["peak"])
    sizes: dict[str, int] = found["sizes"]
    return sizes


def _write(side: str, data: Path, folder: Path, into: Measured) -> None:
    for task in ("write", "publish"):
        into[side, task].append(_task(side, task, data, folder)["seconds"][task])


def measure(
    data: Path, rounds: int, scratch: Path, *, reads: int = 3, shapes: bool = True
) -> Measured:
    """All that the tables show, for one file of data.

    The queries are measured ``reads`` times in a round; they are what noise hurts most. Without
    ``shapes`` a load with the gate is left out: it takes half a minute for each 100,000 quads.

    Raises:
        AnswersDiffer: the comparison would not be one.
    """
    found: Measured = defaultdict(list)
    for turn in range(rounds):
        order = _SIDES if turn % 2 == 0 else tuple(reversed(_SIDES))
        folders = {side: scratch / f"{side}-{turn}" for side in order}
        for side in order:
            _load(side, data, folders[side], found)
        for _ in range(reads):
            ours, bare = (_read(side, data, folders[side], found) for side in order)
            if ours != bare:
                raise AnswersDiffer(f"{ours} against {bare}")
        for side in order:
            _write(side, data, folders[side], found)
            shutil.rmtree(folders[side])
    if shapes:
        _load(_WITH_SHAPES, data, scratch / _WITH_SHAPES, found)
        _write(_WITH_SHAPES, data, scratch / _WITH_SHAPES, found)
    return found


def _shown(name: str, value: float) -> str:
    if name.endswith("peak") or name == "disk":
        return f"{value / 1e6:,.0f} MB"
    return f"{value:.2f} s" if value >= 1 else f"{value * 1e3:.2f} ms"


def _titles() -> dict[str, str]:
    """What to call each row; a query by its first comment line."""
    rows = {
        "load": "load a file, until a reader sees it",
        "load peak": "peak memory of the load",
        "disk": "on disk after the load",
        "write": "one small change, on disk and seen by a new reader",
        "publish": "of that, publish a snapshot",
        "open": "open and answer a first small query",
    }
    for path in sorted(QUERIES.glob("*.rq")):
        rows[path.stem] = path.read_text(encoding="utf-8").splitlines()[0].lstrip("# ")
    return rows | {"read peak": "peak memory of the queries"}


def table(found: Measured) -> str:
    """One row for each thing measured: medians of the rounds and their ratio."""
    lines = ["| what | Pledgegraph | bare engine | ratio |", "|---|---:|---:|---:|"]
    for name, title in _titles().items():
        ours, bare = (statistics.median(found[side, name]) for side in _SIDES)
        lines.append(
            f"| {title} | {_shown(name, ours)} | {_shown(name, bare)} | {ours / bare:.2f} |"
        )
    for name, title in (("load", "load"), ("load peak", "peak memory"), ("write", "small change")):
        if (_WITH_SHAPES, name) not in found:
            continue
        value = statistics.median(found[_WITH_SHAPES, name])
        lines.append(f"| {title}, with shapes checked and rules run | {_shown(name, value)} | | |")
    return "\n".join(lines)


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        return platform.machine()
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.machine()


def machine() -> str:
    """What it was measured on, and with which versions."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    packages = ", ".join(f"{name} {version(name)}" for name in ("pledgegraph", "pyoxigraph"))
    return (
        f"{datetime.now(UTC):%Y-%m-%d}: {_processor()}, {os.cpu_count()} cores, "
        f"{memory:.0f} GiB of memory, {platform.system()} {platform.release()}; "
        f"Python {platform.python_version()}, {packages}."
    )


def main() -> int:
    """Measure each size asked for, print the tables, and put them on the page if asked to."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--quads", type=int, nargs="+", default=[100_000, 1_000_000])
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--reads", type=int, default=3, help="of the queries, in each round")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--without-shapes", action="store_true", help="no load with the gate")
    parser.add_argument("--page", action="store_true", help="write docs/performance.md anew")
    options = parser.parse_args()
    results = machine()
    print(results, flush=True)
    for quads in options.quads:
        with tempfile.TemporaryDirectory(prefix="pledgegraph-") as folder:
            data = Path(folder) / "data.nq"
            written = generate(data, quads, options.seed)
            found = measure(
                data,
                options.rounds,
                Path(folder),
                reads=options.reads,
                shapes=not options.without_shapes,
            )
        section = f"\n### {written:,} quads, medians of {options.rounds} rounds\n\n{table(found)}"
        print(section, flush=True)
        results += "\n" + section
    if options.page:
        text = _PAGE.read_text(encoding="utf-8")
        _PAGE.write_text(f"{text.partition(_MARK)[0]}{_MARK}\n\n{results}\n", encoding="utf-8")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
