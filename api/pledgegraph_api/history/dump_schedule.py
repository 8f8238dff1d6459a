"""Makes the dumps beside the service: a process at a time, which gives way to everybody else."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from pledgegraph.workers import BackgroundCommand

_FIRST: Final = 5.0
"""Seconds after the start; the first clients go before."""


class DumpSchedule(BackgroundCommand):
    """Runs `pledgegraph dump --publish` every so many seconds.

    It does nothing where the newest snapshot has its dump, or where another service at the same
    data directory is at it.
    """

    def __init__(self, data_dir: Path, *, interval: float, keep: int) -> None:
        super().__init__(
            data_dir,
            "dump",
            "--publish",
            interval=interval,
            first=_FIRST,
            failure="No dump was made",
            environment={"PLEDGEGRAPH_DUMP_KEEP": str(keep)},
        )
