"""One task of one side in a process of its own, so that time and memory are its alone.

Prints one JSON object: seconds by what was measured, peak memory in bytes, and answer sizes.
"""

from __future__ import annotations

import argparse
import json
import resource
import statistics
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Final

from benchmarks.sides import SIDES, SMALLEST, Side

QUERIES: Final = Path(__file__).parent / "queries"
_WRITES: Final = 20
_ASKED: Final = 5

Found = dict[str, float]


def _seconds(work: Callable[[], object]) -> float:
    begin = time.perf_counter()
    work()
    return time.perf_counter() - begin


def load(side: Side, data: Path, folder: Path) -> tuple[Found, dict[str, int]]:
    """How long a load takes, and how much disk it takes, hard links counted once."""
    found = {"load": _seconds(lambda: side.load(data, folder))}
    files = {(s.st_dev, s.st_ino): s.st_blocks * 512 for s in map(Path.stat, folder.rglob("*"))}
    return found, {"disk": sum(files.values())}


def write(side: Side, _data: Path, folder: Path) -> tuple[Found, dict[str, int]]:
    """The median of some small changes, one after the other."""
    change = side.writing(folder)
    change(0)
    times = [_seconds(partial(change, number)) for number in range(1, _WRITES + 1)]
    return {"write": statistics.median(times)}, {}


def publish(side: Side, _data: Path, folder: Path) -> tuple[Found, dict[str, int]]:
    """The median of some snapshots, each after a small change; nothing can follow this task."""
    change, show = side.publishing(folder)
    times = []
    for number in range(1, _WRITES + 1):
        change(number)
        times.append(_seconds(partial(show, number)))
    return {"publish": statistics.median(times)}, {}


def read(side: Side, _data: Path, folder: Path) -> tuple[Found, dict[str, int]]:
    """Opening with a first small query, then each query: the median of some times."""
    found: Found = {}
    sizes: dict[str, int] = {}
    begin = time.perf_counter()
    with side.reading(folder) as ask:
        ask(SMALLEST)
        found["open"] = time.perf_counter() - begin
        for path in sorted(QUERIES.glob("*.rq")):
            query = path.read_text(encoding="utf-8")
            sizes[path.stem] = ask(query)
            times = [_seconds(partial(ask, query)) for _ in range(_ASKED)]
            found[path.stem] = statistics.median(times)
    return found, sizes


_TASKS: Final = {"load": load, "read": read, "write": write, "publish": publish}


def main() -> int:
    """Do the task that the arguments name."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("side", choices=SIDES)
    parser.add_argument("task", choices=_TASKS)
    parser.add_argument("data", type=Path)
    parser.add_argument("folder", type=Path)
    options = parser.parse_args()
    options.folder.mkdir(parents=True, exist_ok=True)
    seconds, sizes = _TASKS[options.task](SIDES[options.side], options.data, options.folder)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    print(json.dumps({"seconds": seconds, "peak": peak, "sizes": sizes}))
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
