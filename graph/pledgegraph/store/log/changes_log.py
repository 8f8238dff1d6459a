"""The changes log: every accepted change set, in order, on disk before it is acknowledged.

A log is a folder of segments. A segment, named by the sequence number of its first record,
holds records one behind the other: an RDF Patch, then a line

    # end {sequence} {bytes of the patch} {SHA-256 of the patch}

The last line is written last; a record without it was never acknowledged. It tells the length
too, so that a log is walked from its end without reading the quads.
"""

from __future__ import annotations

import errno
import hashlib
import logging
import os
import re
import shutil
from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import BinaryIO, Final

from pledgegraph.errors import LogDamaged, StorageFull
from pledgegraph.store.atomic_files import sync_file, sync_folder
from pledgegraph.store.changes import ChangeSet, Header
from pledgegraph.store.log.rdf_patch import (
    CLOSING,
    header_lines,
    quad_lines,
)
from pledgegraph.store.log.record import Record, end_line

LOG_FORMAT: Final = 1
"""The form of records; a mirror takes those of its own form only."""
SEGMENT_BYTES: Final = 64 * 1024 * 1024
"""A segment that has reached this size gets no further record."""

_END: Final = re.compile(rb"# end (\d+) (\d+) ([0-9a-f]{64})\n")
_END_LONGEST: Final = 120
_BLOCK: Final = 1 << 20
_FIRST_BLOCK: Final = 1 << 13
"""Bytes that are looked at first: a whole record ends there, unless a writer died."""
ASIDE: Final = "set-aside"
"""The folder beside the log that keeps what was cut off it."""
DISK_REFUSES: Final = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})
"""The numbers of the errors by which the system says that there is no room."""

_log = logging.getLogger(__name__)


class ChangesLog:
    """The log in a folder. Reading needs no lock; `append` and `mend` need the writer's."""

    def __init__(self, folder: Path, *, segment_bytes: int = SEGMENT_BYTES) -> None:
        self._folder = folder
        self._segment_bytes = segment_bytes

    def last(self) -> int:
        """The sequence number of the last complete record; 0 for an empty log."""
        newest = next(self.newest_first(), None)
        return newest.sequence if newest else 0

    def newest_first(self) -> Iterator[Record]:
        """All complete records, the last one first."""
        for segment in reversed(self._segments()):
            with segment.open("rb") as file:
                yield from records_before(file, segment, end_of_last(file))

    def after(self, sequence: int) -> Iterator[Record]:
        """The complete records with a higher number, in their order.

        Raises:
            LogDamaged: a number is missing in between.
        """
        expected = sequence + 1
        segments = self._segments()
        firsts = [int(s.stem) for s in segments]
        for index, segment in enumerate(segments):
            if index + 1 < len(firsts) and firsts[index + 1] <= expected:
                continue
            with segment.open("rb") as file:
                found = list(records_before(file, segment, end_of_last(file)))
            for record in reversed(found):
                if record.sequence < expected:
                    continue
                if record.sequence != expected:
                    raise LogDamaged(f"Record {expected} is missing in the changes log.")
                expected += 1
                yield record

    def append(
        self,
        change_set: ChangeSet,
        *,
        sequence: int,
        agent: str,
        reason: str,
        sources: tuple[str, ...] = (),
        key: str = "",
    ) -> Header:
        """Write one record and wait until it is on the disk; then it is accepted.

        Raises:
            StorageFull: the disk refused; the log is as it was.
        """
        header = Header(
            sequence=sequence,
            time=datetime.now(UTC),
            agent=agent,
            reason=reason,
            sources=sources,
            added=len(change_set.added),
            removed=len(change_set.removed),
            key=key,
        )
        segment = self._segment_for(sequence)
        is_new = not segment.exists()
        before = 0 if is_new else segment.stat().st_size
        try:
            with segment.open("ab") as file:
                _write_record(file, header, change_set)
                file.flush()
                os.fsync(file.fileno())
            if is_new:
                sync_folder(self._folder)
        except BaseException as error:
            _cut(segment, before)
            if isinstance(error, OSError) and error.errno in DISK_REFUSES:
                raise StorageFull("The disk is full: the change was not accepted.") from error
            raise
        return header

    def append_copies(self, records: Iterable[Record]) -> list[Record]:
        """Append records of another log, byte for byte, and wait until all are on the disk.

        Raises:
            StorageFull: the disk refused; what is there of them is whole records.
        """
        copies: list[Record] = []
        for record in records:
            segment = self._segment_for(record.sequence)
            before = segment.stat().st_size if segment.exists() else 0
            try:
                with segment.open("ab") as file:
                    file.writelines(record.written())
            except OSError as error:
                _cut(segment, before)
                if error.errno in DISK_REFUSES:
                    raise StorageFull("The disk is full: not all changes were taken.") from error
                raise
            copies.append(replace(record, segment=segment, start=before))
        for segment in {copy.segment for copy in copies}:
            with segment.open("rb") as file:
                os.fsync(file.fileno())
        sync_folder(self._folder)
        return copies

    def mend(self, *, shown: int, check_all: bool = False, is_copy: bool = False) -> int:
        """Cut off what a writer left unfinished when it died; return the last number.

        Records up to ``shown`` were acknowledged, because a snapshot shows them, and nothing of
        them is cut off; later ones are compared with their checksums, and with ``check_all``
        those before too. In a copy of another log all later ones from the first damaged one on
        go: they can be had again. Of all that is cut off there is a copy in ``set-aside`` first.

        Raises:
            LogDamaged: a record that was acknowledged is not what was written.
            StorageFull: there is no room for the copy; the log is as it was.
        """
        last = self.last()
        if last < shown:
            raise LogDamaged(
                f"The changes log ends at {last}, but a snapshot of {shown} exists: "
                f"record {last + 1} was acknowledged, and is damaged or lost."
            )
        segments = self._segments()
        if segments:
            with segments[-1].open("rb") as file:
                end = end_of_last(file)
            if end < segments[-1].stat().st_size:
                self._cut_off(segments[-1], end)
        for record in self.after(0 if check_all else shown):
            if record.is_intact():
                continue
            is_rest = is_copy or record.sequence == last
            if not is_rest or record.sequence <= shown:
                raise LogDamaged(f"Record {record.sequence} of the changes log is damaged.")
            self._cut_from(record)
            last = record.sequence - 1
            break
        return last

    def _cut_from(self, record: Record) -> None:
        """Remove the record and all that come after it."""
        for segment in reversed(self._segments()):
            if int(segment.stem) > record.sequence:
                self._cut_off(segment, 0)
        self._cut_off(record.segment, record.start)

    def _cut_off(self, segment: Path, size: int) -> None:
        """Shorten a segment after a copy of the rest is on the disk.

        The copy has the number of the segment and the place of its beginning in its name, and how
        the rest's checksum begins, so that the same rest is there once.
        """
        with segment.open("rb") as file:
            file.seek(size)
            begin = hashlib.file_digest(file, "sha256").hexdigest()[:12]
            aside = self._folder.parent / ASIDE
            copy = aside / f"{segment.stem}-{size}-{begin}.rdfp"
            try:
                aside.mkdir(exist_ok=True)
                file.seek(size)
                with copy.open("wb") as target:
                    shutil.copyfileobj(file, target, _BLOCK)
                sync_file(copy)
                sync_folder(aside)
                sync_folder(aside.parent)
            except OSError as error:
                copy.unlink(missing_ok=True)
                if error.errno in DISK_REFUSES:
                    raise StorageFull(
                        "The disk is full: the end of the changes log cannot be set aside."
                    ) from error
                raise
        _log.warning(
            "The end of the changes log is no whole record: it was never acknowledged, or is "
            "damaged. Its %d bytes were moved to %s/%s.",
            copy.stat().st_size,
            ASIDE,
            copy.name,
        )
        _cut(segment, size)

    def _segments(self) -> list[Path]:
        return sorted(self._folder.glob("*.rdfp"), key=lambda path: int(path.stem))

    def _segment_for(self, sequence: int) -> Path:
        segments = self._segments()
        if segments and segments[-1].stat().st_size < self._segment_bytes:
            return segments[-1]
        return self._folder / f"{sequence:012d}.rdfp"


