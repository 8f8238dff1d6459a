"""A mirror: a data directory that takes its changes from another service and has the same log.

It copies the records of the origin's changes log, byte for byte with their checksums, from the
first one on, and applies them. So both have the same history, and the mirror can be built anew
from its own log like any data directory. Whatever moment it is killed at, it goes on from the
last record that its own log holds.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from pledgegraph.errors import (
    DirectoryMissing,
    LogDamaged,
    MirrorRefused,
    OriginDiffers,
)
from pledgegraph.history.canonical import canonical_hash
from pledgegraph.history.mirror_client import Origin
from pledgegraph.store.directory import DataDirectory, new_directory, open_directory
from pledgegraph.store.embedded import EmbeddedEngine
from pledgegraph.store.log.changes_log import ChangesLog, end_of_last, records_before
from pledgegraph.store.log.record import Record
from pledgegraph.store.writer import Writer, writing

Progress = Callable[[int, int], None]
"""Is told how many change sets the mirror has, and how many the origin has."""

_log = logging.getLogger(__name__)
_SPOOL: Final = "incoming.rdfp"


@dataclass(frozen=True, slots=True)
class Proof:
    """That mirror and origin held the same statements at one snapshot."""

    sequence: int
    hash: str


class Mirror:
    """Keeps a data directory in step with an origin."""

    def __init__(self, directory: DataDirectory, origin: Origin, *, lock_wait: float) -> None:
        self.directory = directory
        self._origin = origin
        self._lock_wait = lock_wait
        self._engine = EmbeddedEngine(directory, lock_wait=lock_wait)

    def settle(self) -> int:
        """Finish what an interrupted run left; return the number of the newest change set."""
        return self._engine.settle()

    def catch_up(
        self,
        *,
        up_to: int | None = None,
        progress: Progress = lambda _have, _all: None,
    ) -> int:
        """Take the change sets that the origin has more; return how many those were.

        Raises:
            OriginUnreachable: it does not answer.
            OriginDiffers: it has another base, another format or another history.
            StorageFull: there is no room for them; what was taken is kept.
        """
        began = have = self.settle()
        last = self._compared(have)
        goal = last if up_to is None else min(up_to, last)
        progress(have, goal)
        while have < goal:
            spool = self.directory.path / _SPOOL
            try:
                self._origin.fetch(have + 1, goal, spool)
                have = self._take(spool, have)
            finally:
                spool.unlink(missing_ok=True)
            progress(have, goal)
        return have - began

    def prove(self, *, progress: Progress = lambda _have, _all: None) -> Proof | None:
        """Compare the canonical hash with the one of the origin's newest dump.

        The mirror is brought to the snapshot of the dump for that. None when it is beyond it
        already, or when the origin offers no dump: then there is nothing to compare with.

        Raises:
            OriginDiffers: the hashes differ.
        """
        dump = self._origin.newest_dump()
        if dump is None or dump.sequence < self.settle():
            return None
        self.catch_up(up_to=dump.sequence, progress=progress)
        with self._engine.snapshot() as snapshot:
            found = canonical_hash(snapshot)
            if snapshot.sequence != dump.sequence:
                return None
        if found != dump.hash:
            raise OriginDiffers(
                f"At snapshot {dump.sequence} the origin's hash is {dump.hash}, ours is {found}."
            )
        return Proof(dump.sequence, found)

    def hash(self) -> tuple[int, str]:
        """The newest snapshot and its canonical hash."""
        with self._engine.snapshot() as snapshot:
            return snapshot.sequence, canonical_hash(snapshot)

    def _compared(self, have: int) -> int:
        """How many change sets the origin has; it must still be the one that we have copied."""
        state = self._origin.state()
        if state.base != self.directory.base:
            raise OriginDiffers(
                f"The origin's base IRI is {state.base}, the mirror's {self.directory.base}."
            )
        if state.last < have:
            raise OriginDiffers(f"The origin has {state.last} change sets, the mirror {have}.")
        if have:
            ours = next(ChangesLog(self.directory.changes).after(have - 1))
            if self._origin.checksum(have) != ours.sha256:
                raise OriginDiffers(f"Change set {have} is another one at the origin.")
        return state.last

    def _take(self, spool: Path, have: int) -> int:
        """Take the records of a file into the log and the store; return the last one's number."""
        with spool.open("rb") as file:
            # What came before the connection broke is whole records and a rest.
            records = list(records_before(file, spool, end_of_last(file)))[::-1]
        _checked(records, have)
        with writing(self.directory, Writer, wait=self._lock_wait) as writer:
            if writer.sequence != have:
                return writer.sequence  # another process mirrors too
            writer.take_over(records)
            return writer.sequence


def _checked(records: list[Record], have: int) -> None:
    """Refuse records that are not what the origin wrote, or not the next ones."""
    if not records:
        raise OriginDiffers(f"The origin sent no whole change set after {have}.")
    for expected, record in enumerate(records, start=have + 1):
        try:
            is_named_so = record.sequence == expected == record.header().sequence
        except LogDamaged as error:
            raise OriginDiffers(f"Change set {expected} came damaged.") from error
        if not is_named_so:
            raise OriginDiffers(f"In place of change set {expected} came {record.sequence}.")
        if not record.is_intact():
            raise OriginDiffers(f"Change set {expected} came damaged.")


def open_mirror(path: Path, origin: Origin, *, lock_wait: float) -> Mirror:
    """The mirror at ``path``; makes the data directory where there is none.

    Raises:
        MirrorRefused: there is a data directory that is no mirror.
        OriginUnreachable, OriginDiffers: see `Origin.state`.
    """
    try:
        directory = open_directory(path)
    except DirectoryMissing:
        state = origin.state()
        with new_directory(path, base=state.base, origin=origin.address) as fresh:
            EmbeddedEngine(fresh).settle()
        directory = open_directory(path)
    if directory.origin is None:
        raise MirrorRefused(
            f"The data directory at {path} takes changes of its own and cannot become a mirror."
        )
    return Mirror(directory, origin, lock_wait=lock_wait)


def told(mirror: Mirror, taken: int, proof: Proof | None) -> dict[str, Any]:
    """What came of a run, for scripts."""
    sequence, found = mirror.hash()
    return {
        "base": mirror.directory.base,
        "sequence": sequence,
        "taken": taken,
        "hash": found,
        "proved": proof.sequence if proof else None,
    }
