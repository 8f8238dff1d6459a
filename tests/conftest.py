"""What all tests share: how a test asks for something that a machine may lack."""

from __future__ import annotations

import gc
import os
import shutil
import signal
import ssl
import sys
from collections.abc import Callable, Generator, Iterator
from functools import cache
from pathlib import Path
from typing import Final

import pytest
from hypothesis import HealthCheck, settings
from xdist.remote import Producer  # type: ignore[import-untyped]
from xdist.scheduler import LoadScopeScheduling  # type: ignore[import-untyped]

from tests.depth import THOROUGH
from tests.forked_workers import Template

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

# A client of httpx reads all certificates that the machine trusts, which takes longer than most
# requests; tests make some thousand clients.
ssl.create_default_context = cache(ssl.create_default_context)  # type: ignore[assignment]

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


_TOGETHER: Final = {
    f"tests/{folder}/test_{name}.py": f"{folder}: {names}"
    for folder, names in (
        ("packaging", "wheel shipped_files makefile editor_bundle"),
        ("browser", "records every_page journeys"),
        ("threats", "reach cost trust input"),
        ("threats", "durability killed_stewards"),
    )
    for name in names.split()
}
"""Files that share what takes long to make, or that would spoil each other's measurements."""
_LONG: Final = tuple(
    f"tests/{each}/"
    for each in ("threats", "nodes", "packaging", "api/app", "remote", "browser", "benchmarks")
)
"""Where a file may take a minute or more."""


class _ByFile(LoadScopeScheduling):  # type: ignore[misc]
    """Keeps the tests of a file in one worker, so that what a module needs is made once.

    The groups go out in the order of the tests. ``--dist loadgroup`` hands the tests of a file to
    different workers: https://github.com/pytest-dev/pytest-xdist/issues/1386
    """

    def _split_scope(self, nodeid: str) -> str:
        file = nodeid.partition("::")[0]
        return _TOGETHER.get(file, file)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> _ByFile | None:
    """Say which worker gets which tests, unless ``--dist`` does."""
    if config.getoption("dist") not in ("load", "loadgroup"):
        return None
    # By itself it begins with the files of many tests, and a worker would wait in the end for
    # the other one, which has a file of few long ones.
    config.option.loadscopereorder = False
    return _ByFile(config, log)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with the files that may take long, so that no worker waits for one in the end."""
    items.sort(key=lambda item: not item.nodeid.startswith(_LONG))


@pytest.fixture(scope="module", autouse=True)
def _in_one_worker(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """Fail where the tests of a file are handed to two workers: nothing else would show it."""
    if "PYTEST_XDIST_WORKER" not in os.environ:
        return
    begun = tmp_path_factory.getbasetemp().parent / "begun"
    begun.mkdir(exist_ok=True)
    name = request.node.nodeid.replace("/", ".")
    try:
        (begun / name).touch(exist_ok=False)
    except FileExistsError:
        pytest.fail(f"Another worker has tests of {request.node.nodeid} too: see _ByFile.")


def pytest_collection_finish() -> None:
    """Look for garbage only among what the tests make: each write has it collected."""
    gc.collect()
    gc.freeze()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_teardown(
    item: pytest.Item, nextitem: pytest.Item | None
) -> Generator[None, object, object]:
    """Leave out of that what is there after a file, which is for the whole run."""
    done = yield
    if nextitem is None or nextitem.path != item.path:
        gc.collect()
        gc.freeze()
    return done


@pytest.fixture(scope="session")
def template() -> Iterator[Template]:
    """The process from which the workers of what tests do in this process are forked."""
    template = Template()
    yield template
    template.end()


@pytest.fixture(scope="module")
def forked_workers(template: Template) -> Iterator[None]:
    """Has workers forked for the tests of a module, but those of programs that they start."""
    with template.in_use():
        yield


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
