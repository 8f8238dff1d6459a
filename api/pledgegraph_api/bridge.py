"""A bounded bridge: what a thread writes arrives in the event loop as chunks."""

from __future__ import annotations

import asyncio
import threading
import time
from collections import deque
from collections.abc import Callable
from typing import Final, TypeVar

T = TypeVar("T")

_CHUNK: Final = 64 * 1024
_LONGEST_WAIT: Final = 0.05
"""Seconds that written bytes may wait for company before they are sent."""


class Bridge:
    """A file to its writer in a thread, a source of chunks to its reader in the event loop.

    The writer waits while ``capacity`` chunks are on their way, so an answer of any size takes
    a bounded amount of memory. When the reader leaves, the writer gets a `BrokenPipeError` at
    its next write.
    """

    def __init__(self, loop: asyncio.AbstractEventLoop, capacity: int = 8) -> None:
        self._loop = loop
        self._room = threading.Semaphore(capacity)
        self._abandoned = False
        self._pending = bytearray()
        self._sent_at = 0.0  # so that the first bytes are sent at once

        self._arrived: deque[bytes] = deque()
        self._news = asyncio.Event()
        self._ended = False
        self._failure: Exception | None = None

    def write(self, data: bytes) -> int:
        """Take bytes from the writer; waits while the bridge is full.

        Raises:
            BrokenPipeError: nobody reads any more.
        """
        if self._abandoned:
            raise BrokenPipeError("the reader has gone")
        self._pending += data
        if len(self._pending) >= _CHUNK or time.monotonic() - self._sent_at > _LONGEST_WAIT:
            self._send()
        return len(data)

    def flush(self) -> None:
        """Nothing: what is written is sent in time, and at the end."""

    def finish(self) -> None:
        """Say that everything has been written."""
        self._send()
        self._tell(self._end, None)

    def fail(self, failure: Exception) -> None:
        """Say that no more will come, and why: the reader gets ``failure`` raised."""
        self._tell(self._end, failure)

    async def read(self) -> bytes:
        """The next chunk; empty at the end. Raises what the writer failed with."""
        while not self._arrived:
            if self._failure is not None:
                raise self._failure
            if self._ended:
                return b""
            self._news.clear()
            await self._news.wait()
        chunk = self._arrived.popleft()
        self._room.release()
        return chunk

    def abandon(self, failure: Exception | None = None) -> None:
        """Stop reading; the writer finds out at its next write. To be called in the loop.

        Whoever reads all the same gets ``failure`` raised, unless everything was read before.
        """
        self._abandoned = True
        if self._arrived or not self._ended:
            self._failure = failure or ConnectionAbortedError("the answer was given up")
        self._arrived.clear()
        self._ended = True
        self._news.set()
        self._room.release()  # a writer that waits for room wakes up and sees

    def _send(self) -> None:
        if not self._pending:
            return  # an empty chunk would be taken for the end
        self._room.acquire()
        if self._abandoned:
            raise BrokenPipeError("the reader has gone")
        chunk = bytes(self._pending)
        self._pending.clear()
        self._sent_at = time.monotonic()
        self._tell(self._arrive, chunk)

    def _tell(self, callback: Callable[[T], None], argument: T) -> None:
        try:
            self._loop.call_soon_threadsafe(callback, argument)
        except RuntimeError as error:
            raise BrokenPipeError("the event loop has ended") from error

    def _arrive(self, chunk: bytes) -> None:
        if not self._abandoned:
            self._arrived.append(chunk)
            self._news.set()

    def _end(self, failure: Exception | None) -> None:
        if not self._abandoned:
            self._ended = True
            self._failure = failure
            self._news.set()
