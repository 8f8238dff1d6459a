"""`benchmarks/run-flood` measures what it says, on little data, and stays on this machine."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from benchmarks.http_load import Client, flood
from benchmarks.http_peers import Running

RUN = Path(__file__).resolve().parents[2] / "benchmarks" / "run-flood"
LITTLE = ("--quads", "1500", "--seconds", "2", "--clients", "5")


def test_a_small_run_prints_its_table_and_its_goals() -> None:
    done = subprocess.run([str(RUN), *LITTLE], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert "#### 5 clients that ask for cross products, 2 s" in done.stdout
    table, _, goals = done.stdout.partition("#### Goals under a flood")
    assert table.count("\n| a question of the catalogue |") == 3
    rows = goals.strip().splitlines()[2:]
    assert len(rows) == 4
    assert all(row.rstrip(" |").endswith((" yes", " no")) for row in rows)


def test_a_flood_is_bounded_and_stays_here() -> None:
    service = Running("pledgegraph", 0, 9, "/sparql")
    for clients, addresses in ((201, 1), (5, 6), (5, 0)):
        with (
            pytest.raises(ValueError, match="a flood has up to"),
            flood(service, clients, addresses),
        ):
            raise AssertionError("it began")
    with pytest.raises(ValueError, match="not an address of this machine"):
        Client(service, "192.0.2.1")
