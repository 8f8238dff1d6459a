"""`benchmarks/run-http` measures what it says, beside `oxigraph serve`, on little data."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from benchmarks.http_goals import PARTS
from tests.conftest import Require

RUN = Path(__file__).resolve().parents[2] / "benchmarks" / "run-http"
LITTLE = ("--quads", "1500", "--rounds", "1", "--seconds", "1", "--flood", "2", "--short")


def test_a_small_run_prints_its_tables_and_its_goals(require: Require) -> None:
    require("wrk", shutil.which("wrk") is not None)
    require("oxigraph", (Path(sys.executable).parent / "oxigraph").exists())
    done = subprocess.run([str(RUN), *LITTLE], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert [line for line in done.stdout.splitlines() if line.startswith("#### ")] == [
        "#### Ten rows about one record",
        "#### Queries of over 50 ms",
        "#### 100,000 rows as JSON",
        "#### 50 clients that ask for cross products, 2 s",
        "#### Goals",
    ]
    rows = done.stdout.partition("#### Goals")[2].strip().splitlines()[2:]
    assert len(rows) == 4 + 1 + 3 + 4
    assert all(row.rstrip(" |").endswith((" yes", " no")) for row in rows)


def test_a_peer_that_is_missing_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.http_goals", *LITTLE, "--only", "rows", "--peers",
         "virtuoso"],
        capture_output=True,
        text=True,
        check=False,
        cwd=RUN.parents[1],
        env={"PATH": "", "PYTHONPATH": "graph:api"},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert "Not installed here, and so not measured: virtuoso-opensource (Debian)." in done.stdout


def test_every_part_is_measured() -> None:
    assert list(PARTS) == ["small", "long", "rows", "flood"]
