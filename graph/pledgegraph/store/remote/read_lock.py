"""Readers of a remote engine keep out whoever changes it, for as long as they read one state.

The kernel's locks on two files of the data directory: readers share the first one, and the
writer has it to itself. The second one keeps new readers back while a writer waits, but not for
long: a reader that another one waits for must not wait for a writer that waits for that one.
"""

from __future__ import annotations

import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final

from pledgegraph.errors import RemoteUnavailable

_PASS: Final = 0.25
"""Seconds after which a reader passes a writer that waits."""
_PATIENCE: Final = 60.0
_PAUSE: Final = 0.005


class ReadLock:
    """The two locks of a data directory."""

    def __init__(self, directory: Path) -> None:
        self._held = directory / "remote.lock"
        self._queue = directory / "remote.queue"

    @contextmanager
    def shared(self) -> Iterator[None]:
        """Nothing is changed in the block."""
        with _opened(self._queue) as queue:
            _locked(queue, fcntl.LOCK_SH, _PASS)
        with _opened(self._held) as held:
            if not _locked(held, fcntl.LOCK_SH, _PATIENCE):
                raise RemoteUnavailable(
                    "The remote engine is being changed for longer than requests wait."
                )
            yield

    @contextmanager
    def alone(self) -> Iterator[None]:
        """Nobody reads in the block.

        Raises:
            RemoteUnavailable: somebody goes on reading.
        """
        with _opened(self._queue) as queue, _opened(self._held) as held:
            _locked(queue, fcntl.LOCK_EX, _PATIENCE)
            if not _locked(held, fcntl.LOCK_EX, _PATIENCE):
                raise RemoteUnavailable(
                    "The remote engine is being read for longer than a change waits."
                )
            yield


@contextmanager
def _opened(path: Path) -> Iterator[int]:
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
    try:
        yield descriptor
    finally:
        os.close(descriptor)


def _locked(descriptor: int, kind: int, patience: float) -> bool:
    """Take a lock; False where that takes longer."""
    deadline = time.monotonic() + patience
    while True:
        with suppress(BlockingIOError):
            fcntl.flock(descriptor, kind | fcntl.LOCK_NB)
            return True
        if time.monotonic() > deadline:
            return False
        time.sleep(_PAUSE)
