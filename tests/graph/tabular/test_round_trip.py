"""A register out as a workbook, changed, in again, and out: only what was changed is different."""

from __future__ import annotations

from datetime import date

import pytest
from pyoxigraph import NamedNode, Store

from pledgegraph.errors import ReceiptMissing, StaleReceipt
from pledgegraph.store import ChangesLog
from pledgegraph.tabular import SHEETS, Sent
from pledgegraph.tabular.lists import Lists
from pledgegraph.tabular.register import register_named
from pledgegraph.tabular.state import State
from tests.graph.building import BASE
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


def ten_of_all_kinds(book: Book, word: str) -> set[tuple[str, str, str]]:
    """Change ten cells of a register, each of another kind."""
    book.add_column("Commitments", "Objective@fr")
    commitment = "c2d-citizen-data"
    report = next(row[0] for row in book.sheets["Reports"] if f"Told for {word}." in row)
    status, themes, other = {
        "xlsx": ("In progress", "Gender", "icount"),
        "csv": ("Completed", "Gender; Citizen data", "idc"),
    }[word]
    return {
        book.put("Commitments", commitment, "Objective@en", f"A title {word}"),
        book.put("Commitments", commitment, "Objective@fr", f"Un titre {word}"),
        book.put("Commitments", "c2d-idc", "Timeline", f"3 years (2024-27), {word}"),
        book.put("Commitments", "c2d-icount", "Themes", themes),
        book.put("Commitments", "c2d-idc", "Sponsors", "UNSD; DANE" if word == "csv" else "UNSD"),
        book.put("Reports", report, "Status", status),
        book.put("Reports", report, "Links", f"https://example.org/{word}"),
        book.put("Targets", "c2d-idc-champions", "Baseline", len(word)),
        # What is shown as evidence, and what a part is a part of.
        book.put("Events", "bishkek-workshop-2025", "Contributes to", f"commitment/c2d-{other}"),
        book.put(
            "Undertakings", "c2d-citizen-data-knowledge", "Part of", f"commitment/c2d-{other}"
        ),
    }


@pytest.mark.parametrize("form", ["xlsx", "csv"])
def test_only_the_ten_cells_differ_whatever_is_their_kind(desk: Desk, form: str) -> None:
    register, sheets = "commit-to-data", list(SHEETS)
    book = desk.out(register)
    said = {"Status": "Not started", "Reporter": "IDC", "Text__en": f"Told for {form}."}
    book.append("Reports", Commitment="c2d-idc", Day="2 March 2026", **said)
    desk.apply(book, register)
    first = desk.out(register, *sheets)
    changed = Book.read(desk.workbooks.export(register, sheets=sheets))
    cells = ten_of_all_kinds(changed, form)
    assert len(cells) == 10
    before = ChangesLog(desk.engine.directory.changes).last()
    if form == "xlsx":
        desk.apply(changed, register)
    else:
        for sheet in {place[0] for place in cells}:
            table = Sent(changed.table(sheet), f"{sheet}.csv")
            with pytest.raises(ReceiptMissing) as refused:
                desk.apply(table, register)
            desk.apply(table, register, receipt=refused.value.report.receipt)
    second = desk.out(register, *sheets)
    assert second.different(first) == cells
    told = ChangesLog(desk.engine.directory.changes).after(before)
    subjects = {
        str(quad.subject)[1:-1].rpartition("/")[2]
        for record in told
        for quad in (*record.added(), *record.removed())
        if "/computed/" not in str(quad.graph_name)
    }
    assert subjects == {place[1].rpartition("/")[2] for place in cells}, "the log says so"


@pytest.mark.parametrize("sheets", [(), ("all",)])
def test_no_title_stands_in_two_cells(desk: Desk, sheets: tuple[str, ...]) -> None:
    book = desk.out("commit-to-data", *(SHEETS if sheets else ()))
    titles = {row[1] for row in desk.out("commit-to-data", "actors").sheets["Organisations"][1:]}
    own = {title for title in titles if isinstance(title, str) and len(title) > 12}
    assert own
    for name, rows in book.sheets.items():
        if name not in ("Organisations", "About"):
            heads = book.heads(name)
            referring = [
                index
                for index, head in enumerate(heads)
                if head in ("Organisation", "Reporter", "Hosts", "Part of", "Commitment")
            ]
            shown = {str(row[index]) for row in rows[1:] for index in referring}
            assert not [each for each in shown for title in own if title in each]


