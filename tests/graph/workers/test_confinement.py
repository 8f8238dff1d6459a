"""A worker process has no network, starts no program, and has a bounded memory."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
BEFORE = """
import os, socket, subprocess, sys
from pledgegraph.workers.confinement import end_with_parent, forbid_network, limit_memory
"""


def run(program: str) -> subprocess.CompletedProcess[str]:
    """What comes of a program in a process of its own."""
    return subprocess.run(
        [sys.executable, "-c", BEFORE + program],
        env={"PYTHONPATH": str(ROOT / "graph")},
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )


@pytest.mark.parametrize(
    "attempt",
    [
        "socket.socket()",
        "socket.socket(socket.AF_INET6)",
        "socket.socket(socket.AF_UNIX)",
        "socket.socketpair()",
        "socket.create_connection(('127.0.0.1', 9))",
        "subprocess.run(['true'])",
        "os.execv('/bin/true', ['true'])",
    ],
)
def test_what_the_kernel_refuses(attempt: str) -> None:
    assert "Permission" not in run(attempt).stderr
    done = run(f"print(forbid_network())\ntry: {attempt}\nexcept OSError as e: print(e.errno)")
    assert done.stdout.split() == ["True", "13"], done.stderr


def test_files_can_still_be_read() -> None:
    done = run("forbid_network(); print(len(open('/proc/self/status').read()) > 0)")
    assert done.stdout.split() == ["True"], done.stderr


def test_memory_beyond_the_limit_is_refused() -> None:
    done = run("limit_memory(50_000_000)\nbytearray(20_000_000)\nbytearray(100_000_000)")
    assert "MemoryError" in done.stderr
    assert done.returncode == 1


def test_a_worker_ends_with_the_process_that_started_it() -> None:
    program = """
child = os.fork()
if child == 0:
    end_with_parent()
    import time; time.sleep(30)
    os._exit(0)
print(child, flush=True)
import time; time.sleep(0.3)
os._exit(0)
"""
    child = Path("/proc") / run(program).stdout.strip() / "status"
    for _ in range(100):
        if not child.exists() or "Z (zombie)" in child.read_text(encoding="ascii"):
            return
        time.sleep(0.1)
    pytest.fail("the child lives on")
