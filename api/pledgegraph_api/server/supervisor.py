"""Several processes that speak HTTP, over one socket: started, kept running, and stopped."""

from __future__ import annotations

import logging
import os
import signal
import socket
import subprocess
import time
from typing import Final

from pledgegraph.settings import Settings
from pledgegraph.workers import ChildProcess, room_for_copies

_log = logging.getLogger("pledgegraph.service")

_LONGEST_END: Final = 10
"""Seconds after which a process that was told to stop is stopped."""
_SHORTEST_LIFE: Final = 1.0
"""Seconds; one that ends sooner is not started again at once."""


class HttpProcesses:
    """Keeps as many processes running as the settings say; each has its share of the limits."""

    def __init__(self, settings: Settings, listener: socket.socket) -> None:
        self._number = settings.http_workers
        self._settings = _share(settings).model_dump_json()
        self._listener = listener
        self._running: dict[int, tuple[subprocess.Popen[bytes], float]] = {}
        self._is_stopping = False

    def run(self) -> None:
        """Run them until this process is told to stop and they have ended."""
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, lambda *_: self._stop())
        signal.signal(signal.SIGALRM, lambda *_: self._kill())
        for _ in range(self._number):
            self._start()
        while self._running:
            ended, status = os.wait()
            process, since = self._running.pop(ended, (None, 0.0))
            if process is None:
                continue
            process.returncode = os.waitstatus_to_exitcode(status)
            if not self._is_stopping:
                _log.error("A process that speaks HTTP has ended; another one is started.")
                time.sleep(max(0.0, since + _SHORTEST_LIFE - time.monotonic()))
                self._start()
        signal.alarm(0)

    def _start(self) -> None:
        descriptor = self._listener.fileno()
        process = ChildProcess.service("pledgegraph_api.server.worker", str(descriptor)).open(
            stdin=subprocess.PIPE, pass_fds=(descriptor,)
        )
        self._running[process.pid] = process, time.monotonic()
        if process.stdin is None:
            raise AssertionError("the process was started with a pipe")
        with process.stdin as settings:
            settings.write(self._settings.encode())
        if self._is_stopping:
            process.terminate()

    def _stop(self) -> None:
        """Tell all of them to stop; when told so again, or when they do not, end them."""
        if self._is_stopping:
            self._kill()
            return
        self._is_stopping = True
        for process, _ in list(self._running.values()):
            process.terminate()
        signal.alarm(_LONGEST_END)

    def _kill(self) -> None:
        for process, _ in list(self._running.values()):
            process.kill()


def _share(settings: Settings) -> Settings:
    """What one process may use of what all may."""
    number = settings.http_workers
    whole = {
        name: max(1, -(-getattr(settings, name) // number))
        for name in ("query_workers", "write_workers", "max_connections", "client_connections")
    }
    shared = {
        "query_queue": -(-settings.query_queue // number),
        "cache_bytes": settings.cache_bytes // number,
        "copies_memory": room_for_copies(settings.copies_memory) // number,
    }
    return settings.model_copy(update={**whole, **shared, "http_workers": 1})
