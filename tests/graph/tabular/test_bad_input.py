"""What bad workbooks get: a report in words that names every place, and nothing is loaded."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable

import pytest
from xlsxwriter import Workbook

from pledgegraph.errors import InputError, WorkbookRefused
from pledgegraph.tabular import Fault, Sent, WorkbookReport
from pledgegraph.tabular.reading import MOST_BYTES, refuse_size
from tests.graph.tabular.books import Book
from tests.graph.tabular.conftest import Desk

REGISTER = "commit-to-data"


@pytest.fixture(scope="module")
def book(desk: Desk) -> Book:
    """The register's workbook; each test takes a copy."""
    return desk.out(REGISTER)


def copy(book: Book) -> Book:
    """One that may be changed."""
    return Book({name: [list(row) for row in rows] for name, rows in book.sheets.items()})


def at(report: WorkbookReport, place: str) -> Fault:
    """The one fault at a place."""
    (found,) = (fault for fault in (*report.faults, *report.notes) if fault.place == place)
    return found


def test_each_broken_cell_is_named_with_its_remedy(  # noqa: PLR0915
    desk: Desk, book: Book
) -> None:
    broken, before = copy(book), desk.quads()
    first, second = (row[0] for row in broken.sheets["Commitments"][1:3])
    broken.put("Commitments", first, "Timeline", "31/02/2025")
    broken.put("Commitments", first, "Data type", "Census; Censsus")
    broken.put("Commitments", first, "Links", "www.example.org/a")
    broken.put("Commitments", second, "Region", "Kenia Republic")
    broken.put("Commitments", second, "Description@en", "Write to ana.diaz@stat.example.org")
    broken.put("Commitments", second, "Due", "2027-24")
    broken.put("Commitments", second, "SDG", "18")
    heads = broken.heads("Reports")
    known = broken.sheets["Reports"][1][heads.index("Commitment")]
    wanted = {"Commitment": known, "Day": "2026-03-02"}
    places = {}
    for name, cells in {
        "ours": {"Status": "Substantial"},
        "which": {"Status": "Completed", "Reporter": "DANE Colombia"},
        "theirs": {"Status": "Completed", "Commitment": "[commitment/fds2020-1-1]"},
        "theirs too": {"Status": "Completed", "Commitment": "Theirs [fds2020-1-1]"},
        "none": {"Status": "Completed", "Commitment": "[no-such-thing-at-all]"},
        "empty": {},
        "never": {"Status": "not reported"},
        "twice": {"Status": "Completed", "Text@en": "Twice."},
        "again": {"Status": "Completed", "Text@en": "Twice."},
        "two": {"Status": "Completed", "Reporter": "DANE [unsd]"},
    }.items():
        given = {**wanted, **cells}
        named = {k.replace(" ", "_").replace("@", "__"): v for k, v in given.items()}
        places[name] = broken.append("Reports", **named)
    stolen = broken.append("Commitments", Identifier="fds2020-1-1", Objective__en="Taken")
    unknown = broken.append("Commitments", Identifier="no-such-thing", Objective__en="Typed")

    def cell(sheet: str, row: int, heading: str) -> str:
        return f"{sheet}!{chr(65 + broken.heads(sheet).index(heading))}{row}"

    report = desk.check(broken, REGISTER)
    assert report.stops
    assert report.receipt == ""
    date = at(report, cell("Commitments", 2, "Timeline"))
    assert date.message == "“31/02/2025” is not a day."
    assert date.remedy == "Write “28/02/2025” or “February 2025”."
    assert "“census”" in at(report, cell("Commitments", 2, "Data type")).remedy
    assert "https://www.example.org/a" in at(report, cell("Commitments", 2, "Links")).remedy
    kenya = at(report, cell("Commitments", 3, "Region"))
    assert kenya.offers[0].write == "Kenya"
    mail = at(report, cell("Commitments", 3, "Description@en"))
    assert (mail.kind, "e-mail" in mail.message) == ("email", True)
    assert at(report, cell("Commitments", 3, "SDG")).kind == "list"

    status = at(report, cell("Reports", places["ours"], "Status"))
    assert status.kind == "status"
    assert "Open Government Partnership" in status.message
    assert [offer.write for offer in status.offers] == ["substantially complete"]
    which = at(report, cell("Reports", places["which"], "Reporter"))
    assert which.message == "“DANE Colombia”: which one?"
    assert which.offers[0].record.endswith("/id/actor/co-dane")
    assert which.offers[0].score is not None
    assert which.offers[0].score > 80
    assert which.offers[-1].write == "DANE Colombia [new]"
    assert at(report, cell("Reports", places["theirs"], "Commitment")).kind == "foreign"
    assert at(report, cell("Reports", places["theirs too"], "Commitment")).kind == "foreign"
    none = at(report, cell("Reports", places["none"], "Commitment"))
    assert none.message.startswith("There is no commitment, undertaking, milestone or target with")
    assert at(report, f"Reports!{places['empty']}").message == "The report says nothing."
    assert at(report, cell("Reports", places["never"], "Status")).kind == "list"
    assert f"row {places['twice']}" in at(report, f"Reports!{places['again']}").message
    assert len(at(report, cell("Reports", places["two"], "Reporter")).offers) == 2
    assert at(report, f"Commitments!A{stolen}").kind == "foreign"
    assert at(report, f"Commitments!A{unknown}").kind == "identifier"
    assert at(report, cell("Reports", places["twice"], "Reporter")).kind == "rule"
    assert len(report.faults) == 19, "\n".join(report.in_words())

    with pytest.raises(WorkbookRefused):
        desk.apply(broken, REGISTER)
    assert desk.quads() == before
    content = broken.written()
    marked = Book.read(desk.workbooks.marked(Sent(content, "a.xlsx"), report))
    assert marked.sheets["Commitments"][1] == [
        None if value is None else str(value) for value in broken.sheets["Commitments"][1]
    ]
    assert len(marked.sheets["_check"]) == len(report.faults) + len(report.notes)
    assert WorkbookReport.from_json(report.as_json()) == report
    text = "\n".join(report.in_words())
    assert "Dates (2)" in text
    assert text.index("Identifiers (2)") < text.index("Dates (2)") < text.index("E-mail")


