"""Keeps a node of a shared log in step beside the service."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from pledgegraph.workers import BackgroundCommand

_AGAIN: Final = 2.0
"""Seconds until a process that has ended is started again."""


class LogFollower(BackgroundCommand):
    """Runs `pledgegraph follow`, which goes on until the service ends.

    Where several processes serve one data directory, one of theirs follows and the others wait.
    """

    def __init__(self, data_dir: Path) -> None:
        super().__init__(
            data_dir,
            "follow",
            interval=_AGAIN,
            first=0.0,
            failure="The node does not follow the shared log",
        )
