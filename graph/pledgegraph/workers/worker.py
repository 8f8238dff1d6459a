"""One worker process, seen from the pool: started, talked to, killed."""

from __future__ import annotations

import asyncio
import contextlib
import json
import signal
import socket
from typing import Final, Protocol

from pledgegraph.errors import Limit, PledgegraphError, QueryError
from pledgegraph.workers.channel import Channel, ChannelClosed
from pledgegraph.workers.child import ChildProcess, stand_back
from pledgegraph.workers.failures import QUERY
from pledgegraph.workers.frames import Frame

_LONGEST_SHOUT: Final = 4096
_NOT_STARTED: Final = "A process to evaluate the query could not be started."


class Shouts(Protocol):
    """What a process says on its standard error."""

    async def read(self, most: int, /) -> bytes:
        """So many bytes of it at most, when there are some or there will be none."""
        ...


class Process(Protocol):
    """What a worker needs of its process; see `asyncio.subprocess.Process`."""

    @property
    def returncode(self) -> int | None:
        """How it ended; None before."""
        ...

    @property
    def stderr(self) -> Shouts | None:
        """Its standard error."""
        ...

    def send_signal(self, signal: int, /) -> None:
        """Send it a signal."""
        ...

    async def wait(self) -> int:
        """Wait until it has ended; how it did."""
        ...


class Worker:
    """One worker process and the channel to it.

    ``origin`` names the template that it was forked from; it is empty for one without a copy of
    the data.
    """

    def __init__(
        self, process: Process, channel: Channel, memory: int, *, origin: str = ""
    ) -> None:
        self._process = process
        self._channel = channel
        self._memory = Limit("query_memory", memory, "bytes")
        self.origin: Final = origin
        self.is_stale = False
        """True when its copy of the data cannot be brought in step any more."""
        self.is_grown = False
        """True when its copy has grown so much by what came and went that it should be renewed."""

    @classmethod
    async def start(cls, memory: int, nice: int, *, network: bool = False) -> Worker:
        """A worker that is ready; ``memory`` is what a query may use, in bytes.

        ``nice`` is how far the process stands back behind others. With ``network`` it may use one.

        Raises:
            WorkerLost: it cannot be started here, or was ended while it started.
        """
        ours, theirs = socket.socketpair()
        with theirs:
            try:
                ours.setblocking(False)  # noqa: FBT003 -- as the library has it
                process = await ChildProcess.worker(
                    "pledgegraph.workers.query_process",
                    str(memory),
                    *(("network",) if network else ()),
                ).start(
                    stdin=theirs.fileno(),
                    stdout=asyncio.subprocess.DEVNULL,
                    stderr=asyncio.subprocess.PIPE,
                )
                # From its start on: many that start at once would hold up whoever speaks HTTP.
                stand_back(process.pid, nice)
            except OSError as error:
                ours.close()
                raise QUERY.not_started(_NOT_STARTED) from error
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
        worker = cls(process, channel, memory)
        try:
            await worker.read()  # it says R when it is ready
        except QueryError as error:
            await worker.end()
            raise QUERY.not_started(_NOT_STARTED) from error
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
        return QUERY.of_exit(self._process.returncode, said, self._memory)

    def error_of(self, card: bytes) -> PledgegraphError:
        """The error that the worker reports, as the class that it was there."""
        return QUERY.reported(json.loads(card), self._memory)
