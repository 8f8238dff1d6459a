"""The service as a person starts it: where it listens, what it answers, how Ctrl-C ends it."""

from __future__ import annotations

import os
import signal
import socket
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from urllib.error import URLError
from urllib.parse import urlencode
from urllib.request import Request, urlopen

from tests.running_service import Started

from .conftest import outside


def free_port() -> int:
    """A port that nobody listens on just now."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        return int(server.getsockname()[1])


@contextmanager
def running(command: Sequence[str], folder: Path, **variables: str) -> Iterator[Started]:
    """The program, which is ended with the block."""
    started = Started(command, outside() | variables, folder=folder)
    try:
        yield started
    finally:
        started.end()


def interrupt(started: Started) -> str:
    """All that it has said; Ctrl-C, as a terminal sends it, must end it without fuss."""
    os.killpg(started.process.pid, signal.SIGINT)
    status = started.process.wait(20)
    said = started.output() + started.end()
    # A shell shows 130 for a program that the signal itself ended, as it ends make.
    assert status in (0, 130, -signal.SIGINT), said
    assert "Traceback" not in said
    return said


def answer(started: Started, port: int, query: str, patience: float = 30) -> bytes:
    """What the service answers in JSON, as soon as it listens."""
    request = Request(
        f"http://127.0.0.1:{port}/sparql",
        data=urlencode({"query": query}).encode(),
        headers={"Accept": "application/sparql-results+json"},
    )
    deadline = time.monotonic() + patience
    while True:
        try:
            with urlopen(request, timeout=patience) as response:  # noqa: S310 -- loopback
                body: bytes = response.read()
                return body
        except URLError as error:
            if not isinstance(error.reason, ConnectionRefusedError) or time.monotonic() > deadline:
                raise
            assert started.process.poll() is None, started.end()
            time.sleep(0.02)
