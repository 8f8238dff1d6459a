"""CSV without formulas, whatever the cells hold and in whatever pieces they are written."""

from __future__ import annotations

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pledgegraph.results.csv_safe import SpreadsheetSafe

MARK = "\N{ZERO WIDTH NO-BREAK SPACE}"
"""What tells a spreadsheet that the text is UTF-8."""


def made_safe(text: str, pieces: int = 7) -> str:
    held = io.BytesIO()
    safe = SpreadsheetSafe(held)
    data = text.encode()
    for place in range(0, len(data), pieces):
        safe.write(data[place : place + pieces])
    safe.flush()
    safe.finish()
    text = held.getvalue().decode()
    if text:
        assert text[0] == MARK
    return text.removeprefix(MARK)


@pytest.mark.parametrize(
    ("cell", "safe"),
    [
        ("=1+1", "'=1+1"),
        ("+1+1", "'+1+1"),
        ("-1+1", "'-1+1"),
        ("@SUM(A1)", "'@SUM(A1)"),
        ("\t=1", "'\t=1"),
        ('"=HYPERLINK(""http://x/"",""a"")"', '"\'=HYPERLINK(""http://x/"",""a"")"'),
        ('"\n=1"', '"\'\n=1"'),
        ("＝1", "'＝1"),  # noqa: RUF001 -- that is what is tried
        ("-1", "-1"),
        ("+1.5", "+1.5"),
        ("-1.5E-3", "-1.5E-3"),
        ("-INF", "-INF"),
        ("a=b", "a=b"),
        ('"a\n=b,=c"', '"a\n=b,=c"'),
        ("", ""),
        ("http://x/?a=1", "http://x/?a=1"),
    ],
)
@pytest.mark.parametrize("pieces", [1, 5, 10_000])
def test_cells(cell: str, safe: str, pieces: int) -> None:
    assert made_safe(f"a,b\r\n{cell},x\r\n{cell}\r\n", pieces) == f"a,b\r\n{safe},x\r\n{safe}\r\n"


cells = st.text(alphabet="=+-@\"',\r\n\tab1é＝", max_size=8)  # noqa: RUF001 -- that is tried


@given(
    rows=st.lists(st.lists(cells, min_size=2, max_size=2), max_size=20), pieces=st.integers(1, 50)
)
def test_nothing_else_is_changed(rows: list[list[str]], pieces: int) -> None:
    held = io.StringIO(newline="")
    csv.writer(held).writerows(rows)
    found = list(csv.reader(io.StringIO(made_safe(held.getvalue(), pieces), newline="")))
    assert [[cell.removeprefix("'") for cell in row] for row in found] == [
        [cell.removeprefix("'") for cell in row] for row in rows
    ]
    for row in found:
        for cell in row:
            assert not cell.startswith(("=", "@", "\t", "\r", "＝"))  # noqa: RUF001 -- the same


def test_a_long_cell_takes_no_longer_than_it_must() -> None:
    long = '"' + "x" * 3_000_000 + '",=1\r\n'
    assert made_safe(long, 1000) == long.replace(",=", ",'=")
