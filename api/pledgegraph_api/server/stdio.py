"""The tools over standard input and output: what `pledgegraph mcp` runs.

See https://modelcontextprotocol.io/specification/2025-11-25/basic/transports. A service is asked at
its address, or a data directory by an application of this process, which answers nobody else.
"""

from __future__ import annotations

import asyncio
import os
import signal
import sys
import threading
from collections.abc import AsyncIterator, Callable
from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING, Final, cast

import httpx
from mcp.server.stdio import stdio_server

from pledgegraph.catalogue import catalogue
from pledgegraph.errors import InputError
from pledgegraph.settings import Settings
from pledgegraph.setup import answering_engine, open_engine
from pledgegraph.store import EmbeddedEngine
from pledgegraph_api.app.create import create_app
from pledgegraph_api.assistants.answers import Answers
from pledgegraph_api.assistants.protocol import Asked, server_of
from pledgegraph_api.assistants.service import Refusal, service_at, service_within

if TYPE_CHECKING:
    import anyio

_AT_ONCE: Final = 65_536
_LONGEST_LINE: Final = 16_000_000
"""Bytes of a message; whoever sends more does not speak this protocol."""
_STOPPED: Final = 0


def serve_service(address: str) -> int:
    """Answer by asking the service at the address; returns the exit code.

    Raises:
        InputError: no Pledgegraph answers there.
    """
    return asyncio.run(_serve_service(address))


def serve_directory(settings: Settings) -> int:
    """Answer from the data directory; returns the exit code.

    Raises:
        DirectoryError: it cannot be used.
    """
    engine = open_engine(settings)
    try:
        quiet = {"base": engine.directory.base, "log_requests": False, "metrics": False}
        return asyncio.run(_serve_directory(settings.model_copy(update=quiet), engine))
    finally:
        engine.close()


async def _serve_service(address: str) -> int:
    try:
        async with service_at(address) as service:
            listed = await service.get("/queries", "application/json")
            listed.json()["questions"]
    except (Refusal, ValueError, KeyError, TypeError, httpx.InvalidURL) as error:
        raise InputError(
            f"No Pledgegraph answers at {address}: {error}",
            remedy="Give the address of its home page, such as http://localhost:8000.",
        ) from error
    return await _serve(partial(service_at, address))


async def _serve_directory(settings: Settings, engine: EmbeddedEngine) -> int:
    app = create_app(settings, answering_engine(engine))
    try:
        return await _serve(partial(service_within, app, settings.base))
    finally:
        await app.state.runner.stop()


async def _serve(service: Asked) -> int:
    """Answer until the input ends, or the process is told to stop."""
    server = server_of(Answers(catalogue()), service)
    lines = _Lines()
    lines.start()

    async def serve() -> None:
        # The library wants a file of anyio, of which it takes the lines only.
        async with stdio_server(stdin=cast("anyio.AsyncFile[str]", lines)) as (read, write):
            await server.run(read, write, server.create_initialization_options())

    serving = asyncio.ensure_future(serve())
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, serving.cancel)
    with suppress(asyncio.CancelledError):
        await serving
    if lines.broken:
        raise InputError(lines.broken, remedy="Send one message of the protocol a line.")
    return _STOPPED


class _Lines:
    """The lines of the standard input, as they come.

    A thread reads them that is not waited for: one that waits for input cannot be stopped, and
    would keep the process from ending by Ctrl-C.
    """

    def __init__(self) -> None:
        self._queue: asyncio.Queue[str | None] = asyncio.Queue()
        self.broken = ""
        """Why they were given up before their end."""

    def start(self) -> None:
        """Begin to read."""
        loop = asyncio.get_running_loop()

        def hand_on(line: str | None) -> None:
            with suppress(RuntimeError):  # the loop has ended, and nobody waits for lines
                loop.call_soon_threadsafe(self._queue.put_nowait, line)

        threading.Thread(target=self._read, args=(sys.stdin.fileno(), hand_on), daemon=True).start()

    def __aiter__(self) -> AsyncIterator[str]:
        return self

    async def __anext__(self) -> str:
        line = await self._queue.get()
        if line is None:
            raise StopAsyncIteration
        return line

    def _read(self, descriptor: int, hand_on: Callable[[str | None], None]) -> None:
        begun = bytearray()
        while piece := os.read(descriptor, _AT_ONCE):
            *whole, rest = piece.split(b"\n")
            for each in whole:
                hand_on((begun + each).decode("utf-8", "replace"))
                begun.clear()
            begun += rest
            if len(begun) > _LONGEST_LINE:
                self.broken = f"A message is longer than {_LONGEST_LINE:,} bytes."
                break
        else:
            if begun:
                hand_on(begun.decode("utf-8", "replace"))
        hand_on(None)
