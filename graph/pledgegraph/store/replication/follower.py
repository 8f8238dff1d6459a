"""A node that keeps in step with the shared log while others write, and says how far it is."""

from __future__ import annotations

import fcntl
import json
import logging
import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from pledgegraph.errors import DirectoryLocked, LogUnavailable
from pledgegraph.store.directory import DataDirectory
from pledgegraph.store.replication.position import read_position
from pledgegraph.store.replication.stream import Stream

INTERVAL: Final = 0.1
"""Seconds between two looks at the log."""
_SAID_EVERY: Final = 5.0
_FILE: Final = "following.json"
_LOCK: Final = "following.lock"

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Following:
    """What a node knows of the shared log, as of a moment."""

    time: datetime
    """When the log was looked at last; aware, UTC."""
    reachable: bool
    taken: int
    """The number of the last message that the node has."""
    last: int
    """The number of the newest message that it knows of."""


class Follower:
    """Looks for messages, and has them taken; the work of the process `pledgegraph follow`."""

    def __init__(self, directory: DataDirectory, catch_up: Callable[[], int]) -> None:
        if directory.log is None:
            raise TypeError("the directory has a log of its own")
        self._directory = directory
        self._catch_up = catch_up
        self._stream = Stream(directory.log)
        self._said = 0.0
        self._before: tuple[bool, int, int] | None = None

    def run(self, *, once: bool = False) -> None:
        """Follow until the process ends; with ``once`` until there is nothing more to take.

        Raises:
            StreamDiffers, StorageFull: see `ReplicatedWriter.catch_up`.
            LogUnavailable: with ``once`` alone; otherwise the log is waited for.
        """
        with self._stream:
            while True:
                try:
                    taken = self._look()
                except LogUnavailable:
                    if once:
                        raise
                    self._say(reachable=False)
                    continue
                if once and not taken:
                    return
                if not taken:
                    time.sleep(INTERVAL)

    def _look(self) -> bool:
        """Take what is new; whether there was anything."""
        position = read_position(self._directory)
        if self._stream.step(position.message + 1) is None:
            self._say(reachable=True)
            return False
        try:
            self._catch_up()
        except DirectoryLocked:
            _log.info("A change that is being made here keeps the node from following.")
            self._say(reachable=True, last=self._stream.last())
        else:
            self._say(reachable=True)
        return True

    def _say(self, *, reachable: bool, last: int = 0) -> None:
        """Write down how far the node is, for `/health`.

        ``last`` is the newest message's number where the node lacks some: one that has just found
        no next message, or has taken all, need not ask for it.
        """
        taken = read_position(self._directory).message
        last = max(taken, last)
        state = reachable, taken, last
        if state == self._before and time.monotonic() - self._said < _SAID_EVERY:
            return
        if self._before is not None and self._before[0] != reachable:
            _log.warning("The shared log %s.", "answers again" if reachable else "does not answer")
        self._before, self._said = state, time.monotonic()
        told = {
            "time": datetime.now(UTC).isoformat(),
            "reachable": reachable,
            "taken": taken,
            "last": last,
        }
        path = self._directory.path / _FILE
        beside = path.with_name(f".{_FILE}.new")
        beside.write_text(json.dumps(told), encoding="ascii")
        beside.replace(path)


def following(path: Path) -> Following | None:
    """What the node at ``path`` said last of the shared log; None before it said anything."""
    try:
        told = json.loads((path / _FILE).read_text(encoding="ascii"))
        return Following(
            datetime.fromisoformat(told["time"]),
            bool(told["reachable"]),
            int(told["taken"]),
            int(told["last"]),
        )
    except (OSError, ValueError, KeyError, TypeError):
        return None


@contextmanager
def only_follower(path: Path) -> Iterator[None]:
    """Be the one process that follows for this data directory; waits until the other one ends."""
    descriptor = os.open(path / _LOCK, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)
