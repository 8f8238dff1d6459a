"""Times: taken one by one, shown as the median."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from typing import TypeVar

Times = list[float]
"""Seconds, in the order in which they were taken."""

Answer = TypeVar("Answer")


def timed(work: Callable[[], Answer], into: Times) -> Answer:
    """What the work gives; the seconds that it took are added to ``into``."""
    begin = time.perf_counter()
    answer = work()
    into.append(time.perf_counter() - begin)
    return answer


def median(times: Times) -> float:
    """The middle one of the times."""
    return statistics.median(times)


def shown(seconds: float) -> str:
    """A time for a table: "1.50 s" or "0.25 ms"."""
    return f"{seconds:.2f} s" if seconds >= 1 else f"{seconds * 1e3:.2f} ms"
