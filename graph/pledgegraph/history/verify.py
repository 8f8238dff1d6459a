"""Whether a data directory is what its changes log says, and which dataset that is."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import groupby
from typing import BinaryIO, Final, cast

import pyoxigraph
from pyoxigraph import RdfFormat

from pledgegraph.errors import LogDamaged
from pledgegraph.history.canonical import canonical_hash
from pledgegraph.history.checking import fault_of
from pledgegraph.rdf.external_sort import LineSorter
from pledgegraph.store.directory import DataDirectory
from pledgegraph.store.embedded_snapshot import EmbeddedSnapshot
from pledgegraph.store.log.changes_log import ChangesLog
from pledgegraph.store.log.record import Record
from pledgegraph.store.normalisation import EngineForm, in_form

Progress = Callable[[int], None]
"""Is told the number of each record that has been read."""

_MARK: Final = b"\0"
"""Ends a quad within a sorted line: N-Quads escapes it, so no quad holds it."""


@dataclass(frozen=True, slots=True)
class Verification:
    """What was found."""

    sequence: int
    quads: int
    hash: str | None
    """The canonical hash of the snapshot; None where it cannot be read."""
    faults: tuple[str, ...]
    """What is wrong, a sentence each; empty when all is well."""


def verify(
    directory: DataDirectory,
    snapshot: EmbeddedSnapshot,
    *,
    progress: Progress = lambda _sequence: None,
) -> Verification:
    """Read the whole log, and compare what it comes to with the snapshot.

    The snapshot's files are compared with their checksums too: the engine does not look at all
    that it reads.

    Raises:
        NotCanonical: the snapshot has blank nodes, and too many quads to name them.
    """
    faults: list[str] = []
    with LineSorter() as sorter:
        last = 0
        try:
            for record in ChangesLog(directory.changes).after(0):
                if record.sequence > snapshot.sequence:
                    break
                faults += _take(record, sorter, gated=directory.gated)
                last = record.sequence
                progress(last)
        except LogDamaged as error:
            faults.append(str(error))
        if last < snapshot.sequence and not faults:
            faults.append(f"The changes log ends at {last}, the snapshot is {snapshot.sequence}.")
        replayed = _digest(_left(sorter.lines()))
    is_log_whole = not faults
    damage = fault_of(snapshot.folder, f"Snapshot {snapshot.sequence}")
    if damage is not None:
        faults.append(damage)
    quads, found = 0, None
    try:
        if is_log_whole and replayed != _digest(_lines(snapshot)):
            faults.append("The store does not hold what the changes log comes to.")
        quads, found = len(snapshot), canonical_hash(snapshot)
    except (OSError, RuntimeError):
        # So the engine tells of damage.
        if damage is None:
            faults.append(f"Snapshot {snapshot.sequence} cannot be read to its end.")
    return Verification(snapshot.sequence, quads, found, tuple(faults))


def _take(record: Record, sorter: LineSorter, *, gated: bool) -> Iterator[str]:
    """Hand the record's quads to the sorter, each with its place in time; yields faults."""
    if not record.is_intact():
        yield f"Record {record.sequence} of the changes log is damaged."
        return
    header = record.header()
    counts = []
    # Within a record removals go first.
    for place, letter in enumerate((b"D", b"A")):
        lines = record.lines(letter) if gated else _in_form(record, letter)
        stamp = _MARK + f"{record.sequence:020d}{place}\n".encode()
        count = 0
        for line in lines:
            sorter.write(line[:-1] + stamp)
            count += 1
        counts.append(count)
    if counts != [header.removed, header.added]:
        yield f"Record {record.sequence} of the changes log has other counts than it says."


def _in_form(record: Record, letter: bytes) -> Iterator[bytes]:
    """The lines with literals as the store has them; an ungated log has them as they came."""
    form = EngineForm()
    quads = record.added() if letter == b"A" else record.removed()
    for quad in quads:
        yield f"{in_form(quad, form)} .\n".encode()


def _left(lines: Iterable[bytes]) -> Iterator[bytes]:
    """The quads that are there in the end: those whose last record added them."""
    for quad, group in groupby(lines, key=lambda line: line.rpartition(_MARK)[0]):
        *_, newest = group
        if newest.endswith(b"1\n"):
            yield quad + b"\n"


def _lines(snapshot: EmbeddedSnapshot) -> Iterator[bytes]:
    with LineSorter() as sorter:
        pyoxigraph.serialize(snapshot.quads(), cast("BinaryIO", sorter), format=RdfFormat.N_QUADS)
        yield from sorter.lines()


def _digest(lines: Iterable[bytes]) -> bytes:
    digest = hashlib.sha256()
    for line in lines:
        digest.update(line)
    return digest.digest()
