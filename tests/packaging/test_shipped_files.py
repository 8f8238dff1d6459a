"""The ontology and the data come along, however Pledgegraph is installed."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pytest

from pledgegraph.shipped import shipped

from .conftest import ROOT, Environment

NEEDED = "lazy-loader"
"""What `import pledgegraph` itself imports."""
FIND = "from pledgegraph.shipped import shipped; print(shipped('ontology'), shipped('data'))"


def shipped_files() -> set[str]:
    return {
        str(path.relative_to(ROOT))
        for folder in ("ontology", "data")
        for path in (ROOT / folder).rglob("*")
        if path.is_file()
    }


def test_the_wheel_carries_every_shipped_file_once(wheel: Path) -> None:
    names = zipfile.ZipFile(wheel).namelist()
    assert len(names) == len(set(names))
    inside = {n.removeprefix("pledgegraph/_shipped/") for n in names if "/_shipped/" in n}
    docs = ROOT / "docs"
    guide = {*docs.glob("*.md"), *docs.glob("notebooks/*.*")}
    assert inside == shipped_files() | {str(path.relative_to(ROOT)) for path in guide}


def test_the_wheel_carries_both_packages_the_licences_and_nothing_else(wheel: Path) -> None:
    names = zipfile.ZipFile(wheel).namelist()
    info = next(n.split("/")[0] for n in names if ".dist-info/" in n)
    assert {n.split("/")[0] for n in names} == {"pledgegraph", "pledgegraph_api", info}
    assert f"{info}/licenses/LICENSE" in names
    assert f"{info}/licenses/data/LICENSE.md" in names
    assert "pledgegraph/py.typed" in names
    assert "pledgegraph_api/py.typed" in names


def test_an_editable_install_carries_no_copy(editable_wheel: Path) -> None:
    assert [n for n in zipfile.ZipFile(editable_wheel).namelist() if "_shipped" in n] == []


def test_an_installed_wheel_finds_its_own_files(wheel: Path, environment: Environment) -> None:
    environment.install("--no-deps", NEEDED, str(wheel))
    for found in environment.python(FIND).split():
        assert Path(found).is_relative_to(environment.folder)
        assert list(Path(found).rglob("*"))


def test_an_editable_install_finds_the_checkout(
    editable_wheel: Path, environment: Environment
) -> None:
    environment.install("--no-deps", NEEDED, str(editable_wheel))
    assert environment.python(FIND).split() == [str(ROOT / "ontology"), str(ROOT / "data")]


def test_a_checkout_that_is_not_installed_finds_itself(environment: Environment) -> None:
    environment.install("--no-deps", NEEDED)
    found = environment.python(FIND, PYTHONPATH=str(ROOT / "graph")).split()
    assert found == [str(ROOT / "ontology"), str(ROOT / "data")]


def test_a_folder_that_was_not_packed_is_an_error() -> None:
    with pytest.raises(FileNotFoundError, match="packed without its 'recipes' folder"):
        shipped("recipes")