def test_what_another_changed_is_not_removed(desk: Desk) -> None:
    register = "ogp-us-nap5"
    mine, theirs = desk.out(register), desk.out(register)
    assert mine.properties == theirs.properties != {}
    first, second = (row[0] for row in mine.sheets["Commitments"][1:3])
    number = mine.cell("Commitments", first, "Number in the register") or None
    theirs.put("Commitments", first, "Number in the register", "R-1")
    theirs.put("Commitments", second, "Number in the register", "R-2")
    desk.apply(theirs, register)
    before = desk.quads()
    mine.put("Commitments", first, "Remove", "remove")
    report = desk.check(mine, register)
    assert [(fault.kind, fault.place) for fault in report.faults] == [("conflict", "Commitments!2")]
    # What they have put back since is theirs no more.
    theirs = desk.out(register)
    theirs.put("Commitments", first, "Number in the register", number)
    desk.apply(theirs, register)
    assert not [f for f in desk.check(mine, register).faults if f.kind == "conflict"]
    assert desk.quads() != before


def test_a_copy_of_which_nothing_is_known_is_loaded_with_a_receipt_alone(desk: Desk) -> None:
    register = "ogp-us-nap5"
    book = desk.out(register)
    name = book.sheets["Commitments"][1][0]
    book.put("Commitments", name, "Number in the register", "U-1")
    known = dict(book.properties)
    (mark,) = known
    number, _, checksum = known[mark].partition(" ")
    for said in ({}, {mark: f"{number} {checksum[::-1]}"}, {mark: f"9999 {checksum}"}, {mark: "x"}):
        book.properties = said
        report = desk.check(book, register)
        assert not report.faults
        assert report.unguarded == 1
        assert "does not say when it was copied" in "\n".join(report.in_words())
        with pytest.raises(ReceiptMissing):
            desk.apply(book, register)
    book.properties = known
    assert not desk.check(book, register).unguarded
    book.properties = {}
    desk.apply(book, register, receipt=desk.check(book, register).receipt)
    assert desk.out(register).cell("Commitments", name, "Number in the register") == "U-1"


def test_the_versions_of_older_workbooks_still_guard_their_rows(desk: Desk) -> None:
    register = "inclusive-data-charter"
    book = desk.out(register)
    assert "Version" not in book.heads("Commitments")
    book.properties = {}
    book.add_column("Commitments", "Version")
    first, second = (row[0] for row in book.sheets["Commitments"][1:3])
    for name in (first, second):
        book.put("Commitments", name, "Version", version_in(desk, name))
    book.put("Commitments", first, "Number in the register", "V-1")
    told = desk.check(book, register)
    assert (told.faults, told.unguarded) == ((), 0)
    theirs = desk.out(register)
    theirs.put("Commitments", first, "Number in the register", "V-2")
    theirs.put("Commitments", second, "Number in the register", "V-3")
    desk.apply(theirs, register)
    assert [(f.kind, f.place) for f in desk.check(book, register).faults] == [
        ("conflict", "Commitments!2")
    ]


def version_in(desk: Desk, slug: str) -> str:
    """What the column “Version” said of a row: the name of what its statements were."""
    with desk.engine.snapshot() as snapshot:
        store = Store.read_only(str(snapshot.address["path"]))
        register = register_named(store, BASE, "inclusive-data-charter")
        assert register is not None
        state = State(store, register, Lists(store), "en")
        node = NamedNode(f"{BASE}/id/commitment/{slug}")
        return state.version(state.record(node, SHEETS["commitments"]))


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


def test_an_organisation_that_one_cell_names_as_new_is_known_in_all(desk: Desk) -> None:
    book = desk.out("commit-to-data")
    promise, known = book.sheets["Commitments"][1][0], len(book.sheets["Reports"])
    book.append(
        "Commitments",
        Organisation="OFFICE OF BORDURIA",
        Kind_of_organisation="Government",
        Objective__en="To count in Borduria",
    )
    for day, reporter in (
        ("2026-03-02", "office of borduria"),
        ("2026-03-03", "Office of Borduria [new]"),
        ("2026-03-04", "office of Borduria [new]"),
        ("2026-03-05", "UNSD; Office of Borduria"),
    ):
        book.append("Reports", Commitment=promise, Day=day, Reporter=reporter, Text__en="On.")
    report = desk.check(book, "commit-to-data")
    assert not report.faults, list(report.in_words())
    desk.apply(book, "commit-to-data")
    out = desk.out("commit-to-data", "actors")
    named = [row for row in out.sheets["Organisations"] if "borduria" in str(row).casefold()]
    assert [row[:2] for row in named] == [["office-of-borduria", "Office of Borduria"]]
    reporter_column = out.heads("Reports").index("Reporter")
    reporters = [str(row[reporter_column]) for row in out.sheets["Reports"][1:]]
    assert len(reporters) == known - 1 + 4
    assert sum("office-of-borduria" in each for each in reporters) == 4


def test_a_row_that_is_missing_changes_nothing(desk: Desk) -> None:
    book = desk.out("commit-to-data")
    del book.sheets["Commitments"][1:]
    del book.sheets["Reports"]
    report = desk.check(book, "commit-to-data")
    assert not report.faults
    assert not report.changes
