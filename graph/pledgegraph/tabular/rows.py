"""A row of a workbook's sheet, and the columns that all rows of the sheet share."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from pledgegraph.tabular.columns import Column, SheetKind


class Heads:
    """The columns that the rows of a sheet have; all rows share them."""

    def __init__(self, sheet: SheetKind, columns: Mapping[tuple[str, str], str]) -> None:
        """``columns`` has by key and language the letters of a column; a form has its key."""
        self.sheet = sheet
        self.columns = dict(columns)
        self.pairs: Final = tuple(
            (column, tag)
            for column in sheet.columns
            for key, tag in self.columns
            if key == column.key
        )

    def without(self, gone: Collection[tuple[str, str]]) -> Heads:
        """Those of a row of which some cells cannot be read."""
        kept = {each: at for each, at in self.columns.items() if each not in gone}
        return Heads(self.sheet, kept)

    def tagged(self, language: str) -> Heads:
        """Texts without a language get this one, where it has no column of its own."""
        columns = {each: at for each, at in self.columns.items() if each[1] != "?"}
        for (key, tag), at in self.columns.items():
            if tag == "?":
                columns.setdefault((key, language), at)
        return Heads(self.sheet, columns)


@dataclass(slots=True)
class Row:
    """A row of a sheet, with what stands in its cells."""

    heads: Heads
    name: str
    """What the workbook calls the sheet."""
    number: int
    keyed: bool = False
    """Whether it came from a form, whose cells are called by their columns' keys."""
    cells: dict[tuple[str, str], str] = field(default_factory=dict)
    """By the key of the column and the language of a text; those that hold nothing are left out."""

    @property
    def sheet(self) -> SheetKind:
        """What the sheet is."""
        return self.heads.sheet

    def text(self, key: str, tag: str = "") -> str:
        """What stands in a cell; empty where there is none."""
        return self.cells.get((key, tag), "")

    def place(self, key: str, tag: str = "") -> str:
        """The name of a cell, as F12; of one that the sheet does not have, the row's number."""
        at = self.heads.columns.get((key, tag))
        if at is None:
            return str(self.number)
        return at if self.keyed else f"{at}{self.number}"

    def any_text(self, key: str) -> str:
        """The text of a column in the first of its languages that has one."""
        return next((text for (each, _), text in self.cells.items() if each == key), "")

    def any_place(self, key: str) -> str:
        """The cell of a column in whichever language."""
        tag = next((tag for each, tag in self.heads.columns if each == key), "")
        return self.place(key, tag)

    def pairs(self) -> Sequence[tuple[Column, str]]:
        """The columns that the sheet has, each with its language."""
        return self.heads.pairs
