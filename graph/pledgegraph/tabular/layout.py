"""Which sheet and which column each table and heading of a workbook is."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field
from typing import Final

from rapidfuzz import fuzz, process

from pledgegraph.search import fold
from pledgegraph.tabular import words
from pledgegraph.tabular.columns import SHEETS, Column, Kind, SheetKind
from pledgegraph.tabular.faults import Fault, Offer, sentence
from pledgegraph.tabular.raw import RawBook, RawSheet, letters, text_of
from pledgegraph.tabular.rows import Heads, Row

_TAG: Final = re.compile(r"(.*?)\s*@\s*([A-Za-z]{2,3}(?:-[A-Za-z0-9]{2,8})*)")
_KNOWN_FROM: Final = 2
"""Headings by which a table is known whose sheet is called otherwise."""
_ALIKE: Final = 72
_HEADING_WITHIN: Final = 20
"""Rows among which the headings are looked for."""


@dataclass(slots=True)
class Layout:
    """All rows of a workbook, with what was found amiss with its sheets and headings."""

    rows: list[Row] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)
    notes: list[Fault] = field(default_factory=list)
    copied: str = ""
    """Which state of a register the file says that it is a copy of."""
    facts: dict[str, str] = field(default_factory=dict)
    """What the sheet about the workbook says."""
    languages: Counter[str] = field(default_factory=Counter)

    @property
    def language(self) -> str:
        """The language of the workbook: what it says of itself, or that of its headings."""
        said = self.facts.get("language", "").partition("-")[0].lower()
        if re.fullmatch(r"[a-z]{2,3}", said):
            return said
        return next((tag for tag, _ in self.languages.most_common() if tag), "en")


def lay_out(book: RawBook) -> Layout:
    """The rows of a workbook by sheet and column."""
    layout = Layout(faults=list(book.faults), notes=list(book.notes), copied=book.copied)
    tables: list[tuple[RawSheet, SheetKind, int]] = []
    for raw in book.sheets:
        key = words.keys_of_sheets().get(raw.name.strip().casefold())
        if key == "about":
            _read_about(raw, layout)
            continue
        heading = _heading_row(raw)
        kind = None if key is None else SHEETS.get(key)
        if kind is None:
            kind = _kind_by_headings(raw, heading)
            if kind is None:
                _unknown_sheet(raw, layout)
                continue
            if len(book.sheets) > 1:
                _renamed_sheet(raw, kind, layout)
                continue
        tables.append((raw, kind, heading))
    if not tables and not layout.faults:
        names = sentence(words.sheet_name(key, "en") for key in ("commitments", "reports"))
        layout.faults.append(
            Fault(
                "sheet",
                "",
                "",
                ", ".join(raw.name for raw in book.sheets),
                "No sheet of a register is in the workbook.",
                f"Call its sheets {names}, with headings as in the template "
                "(`pledgegraph template`).",
            )
        )
    seen: set[str] = set()
    for raw, kind, heading in tables:
        if kind.key in seen:
            layout.faults.append(
                Fault(
                    "sheet",
                    raw.name,
                    "",
                    raw.name,
                    f"There are two sheets of {words.sheet_name(kind.key, 'en').lower()}.",
                    "Put all rows on one, and delete the other.",
                )
            )
            continue
        seen.add(kind.key)
        _Table(raw, kind, heading, layout, keyed=book.keyed).read()
    return layout


def _heading_row(raw: RawSheet) -> int:
    """The row among the first ones with the most headings that are known."""
    counts: list[int] = [
        sum(_parsed(text_of(cell)) is not None for cell in row)
        for row in raw.rows[:_HEADING_WITHIN]
    ]
    most = max(counts, default=0)
    return counts.index(most) if most else 0


def _parsed(text: str) -> tuple[tuple[str, ...], str, str] | None:
    """The keys of a heading, the language behind its @, and its own language."""
    name, tag = text, ""
    if match := _TAG.fullmatch(text):
        name, tag = match[1], match[2].lower()
    known = words.keys_of_headings().get(" ".join(name.split()).casefold())
    return None if known is None else (tuple(known[0].split()), tag, known[1])


def _kind_by_headings(raw: RawSheet, heading: int) -> SheetKind | None:
    if not raw.rows:
        return None
    keys = {
        key
        for cell in raw.rows[heading]
        if (known := _parsed(text_of(cell))) is not None
        for key in known[0]
    } - {"id", "version", "remove", "source"}
    counted: list[tuple[SheetKind, int]] = [
        (kind, sum(kind.column(key) is not None for key in keys)) for kind in SHEETS.values()
    ]
    best, count = max(counted, key=lambda each: each[1])
    return best if count >= min(_KNOWN_FROM, max(len(raw.rows[heading]) - 1, 1)) and count else None


def _unknown_sheet(raw: RawSheet, layout: Layout) -> None:
    if raw.name == "_check" or not any(text_of(cell) for row in raw.rows for cell in row):
        return
    near = process.extractOne(
        raw.name.casefold(), words.keys_of_sheets().keys(), scorer=fuzz.ratio, score_cutoff=_ALIKE
    )
    name = words.sheet_name(words.keys_of_sheets()[near[0]], "en") if near else ""
    layout.notes.append(
        Fault(
            "sheet",
            raw.name,
            "",
            raw.name,
            f"“{raw.name}” is no sheet of a register; nothing of it is loaded.",
            f"Is it “{name}”? Then call it so, with that sheet's headings." if name else "",
        )
    )


def _renamed_sheet(raw: RawSheet, kind: SheetKind, layout: Layout) -> None:
    name = words.sheet_name(kind.key, "en")
    layout.faults.append(
        Fault(
            "sheet",
            raw.name,
            "",
            raw.name,
            f"The sheet “{raw.name}” has the headings of “{name}”.",
            f"Call it “{name}”, or delete it.",
            (Offer(name),),
        )
    )


def _read_about(raw: RawSheet, layout: Layout) -> None:
    for row in raw.rows:
        texts = [text_of(cell) for cell in row]
        key = words.keys_of_about().get(texts[0].casefold()) if texts else None
        if key is not None and len(texts) > 1:
            layout.facts[key] = texts[1]


class _Table:
    """Reads the rows of one sheet."""

    def __init__(
        self, raw: RawSheet, kind: SheetKind, heading: int, layout: Layout, *, keyed: bool
    ) -> None:
        self._raw = raw
        self._kind = kind
        self._heading = heading
        self._layout = layout
        self._keyed = keyed
        self._columns: dict[int, tuple[Column, str]] = {}

    def read(self) -> None:
        """Read them."""
        if not self._raw.rows:
            return
        self._find_columns()
        self._find_merged()
        heads = self._heads()
        for index, cells in enumerate(self._raw.rows):
            if index > self._heading:
                self._row(index, [text_of(cell) for cell in cells], heads)

    def _cell(self, row: int, column: int) -> str:
        return f"{letters(self._raw.first_column + column)}{self._raw.first_row + row}"

    def _fault(
        self, kind: str, cell: str, found: str, message: str, remedy: str, *offers: Offer
    ) -> None:
        self._layout.faults.append(
            Fault(kind, self._raw.name, cell, found, message, remedy, offers)
        )

    def _find_columns(self) -> None:
        seen: dict[tuple[str, str], str] = {}
        unknown: list[tuple[int, str]] = []
        for index, value in enumerate(self._raw.rows[self._heading]):
            text = text_of(value)
            known = _parsed(text)
            column = next(
                (c for key in known[0] if (c := self._kind.column(key)) is not None)
                if known
                else iter(()),
                None,
            )
            if known is None or column is None:
                if text or self._is_filled(index):
                    unknown.append((index, text))
                continue
            self._layout.languages[known[2]] += 1
            tag = (known[1] or "?") if column.kind is Kind.TEXT else ""
            cell = self._cell(self._heading, index)
            if (column.key, tag) in seen:
                self._fault(
                    "column",
                    cell,
                    text,
                    f"The heading “{text}” is there twice, in {seen[column.key, tag]} too.",
                    "Delete one of the columns, or give it its own heading.",
                )
                continue
            seen[column.key, tag] = cell
            self._columns[index] = (column, tag)
        for index, text in unknown:
            self._unknown_column(index, text)

    def _is_filled(self, index: int) -> bool:
        return any(len(row) > index and text_of(row[index]) for row in self._raw.rows)

    def _unknown_column(self, index: int, text: str) -> None:
        """A column that is not known stops the workbook where it may be one that is missing."""
        cell = self._cell(self._heading, index)
        has = {column.key for column, _ in self._columns.values()}
        missing = {
            fold(words.heading(column.key, language)): column.key
            for column in self._kind.columns
            if column.key not in has
            for language in words.LANGUAGES
        }
        name = _TAG.sub(r"\1", text)
        near = process.extractOne(
            fold(name), missing.keys(), scorer=fuzz.WRatio, score_cutoff=_ALIKE
        )
        language = next((tag for tag, _ in self._layout.languages.most_common() if tag), "en")
        if not text:
            message = f"The column {letters(self._raw.first_column + index)} has no heading."
            self._fault("column", cell, "", message, "Give it one, or empty it.")
        elif near:
            meant = words.heading(missing[near[0]], language)
            self._fault(
                "column",
                cell,
                text,
                f"There is no column “{text}”.",
                f"Is it “{meant}”? Then call it so; else delete it.",
                Offer(meant, score=round(near[1], 1)),
            )
        else:
            self._layout.notes.append(
                Fault(
                    "column",
                    self._raw.name,
                    cell,
                    text,
                    f"There is no column “{text}”; nothing of it is loaded.",
                    "",
                )
            )

    def _find_merged(self) -> None:
        for (top, left), (bottom, right) in self._raw.merged:
            if bottom + 1 < self._raw.first_row + self._heading:
                continue
            place = f"{letters(left)}{top + 1}:{letters(right)}{bottom + 1}"
            self._fault(
                "merged",
                f"{letters(left)}{top + 1}",
                place,
                f"The cells {place} are merged.",
                "Split them, and fill in each cell by itself.",
            )

    def _row(self, index: int, cells: list[str], heads: Heads) -> None:
        row = Row(heads, self._raw.name, self._raw.first_row + index, self._keyed)
        unread: list[tuple[str, str]] = []
        for column_index, (column, tag) in self._columns.items():
            text = cells[column_index] if column_index < len(cells) else ""
            if self._raw.without_value:
                place = self._cell(index, column_index)
                if place in self._raw.without_value:
                    self._fault(
                        "formula",
                        place,
                        "",
                        "The cell holds a formula of which the file has no value.",
                        "Copy the cell and insert it as a value, then save the workbook.",
                    )
                    unread.append((column.key, tag))
                    continue
            if text:
                row.cells[column.key, tag] = text
        if unread:
            row.heads = heads.without(unread)
        if row.cells or unread:
            self._layout.rows.append(row)

    def _heads(self) -> Heads:
        def called(index: int, column: Column, tag: str) -> str:
            if not self._keyed:
                return letters(self._raw.first_column + index)
            return f"{column.key}@{tag}" if tag not in ("", "?") else column.key

        return Heads(
            self._kind,
            {
                (column.key, tag): called(index, column, tag)
                for index, (column, tag) in self._columns.items()
            },
        )


def untagged(layout: Layout) -> None:
    """Give texts without a language that of the workbook."""
    language = layout.language
    tagged: dict[Heads, Heads] = {}
    for row in layout.rows:
        heads = row.heads
        if heads not in tagged:
            tagged[heads] = heads.tagged(language)
        row.heads = tagged[heads]
        for key, tag in [each for each in row.cells if each[1] == "?"]:
            text = row.cells.pop((key, tag))
            if (key, language) not in heads.columns:
                row.cells[key, language] = text
