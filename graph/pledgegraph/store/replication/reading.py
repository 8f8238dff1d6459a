"""The records in a message of the shared log."""

from __future__ import annotations

from pathlib import Path

from pledgegraph.errors import LogDamaged, StreamDiffers
from pledgegraph.store.log.changes_log import end_of_last, records_before
from pledgegraph.store.log.record import Record
from pledgegraph.store.replication.stream import Step


def records_of(step: Step, folder: Path) -> list[Record]:
    """The records of a message, in their order, each compared with its checksum.

    They lie in a file in ``folder``.

    Raises:
        StreamDiffers: the message does not hold what it says.
    """
    path = folder / f"{step.first:012d}.rdfp"
    path.write_bytes(step.records)
    try:
        with path.open("rb") as file:
            end = end_of_last(file)
            records = list(records_before(file, path, end))[::-1]
        is_whole = end == len(step.records) and all(each.is_intact() for each in records)
    except LogDamaged:
        is_whole = False
    numbers = list(range(step.first, step.last + 1))
    if not is_whole or [each.sequence for each in records] != numbers:
        raise StreamDiffers(f"Message {step.number} of the shared log is damaged.")
    return records
