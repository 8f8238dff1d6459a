"""What `import pledgegraph` gives: a promise to everybody who uses the package."""

from __future__ import annotations

import ast
import doctest
import inspect
import os
import subprocess
import sys
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
    assert pledgegraph.__all__ == sorted(NAMES)
    assert dir(pledgegraph) == sorted(NAMES)


def test_each_is_there_and_says_what_it_is() -> None:
    for name in NAMES:
        value = getattr(pledgegraph, name)
        if inspect.isclass(value) or inspect.isfunction(value):
            assert inspect.getdoc(value), name
    with pytest.raises(AttributeError, match="nothing_such"):
        _ = pledgegraph.nothing_such


def test_what_type_checkers_see_is_what_there_is() -> None:
    tree = ast.parse(Path(str(pledgegraph.__file__)).read_text(encoding="utf-8"))
    seen = {
        (each.module, alias.name)
        for node in tree.body
        if isinstance(node, ast.If)
        for each in node.body
        if isinstance(each, ast.ImportFrom)
        for alias in each.names
    }
    assert seen == {(f"pledgegraph.{pledgegraph._MODULES[name]}", name) for name in NAMES}


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
