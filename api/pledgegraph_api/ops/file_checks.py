"""Has the files of the data directory compared with their checksums, slowly, again and again."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from pledgegraph.workers import BackgroundCommand

_FIRST: Final = 60.0
"""Seconds after the start; the first clients, and the first dump, go before."""


class FileChecks(BackgroundCommand):
    """Checks the data directory every so many seconds, and mends what the log can mend.

    What readers wrote in reports ``correction_days`` ago or earlier is erased then, and what was
    sent for review, or decided, ``review_days`` ago.

    Of several services at one data directory one does it. What was found is in its `check.json`.
    """

    def __init__(
        self, data_dir: Path, *, interval: float, correction_days: float, review_days: float
    ) -> None:
        # Due is what is as old as the interval, give or take how long a process takes to start.
        super().__init__(
            data_dir,
            "verify",
            "--every",
            str(interval * 0.9),
            interval=interval,
            first=_FIRST,
            failure="The data directory is damaged, or could not be checked",
            environment={
                "PLEDGEGRAPH_CORRECTION_DAYS": str(correction_days),
                "PLEDGEGRAPH_REVIEW_DAYS": str(review_days),
            },
        )
