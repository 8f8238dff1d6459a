"""A worker process has no network, starts no program, and has a bounded memory."""

from __future__ import annotations

import os
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


def has_ended(process: int) -> bool:
    """Whether a process ends within ten seconds."""
    status = Path(f"/proc/{process}/status")
    for _ in range(100):
        if not status.exists() or "Z (zombie)" in status.read_text(encoding="ascii"):
            return True
        time.sleep(0.1)
    return False


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
parent = os.getpid()
child = os.fork()
if child == 0:
    end_with_parent(parent)
    import time; time.sleep(30)
    os._exit(0)
print(child, flush=True)
import time; time.sleep(0.3)
os._exit(0)
"""
    assert has_ended(int(run(program).stdout)), "the child lives on"


def test_a_worker_that_begins_after_the_end_of_its_parent_ends_too() -> None:
    done = run("end_with_parent(os.getpid())\nprint('it goes on')")
    assert done.stdout == ""
    assert done.returncode == 1


@pytest.mark.parametrize(
    "child",
    [
        "ChildProcess.worker('pledgegraph.explain.worker', '1000000000', 'https://x.example')",
        "ChildProcess.service('pledgegraph.explain.worker', '1000000000', 'https://x.example')",
        "ChildProcess.pledgegraph('query', '-', settings={'PLEDGEGRAPH_DATA_DIR': '.'})",
    ],
    ids=["worker", "service", "pledgegraph"],
)
def test_no_kind_of_process_outlives_the_one_that_started_it(child: str, tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    program = f"""
from pledgegraph.workers import ChildProcess
# It waits for input that never ends: the process itself has the other end of the pipe too.
started = {child}.open(stdin=os.open({str(pipe)!r}, os.O_RDWR), stdout=-3, stderr=-3)
print(started.pid, flush=True)
import time; time.sleep(1)
os._exit(1 if started.poll() is None else 2)
"""
    done = run(program)
    assert done.returncode == 1, "the child has ended by itself"
    assert has_ended(int(done.stdout)), "the child lives on"
