"""`benchmarks/run-copies` measures what it says, and compares what it has copied."""

from __future__ import annotations

import subprocess
from pathlib import Path

RUN = Path(__file__).resolve().parents[2] / "benchmarks" / "run-copies"


def test_a_small_run_prints_every_row_and_every_goal() -> None:
    small = ["--quads", "2000", "--changes", "12", "--records", "30"]
    done = subprocess.run([RUN, *small], check=True, capture_output=True, text=True)
    for words in (
        "dump in three formats",
        "the bare engine",
        "a mirror takes 12 change sets",
        "the version 6 change sets ago",
        "among 30",
        "dump, against the bare engine",
        "12 change sets taken",
    ):
        assert words in done.stdout, done.stdout
