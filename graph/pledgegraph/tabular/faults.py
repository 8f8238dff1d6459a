"""What is found in a workbook: faults that stop it, and what to look at."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

KINDS: Final[Mapping[str, str]] = {
    # What is the matter with the file and its sheets.
    "file": "The file",
    "sheet": "Sheets",
    "column": "Columns",
    "formula": "Formulas without a value",
    "merged": "Merged cells",
    # What is the matter with rows.
    "identifier": "Identifiers",
    "foreign": "Records of another register",
    "repeated": "Rows that are there twice",
    "known": "Rows that are in the register already",
    "conflict": "Rows that somebody else has changed",
    "copy": "Rows that others may have changed",
    "missing": "Cells that must not be empty",
    "source": "Words of another source",
    # What is the matter with cells.
    "date": "Dates",
    "list": "Words that are not in the list",
    "status": "Status words of another list",
    "name": "Names that are not known, or are those of several",
    "link": "Web addresses",
    "number": "Numbers",
    "language": "Languages",
    "text": "Texts",
    "email": "E-mail addresses",
    "rule": "Rules of the graph",
}
"""The kinds of what is found, in the order in which a report has them, with their headings."""


@dataclass(frozen=True, slots=True)
class Offer:
    """Something that the cell could hold instead."""

    write: str
    """What to write into the cell."""
    record: str = ""
    """The IRI that it stands for, where it stands for one."""
    score: float | None = None
    """How alike it is, up to 100; None where it is no guess."""

    def as_json(self) -> dict[str, Any]:
        """The same as an object that `json` can write."""
        return {"write": self.write, "record": self.record, "score": self.score}


@dataclass(frozen=True, slots=True)
class Fault:
    """Something found at a place: what it is, and how to mend it."""

    kind: str
    """One of `KINDS`."""
    sheet: str
    """What the workbook calls the sheet; empty for the whole file."""
    cell: str
    """Such as F12; a row such as 12; empty for the whole sheet."""
    found: str
    message: str
    remedy: str
    offers: tuple[Offer, ...] = ()

    @property
    def place(self) -> str:
        """Such as Commitments!F12."""
        if not self.sheet:
            return "The file"
        return f"{self.sheet}!{self.cell}" if self.cell else self.sheet

    def __str__(self) -> str:
        return " ".join(part for part in (f"{self.place}:", self.message, self.remedy) if part)

    def as_json(self) -> dict[str, Any]:
        """The same as an object that `json` can write."""
        return {
            "kind": self.kind,
            "sheet": self.sheet,
            "cell": self.cell,
            "found": self.found,
            "message": self.message,
            "remedy": self.remedy,
            "offers": [each.as_json() for each in self.offers],
        }

    @classmethod
    def from_json(cls, card: Mapping[str, Any]) -> Fault:
        """What `as_json` wrote."""
        offers = tuple(Offer(**each) for each in card["offers"])
        return cls(**{**card, "offers": offers})


def by_kind(faults: Iterable[Fault]) -> dict[str, list[Fault]]:
    """The faults, grouped by their kinds."""
    found: dict[str, list[Fault]] = {}
    for each in faults:
        found.setdefault(each.kind, []).append(each)
    return {kind: found[kind] for kind in KINDS if kind in found}


def sentence(parts: Iterable[str]) -> str:
    """“a”, “b” or “c”."""
    listed = [f"“{each}”" for each in parts]
    if len(listed) < 2:  # noqa: PLR2004
        return "".join(listed)
    return f"{', '.join(listed[:-1])} or {listed[-1]}"
