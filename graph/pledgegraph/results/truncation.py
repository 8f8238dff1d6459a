"""Answers that end at a bound, and say so where their format can.

What each format says, and why, is told in docs/decisions/0006-cut-answers.md.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from html import escape
from typing import BinaryIO, Final, TypeVar, cast

from pledgegraph.errors import AnswerTooLong, Limit
from pledgegraph.media_types import CSV, CSV_SAFE, JSON, JSON_LD, RDF_XML, TSV, XML, Format
from pledgegraph.results.row_truncation import RowCutter, row_cutter

T = TypeVar("T")

CUT: Final = "pledgegraph:cut"
"""The member that JSON answers have when they were cut."""
_UNMARKED: Final = (CSV, CSV_SAFE, TSV)
_NOWHERE: Final = Limit("", float("inf"), "")


@dataclass(frozen=True, slots=True)
class Bounds:
    """How many rows or statements an answer may have, and about how many bytes."""

    rows: Limit = _NOWHERE
    size: Limit = _NOWHERE

    @property
    def are_none(self) -> bool:
        """True where an answer of any length is whole."""
        return self.rows is _NOWHERE and self.size is _NOWHERE


NO_BOUNDS: Final = Bounds()
LIMIT_PARAMETER: Final = "limit"
"""The parameter by which a client bounds the rows itself."""
_HELD: Final = 4 * 1024 * 1024
"""Bytes that are held back to learn whether the answer is cut, where the client set the bound."""


def held_back(bounds: Bounds) -> int:
    """How many bytes to wait for, however long they take, before an answer is begun to be sent."""
    return _HELD if bounds.rows.name == LIMIT_PARAMETER else 0


def refuse_unsaid(form: Format, met: Limit) -> None:
    """Refuse an answer that was cut when nothing can say so any more.

    Raises:
        AnswerTooLong: the format has no place for it, and the client did not set the bound.
    """
    if form in _UNMARKED and met.name != LIMIT_PARAMETER:
        raise AnswerTooLong(
            f"The answer is longer than {met.value:,.0f} {met.unit}, and {form.title} cannot "
            "say that it was cut.",
            limit=met,
        )


class Enough(Exception):
    """The bound is met; raised through the engine's serialiser."""


class CutRows:
    """A file for the engine to write rows to, until a bound is met."""

    def __init__(self, output: BinaryIO, form: Format, bounds: Bounds) -> None:
        self._output = output
        self._form = form
        self._cutter: RowCutter = row_cutter(form, bounds.rows, bounds.size)

    def write(self, data: bytes) -> int:
        """Pass on what is within the bounds.

        Raises:
            Enough: the bound is met.
            AnswerTooLong: it is, and there is no row to end with.
        """
        if passed := self._cutter.feed(data):
            self._output.write(passed)
        if self._cutter.met:
            raise Enough
        return len(data)

    def flush(self) -> None:
        """Nothing: what is held back is no whole row yet."""

    def end(self, *, marked: bool = True) -> Limit | None:
        """Write the rest, ``marked`` as cut where it is; the bound that was met."""
        if rest := self._cutter.end():
            self._output.write(rest)
        met = self._cutter.met
        if met is not None:
            self._output.write(_end_of_rows(self._form, met if marked else None))
        return met


class CutGraph:
    """A file for the engine to write a graph to, and what picks the statements that go in."""

    def __init__(self, output: BinaryIO, form: Format, bounds: Bounds) -> None:
        self._output = output
        self._form = form
        self._bounds = bounds
        self._written = 0
        self._held = b""
        self._met: Limit | None = None

    def only(self, statements: Iterable[T]) -> Iterator[T]:
        """The statements up to the bound."""
        for number, each in enumerate(statements):
            if number >= self._bounds.rows.value:
                self._met = self._bounds.rows
            elif number and self._written >= self._bounds.size.value:
                self._met = self._bounds.size
            if self._met:
                return
            yield each

    def write(self, data: bytes) -> int:
        """Pass the bytes on, but for the last one, which the mark of a cut may replace."""
        block = self._held + bytes(data)
        self._written += len(data)
        self._held = block[-1:]
        self._output.write(block[:-1])
        return len(data)

    def flush(self) -> None:
        """Nothing: there is always a byte that is held back."""

    def end(self) -> Limit | None:
        """Write the rest, and the mark of a cut; the bound that was met."""
        if self._met is None:
            self._output.write(self._held)
        elif self._form is JSON_LD:
            # A node without a property says nothing, and a term without a context is none.
            mark = json.dumps({CUT.replace(":", "-"): _words(self._met)})
            self._output.write(b"," + mark.encode() + self._held)
        elif self._form is RDF_XML:
            self._output.write(self._held + f"\n<!-- {_words(self._met)} -->\n".encode())
        else:
            self._output.write(self._held + f"\n# {_words(self._met)}\n".encode())
        return self._met


def as_file(output: CutRows | CutGraph) -> BinaryIO:
    """What the engine takes for a file: it writes and flushes."""
    return cast("BinaryIO", output)


def head_with_link(content: bytes, form: Format, link: str) -> bytes:
    """The whole content of a cut answer with a link in its head, where its format has one.

    See https://www.w3.org/TR/sparql11-results-json/#select-link
    and https://www.w3.org/TR/rdf-sparql-XMLres/#head
    """
    if form is JSON:
        return content.replace(b"]}", f'],"link":[{json.dumps(link)}]}}'.encode(), 1)
    if form is XML:
        return content.replace(b"</head>", f'<link href="{escape(link)}"/></head>'.encode(), 1)
    return content


def _end_of_rows(form: Format, met: Limit | None) -> bytes:
    if form is JSON:
        if met is None:
            return b"]}}"
        mark = {"limit": met.name, "limitValue": met.value, "limitUnit": met.unit}
        return f']}},"{CUT}":{json.dumps(mark)}}}'.encode()
    if form is XML:
        mark_of_xml = f"<!-- {_words(met)} -->" if met else ""
        return f"</results>{mark_of_xml}</sparql>".encode()
    return b""


def _words(met: Limit) -> str:
    return f"Cut at {met.name}={met.value:.0f} {met.unit}: there may be more."
