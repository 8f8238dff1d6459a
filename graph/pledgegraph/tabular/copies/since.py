"""What has been changed since a workbook was written, by the log of changes.

A workbook bears, as a property of the file, the number of its snapshot and the beginning of that
change's checksum: two copies of the same state are the same in every cell, and whoever brings one
in later is told which rows others have changed meanwhile.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Collection, Iterator
from pathlib import Path
from typing import Final

from pyoxigraph import Quad, RdfFormat, parse

from pledgegraph.errors import LogDamaged
from pledgegraph.store.log.changes_log import ChangesLog
from pledgegraph.store.log.record import Record

PROPERTY: Final = "Pledgegraph copy"
"""What the property of the file is called."""
_MARK: Final = re.compile(r"(\d{1,15}) ([0-9a-f]{12})")
_ADDED: Final = b"A"
_REMOVED: Final = b"D"


def mark_of(log: Path, sequence: int) -> str:
    """What a workbook bears that is written from that snapshot; empty where no log tells of it."""
    for record in ChangesLog(log).newest_first():
        if record.sequence <= sequence:
            return _mark(record) if record.sequence == sequence else ""
    return ""


def _mark(record: Record) -> str:
    return f"{record.sequence} {record.sha256[:12]}"


class Since:
    """The statements that have come and gone since a copy was made, by their subjects."""

    def __init__(self) -> None:
        self._first: dict[bytes, dict[bytes, bytes]] = defaultdict(dict)
        """By subject and statement, what happened to the statement first."""

    @classmethod
    def read(cls, log: Path, mark: str, sequence: int, subjects: Collection[str]) -> Since | None:
        """What was changed on some subjects between a copy and a snapshot.

        None where that cannot be told: there is no mark, or the log does not go back so far, or
        has another change of that number, as after the return of a backup.
        """
        match = _MARK.fullmatch(mark)
        if match is None or not 0 < int(match[1]) <= sequence:
            return None
        wanted = {f"<{each}>".encode() for each in subjects}
        since = cls()
        try:
            records = ChangesLog(log).after(int(match[1]) - 1)
            copied = next(records, None)
            if copied is None or _mark(copied) != mark:
                return None
            for record in records:
                if record.sequence > sequence:
                    break
                since._take(record, wanted)
        except LogDamaged:
            return None
        return since

    def _take(self, record: Record, wanted: Collection[bytes]) -> None:
        for letter in (_REMOVED, _ADDED):
            for line in record.lines(letter):
                subject = line.partition(b" ")[0]
                if subject in wanted:
                    self._first[subject].setdefault(line, letter)

    def before(self, subject: str, now: Collection[Quad]) -> Iterator[Quad]:
        """The statements on a subject that the copy was made of, of those that there are now."""
        changed = self._first.get(f"<{subject}>".encode(), {})
        for quad in now:
            if changed.get(f"{quad} .\n".encode()) != _ADDED:
                yield quad
        gone = b"".join(line for line, letter in changed.items() if letter == _REMOVED)
        present = set(now)
        for quad in parse(gone, format=RdfFormat.N_QUADS):
            if quad not in present:
                yield quad

    def touches(self, subject: str) -> bool:
        """Whether any statement on a subject has come or gone."""
        return f"<{subject}>".encode() in self._first