def test_what_is_amiss_with_sheets_and_columns_is_named(desk: Desk, book: Book) -> None:
    held = io.BytesIO()
    with Workbook(held, {"in_memory": True}) as made:
        bold = made.add_format({"bold": True})
        page = made.add_worksheet("Commitments")
        for index, head in enumerate(["Identifier", "Organisatoin", "Objective", "Budget", "Due"]):
            page.write_string(0, index, head)
        page.merge_range("A2:A3", "c2d-idc", bold)
        page.write_formula("E2", "=TODAY()", None, "")
        page.write_string("D2", "a million")
        hidden = made.add_worksheet("Reports")
        hidden.write_string("A1", "Identifier")
        hidden.hide()
        renamed = made.add_worksheet("Sheet3")
        for index, head in enumerate(["Identifier", "Part of", "Title@en", "Place in order"]):
            renamed.write_string(0, index, head)
        made.add_worksheet("My notes").write_string("A1", "Call Ana")
    report = desk.check(held.getvalue(), REGISTER)
    assert {(fault.kind, fault.place) for fault in report.faults} >= {
        ("sheet", "Reports"),
        ("sheet", "Sheet3"),
        ("column", "Commitments!B1"),
        ("merged", "Commitments!A2"),
        ("formula", "Commitments!E2"),
    }
    assert "“Organisation”" in at(report, "Commitments!B1").remedy
    assert "Undertakings" in at(report, "Sheet3").message
    assert at(report, "Commitments!D1").message == (
        "There is no column “Budget”; nothing of it is loaded."
    )
    assert "nothing of it is loaded" in at(report, "My notes").message
    nothing = Book({"Tabelle1": [["a", "b"], ["1", "2"]]})
    assert "No sheet of a register" in desk.check(nothing, REGISTER).faults[0].message
    wrong = copy(book)
    wrong.sheets["About"][0][1] = "power-of-data"
    assert "is of the register “power-of-data”" in desk.check(wrong, REGISTER).faults[0].message
    unknown = desk.check(Book({"Commitments": [["Objective"], ["x"]]}), "commit-to")
    assert unknown.faults[0].offers[0].write == REGISTER