def _write_record(file: BinaryIO, header: Header, change_set: ChangeSet) -> None:
    digest = hashlib.sha256()
    length = 0

    def write(piece: bytes) -> None:
        nonlocal length
        digest.update(piece)
        length += len(piece)
        file.write(piece)

    write(header_lines(header))
    for piece in quad_lines(b"D", change_set.removed):
        write(piece)
    for piece in quad_lines(b"A", change_set.added):
        write(piece)
    write(CLOSING)
    file.write(end_line(header.sequence, length, digest.hexdigest()))


def _cut(segment: Path, size: int) -> None:
    """Shorten a segment; one without a record goes altogether."""
    if not segment.exists():
        return
    if size == 0:
        segment.unlink()
        sync_folder(segment.parent)
        return
    with segment.open("r+b") as file:
        file.truncate(size)
        os.fsync(file.fileno())


def end_of_last(file: BinaryIO) -> int:
    """Where the last complete record of a segment ends; 0 when there is none."""
    end = file.seek(0, os.SEEK_END)
    tail = b""
    size = _FIRST_BLOCK
    while end > 0:
        start = max(0, end - size)
        size = _BLOCK
        file.seek(start)
        # The overlap finds an end line that lies across two blocks.
        block = file.read(end - start) + tail[:_END_LONGEST]
        matches = [m for m in _END.finditer(block) if start + m.start() > 0]
        for match in reversed(matches):
            at_line_start = match.start() == 0 or block[match.start() - 1 : match.start()] == b"\n"
            if at_line_start:
                return start + match.end()
        tail = block
        end = start
    return 0


def records_before(file: BinaryIO, segment: Path, end: int) -> Iterator[Record]:
    """The records of a segment, the last one first, from the place ``end`` on downwards."""
    while end > 0:
        record = record_before(file, segment, end)
        yield record
        end = record.start


def record_before(file: BinaryIO, segment: Path, end: int) -> Record:
    """The record of a segment that ends at the place ``end``.

    Raises:
        LogDamaged: none ends there.
    """
    start = max(0, end - _END_LONGEST)
    file.seek(start)
    lines = file.read(end - start).splitlines(keepends=True)
    match = _END.fullmatch(lines[-1]) if lines else None
    if match is None:
        raise LogDamaged("The changes log is damaged: a record's last line is not one.")
    length = int(match[2])
    begin = end - len(lines[-1]) - length
    if begin < 0:
        raise LogDamaged("The changes log is damaged: a record is longer than its segment.")
    return Record(int(match[1]), segment, begin, length, match[3].decode())
