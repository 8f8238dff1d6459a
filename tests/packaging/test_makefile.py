"""`make serve` on an installed tree: a first answer soon, and a quiet end."""

from __future__ import annotations

import resource
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.conftest import Require

from .conftest import ROOT, outside
from .service import answer, free_port, interrupt, running

pytestmark = pytest.mark.xdist_group("wheel")

MAKE = ("make", "--no-print-directory")
SOON = 3.0
"""Seconds of processor time: the wall's would measure the tests that run beside this one."""


def installed() -> bool:
    """Whether `make` would find nothing to install."""
    if shutil.which("make") is None:
        return False
    question = [*MAKE, "--question", ".venv/.installed"]
    return subprocess.run(question, cwd=ROOT, check=False, env=outside()).returncode == 0


def spent() -> float:
    """Processor time of the children that have ended."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def test_make_serve_answers_soon_and_ends_quietly(tmp_path: Path, require: Require) -> None:
    require("a tree that make installed", installed())
    variables = {"PLEDGEGRAPH_DATA_DIR": str(tmp_path / "data")}
    subprocess.run([*MAKE, f"{tmp_path}/data/.shipped"], cwd=ROOT, check=True,
                   env=outside() | variables)  # fmt: skip
    port = free_port()
    before = spent()
    with running([*MAKE, "serve"], ROOT, PLEDGEGRAPH_PORT=str(port), **variables) as process:
        assert b"true" in answer(process, port, "ASK { ?subject ?property ?value }")
        interrupt(process)
    assert spent() - before < SOON


@pytest.mark.parametrize(
    ("python", "message"),
    [
        ('case "$2" in *ensurepip*) exit 1;; esac', "sudo apt-get install python3-venv"),
        (
            'case "$2" in *version_info*) exit 1;; *platform*) echo 3.9.2;; esac',
            "Pledgegraph needs Python 3.11 or later",
        ),
    ],
)
def test_a_python_that_will_not_do_is_named_with_the_remedy(
    python: str, message: str, tmp_path: Path, require: Require
) -> None:
    require("make", shutil.which("make") is not None)
    stand_in = tmp_path / "python3"
    stand_in.write_text(f"#!/bin/sh\n{python}\n")
    stand_in.chmod(0o755)
    done = subprocess.run(
        [*MAKE, f"PYTHON={stand_in}", f"VENV={tmp_path}/venv", "test"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
        env=outside(),
    )
    assert done.returncode == 2
    assert message in done.stdout
    assert not (tmp_path / "venv").exists()
