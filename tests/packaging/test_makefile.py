"""`make serve` on an installed tree: what it does again, and a quiet end."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from tests.conftest import Require

from .conftest import ROOT, outside, run
from .service import answer, free_port, interrupt, running

MAKE = ("make", "--no-print-directory")


def installed() -> bool:
    """Whether `make` would find nothing to install."""
    if shutil.which("make") is None:
        return False
    question = [*MAKE, "--question", ".venv/.installed"]
    return subprocess.run(question, cwd=ROOT, check=False, env=outside()).returncode == 0


def test_make_serve_over_made_data_makes_nothing_again_and_ends_quietly(
    tmp_path: Path, require: Require
) -> None:
    require("a tree that make installed", installed())
    data = str(tmp_path / "data")
    made = run(*MAKE, f"{data}/.shipped", PLEDGEGRAPH_DATA_DIR=data)
    assert "Made the data directory" in made
    port = free_port()
    with running(
        [*MAKE, "serve"], ROOT, PLEDGEGRAPH_PORT=str(port), PLEDGEGRAPH_DATA_DIR=data
    ) as process:
        assert b"true" in answer(process, port, "ASK { ?subject ?property ?value }")
        said = interrupt(process)
    assert f"127.0.0.1:{port}" in said
    assert "Installing" not in said
    assert "Made the data directory" not in said


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
