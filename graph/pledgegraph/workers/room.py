"""What the machine has for processes: memory for copies of the data, and cores."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Final

_SHARE: Final = 0.5
"""What is taken of the memory that is free when the service starts."""
_GROUPS: Final = (
    # The limit of the control group and what it uses: version 2, then version 1.
    ("/sys/fs/cgroup/memory.max", "/sys/fs/cgroup/memory.current"),
    (
        "/sys/fs/cgroup/memory/memory.limit_in_bytes",
        "/sys/fs/cgroup/memory/memory.usage_in_bytes",
    ),
)


def room_for_copies(chosen: int | None) -> int:
    """Bytes for all copies: those that were chosen, else half of what is free now."""
    return int(_SHARE * available_memory()) if chosen is None else chosen


def available_memory() -> int:
    """Bytes that processes can have yet, by the machine and by the limits of its control group.

    0 where the system does not tell.
    """
    try:
        lines = Path("/proc/meminfo").read_text(encoding="ascii").splitlines()
    except OSError:
        return 0
    told = dict(line.split(":", 1) for line in lines)
    free = int(told.get("MemAvailable", "0 kB").split()[0]) * 1024
    for limit, used in _GROUPS:
        most, taken = _number(limit), _number(used)
        if most is not None and taken is not None:
            free = min(free, max(0, most - taken))
    return free


def available_cores() -> int:
    """How many cores the processes may use, by the machine and by their control group; 1 at least.

    A share of a core that a control group allows beyond whole ones counts as one.
    """
    cores = len(os.sched_getaffinity(0))
    try:
        # Version 2: microseconds of processor in a period, and the period; "max" without a limit.
        quota, period = Path("/sys/fs/cgroup/cpu.max").read_text(encoding="ascii").split()
    except (OSError, ValueError):
        return cores
    if not quota.isdecimal() or not period.isdecimal():
        return cores
    return max(1, min(cores, -(-int(quota) // int(period))))


def _number(path: str) -> int | None:
    try:
        text = Path(path).read_text(encoding="ascii").strip()
    except OSError:
        return None
    return int(text) if text.isdecimal() else None
