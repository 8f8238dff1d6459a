"""A register out as a workbook, changed, in again, and out: only what was changed is different."""

from __future__ import annotations

from datetime import date

import pytest

from pledgegraph.errors import StaleReceipt
from pledgegraph.store import ChangesLog
from pledgegraph.tabular import SHEETS
from tests.graph.tabular.books import Book
from tests.graph.tabular.conftest import BY, Desk

US = "us-federal-data-strategy-2020"


@pytest.mark.parametrize("language", ["en", "fr", "es", "ar", "zh"])
def test_what_nobody_changed_changes_nothing(desk: Desk, language: str) -> None:
    content = desk.workbooks.export("commit-to-data", language=language, sheets=list(SHEETS))
    report = desk.check(content, "commit-to-data")
    assert not report.faults, list(report.in_words())
    assert not report.changes
    assert report.rows_read > 40


def test_ten_cells_changed_are_ten_cells_changed(desk: Desk) -> None:
    before, first = desk.quads(), desk.out(US)
    changed = Book.read(first.written())
    commitment, other, report = "fds2020-1-1", "fds2020-1-2", "report/fds2020-1-1-2020-09-30"
    cells = {
        changed.put("Commitments", commitment, "Description@en", "To “all”; on\ntwo lines"),
        changed.put("Commitments", commitment, "Due", "3 years (2020-22)"),
        changed.put("Commitments", commitment, "Themes", "Citizen data; Inclusion"),
        changed.put("Commitments", other, "Region", "KE"),
        changed.put("Commitments", other, "Links", "https://example.org/a\nhttps://example.org/b"),
        changed.put("Commitments", other, "SDG", "16; 17.18"),
        changed.put("Commitments", other, "Supporters", "UNSD; DANE"),
        changed.put("Reports", report, "Status", "Completed"),
        changed.put("Reports", report, "Status as published", None),
        changed.put("Reports", report, "Day", date(2020, 10, 1)),
    }
    assert len(cells) == 10
    told = desk.check(changed, US)
    assert not told.faults, list(told.in_words())
    assert told.counted() == {"add": 0, "change": 3, "remove": 0}
    assert {(row.sheet, cell.column) for row in told.rows for cell in row.cells} == {
        ("Commitments", "description@en"),
        *(("Commitments", key) for key in ("due", "theme", "region", "links", "goals")),
        ("Commitments", "supporters"),
        *(("Reports", key) for key in ("status", "status_words", "day")),
    }
    # Columns are called by their headings, and what was empty is no text.
    words = "\n".join(told.in_words())
    assert "Description@en: was empty, becomes “To “all”; on two lines”" in words
    assert desk.quads() == before, "a check changes nothing"

    made = desk.apply(changed, US, receipt=told.receipt)
    assert (made.receipt.added, made.receipt.removed) == (told.added, told.removed)
    second = desk.out(US)
    assert second.different(first) == cells
    assert second.cell("Commitments", commitment, "Due") == "3 years (2020-22)"
    assert second.cell("Commitments", other, "Region") == "Kenya"
    assert second.cell("Reports", report, "Day") == "2020-10-01"

    record = next(iter(ChangesLog(desk.engine.directory.changes).after(told.sequence)))
    head = record.header()
    assert (head.agent, head.reason) == (BY.agent, BY.reason)
    after = desk.quads()
    assert {str(quad) for quad in record.added()} == after - before
    assert {str(quad) for quad in record.removed()} == before - after
    graphs = {line.split()[-1] for line in before ^ after}
    assert all(US in graph for graph in graphs)

    # The answers that were announced are those that are given now.
    (answer,) = (each for each in told.answers if each.question == "status")
    assert answer.record.endswith(commitment)
    assert (answer.before, answer.after) == ("in progress", "completed")
    assert not desk.check(second, US).changes, "the same again changes nothing"
    with pytest.raises(StaleReceipt):
        desk.apply(second, US, receipt=told.receipt)


def test_a_row_that_somebody_else_changed_is_not_overwritten(desk: Desk) -> None:
    mine, theirs = desk.out("ogp-us-nap5"), desk.out("ogp-us-nap5")
    name = mine.sheets["Commitments"][1][0]
    theirs.put("Commitments", name, "Number in the register", "T-1")
    desk.apply(theirs, "ogp-us-nap5")
    before = desk.quads()
    assert not desk.check(mine, "ogp-us-nap5").changes, "an old workbook takes nothing back"
    mine.put("Commitments", name, "Number in the register", "M-1")
    report = desk.check(mine, "ogp-us-nap5")
    assert [fault.kind for fault in report.faults] == ["conflict"]
    assert report.faults[0].place == "Commitments!2"
    assert desk.quads() == before


def test_a_template_filled_in_is_a_register(desk: Desk) -> None:
    book = Book.read(desk.workbooks.export(None))
    for number in range(1, 21):
        book.append(
            "Commitments",
            Organisation="Kenya National Bureau of Statistics",
            Data_type="Citizen data",
            Timeline="September 2024",
            Objective__en=f"Commitment number {number}",
            Description__en="Told in a few words.",
        )
        book.append(
            "Reports",
            Commitment=f"Commitment number {number}",
            Day="2 March 2026",
            Status="In progress",
            Reporter="Kenya National Bureau of Statistics",
            Text__en="It goes on.",
        )
    book.append(
        "Commitments",
        Organisation="Office of Ruritania [new]; UNSD",
        Kind_of_organisation="Government",
        Objective__en="A joint one",
    )
    facts = {row[0]: row for row in book.sheets["About"] if row and row[0]}
    facts["Name of the register"][1:] = ["Data promises of the region"]
    told = desk.check(book, "data-promises")
    assert not told.faults, list(told.in_words())
    assert told.counted() == {"add": 41, "change": 0, "remove": 0}
    assert {a.after for a in told.answers if a.question == "reporting"} >= {"reported 2026-03-02"}
    desk.apply(book, "data-promises", receipt=told.receipt)
    again = desk.check(book, "data-promises")
    assert not again.faults, list(again.in_words())
    assert not again.changes, "sent twice, it is there once"
    out = desk.out("data-promises", "actors")
    assert len(out.sheets["Commitments"]) == 22
    assert len(out.sheets["Reports"]) == 21
    assert [row[1] for row in out.sheets["Organisations"][1:]] == ["Office of Ruritania"]
    joint = next(row[0] for row in out.sheets["Commitments"] if "A joint one" in row)
    assert "government" in out.cell("Commitments", joint, "Kind of organisation")

    first = out.sheets["Reports"][1][0]
    out.put("Reports", first, "Remove", "remove")
    gone = desk.apply(out, "data-promises")
    assert gone.report.counted() == {"add": 0, "change": 0, "remove": 1}
    assert len(desk.out("data-promises").sheets["Reports"]) == 20


def test_a_row_that_is_missing_changes_nothing(desk: Desk) -> None:
    book = desk.out("commit-to-data")
    del book.sheets["Commitments"][1:]
    del book.sheets["Reports"]
    report = desk.check(book, "commit-to-data")
    assert not report.faults
    assert not report.changes
