"""`benchmarks/run` measures both sides on the same data and prints what it found."""

from __future__ import annotations

import subprocess
from pathlib import Path

RUN = Path(__file__).resolve().parents[2] / "benchmarks" / "run"
QUERIES = sorted((RUN.parent / "queries").glob("*.rq"))


def test_a_small_run_prints_every_row_with_its_ratio() -> None:
    done = subprocess.run(
        [str(RUN), "--quads", "1500", "--rounds", "1"], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    rows = [line.strip("|").split("|") for line in done.stdout.splitlines() if line[:2] == "| "]
    titles = [row[0].strip() for row in rows]
    assert "load a file, until a reader sees it" in titles
    assert "peak memory of the queries" in titles
    for query in QUERIES:
        assert query.read_text().splitlines()[0].lstrip("# ") in titles
    ratios = [float(row[3]) for row in rows[1:] if row[3].strip()]
    assert len(ratios) == len(QUERIES) + 7
    assert all(ratio > 0 for ratio in ratios)


def test_ten_queries_ask_what_their_first_line_says() -> None:
    assert len(QUERIES) == 10
    for query in QUERIES:
        assert query.read_text().startswith("# "), query.name
