"""One worker process, seen from the pool: started, talked to, killed."""

from __future__ import annotations

import asyncio
import contextlib
import signal
import socket
import sys
from collections.abc import Mapping
from typing import Any, Final

from pledgegraph.errors import (
    AnswerTooLong,
    Limit,
    QueryError,
    QueryOutOfMemory,
    QueryRefused,
    QuerySyntaxError,
    TermUnwritable,
    WorkerLost,
)
from pledgegraph.workers.channel import Channel, ChannelClosed
from pledgegraph.workers.environment import bare_environment
from pledgegraph.workers.frames import Frame

_OUT_OF_MEMORY: Final = (
    b"memory allocation of",
    b"std::bad_alloc",
    b"MemoryError",
    b"Cannot allocate memory",
)
_LONGEST_SHOUT: Final = 4096
_OVERFLOWN: Final = (-signal.SIGSEGV, -signal.SIGABRT, -signal.SIGBUS)
"""How a process ends whose stack is too small."""
_ENDED_FROM_OUTSIDE: Final = (-signal.SIGKILL, -signal.SIGTERM, -signal.SIGINT, -signal.SIGHUP)
"""How a process ends that somebody else ends: the system on its way down, or short of memory."""
_RETRY_AFTER: Final = 5


class Worker:
    """One worker process and the channel to it."""

    def __init__(self, process: asyncio.subprocess.Process, channel: Channel) -> None:
        self._process = process
        self._channel = channel

    @classmethod
    async def start(cls, memory: int, nice: int) -> Worker:
        """A worker that is ready; ``memory`` is what a query may use, in bytes.

        ``nice`` is how far the process stands back behind others.

        Raises:
            WorkerLost: it cannot be started here, or was ended while it started.
        """
        ours, theirs = socket.socketpair()
        with theirs:
            try:
                ours.setblocking(False)  # noqa: FBT003 -- as the library has it
                process = await asyncio.create_subprocess_exec(
                    sys.executable,
                    "-m",
                    "pledgegraph.workers.query_process",
                    str(memory),
                    str(nice),
                    stdin=theirs.fileno(),
                    stdout=asyncio.subprocess.DEVNULL,
                    stderr=asyncio.subprocess.PIPE,
                    env=bare_environment(),
                    # Ctrl-C at the terminal is for the service, which ends its workers itself.
                    start_new_session=True,
                )
            except OSError as error:
                ours.close()
                raise WorkerLost(
                    "A process to evaluate the query could not be started.",
                    retry_after=_RETRY_AFTER,
                ) from error
            except BaseException:
                ours.close()
                raise
        try:
            loop = asyncio.get_running_loop()
            _, channel = await loop.create_unix_connection(Channel, sock=ours)
        except BaseException:
            ours.close()
            process.kill()
            await process.wait()
            raise
        worker = cls(process, channel)
        try:
            await worker.read()  # it says R when it is ready
        except QueryError as error:
            await worker.end()
            raise WorkerLost(
                "A process to evaluate the query could not be started.", retry_after=_RETRY_AFTER
            ) from error
        except BaseException:
            await worker.end()
            raise
        return worker

    @property
    def alive(self) -> bool:
        """False when the process has ended."""
        return self._process.returncode is None and self._channel.is_open

    def write(self, letter: bytes, payload: bytes) -> None:
        """Send one frame; a worker that has died is found out when its answer is read."""
        self._channel.send(letter, payload)

    async def read(self) -> Frame:
        """The next frame.

        Raises:
            QueryOutOfMemory, WorkerLost, QueryError: the worker has died, and why; or what
                `break_off` was given.
        """
        try:
            return await self._channel.frame()
        except ChannelClosed as error:
            raise await self._obituary() from error

    @property
    def has_said_more(self) -> bool:
        """True when `read` will not wait."""
        return self._channel.waiting_frame

    def break_off(self, why: QueryError) -> None:
        """End the process, and have whoever reads from it get ``why``."""
        self._channel.break_off(why)
        self.kill()

    def pause(self) -> None:
        """Have the process stand still until `resume`; it can be killed meanwhile."""
        self._signal(signal.SIGSTOP)

    def resume(self) -> None:
        """Have the process go on."""
        self._signal(signal.SIGCONT)

    @property
    def is_stalled(self) -> bool:
        """True when it waits for whoever reads its answer."""
        return self._channel.is_stalled

    def kill(self) -> None:
        """End the process at once; the kernel frees what it had."""
        self._signal(signal.SIGKILL)
        self._channel.close()

    def _signal(self, number: signal.Signals) -> None:
        with contextlib.suppress(ProcessLookupError):
            self._process.send_signal(number)

    async def end(self) -> None:
        """End the process, and wait until it has ended."""
        self.kill()
        await self.gone()

    async def gone(self) -> None:
        """Wait until the process has ended."""
        await self._process.wait()

    async def _obituary(self) -> QueryError:
        if self._process.stderr is None:
            raise AssertionError("the worker was started with a pipe")
        said = await self._process.stderr.read(_LONGEST_SHOUT)
        await self._process.wait()
        if any(words in said for words in _OUT_OF_MEMORY):
            return QueryOutOfMemory("The query needs more memory than a query may use.")
        if self._process.returncode in _OVERFLOWN:
            return QueryRefused(
                "The query has too many parts: it used up the stack that the engine reads with.",
                remedy="Ask in several queries, or put long lists into one VALUES block or "
                "one IN, which may have many thousands of members.",
            )
        if self._process.returncode in _ENDED_FROM_OUTSIDE:
            return WorkerLost(
                "The process that evaluated the query was ended from outside.",
                retry_after=_RETRY_AFTER,
            )
        return QueryError("The engine could not evaluate this query; its process ended.")


def error_of(card: Mapping[str, Any]) -> QueryError:
    """The error that a worker reports, as the class that it was there."""
    if card["kind"] == "memory":
        return QueryOutOfMemory("The query needs more memory than a query may use.")
    if card["kind"] == "QuerySyntaxError":
        return QuerySyntaxError(card["message"], line=card["line"], column=card["column"])
    kinds: dict[str, type[QueryError]] = {
        "QueryRefused": QueryRefused,
        "AnswerTooLong": AnswerTooLong,
        "TermUnwritable": TermUnwritable,
    }
    kind = kinds.get(card["kind"], QueryError)
    limit = Limit(*card["limit"]) if "limit" in card else None
    return kind(card["message"], remedy=card["remedy"], limit=limit)
