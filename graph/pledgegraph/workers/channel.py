"""The pool's end of the socket to a worker: frames as they come, and no more than it can hold."""

from __future__ import annotations

import asyncio
import time
from collections import deque
from typing import Final, cast

from pledgegraph.workers.frames import Frame, FrameParser, packed

_READ_AHEAD: Final = 256 * 1024
"""Bytes of an answer that may wait here for a slow reader; beyond it the worker waits."""
_STALLED: Final = 1.0
"""Seconds after which a worker that waits for its reader counts as one that does nothing."""


class ChannelClosed(Exception):
    """The worker at the other end has gone."""


class Channel(asyncio.Protocol):
    """Frames to and from one worker. It belongs to one event loop, and has one reader."""

    def __init__(self) -> None:
        self._parser = FrameParser()
        self._frames: deque[Frame] = deque()
        self._held = 0
        self._paused_at: float | None = None
        self._failure: Exception | None = None
        self._waiter: asyncio.Future[None] | None = None
        self._transport: asyncio.Transport | None = None

    @property
    def is_open(self) -> bool:
        """False when the worker has gone, or the channel was broken off."""
        return self._transport is not None and self._failure is None

    def send(self, letter: bytes, payload: bytes) -> None:
        """Send one frame; what the other side does not take at once is kept for it."""
        if self._transport is not None and self._failure is None:
            self._transport.write(packed(letter, payload))

    async def frame(self) -> Frame:
        """The next frame.

        Raises:
            ChannelClosed: there will be none; or what `break_off` was given.
        """
        while not self._frames:
            if self._failure is not None:
                raise self._failure
            self._waiter = asyncio.get_running_loop().create_future()
            try:
                await self._waiter
            finally:
                self._waiter = None
        frame = self._frames.popleft()
        self._held -= len(frame[1])
        if self._paused_at is not None and self._held < _READ_AHEAD and self._transport is not None:
            self._paused_at = None
            self._transport.resume_reading()
        return frame

    @property
    def is_stalled(self) -> bool:
        """True when its reader has taken nothing for a while of what is there."""
        since = self._paused_at
        return since is not None and time.monotonic() - since > _STALLED

    @property
    def waiting_frame(self) -> bool:
        """True when the next frame is there already."""
        return bool(self._frames)

    def break_off(self, why: Exception) -> None:
        """Have the reader get ``why`` instead of a frame, now and from now on."""
        self._frames.clear()
        self._fail(why)

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """See `asyncio.Protocol`."""
        self._transport = cast(asyncio.Transport, transport)

    def data_received(self, data: bytes) -> None:
        """See `asyncio.Protocol`."""
        for frame in self._parser.feed(data):
            self._frames.append(frame)
            self._held += len(frame[1])
        if self._held >= _READ_AHEAD and self._paused_at is None and self._transport is not None:
            self._paused_at = time.monotonic()
            self._transport.pause_reading()
        if self._frames:
            self._wake()

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002 -- the base's
        """See `asyncio.Protocol`."""
        self._fail(ChannelClosed())

    def close(self) -> None:
        """Let go of the socket."""
        if self._transport is not None:
            self._transport.abort()

    def _fail(self, why: Exception) -> None:
        if self._failure is None:
            self._failure = why
        self._wake()

    def _wake(self) -> None:
        if self._waiter is not None and not self._waiter.done():
            self._waiter.set_result(None)
