"""Whatever somebody does to a workbook: it is loaded whole or not at all."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pyoxigraph import Dataset, Store

from pledgegraph.errors import InputError, Limit, WorkbookRefused, WriteOutOfMemory
from pledgegraph.store.changes import ChangeSet
from pledgegraph.store.log.applying import apply
from pledgegraph.tabular import Sent, Workbooks
from pledgegraph.tabular.checking import Against, check
from pledgegraph.tabular.register import register_named
from tests.graph.building import BASE
from tests.graph.tabular.books import Book
from tests.graph.tabular.conftest import Desk

REGISTER = "commit-to-data"
_ODD = [
    *("", "  ", "Census", "31/02/2025", "2026", "September 2024", "DANE", "UNSD; DANE", "x@y.org"),
    *("A body [new]", "[new]", "https://e.example/a", "remove", "fds2020-1-1", "[c2d-idc]", "x;;y"),
    *("=1+1", "\u202eabc", "a\nb", "Completed", "Substantial", "5", "17.18", "18", "c2d-idc", "-"),
    *("x" * 40_000, 3, 2.5, -1, True, date(2026, 3, 2)),
]
Edit = tuple[str, int, int, Any]
EDITS = st.lists(
    st.tuples(
        st.sampled_from(["Commitments", "Reports"]),
        st.integers(0, 8),
        st.integers(0, 30),
        st.sampled_from(_ODD),
    ),
    min_size=1,
    max_size=4,
)
SHUFFLES = st.lists(
    st.tuples(
        st.sampled_from(["copy", "new", "drop", "swap", "column", "rename"]),
        st.sampled_from(["Commitments", "Reports"]),
        st.integers(1, 8),
    ),
    max_size=2,
)


@pytest.fixture(scope="module")
def book(desk: Desk) -> Book:
    """The register's workbook."""
    return desk.out(REGISTER)


def changed(book: Book, edits: Sequence[Edit], shuffles: Sequence[tuple[str, str, int]]) -> bytes:
    """The workbook after what somebody has done to it."""
    sheets = {name: [list(row) for row in rows] for name, rows in book.sheets.items()}
    for what, sheet, number in shuffles:
        rows = sheets[sheet]
        row = rows[number % len(rows)]
        if what == "copy":
            rows.append(list(row))
        elif what == "new":
            rows.append([None, *row[1:-1], None])
        elif what == "drop" and len(rows) > 1:
            rows.remove(row)
        elif what == "swap":
            rows[1:] = rows[:0:-1]
        elif what == "column":
            for each in rows:
                each.insert(number, "?" if each is rows[0] else None)
        else:
            rows[0][number % len(rows[0])] = "Something"
    for sheet, row_number, column, value in edits:
        row = sheets[sheet][row_number % len(sheets[sheet])]
        row[column % len(row)] = value if len(str(value)) < 32_767 else str(value)[:32_767]
    return Book(sheets).written()


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(edits=EDITS, shuffles=SHUFFLES)
def test_no_workbook_loads_partly(
    desk: Desk,
    book: Book,
    tmp_path_factory: pytest.TempPathFactory,
    edits: Sequence[Edit],
    shuffles: Sequence[tuple[str, str, int]],
) -> None:
    sent = Sent(changed(book, edits, shuffles), "a.xlsx")
    day = date(2026, 11, 30)
    with desk.engine.snapshot() as snapshot:
        store, validator, log = snapshot.store, "turbo", desk.engine.directory.changes
        folder = tmp_path_factory.mktemp("copy")
        checked = check(sent, REGISTER, Against(store, BASE, 1, validator, log, folder, day))
        report = checked.report
        assert report.stops == bool(report.faults) == (report.receipt == "")
        if report.stops:
            assert not checked.added
            assert not checked.removed
            assert all(fault.message and fault.place for fault in report.faults)
            return
        register = register_named(store, BASE, REGISTER)
        assert register is not None
        assert bool(report.rows) == report.changes
        told = {row.record for row in report.rows}
        for quad in (*checked.added, *checked.removed):
            assert register.owns(quad), "nobody else's graph is touched"
            about = str(quad.subject)[1:-1]
            assert about in told or "/actor/" in about or quad.subject == register.home
        copied = tmp_path_factory.mktemp("after")
        store.backup(copied / "store")
        after = Store(copied / "store")
        apply(after, ChangeSet(Dataset(checked.added), Dataset(checked.removed)), merge=True)
        folder = tmp_path_factory.mktemp("again")
        again = check(sent, REGISTER, Against(after, BASE, 2, validator, log, folder, day)).report
        # What was to come is there: the same workbook would change nothing more.
        assert not [row for row in again.rows if row.action != "add"] or again.stops


def test_the_same_through_the_whole_program(desk: Desk, book: Book) -> None:
    before = desk.quads()
    broken: list[Edit] = [("Commitments", 1, 8, "Told anew."), ("Commitments", 2, 5, "31/02/2025")]
    with pytest.raises(WorkbookRefused):
        desk.apply(changed(book, broken, []), REGISTER)
    assert desk.quads() == before
    with pytest.raises(InputError):
        desk.apply(changed(book, broken, [])[:5_000], REGISTER)
    assert desk.quads() == before


def test_one_that_needs_too_much_memory_is_refused_with_what_to_do(desk: Desk) -> None:
    little = desk.settings.model_copy(update={"write_memory": 50_000_000})
    rows = "".join(f"UNSD,Promise {number},{'x' * 300}\n" for number in range(120_000))
    sent = Sent(f"Organisation,Objective@en,Description@en\n{rows}".encode(), "commitments.csv")
    with pytest.raises(WriteOutOfMemory, match="needs more memory") as refused:
        Workbooks(desk.engine, little).check(sent, REGISTER, language="en")
    assert "in parts" in refused.value.remedy
    assert refused.value.limit == Limit("write_memory", 50_000_000, "bytes")
