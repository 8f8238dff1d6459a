"""A service in a process of its own: start it, ask it, stop it as a person does."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from urllib.error import URLError
from urllib.parse import urlencode
from urllib.request import Request, urlopen

from .conftest import outside


def free_port() -> int:
    """A port that nobody listens on just now."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        return int(server.getsockname()[1])


@contextmanager
def running(
    command: Sequence[str], folder: Path, **variables: str
) -> Iterator[subprocess.Popen[str]]:
    """The program in a process group of its own, which is ended with the block."""
    process = subprocess.Popen(
        command,
        cwd=folder,
        env=outside() | variables,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )
    try:
        yield process
    finally:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
        process.communicate()


def interrupt(process: subprocess.Popen[str]) -> str:
    """All that it has said; Ctrl-C, as a terminal sends it, must end it without fuss."""
    os.killpg(process.pid, signal.SIGINT)
    output, _ = process.communicate(timeout=20)
    # A shell shows 130 for a program that the signal itself ended, as it ends make.
    assert process.returncode in (0, 130, -signal.SIGINT), output
    assert "Traceback" not in output
    return output


def answer(process: subprocess.Popen[str], port: int, query: str, patience: float = 30) -> bytes:
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
            assert process.poll() is None, process.communicate()[0]
            time.sleep(0.02)
