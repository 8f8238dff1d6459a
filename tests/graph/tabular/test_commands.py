"""Workbooks on the command line: out, checked, loaded, taken back; and names matched for review."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest

from tests.graph.building import BASE
from tests.graph.conftest import Program
from tests.graph.tabular.books import Book
from tests.shipped_store import copy_shipped

REGISTER = "commit-to-data"


@pytest.fixture
def shipped(tmp_path_factory: pytest.TempPathFactory, program: Program) -> Program:
    """The command line over the shipped data."""
    copy_shipped(tmp_path_factory, program.path, BASE)
    return program


def test_a_register_is_kept_from_the_command_line(shipped: Program, tmp_path: Path) -> None:
    out, broken = tmp_path / "out.xlsx", tmp_path / "broken.xlsx"
    assert shipped("register", "export", REGISTER, str(out), "--sheet", "all").code == 0
    book = Book.read(out.read_bytes())
    book.put("Commitments", "c2d-idc", "Due", "31/02/2025")
    book.save(broken)
    marked = tmp_path / "marked.xlsx"
    refused = shipped("load", str(broken), "--marked", str(marked))
    assert refused.code == 1
    assert "Write “28/02/2025” or “February 2025”." in refused.out
    assert "nothing was changed" in refused.err
    assert "_check" in Book.read(marked.read_bytes()).sheets
    book.put("Commitments", "c2d-idc", "Due", "2027")
    book.save(broken)
    told = json.loads(shipped("load", "--dry-run", str(broken), "--json").out)
    assert (told["applied"], told["counts"]["change"]) == (False, 1)
    made = json.loads(shipped("load", str(broken), "--agent", "Ana", "--json").out)
    assert made["applied"]
    assert shipped("revert", str(made["changeSet"])).code == 0
    again = Book.read(out.read_bytes())
    assert shipped("register", "export", REGISTER, str(out), "--sheet", "all").code == 0
    assert not Book.read(out.read_bytes()).different(again)
    for wrong in (
        ("register", "export", "no-such", str(out)),
        ("register", "export", REGISTER, str(out), "--sheet", "x"),
        ("template", str(tmp_path / "a.ods")),
        ("load", "--dry-run", str(tmp_path / "a.ttl")),
        ("load", str(tmp_path / "missing.xlsx"), "--register", REGISTER),
    ):
        assert shipped(*wrong).code in (2, 3), wrong


def test_names_are_matched_for_review(shipped: Program, tmp_path: Path) -> None:
    names, review = tmp_path / "names.csv", tmp_path / "review.csv"
    names.write_text("Who,Since\nUNSD,1\nDANE Colombia,2\nZzyzx,3\n", encoding="utf-8")
    done = shipped("reconcile", str(names), str(review), "--column", "Who", "--kind", "actor")
    assert done.out.startswith("1 of 3 names are matched; 2 are for you to choose")
    with review.open(encoding="utf-8-sig", newline="") as file:
        rows = {row["name"]: row for row in csv.DictReader(file)}
    assert (rows["UNSD"]["result"], rows["UNSD"]["match"]) == ("matched", "actor/unsd")
    assert (rows["DANE Colombia"]["result"], rows["DANE Colombia"]["match"]) == ("choose", "")
    assert rows["DANE Colombia"]["candidate1"] == "actor/co-dane"
    assert rows["Zzyzx"]["match"] == ""
    assert shipped("reconcile", str(names), str(review), "--column", "What").code == 3
