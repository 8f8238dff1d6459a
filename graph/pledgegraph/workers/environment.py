"""What a worker process is given of our environment: where its modules are, and no secrets."""

from __future__ import annotations

import os
import sys


def bare_environment() -> dict[str, str]:
    """The variables of a process that works for strangers."""
    return {
        "PATH": os.environ.get("PATH", os.defpath),
        "PYTHONPATH": os.pathsep.join(entry for entry in sys.path if entry),
        "LANG": "C.UTF-8",
        # Each thread of the engine would reserve an arena of address space.
        "MALLOC_ARENA_MAX": "2",
    }
