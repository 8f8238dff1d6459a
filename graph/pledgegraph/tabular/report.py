"""What a check of a workbook found, and what it would come to: as words and as JSON."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from pledgegraph.tabular.faults import KINDS, Fault, by_kind
from pledgegraph.tabular.words import column_name

_SHOWN: Final = 20
_SHORT: Final = 80


@dataclass(frozen=True, slots=True)
class CellChange:
    """A cell whose statements would change."""

    cell: str
    column: str
    """Its key; of a text with the language, as in ``text@fr``."""
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class RowChange:
    """A record that would come, change or go."""

    sheet: str
    row: int
    record: str
    """Its IRI."""
    title: str
    action: str
    """``add``, ``change`` or ``remove``."""
    cells: tuple[CellChange, ...] = ()

    def as_json(self) -> dict[str, Any]:
        """The same as an object that `json` can write; `asdict` takes ten times as long."""
        return {
            "sheet": self.sheet,
            "row": self.row,
            "record": self.record,
            "title": self.title,
            "action": self.action,
            "cells": [
                {"cell": c.cell, "column": c.column, "before": c.before, "after": c.after}
                for c in self.cells
            ],
        }


@dataclass(frozen=True, slots=True)
class AnswerChange:
    """An answer that readers get today, and what it would be."""

    record: str
    title: str
    question: str
    """``status`` or ``reporting``."""
    before: str
    after: str

    def as_json(self) -> dict[str, Any]:
        """The same as an object that `json` can write."""
        return {
            "record": self.record,
            "title": self.title,
            "question": self.question,
            "before": self.before,
            "after": self.after,
        }


@dataclass(frozen=True, slots=True)
class WorkbookReport:
    """The whole report."""

    register: str
    sequence: int
    """The snapshot against which it was checked."""
    rows_read: int
    faults: tuple[Fault, ...] = ()
    """While there is one, nothing is loaded."""
    notes: tuple[Fault, ...] = ()
    """To look at."""
    rows: tuple[RowChange, ...] = ()
    added: int = 0
    """Statements."""
    removed: int = 0
    answers: tuple[AnswerChange, ...] = ()
    receipt: str = ""
    """Names what would be done: whoever applies it gets this, or nothing. Empty with faults."""
    language: str = "en"
    unguarded: int = 0
    """Rows that change a record, while the file does not say which state it is a copy of."""

    @property
    def stops(self) -> bool:
        """Whether something has to be mended first."""
        return bool(self.faults)

    @property
    def changes(self) -> bool:
        """Whether anything would change."""
        return bool(self.added or self.removed)

    def counted(self) -> Mapping[str, int]:
        """How many records would come, change and go."""
        counts = Counter(row.action for row in self.rows)
        return {action: counts[action] for action in ("add", "change", "remove")}

    def as_json(self) -> dict[str, Any]:
        """The same as an object that `json` can write."""
        return {
            "register": self.register,
            "sequence": self.sequence,
            "rowsRead": self.rows_read,
            "stops": self.stops,
            "faults": [each.as_json() for each in self.faults],
            "notes": [each.as_json() for each in self.notes],
            "counts": dict(self.counted()),
            "rows": [each.as_json() for each in self.rows],
            "added": self.added,
            "removed": self.removed,
            "answers": [each.as_json() for each in self.answers],
            "receipt": self.receipt,
            "language": self.language,
            "unguarded": self.unguarded,
        }

    @classmethod
    def from_json(cls, card: Mapping[str, Any]) -> WorkbookReport:
        """What `as_json` wrote."""
        return cls(
            register=card["register"],
            sequence=card["sequence"],
            rows_read=card["rowsRead"],
            faults=tuple(map(Fault.from_json, card["faults"])),
            notes=tuple(map(Fault.from_json, card["notes"])),
            rows=tuple(
                RowChange(**{**row, "cells": tuple(CellChange(**cell) for cell in row["cells"])})
                for row in card["rows"]
            ),
            added=card["added"],
            removed=card["removed"],
            answers=tuple(AnswerChange(**each) for each in card["answers"]),
            receipt=card["receipt"],
            language=card["language"],
            unguarded=card.get("unguarded", 0),
        )

    def in_words(self, *, applied: bool = False) -> Iterator[str]:
        """The report, a line at a time."""
        for title, faults in (
            ("stops it" if len(self.faults) == 1 else "stop it", self.faults),
            ("to look at", self.notes),
        ):
            if not faults:
                continue
            count = len(faults)
            yield f"{count:,} {'thing' if count == 1 else 'things'} {title}:"
            for kind, found in by_kind(faults).items():
                yield f"  {KINDS[kind]} ({len(found):,})"
                for each in found:
                    yield f"    {each}"
        if self.stops:
            yield "Nothing is loaded until that is mended."
            return
        counts = self.counted()
        if not self.changes:
            yield "Nothing to change: the register says the same already."
            return
        yield (
            f"{'Applied' if applied else 'If applied'}: {counts['add']:,} added, "
            f"{counts['change']:,} changed, {counts['remove']:,} removed "
            f"({self.added:,} statements come, {self.removed:,} go)."
        )
        for row in self.rows[:_SHOWN]:
            sign = {"add": "+", "change": "~", "remove": "-"}[row.action]
            yield f"  {sign} {row.sheet}!{row.row} {_shortened(row.title)}"
            if row.action == "change":
                for cell in row.cells:
                    yield f"      {cell.cell} {column_name(cell.column, 'en')}: {_becomes(cell)}"
        if len(self.rows) > _SHOWN:
            yield f"  and {len(self.rows) - _SHOWN:,} more"
        for answer in self.answers[:_SHOWN]:
            yield (
                f"  “{_shortened(answer.title)}” goes from “{answer.before}” to “{answer.after}”."
            )
        if len(self.answers) > _SHOWN:
            yield f"  and {len(self.answers) - _SHOWN:,} more answers"


def _becomes(cell: CellChange) -> str:
    before, after = _shortened(cell.before), _shortened(cell.after)
    if not before:
        return f"was empty, becomes “{after}”"
    return f"“{before}” becomes “{after}”" if after else f"“{before}” is taken away"


def _shortened(text: str) -> str:
    flat = " ".join(text.split())
    return flat if len(flat) <= _SHORT else f"{flat[: _SHORT - 1]}…"
