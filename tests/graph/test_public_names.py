"""What `import pledgegraph` gives: a promise to everybody who uses the package."""

from __future__ import annotations

import ast
import doctest
import importlib
import inspect
import os
import re
import subprocess
import sys
from functools import cache
from pathlib import Path

import pytest

import pledgegraph
from tests.shipped_store import copy_shipped

NAMES = """
    Answer AnswerCut DirectoryError Document Engine Format Graph IRI InputError NoService PG
    PREFIXES PackageMissing Parameter PledgegraphError QueryError QueryRefused QueryResult
    QuerySyntaxError QueryTimeout Question ReadError ResultKind Row ServiceBusy Settings
    SettingsError Snapshot Text
    ValidationFailed ValidationReport catalog_graph catalogue compose connect format_named
    open_engine prepare question release take_statistics validator_named void_graph
""".split()  # noqa: SIM905 -- read as words


def test_the_public_names_are_these() -> None:
    assert sorted(dir(pledgegraph)) == sorted(NAMES)


def test_each_is_there_and_says_what_it_is() -> None:
    for name in NAMES:
        value = getattr(pledgegraph, name)
        if inspect.isclass(value) or inspect.isfunction(value):
            assert inspect.getdoc(value), name
    with pytest.raises(AttributeError, match="nothing_such"):
        getattr(pledgegraph, "nothing_such")  # noqa: B009 -- type checkers know that it is not there


ROOT = Path(str(pledgegraph.__file__)).parent
PACKAGES = sorted(path.parent.name for path in ROOT.glob("*/__init__.pyi"))


@cache
def imported() -> set[tuple[str, str]]:
    """What the code and its tests import from packages, as module and name."""
    house = ROOT.parent.parent
    files = [path for room in ("graph", "api", "tests") for path in (house / room).rglob("*.py")]
    texts = [path.read_text(encoding="utf-8") for path in [*files, ROOT / "__init__.pyi"]]
    return {
        (f"pledgegraph.{node.module}" if node.level else str(node.module), alias.name)
        for text in texts
        if re.search(r"^ *from (pledgegraph)?[.]\w+ import", text, re.MULTILINE)
        for node in ast.walk(ast.parse(text))
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
    }


@pytest.mark.parametrize("package", PACKAGES)
def test_what_a_package_exports_is_there_and_somebody_uses_it(package: str) -> None:
    """Type checkers read the lists beside the packages too; nothing in them is to be stale."""
    stub = ast.parse((ROOT / package / "__init__.pyi").read_text(encoding="utf-8"))
    imports = [each for each in stub.body if isinstance(each, ast.ImportFrom)]
    listed = [alias.name for each in imports for alias in each.names]
    module = importlib.import_module(f"pledgegraph.{package}")
    assert sorted(dir(module)) == sorted(listed)
    for name in listed:
        assert getattr(module, name) is not None
        assert not (ROOT / package / f"{name}.py").exists(), f"{name} is a module of it too"
    unused = [name for name in listed if (f"pledgegraph.{package}", name) not in imported()]
    assert not unused, f"nothing imports these from pledgegraph.{package}"


def test_to_import_the_package_imports_nothing_else_of_it() -> None:
    code = (
        "import sys, pledgegraph; print([n for n in sys.modules if n.startswith('pledgegraph.')])"
    )
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, env=environment
    )
    assert done.stdout.strip() == "[]"


def test_the_examples_do_what_they_say(
    tmp_path: Path, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "var").mkdir()
    copy_shipped(tmp_path_factory, tmp_path / "var" / "pledgegraph", "http://localhost:8000")
    monkeypatch.chdir(tmp_path)
    tried = doctest.testmod(pledgegraph)
    assert tried.attempted >= 5
    assert tried.failed == 0