def bomb() -> bytes:
    """A workbook of some 100 KB that unpacks to 600 MB."""
    held = io.BytesIO()
    empty = Book({"Commitments": [["Identifier"]]}).written()
    with (
        zipfile.ZipFile(io.BytesIO(empty)) as source,
        zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as made,
    ):
        for part in source.namelist():
            if part != "xl/sharedStrings.xml":
                made.writestr(part, source.read(part))
        with made.open("xl/sharedStrings.xml", "w", force_zip64=True) as stream:
            for _ in range(600):
                stream.write(b" " * 1_000_000)
    return held.getvalue()


def far_away() -> bytes:
    """A workbook with one cell in the last corner of a sheet."""
    held = io.BytesIO()
    with Workbook(held, {"in_memory": True}) as made:
        page = made.add_worksheet("Commitments")
        page.write_string(0, 0, "Identifier")
        page.write_string(1_048_575, 16_383, "x")
    return held.getvalue()


@pytest.mark.parametrize(
    ("content", "name", "words"),
    [
        (bomb, "bomb.xlsx", "unpacks to more than"),
        (far_away, "far.xlsx", "reaches to row 1,048,576"),
        (b"PK\x03\x04 no package", "a.xlsx", "damaged"),
        (b"\xd0\xcf\x11\xe0" + bytes(600), "old.xls", "old form .xls"),
        (b"Identifier,Objective\n\0", "a.csv", "neither a workbook nor a table"),
        (b'Identifier,Objective@en\na,"b', "a.csv", "breaks off after row 1"),
    ],
    ids=["zip bomb", "far cell", "no package", "old form", "binary", "quotation mark"],
)
def test_what_cannot_be_read_is_refused_in_words(
    desk: Desk, content: bytes | Callable[[], bytes], name: str, words: str
) -> None:
    sent = Sent(content if isinstance(content, bytes) else content(), name)
    with pytest.raises(InputError, match=words) as refused:
        desk.check(sent, REGISTER)
    assert refused.value.remedy
    with pytest.raises(InputError, match="50 MB is the most"):
        refuse_size(2_000_000_000)
    assert MOST_BYTES < 2_000_000_000


@pytest.mark.parametrize(
    ("text", "encoding", "delimiter"),
    [("Estadística", "cp1252", ";"), ("数据 “ñ”", "utf-8-sig", ","), ("данные", "utf-16", "\t")],
)
def test_tables_are_read_in_the_encodings_that_spreadsheets_write(
    desk: Desk, text: str, encoding: str, delimiter: str
) -> None:
    rows = [["Identifier", "Objective@es"], ["c2d-idc", text]]
    content = "\r\n".join(delimiter.join(row) for row in rows).encode(encoding)
    report = desk.check(Sent(content, "promesas.csv"), REGISTER)
    assert not report.faults, list(report.in_words())
    (row,) = report.rows
    assert [(cell.column, cell.after) for cell in row.cells] == [("objective@es", text)]
    assert row.sheet == "promesas"
    notes = [note.message for note in report.notes if note.kind == "file"]
    assert bool(notes) == (encoding == "cp1252")


def test_what_was_read_as_windows_1252_is_shown_where_its_letters_are(desk: Desk) -> None:
    cells = ["c2d-idc", "x" * 200, "Coûte 3 € à l'état civil"]
    text = f"Identifier;Description@fr;Objective@fr\r\n{';'.join(cells)}\r\n"
    report = desk.check(Sent(text.encode("cp1252"), "promesses.csv"), REGISTER)
    (note,) = (note for note in report.notes if note.kind == "file")
    assert "Coûte 3 € à l'état civil" in note.remedy
    assert note.found in text
    assert len(note.found) <= 80


def test_a_form_is_checked_as_a_workbook_is(desk: Desk) -> None:
    cells = {"commitment": "c2d-idc", "status": "in-progress", "day": "2 March 2026"}
    cells["reporter"] = "IDC"
    report = desk.check(Sent.of_rows({"reports": [{**cells, "text@fr": "Ça avance."}]}), REGISTER)
    assert not report.faults, list(report.in_words())
    assert report.counted()["add"] == 1
    wrong = desk.check(Sent.of_rows({"reports": [{**cells, "day": "2 Mrach 2026x"}]}), REGISTER)
    assert not wrong.faults
    wrong = desk.check(Sent.of_rows({"reports": [{**cells, "day": "30/02/2026"}]}), REGISTER)
    assert [fault.cell for fault in wrong.faults] == ["day"]
