"""Where rows end in the results formats as the engine writes them, to cut an answer there.

The engine writes whole answers by itself, many times faster than Python could row by row, so
what it writes is looked through. What stands between two rows in each format cannot stand
anywhere else:

- XML: ``</result><result>``, since text has no bare ``<``.
- TSV: a line feed, since terms write theirs as ``\\n``.
- CSV: a line feed outside quotation marks.
- JSON: ``},{`` outside strings. Up to `EXACT` rows strings are told apart; beyond that, which
  has to be fast, ``},{"`` and a letter count: in a string that would be its closing quotation
  mark, behind which no letter comes. Rows without any value are not counted then.
"""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from typing import Final

from pledgegraph.errors import AnswerTooLong, Limit
from pledgegraph.media_types import JSON, TSV, XML, Format

EXACT: Final = 10_000
"""Rows up to which those without any value count in JSON."""

_LONG_ROW: Final = 64 * 1024
_JSON_ROW: Final = re.compile(
    rb'(?:[^"}]++|"[^"\\]*+(?:\\.[^"\\]*+)*+"|\}(?!,\{))*+\}(?=,\{)', re.DOTALL
)
_JSON_BORDER: Final = re.compile(rb'\},\{"[^},]')
_XML_BORDER: Final = re.compile(b"</result><result>")


class RowCutter(ABC):
    """Lets the bytes of an answer through, up to the row at which a bound is met.

    ``met`` is then that bound; what is fed afterwards does not count. An answer that ends
    at its last row is never taken for one that was cut.
    """

    def __init__(self, rows: Limit, size: Limit) -> None:
        self._rows = rows
        self._size = size
        self._begun = 1
        self._passed = 0
        self.met: Limit | None = None

    def feed(self, data: bytes) -> bytes:
        """What may be passed on by now.

        Raises:
            AnswerTooLong: there is no end to a row.
        """
        passed = b"" if self.met else self._feed(data)
        self._passed += len(passed)
        if self._passed > 2 * self._size.value + _LONG_ROW and not self.met:
            raise AnswerTooLong("The answer has a row that is too long.", limit=self._size)
        return passed

    @abstractmethod
    def _feed(self, data: bytes) -> bytes: ...

    @abstractmethod
    def end(self) -> bytes:
        """What is left, at the end of the answer."""

    def _is_past(self, place: int) -> bool:
        """Whether the next row, which would begin at ``place`` of what is held, is too much."""
        if self._begun >= self._rows.value:
            self.met = self._rows
        elif self._passed + place >= self._size.value:
            self.met = self._size
        else:
            self._begun += 1
            return False
        return True


class _ByBorder(RowCutter):
    """Cuts where a pattern says that one row ends and another begins."""

    def __init__(
        self, rows: Limit, size: Limit, border: re.Pattern[bytes], *, length: int, row_end: int
    ) -> None:
        super().__init__(rows, size)
        self._border = border
        self._lag = length - 1
        self._row_end = row_end
        self._held = b""

    def _feed(self, data: bytes) -> bytes:
        block = self._held + data
        found = len(self._border.findall(block))
        if self._begun + found > self._rows.value or self._passed + len(block) >= self._size.value:
            for each in self._border.finditer(block):
                place = each.start() + self._row_end
                if self._is_past(place):
                    return block[:place]
        else:
            self._begun += found
        # The beginning of a border may be there without its end.
        safe = max(0, len(block) - self._lag)
        self._held = block[safe:]
        return block[:safe]

    def end(self) -> bytes:
        """What is left, at the end of the answer."""
        return b"" if self.met else self._held


class _ByLine(RowCutter):
    """Cuts behind line feeds, where ``quoted`` only outside quotation marks."""

    def __init__(self, rows: Limit, size: Limit, *, quoted: bool) -> None:
        super().__init__(rows, size)
        self._begun = 0  # the first line is the heading
        self._quoted = quoted
        self._in_quotes = False
        self._held = b""

    def _feed(self, data: bytes) -> bytes:
        block = self._held + data
        # Only when something follows a line is it known not to be the last.
        safe = max(0, len(block) - 1)
        self._held = block[safe:]
        place = 0
        for part in block[:safe].split(b'"') if self._quoted else (block[:safe],):
            if place:
                self._in_quotes = not self._in_quotes
            if not self._in_quotes:
                found = part.count(b"\n")
                if (
                    self._begun + found > self._rows.value
                    or self._passed + safe >= self._size.value
                ):
                    end = -1
                    while (end := part.find(b"\n", end + 1)) >= 0:
                        if self._is_past(place + end + 1):
                            return block[: place + end + 1]
                else:
                    self._begun += found
            place += len(part) + 1
        return block[:safe]

    def end(self) -> bytes:
        """What is left, at the end of the answer."""
        return b"" if self.met else self._held


class _ExactJson(RowCutter):
    """Cuts JSON between rows of any kind; lets through only whole rows."""

    def __init__(self, rows: Limit, size: Limit) -> None:
        super().__init__(rows, size)
        self._held = bytearray()
        self._enough = 0

    def _feed(self, data: bytes) -> bytes:
        self._held += data
        if len(self._held) < self._enough:
            return b""
        place = 0
        while row := _JSON_ROW.match(self._held, place):
            place = row.end()
            if self._is_past(place):
                break
            place += 1
        passed = bytes(self._held[:place])
        del self._held[:place]
        # A long row is not looked through again with every piece of it.
        self._enough = 2 * len(self._held) if len(self._held) > _LONG_ROW else 0
        return passed

    def end(self) -> bytes:
        """What is left, at the end of the answer."""
        if not self.met:
            self._enough = 0
            passed = self._feed(b"")
            return passed if self.met else passed + bytes(self._held)
        return b""


def row_cutter(form: Format, rows: Limit, size: Limit) -> RowCutter:
    """What cuts an answer in that results format."""
    if form is JSON:
        if rows.value <= EXACT:
            return _ExactJson(rows, size)
        return _ByBorder(rows, size, _JSON_BORDER, length=5, row_end=1)
    if form is XML:
        return _ByBorder(rows, size, _XML_BORDER, length=17, row_end=9)
    return _ByLine(rows, size, quoted=form is not TSV)
