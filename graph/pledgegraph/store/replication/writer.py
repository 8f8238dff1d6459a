"""The writer of a node: what the stream accepts is the log, and the node's own log is its copy.

A change is worked out on a copy of the store, with what the rules make of it, and sent to the
stream as one message. Only when a quorum of servers has that does the node take it into its own
log and store, as any other node does. So a node that dies in between has nothing that the
others lack, and nothing to take back.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Final, NamedTuple

from pyoxigraph import Store

from pledgegraph.errors import LogMoved, PublishDelayed, StorageFull, StreamDiffers
from pledgegraph.long_work import long_work
from pledgegraph.store.changes import ChangeSet, Receipt
from pledgegraph.store.directory import DataDirectory
from pledgegraph.store.log.applying import apply, replay
from pledgegraph.store.log.changes_log import ChangesLog
from pledgegraph.store.log.record import Record
from pledgegraph.store.replication.follower import following
from pledgegraph.store.replication.position import Position, read_position, write_position
from pledgegraph.store.replication.reading import records_of
from pledgegraph.store.replication.stream import PATIENCE, Step, Stream
from pledgegraph.store.rules import Derive
from pledgegraph.store.scratch import workspace
from pledgegraph.store.writer import (
    COMPUTED_BY,
    COMPUTED_WHY,
    Maker,
    Writer,
    writing,
)

Progress = Callable[[int, int], None]
"""Is told how many messages of the log were taken, and how many there are."""


def _nothing(_have: int, _all: int) -> None:
    """Nobody watches."""


class Why(NamedTuple):
    """What a record says beside its quads."""

    agent: str
    reason: str
    sources: tuple[str, ...] = ()
    key: str = ""


_SHORT_PATIENCE: Final = 1.0
_RECENT: Final = timedelta(seconds=30)

COMPUTED: Final = Why(COMPUTED_BY, COMPUTED_WHY)


class ReplicatedWriter(Writer):
    """The one writer of a data directory that is a node of a shared log."""

    def __init__(
        self,
        directory: DataDirectory,
        store: Store,
        sequence: int,
        derive: Derive | None = None,
        *,
        progress: Progress = _nothing,
    ) -> None:
        super().__init__(directory, store, sequence, derive)
        if directory.log is None:
            raise TypeError("the directory has a log of its own")
        self._directory = directory
        self._stream = Stream(directory.log, patience=_patience(directory))
        self._progress = progress
        self._position = read_position(directory)
        if self._position.record > sequence:
            # A damaged end was cut off the node's own log; the stream has it.
            self._position = Position()

    def recover(self, shown: int | None, last: int, *, anew: bool) -> None:
        """Publish what the node has; what it lacks comes with `join`."""
        if shown != last or anew:
            self._publish(anew=anew)

    def join(self) -> None:
        """Bring the node to the end of the shared log; see `catch_up`."""
        with long_work("Taking what other nodes have written"):
            self.catch_up()

    def catch_up(self, *, looking_for: str = "") -> int:
        """Take what other nodes have added; return the last record of the step looked for, or 0.

        Raises:
            LogUnavailable: the stream does not answer.
            StreamDiffers: it is another log than the one that this node has copied.
            StorageFull: there is no room; what was taken is kept.
        """
        found = taken = 0
        total = self._stream.last() if self._progress is not _nothing else 0
        while (step := self._stream.step(self._position.message + 1)) is not None:
            self._take(step)
            taken += 1
            if step.identity == looking_for:
                found = step.last
            self._progress(step.number, max(total, step.number))
        if self._position.record < self.sequence:
            raise StreamDiffers(
                f"The data directory has change set {self.sequence}, the shared log ends at "
                f"{self._position.record}.",
                remedy="The log is another one, or was put back. Make a new data directory that "
                "follows it, or bring back the log.",
            )
        if taken:
            self._show()
        return found

    def commit(
        self,
        change_set: ChangeSet,
        *,
        agent: str,
        reason: str,
        sources: tuple[str, ...] = (),
        key: str = "",
    ) -> Receipt:
        """Have the shared log accept the change set, then take it as every node does.

        Raises:
            LogMoved: another node was first; the change has to be computed anew.
            LogUnavailable: the log did not acknowledge it.
            PublishDelayed: it is accepted, but readers of this node see it later.
        """
        if not change_set:
            return Receipt(self.sequence, 0, 0)
        return self._send(change_set, Why(agent, reason, sources, key))

    def follow(self, change_set: ChangeSet | None) -> None:
        """Have the shared log accept what the rules make of the data now.

        ``change_set`` is None here: what follows from a change is sent with it.
        """
        if change_set is not None:
            raise TypeError("what follows from a change set is sent with it")
        self._send(None, COMPUTED)

    def close(self) -> None:
        """Close the store and the connection."""
        self._stream.__exit__(None, None, None)
        super().close()

    def _send(self, change_set: ChangeSet | None, why: Why) -> Receipt:
        identity = str(uuid.uuid4())
        first = self.sequence + 1
        with workspace(self._directory.work) as folder:
            last, records = self._worked_out(folder, change_set, why)
        if not records:
            return Receipt(self.sequence, 0, 0)
        try:
            self._stream.publish(
                records,
                after=self._position.message,
                first=first,
                last=last,
                identity=identity,
            )
        except LogMoved:
            # Its acknowledgement may have been lost, and this was another try of the same.
            if not self.catch_up(looking_for=identity):
                raise
        else:
            self._bring_home(last)
        counted = change_set or ChangeSet()
        return Receipt(last, len(counted.added), len(counted.removed))

    def _bring_home(self, last: int) -> None:
        try:
            self.catch_up()
        except (OSError, RuntimeError, StorageFull) as error:
            raise PublishDelayed(
                f"Change set {last} is in the shared changes log, but this node could not take it.",
                remedy="Do not repeat the change. The node takes it as soon as it can.",
            ) from error

    def _worked_out(
        self, folder: Path, change_set: ChangeSet | None, why: Why
    ) -> tuple[int, bytes]:
        """The last number and the bytes of the records that the change comes to, by a copy."""
        copy, changes = folder / "store", folder / "changes"
        changes.mkdir()
        self.store.flush()
        self.store.backup(copy)
        log, store, number = ChangesLog(changes), Store(copy), self.sequence
        if change_set is not None:
            number += 1
            log.append(change_set, sequence=number, **why._asdict())
            apply(store, change_set, merge=self._merges)
        if self._derive is not None:
            for computed in self._derive(store, change_set):
                number += 1
                log.append(computed, sequence=number, **COMPUTED._asdict())
                apply(store, computed, merge=self._merges)
        del store
        segments = sorted(changes.glob("*.rdfp"), key=lambda path: int(path.stem))
        return number, b"".join(segment.read_bytes() for segment in segments)

    def _take(self, step: Step) -> None:
        """Put the records of a message into the log and the store; those that are there stay."""
        if step.first != self._position.record + 1:
            raise StreamDiffers(
                f"Message {step.number} of the shared log begins with change set {step.first}; "
                f"{self._position.record + 1} was expected."
            )
        with workspace(self._directory.work) as folder:
            records = records_of(step, folder)
            here = [each for each in records if each.sequence <= self.sequence]
            self._compare(here)
            fresh = records[len(here) :]
            for record in self._log.append_copies(fresh):
                replay(self.store, record, merge=self._merges)
                self.sequence = record.sequence
        self._position = Position(step.number, step.last)
        write_position(self._directory, self._position)

    def _compare(self, records: list[Record]) -> None:
        if not records:
            return
        ours = next(self._log.after(records[-1].sequence - 1))
        if ours.sha256 != records[-1].sha256:
            raise StreamDiffers(
                f"Change set {ours.sequence} of this node is another one in the shared log.",
                remedy="Make a new data directory that follows the log.",
            )

    def _show(self) -> None:
        self._publish()
        if self._snapshots.sweep():
            self._sweep_engine_logs()


def _patience(directory: DataDirectory) -> float:
    """Seconds to wait for the log: few where the node knows that it has just not answered."""
    told = following(directory.path)
    is_away = told is not None and not told.reachable and datetime.now(UTC) - told.time < _RECENT
    return _SHORT_PATIENCE if is_away else PATIENCE


def writer_of(directory: DataDirectory) -> Maker[Writer]:
    """What makes the writer that a data directory needs."""
    return Writer if directory.log is None else ReplicatedWriter


def catch_up(directory: DataDirectory, *, wait: float, progress: Progress = _nothing) -> int:
    """Take what other nodes of a shared log have added; return the newest snapshot's number.

    ``progress`` is told how many messages of the log were taken, and how many there are.

    Raises:
        LogUnavailable, StreamDiffers, StorageFull: see `ReplicatedWriter.catch_up`.
        DirectoryLocked: another process writes for longer than ``wait`` seconds.
    """
    with writing(directory, partial(ReplicatedWriter, progress=progress), wait=wait) as writer:
        return writer.sequence
