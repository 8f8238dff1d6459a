"""What stewards write by mistake is refused or warned of, whichever engine judges it."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.graph.building import BASE
from tests.graph.conftest import PROGRAM, ROOT
from tests.graph.steward_inputs import KNOWN, LAWFUL, REFUSED, WARNED, Input

Report = dict[str, Any]
Judge = Callable[..., Report]
ENGINES = ("turbo", "pyshacl")
WRONG = (*REFUSED, *WARNED)


def run(store: Path, *arguments: str | Path) -> subprocess.CompletedProcess[str]:
    environment = {
        **os.environ,
        "PYTHONPATH": os.pathsep.join([str(ROOT / "graph"), str(ROOT / "api")]),
        "PLEDGEGRAPH_DATA_DIR": str(store),
        "PLEDGEGRAPH_BASE": BASE,
        "LANG": "C.UTF-8",
    }
    return subprocess.run(
        [*PROGRAM, *map(str, arguments)],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )


@pytest.fixture(scope="module")
def store(empty_directory: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data directory that knows one actor."""
    folder = tmp_path_factory.mktemp("steward")
    shutil.copytree(empty_directory, folder / "store")
    (folder / "known.ttl").write_text(KNOWN, encoding="utf-8")
    ended = run(folder / "store", "load", folder / "known.ttl")
    assert ended.returncode == 0, ended.stderr
    return folder / "store"


def files(folder: Path, inputs: tuple[Input, ...]) -> list[Path]:
    """The inputs as files."""
    for each in inputs:
        (folder / f"{each.slug}.ttl").write_text(each.text(), encoding="utf-8")
    return [folder / f"{each.slug}.ttl" for each in inputs]


def report(store: Path, engine: str, inputs: list[Path]) -> list[Report]:
    ended = run(store, "validate", "--json", "--validator", engine, *inputs)
    results: list[Report] = json.loads(ended.stdout)["results"]
    return results


@pytest.fixture(scope="module")
def found(store: Path, tmp_path_factory: pytest.TempPathFactory) -> list[Report]:
    """What both engines find in all wrong inputs together, which is the same."""
    inputs = files(tmp_path_factory.mktemp("inputs"), WRONG)
    fast, reference = (report(store, engine, inputs) for engine in ENGINES)
    assert fast == reference
    return fast


def of_input(found: list[Report], wrong: Input) -> list[Report]:
    return [
        each
        for each in found
        if each["focus"].rstrip(">").endswith((f"/{wrong.slug}", f"/{wrong.slug}-2"))
    ]


@pytest.mark.parametrize("wrong", WRONG, ids=str)
def test_a_wrong_input_is_found(found: list[Report], wrong: Input) -> None:
    told = of_input(found, wrong)
    severity = "violation" if wrong in REFUSED else "warning"
    found_by_rule = [each for each in told if each["shape"].endswith(f"#{wrong.rule}>")]
    assert {each["severity"] for each in found_by_rule} == {severity}
    assert all({"en", "es", "fr"} <= set(each["messages"]) for each in found_by_rule)
    said = " ".join(each["messages"]["en"] for each in found_by_rule)
    assert wrong.says in said.replace(f"<{BASE}/", "<")
    if wrong in WARNED:
        assert {each["severity"] for each in told} == {"warning"}, told


@pytest.mark.parametrize("engine", ENGINES)
def test_lawful_inputs_are_in_order(store: Path, tmp_path: Path, engine: str) -> None:
    assert report(store, engine, files(tmp_path, LAWFUL)) == []


@pytest.mark.parametrize("wrong", [REFUSED[6], REFUSED[-1], WARNED[0]], ids=str)
def test_a_load_refuses_what_is_wrong_and_takes_what_is_odd(
    store: Path, tmp_path: Path, wrong: Input
) -> None:
    ended = run(store, "load", *files(tmp_path, (wrong,)))
    assert ended.returncode == (1 if wrong in REFUSED else 0)


RECORDS = sorted(Path(__file__).with_name("real_records").glob("*.ttl"))


def test_real_records_are_valid_without_an_untrue_value(store: Path) -> None:
    """A reviewer's rating without a completion, a promise that replaces another, money."""
    assert len(RECORDS) == 3
    for record in RECORDS:
        lines = record.read_text(encoding="utf-8").splitlines()
        assert sum(not line.startswith("@prefix") for line in lines) < 35, record
    for engine in ENGINES:
        assert report(store, engine, RECORDS) == []
