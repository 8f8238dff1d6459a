"""The changes log as the newest snapshot shows it: any record by its number, or by a time.

Where a record ends is kept in memory, eight bytes each, and read from the log when it is first
asked for; later only what has been appended is read. Records that no snapshot shows yet may
still be cut off by a power cut, so nobody is told of them.
"""

from __future__ import annotations

import threading
from array import array
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from pathlib import Path

from pledgegraph.errors import ChangeMissing, LogDamaged
from pledgegraph.store.directory import DataDirectory, open_directory
from pledgegraph.store.log.changes_log import end_of_last, record_before, records_before
from pledgegraph.store.log.record import Record
from pledgegraph.store.snapshots import Snapshots


@dataclass(slots=True)
class _Segment:
    """A segment of the log: the number of its first record, and where its records end."""

    first: int
    path: Path
    ends: array[int] = field(default_factory=lambda: array("Q"))

    @property
    def next(self) -> int:
        return self.first + len(self.ends)


class PublishedLog:
    """Random access to the log of the data directory at ``path``, from any number of threads."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._segments: list[_Segment] = []
        self._reading = threading.Lock()

    @cached_property
    def _directory(self) -> DataDirectory:
        return open_directory(self._path)

    @cached_property
    def _snapshots(self) -> Snapshots:
        return Snapshots(self._directory)

    def last(self) -> int:
        """The number of the newest record; 0 where there is none."""
        return self._snapshots.current() or 0

    def record(self, number: int) -> Record:
        """The record of that number.

        Raises:
            ChangeMissing: there is none.
            LogDamaged: it ought to be there, and is not.
        """
        last = self.last()
        if not 1 <= number <= last:
            raise ChangeMissing(
                f"There is no change set {number}.", remedy=f"They are numbered from 1 to {last}."
            )
        with self._reading:
            if not self._segments or self._segments[-1].next <= number:
                self._read_up_to(last)
            place = bisect_right(self._segments, number, key=lambda each: each.first) - 1
            segment = self._segments[place]
            if number >= segment.next:
                raise LogDamaged(f"Record {number} is missing in the changes log.")
            end = segment.ends[number - segment.first]
        with segment.path.open("rb") as file:
            return record_before(file, segment.path, end)

    def records(self, first: int, last: int) -> Iterator[Record]:
        """The records from ``first`` to ``last``, both included; see `record`."""
        return (self.record(number) for number in range(first, last + 1))

    def at(self, moment: datetime) -> int:
        """The number of the newest record that is not later than ``moment``; 0 before the first."""
        # Bisection reads some twenty headers of a million.
        return bisect_right(
            range(1, self.last() + 1), moment, key=lambda n: self.record(n).header().time
        )

    def _read_up_to(self, last: int) -> None:
        """Learn where the records end that have come since."""
        known = {each.path: each for each in self._segments}
        paths = sorted(self._directory.changes.glob("*.rdfp"), key=lambda path: int(path.stem))
        self._segments = [known.get(path) or _Segment(int(path.stem), path) for path in paths]
        for segment in self._segments[max(0, len(known) - 1) :]:
            with segment.path.open("rb") as file:
                fresh = array("Q")
                end = end_of_last(file)
                for record in records_before(file, segment.path, end):
                    if record.sequence < segment.next:
                        break
                    if record.sequence <= last:
                        fresh.append(end)
                    end = record.start
            fresh.reverse()
            segment.ends.extend(fresh)
