"""The editor of `/sparql` is in what is built, with its licences; else there is a form."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path

import pytest

import editor_bundle
from tests.conftest import Require

from .conftest import ROOT, outside, run

FOLDER = editor_bundle.MADE
INSIDE = FOLDER.removeprefix("api/")


@pytest.fixture(autouse=True)
def bundled(require: Require) -> None:
    """What is not there cannot be packed."""
    require("the bundle of the editor", editor_bundle.is_made(ROOT))


def test_the_wheel_carries_the_editor_and_says_under_which_licences(wheel: Path) -> None:
    archive = zipfile.ZipFile(wheel)
    script = archive.read(f"{INSIDE}/workbench.js").decode()
    assert script.startswith("// The licences of the packages in this file")
    licences = archive.read(f"{INSIDE}/workbench.licences.txt").decode()
    lock = json.loads((ROOT / "editor" / "package-lock.json").read_text())["packages"]
    bundled = {name.removeprefix("node_modules/"): each for name, each in lock.items()}
    for name in ("codemirror", "codemirror-lang-sparql", "@codemirror/view", "@lezer/lr"):
        assert f"{name} {bundled[name]['version']} (MIT)" in licences
    assert not any("resolved" in each for each in lock.values())
    (metadata,) = [name for name in archive.namelist() if name.endswith(".dist-info/METADATA")]
    said = archive.read(metadata).decode()
    assert "License-Expression: Apache-2.0 AND CC-BY-4.0 AND MIT" in said


def test_an_sdist_has_all_that_a_wheel_is_built_from(tmp_path: Path) -> None:
    run(sys.executable, "-m", "hatchling", "build", "-t", "sdist", "-d", str(tmp_path))
    (sdist,) = tmp_path.glob("*.tar.gz")
    with tarfile.open(sdist) as archive:
        archive.extractall(tmp_path, filter="data")
    (tree,) = (each for each in tmp_path.iterdir() if each.is_dir())
    # No Node.js, and no network: the bundle that came along is the one that would be made.
    assert editor_bundle.is_made(tree)
    (tree / "editor" / "src" / "look.js").write_text("// another look\n")
    assert not editor_bundle.is_made(tree)
    # With other sources and nothing to bundle them with, the package is built without the editor.
    shutil.rmtree(tree / FOLDER)
    nowhere = outside() | {"PATH": str(tmp_path / "nothing")}
    required = _wheel_built(tree, tmp_path / "w", nowhere | {"PLEDGEGRAPH_REQUIRE_EDITOR": "1"})
    assert required.returncode != 0
    assert "There is no Node.js" in required.stdout + required.stderr
    assert not list(tmp_path.glob("w/*.whl"))
    built = _wheel_built(tree, tmp_path / "w", nowhere)
    assert built.returncode == 0, built.stderr
    assert "The editor of the SPARQL workbench cannot be bundled" in built.stdout + built.stderr
    (wheel,) = (tmp_path / "w").glob("*.whl")
    assert f"{INSIDE}/workbench.js" not in zipfile.ZipFile(wheel).namelist()


def _wheel_built(
    tree: Path, folder: Path, variables: dict[str, str]
) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)],
        cwd=tree,
        env=variables,
        capture_output=True,
        text=True,
        check=False,
    )
