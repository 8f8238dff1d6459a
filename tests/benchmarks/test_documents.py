"""`benchmarks/run-documents` asks a service for documents, on little data."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

from tests.conftest import Require

RUN = Path(__file__).resolve().parents[2] / "benchmarks" / "run-documents"


def test_a_small_run_prints_every_row_and_every_goal(require: Require) -> None:
    require("wrk", shutil.which("wrk") is not None)
    small = ["--quads", "3000", "--records", "5", "--rounds", "1", "--seconds", "1"]
    done = subprocess.run([RUN, *small], check=False, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    for words in (
        "not asked for before",
        "asked again, 8 connections",
        "a part of the record with most links, JSON-LD",
        "a part of the record with most links, a page",
        "the same framed by PyLD",
    ):
        assert words in done.stdout, done.stdout
    goals = done.stdout.partition("| goal |")[2].strip().splitlines()[2:]
    assert len(goals) == 3
    assert all(row.rstrip(" |").endswith((" yes", " no")) for row in goals)
