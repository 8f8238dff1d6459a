"""One worker process, seen from the pool: started, talked to, killed."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import sys
from collections.abc import Mapping
from typing import Any, Final

from pledgegraph.errors import (
    QueryError,
    QueryOutOfMemory,
    QueryRefused,
    QuerySyntaxError,
)
from pledgegraph.workers.frames import HEAD

_READ_AHEAD: Final = 256 * 1024
"""Bytes of an answer that may wait here for a slow reader; beyond it the worker waits."""
_OUT_OF_MEMORY: Final = (b"memory allocation of", b"MemoryError", b"Cannot allocate memory")
_LONGEST_SHOUT: Final = 4096
_OVERFLOWN: Final = (-signal.SIGSEGV, -signal.SIGABRT, -signal.SIGBUS)
"""How a process ends whose stack is too small."""


class Worker:
    """One worker process and the pipes to it."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process

    @classmethod
    async def start(cls, memory: int) -> Worker:
        """A worker that is ready; ``memory`` is what a query may use, in bytes.

        Raises:
            QueryError: it cannot be started here.
        """
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "pledgegraph.workers.process",
            str(memory),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
            limit=_READ_AHEAD,
            env=_environment(),
            # Ctrl-C at the terminal is for the service, which ends its workers itself.
            start_new_session=True,
        )
        worker = cls(process)
        try:
            await worker.read()  # it says E when it is ready
        except BaseException:
            worker.kill()
            raise
        return worker

    @property
    def alive(self) -> bool:
        """False when the process has ended."""
        return self._process.returncode is None

    async def write(self, letter: bytes, payload: bytes) -> None:
        """Send one frame.

        Raises:
            QueryError: the worker has died.
        """
        if self._process.stdin is None:
            raise AssertionError("the worker was started with a pipe")
        try:
            self._process.stdin.write(HEAD.pack(letter, len(payload)) + payload)
            await self._process.stdin.drain()
        except (BrokenPipeError, ConnectionResetError) as error:
            raise await self._obituary() from error

    async def read(self) -> tuple[bytes, bytes]:
        """The next frame.

        Raises:
            QueryOutOfMemory, QueryError: the worker has died, and why.
        """
        if self._process.stdout is None:
            raise AssertionError("the worker was started with a pipe")
        try:
            head = await self._process.stdout.readexactly(HEAD.size)
            letter, length = HEAD.unpack(head)
            return letter, await self._process.stdout.readexactly(length)
        except asyncio.IncompleteReadError as error:
            raise await self._obituary() from error

    def kill(self) -> None:
        """End the process at once; the kernel frees what it had."""
        with contextlib.suppress(ProcessLookupError):
            self._process.kill()

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
        return QueryError("The engine could not evaluate this query; its process ended.")


def error_of(card: Mapping[str, Any]) -> QueryError:
    """The error that a worker reports, as the class that it was there."""
    if card["kind"] == "memory":
        return QueryOutOfMemory("The query needs more memory than a query may use.")
    if card["kind"] == "QuerySyntaxError":
        return QuerySyntaxError(card["message"], line=card["line"], column=card["column"])
    kind = QueryRefused if card["kind"] == "QueryRefused" else QueryError
    return kind(card["message"], remedy=card["remedy"])


def _environment() -> dict[str, str]:
    """What a worker is given of our environment: where its modules are, and no secrets."""
    return {
        "PATH": os.environ.get("PATH", os.defpath),
        "PYTHONPATH": os.pathsep.join(entry for entry in sys.path if entry),
        "LANG": "C.UTF-8",
        # Each thread of the engine would reserve an arena of address space.
        "MALLOC_ARENA_MAX": "2",
    }
