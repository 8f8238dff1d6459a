"""Makes backups beside the service: a process at a time, which gives way to everybody else."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from pledgegraph.workers import BackgroundCommand

_FIRST: Final = 30.0
"""Seconds after the start; the first clients, and the first dump, go before."""


class BackupSchedule(BackgroundCommand):
    """Runs `pledgegraph backup` every so many seconds.

    It does nothing where the newest backup is young enough, as after a restart of the service, or
    where another service at the same data directory is at it.
    """

    def __init__(self, data_dir: Path, folder: Path, *, interval: float, keep: int) -> None:
        # Due is what is as old as the interval, give or take how long a process takes to start.
        super().__init__(
            data_dir,
            "backup",
            str(folder.resolve()),
            "--every",
            str(interval * 0.9),
            "--keep",
            str(keep),
            interval=interval,
            first=_FIRST,
            failure="No backup was made",
        )
