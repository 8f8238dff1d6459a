"""The report on a workbook as a page shows it: by kind and place, in the reader's language."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any, Final

from pledgegraph.store import Header, PublishedLog
from pledgegraph.tabular import Fault, WorkbookReport, by_kind, column_name

_MOST_FAULTS: Final = 100
"""Of each kind; the workbook with the marks has them all."""
_MOST_ROWS: Final = 200
_MOST_CHANGES: Final = 10
_LONGEST: Final = 300
_NONE: Final = frozenset({"not reported", "—"})
"""What an answer says that there was none."""
_REPORTED: Final = re.compile(r"reported ([0-9]{4}-[0-9]{2}-[0-9]{2})")


def changes_since(log: PublishedLog, after: int) -> list[Header]:
    """The latest changes that people made after change ``after``, the newest first."""
    found: list[Header] = []
    for number in range(log.last(), after, -1):
        header = log.record(number).header()
        # What rules computed follows from the change before it.
        if header.sources:
            found.append(header)
        if len(found) == _MOST_CHANGES:
            break
    return found


def shown_report(report: WorkbookReport, language: str, base: str) -> dict[str, Any]:
    """What the template makes its lists of."""
    answers = _answered(report, base)
    return {
        "stops": _grouped(report.faults),
        "stops_total": len(report.faults),
        "notes": _grouped(report.notes),
        "notes_total": len(report.notes),
        "changes": report.changes,
        "counts": report.counted(),
        "rows": [
            {
                "place": f"{row.sheet}!{row.row}",
                "title": _short(row.title),
                "record": "" if row.action == "remove" else _named(row.record, base),
                "action": row.action,
                "cells": [
                    {
                        "place": cell.cell,
                        "column": column_name(cell.column, language),
                        "before": _short(cell.before),
                        "after": _short(cell.after),
                    }
                    for cell in (row.cells if row.action == "change" else ())
                ],
            }
            for row in report.rows[:_MOST_ROWS]
        ],
        "rows_left": max(0, len(report.rows) - _MOST_ROWS),
        "answers": answers[:_MOST_ROWS],
        "answers_total": len(answers),
        "answers_left": max(0, len(answers) - _MOST_ROWS),
    }


def _answered(report: WorkbookReport, base: str) -> list[dict[str, Any]]:
    """What changes of what readers are answered, by record, as a reader would sort its names."""
    found: dict[str, dict[str, Any]] = {}
    for each in report.answers:
        about = found.setdefault(
            each.record,
            {"title": _short(each.title), "record": _named(each.record, base), "told": []},
        )
        about["told"].append((_answer(each.before), _answer(each.after)))
    return sorted(found.values(), key=lambda each: _in_order(each["title"]))


def _in_order(title: str) -> list[tuple[int, str]]:
    """A key by which number 10 comes after number 9."""
    parts = re.split(r"([0-9]+)", title.casefold())
    return [(int(each), "") if each.isdecimal() else (-1, each) for each in parts]


def _grouped(faults: Iterable[Fault]) -> list[dict[str, Any]]:
    return [
        {
            "kind": kind,
            "total": len(found),
            "left": max(0, len(found) - _MOST_FAULTS),
            "faults": [
                {
                    "place": each.place if each.sheet else "",
                    "words": f"{each.message} {each.remedy}".strip(),
                }
                for each in found[:_MOST_FAULTS]
            ],
        }
        for kind, found in by_kind(faults).items()
    ]


def _named(record: str, base: str) -> str:
    """What follows ``/id/`` in the IRI of a record of ours; nothing for any other."""
    prefix = f"{base}/id/"
    return record.removeprefix(prefix) if record.startswith(prefix) else ""


def _answer(words: str) -> dict[str, str]:
    """An answer in the report's words: a day, nothing, or a label in the reader's language."""
    if day := _REPORTED.fullmatch(words):
        return {"day": day[1], "words": ""}
    return {"day": "", "words": "" if words in _NONE else words}


def _short(text: str) -> str:
    flat = " ".join(text.split())
    return flat if len(flat) <= _LONGEST else f"{flat[: _LONGEST - 1]}…"
