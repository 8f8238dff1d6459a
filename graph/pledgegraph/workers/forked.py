"""The template process and the workers that it forks, seen from the pool."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import secrets
import signal
import socket
import weakref
from collections.abc import Mapping
from typing import Any, Final

from pledgegraph.errors import QueryError
from pledgegraph.store.engine import Addressed
from pledgegraph.workers.channel import Channel
from pledgegraph.workers.child import ChildProcess, stand_back
from pledgegraph.workers.frames import HEAD, Frame, packed
from pledgegraph.workers.worker import Worker

_PATIENCE: Final = 10.0
"""Seconds that a fork may take; a template that takes longer is given up."""
_SWEPT: Final = (0.0, 1.0, 11.0)
"""Seconds after the end of a template when what it left is looked for: longer than any may wait."""


class TemplateFailed(Exception):
    """The template has ended, or cannot do what it was told; ``quads`` are too many for it."""

    def __init__(self, why: str, quads: int | None = None) -> None:
        super().__init__(why)
        self.quads = quads


def can_adopt() -> bool:
    """Whether this system lets one process wait for another that it has not started itself."""
    try:
        os.close(os.pidfd_open(os.getpid()))
    except (AttributeError, OSError):
        return False
    return True


class ForkedProcess:
    """A process that another one forked, and that this one has adopted: see `worker.Process`."""

    def __init__(self, number: int, shouts: int) -> None:
        self.pid: Final = number
        self._descriptor = os.pidfd_open(number)
        self._shouts = shouts
        self._loop = asyncio.get_running_loop()
        self._gone: asyncio.Future[int] = self._loop.create_future()
        self._loop.add_reader(self._descriptor, self._reap)

    @property
    def returncode(self) -> int | None:
        """How it ended; None before."""
        return self._gone.result() if self._gone.done() else None

    @property
    def stderr(self) -> ForkedProcess:
        """Its standard error, for `read`."""
        return self

    async def read(self, most: int, /) -> bytes:
        """What it said on its standard error; to be asked when it has ended."""
        await self.wait()
        with contextlib.suppress(BlockingIOError):
            return os.read(self._shouts, most)
        return b""

    def send_signal(self, number: int, /) -> None:
        """Send it a signal, unless it has ended."""
        if not self._gone.done():
            os.kill(self.pid, number)

    async def wait(self) -> int:
        """Wait until it has ended; how it did."""
        return await asyncio.shield(self._gone)

    def _reap(self) -> None:
        self._loop.remove_reader(self._descriptor)
        os.close(self._descriptor)
        try:
            _, status = os.waitpid(self.pid, 0)
            code = os.waitstatus_to_exitcode(status)
        except ChildProcessError:
            code = -signal.SIGKILL
        self._gone.set_result(code)

    def __del__(self) -> None:
        if hasattr(self, "_shouts"):
            os.close(self._shouts)


class Template:
    """A template process that has the data in memory. It belongs to one event loop."""

    def __init__(
        self, process: asyncio.subprocess.Process, control: socket.socket, memory: int, nice: int
    ) -> None:
        self.name: Final = secrets.token_hex(4)
        """What tells its workers, and what they answer, from those of others."""
        self.quads = 0
        """How many quads the engine had when it was loaded, with those of the union graph."""
        self._process = process
        self._control = control
        self._memory = memory
        self._nice = nice
        self._asking = asyncio.Lock()
        self._held = b""
        self._reader: int | None = None
        """The process that reads the files for it, while it loads: left behind if it is killed."""
        self._unwanted: set[asyncio.Task[Worker]] = set()
        self._adopted: weakref.WeakSet[ForkedProcess] = weakref.WeakSet()

    @classmethod
    async def start(cls, memory: int, nice: int) -> Template:
        """A process that has nothing in memory yet; `load` has to follow.

        Raises:
            TemplateFailed: it cannot be started.
        """
        ours, theirs = socket.socketpair()
        ours.setblocking(False)  # noqa: FBT003 -- as the library has it
        with theirs:
            try:
                process = await ChildProcess.worker(
                    "pledgegraph.workers.template_process", str(memory)
                ).start(
                    stdin=theirs.fileno(),
                    stdout=asyncio.subprocess.DEVNULL,
                    stderr=asyncio.subprocess.DEVNULL,
                )
                stand_back(process.pid, nice)
            except OSError as error:
                ours.close()
                raise TemplateFailed(f"it cannot be started: {error.strerror}") from error
            except BaseException:
                ours.close()
                raise
        return cls(process, ours, memory, nice)

    async def load(self, snapshot: Addressed, most: int) -> None:
        """Have it take a snapshot into memory, if that has no more than ``most`` quads.

        Raises:
            TemplateFailed: it could not.
        """
        if "changes" not in snapshot.address:
            raise TemplateFailed("the store has no changes log to follow")
        card = await self._ask(
            b"L",
            {
                **snapshot.address,
                "sequence": snapshot.sequence,
                "version": snapshot.version,
                "most": most,
            },
        )
        self.quads = card["quads"]

    async def worker(self, newest: Addressed | None) -> Worker:
        """A worker that was forked from it, and is ready.

        ``newest`` is what its copy is brought to first, if that does not take long.

        Raises:
            TemplateFailed: there is none to be had.
        """
        # Who waits may leave, but what the template has begun goes on.
        forking = asyncio.create_task(self._forked(_order(newest)))
        try:
            return await asyncio.shield(forking)
        except asyncio.CancelledError:
            self._unwanted.add(forking)
            forking.add_done_callback(self._let_go)
            raise

    def _let_go(self, forking: asyncio.Task[Worker]) -> None:
        self._unwanted.discard(forking)
        if not forking.cancelled() and forking.exception() is None:
            forking.result().kill()

    async def _forked(self, order: Mapping[str, object]) -> Worker:
        ours, theirs = socket.socketpair()
        heard, shouts = os.pipe()
        try:
            with theirs:
                ours.setblocking(False)  # noqa: FBT003 -- as the library has it
                os.set_blocking(heard, False)
                try:
                    card = await asyncio.wait_for(
                        self._ask(b"F", order, (theirs.fileno(), shouts)), _PATIENCE
                    )
                    process = ForkedProcess(card["process"], heard)
                    self._adopted.add(process)
                except TimeoutError as error:
                    self.kill()
                    raise TemplateFailed("it does not answer") from error
                except OSError as error:
                    raise TemplateFailed(f"the worker has gone: {error.strerror}") from error
                heard = -1  # its own from here on
        except BaseException:
            ours.close()
            raise
        finally:
            os.close(shouts)
            if heard >= 0:
                os.close(heard)
        stand_back(process.pid, self._nice)
        loop = asyncio.get_running_loop()
        try:
            _, channel = await loop.create_unix_connection(Channel, sock=ours)
        except BaseException:
            ours.close()
            process.send_signal(signal.SIGKILL)
            raise
        worker = Worker(process, channel, self._memory, origin=self.name)
        try:
            await worker.read()  # it says R when it is ready
        except QueryError as error:
            await worker.end()
            raise TemplateFailed("the worker has gone") from error
        except BaseException:
            worker.kill()
            raise
        worker.is_stale = card["stale"]
        return worker

    async def _ask(
        self, letter: bytes, order: Mapping[str, object], descriptors: tuple[int, ...] = ()
    ) -> dict[str, Any]:
        async with self._asking:
            try:
                message = packed(letter, json.dumps(order).encode())
                # Small, and the template has read all that came before.
                socket.send_fds(self._control, [message], descriptors)
                letter, payload = await self._frame()
                if letter == b"P":
                    self._reader = json.loads(payload)["process"]
                    letter, payload = await self._frame()
            except OSError as error:
                raise TemplateFailed("it has ended") from error
            except asyncio.CancelledError:
                # Its answer would be taken for that of the next order.
                self.kill()
                raise
        self._reader = None
        card: dict[str, Any] = json.loads(payload)
        if letter == b"X":
            raise TemplateFailed(card["why"], card.get("quads"))
        return card

    async def _frame(self) -> Frame:
        loop = asyncio.get_running_loop()
        while True:
            if len(self._held) >= HEAD.size:
                letter, length = HEAD.unpack_from(self._held)
                end = HEAD.size + length
                if len(self._held) >= end:
                    payload, self._held = self._held[HEAD.size : end], self._held[end:]
                    return letter, payload
            piece = await loop.sock_recv(self._control, 1 << 16)
            if not piece:
                raise TemplateFailed("it has ended")
            self._held += piece

    def kill(self) -> None:
        """End the process; the workers that it has forked live on."""
        with contextlib.suppress(ProcessLookupError):
            self._process.kill()

    async def gone(self) -> None:
        """Wait until it has ended."""
        await self._process.wait()

    async def end(self) -> None:
        """End it, and wait until it has ended."""
        self.kill()
        await self.gone()
        if self._reader is not None:
            with contextlib.suppress(ChildProcessError):
                await asyncio.to_thread(os.waitpid, self._reader, 0)
        await asyncio.gather(*self._unwanted, return_exceptions=True)
        async with self._asking:
            self._control.close()
        loop = asyncio.get_running_loop()
        for seconds in _SWEPT:
            loop.call_later(seconds, self._reap_strays)

    def _reap_strays(self) -> None:
        """Wait for what it had begun to fork when it was killed: nobody else knows of that.

        All that it forks is of the group that it leads.
        """
        known = {each.pid for each in self._adopted if each.returncode is None}
        while True:
            try:
                how = os.WEXITED | os.WNOHANG | os.WNOWAIT
                found = os.waitid(os.P_PGID, self._process.pid, how)
                if found is None or found.si_pid in known or found.si_pid == self._process.pid:
                    return
                os.waitpid(found.si_pid, os.WNOHANG)
            except ChildProcessError:
                return


def _order(newest: Addressed | None) -> dict[str, object]:
    return {
        "parent": os.getpid(),
        "sequence": newest.sequence if newest is not None else 0,
        "version": newest.version if newest is not None else None,
    }
