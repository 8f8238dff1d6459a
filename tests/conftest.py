"""What all tests share: how a test asks for something that a machine may lack."""

from __future__ import annotations

import gc
import os
import shutil
import signal
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from tests.depth import THOROUGH

# A shell has what it runs in the background ignore Ctrl-C, and the programs that tests start
# inherit that: those that are to stop by it would never end.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)

# Tests start some hundred processes, and none of them is to compile again what another one has.
sys.dont_write_bytecode = False
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)

# A copy of the data in memory takes a process of its own for each of some hundred services. The
# tests that are about such copies ask for them.
os.environ.setdefault("PLEDGEGRAPH_COPIES_MEMORY", "0")

# Most stores of the tests and of what they start live for a second: where memory can hold them,
# no disk is waited for.
_IN_MEMORY = Path("/dev/shm")  # noqa: S108 -- what is made there gets folders of its user's own
if _IN_MEMORY.is_dir() and shutil.disk_usage(_IN_MEMORY).free > 4_000_000_000:
    os.environ.setdefault("TMPDIR", str(_IN_MEMORY))

# Tests share two cores with each other: time says nothing of what is tested. CI tries the same
# examples every time, so that a change is not refused for another one's fault.
settings.register_profile(
    "house",
    deadline=None,
    max_examples=40,
    suppress_health_check=[HealthCheck.too_slow],
    derandomize=bool(os.environ.get("CI")),
)
settings.register_profile("thorough", settings.get_profile("house"), max_examples=300)
settings.load_profile("thorough" if THOROUGH else "house")


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Keep the tests of a file on one worker, so that what a module needs is made once.

    ``--dist loadgroup`` hands the tests of a group to one worker, and neighbours without a group
    to different ones, each of which then makes the fixtures of their module and session.
    """
    for item in items:
        if item.get_closest_marker("xdist_group") is None:
            item.add_marker(pytest.mark.xdist_group(item.nodeid.partition("::")[0]))


def pytest_collection_finish() -> None:
    """Look for garbage only among what the tests make: each write has it collected."""
    gc.collect()
    gc.freeze()


Require = Callable[[str, bool], None]


@pytest.fixture(scope="session")
def require() -> Require:
    """``require("chromium", shutil.which("chromium") is not None)``: skip without, or fail.

    On a developer's machine a test whose tool is missing is skipped. CI sets
    ``PLEDGEGRAPH_REQUIRE_ALL``, and there nothing may be missing.
    """

    def check(what: str, present: bool, /) -> None:  # noqa: FBT001 -- reads as a sentence
        if present:
            return
        if os.environ.get("PLEDGEGRAPH_REQUIRE_ALL"):
            pytest.fail(f"{what} is missing, and PLEDGEGRAPH_REQUIRE_ALL is set")
        pytest.skip(f"{what} is missing")

    return check
