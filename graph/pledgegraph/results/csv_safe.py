"""CSV that a spreadsheet opens without taking any of its cells for a formula.

A spreadsheet computes a cell that begins with ``=`` and some other characters, and may so be made
to fetch addresses or to run programs. In this variant such a cell begins with an apostrophe, which
spreadsheets show as text; numbers stay as they are. A byte order mark in front says that the text
is UTF-8, which some spreadsheets do not see otherwise. Programs want the standard CSV.

See https://owasp.org/www-community/attacks/CSV_Injection
"""

from __future__ import annotations

import io
import re
from codecs import BOM_UTF8
from typing import BinaryIO, Final

_CELL: Final = re.compile(
    rb"""
      (?P<quoted> "(?:[^"]|"")*+" )
    | (?P<bare> [^",\r\n]++ )
    | , | \r\n? | \n
    """,
    re.VERBOSE,
)
_DANGEROUS: Final = re.compile(
    rb"[=+\-@\t\r\n]|" + "|".join("＝＋－＠").encode()  # noqa: RUF001 -- those are meant
)
_NUMBER: Final = re.compile(rb"[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?|[+-]INF")
_PIECE: Final = 8192
"""Bytes that are gathered before they are looked at."""


class SpreadsheetSafe:
    """A file to whoever writes CSV; what arrives behind it holds no formulas."""

    def __init__(self, output: BinaryIO) -> None:
        self._output = output
        self._held = bytearray()
        self._enough = _PIECE
        self._has_begun = False

    def write(self, data: bytes) -> int:
        """Take some CSV; a cell may come in any number of pieces."""
        self._held += data
        if len(self._held) >= self._enough:
            self._pass_on(last=False)
            # A cell that is still open is not walked again for each piece of it.
            self._enough = max(_PIECE, 2 * len(self._held))
        return len(data)

    def flush(self) -> None:
        """Nothing: what is held may be half a cell."""

    def finish(self) -> None:
        """Pass on what is left."""
        self._pass_on(last=True)

    def _pass_on(self, *, last: bool) -> None:
        safe = bytearray()
        place = 0
        while match := _CELL.match(self._held, place):
            if match.end() == len(self._held) and not last:
                break  # more of it may come
            safe += _safe(match)
            place = match.end()
        if last:
            safe += self._held[place:]
            place = len(self._held)
        del self._held[:place]
        if safe:
            self._output.write(bytes(safe) if self._has_begun else BOM_UTF8 + bytes(safe))
            self._has_begun = True


def for_spreadsheets(text: str) -> bytes:
    """CSV as `SpreadsheetSafe` writes it."""
    held = io.BytesIO()
    output = SpreadsheetSafe(held)
    output.write(text.encode())
    output.finish()
    return held.getvalue()


def _safe(cell: re.Match[bytes]) -> bytes:
    if quoted := cell["quoted"]:
        return b"\"'" + quoted[1:] if _DANGEROUS.match(quoted, 1) else quoted
    bare = cell["bare"]
    if bare and _DANGEROUS.match(bare) and not _NUMBER.fullmatch(bare):
        return b"'" + bare
    return cell[0]
