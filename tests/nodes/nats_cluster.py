"""Servers of NATS with JetStream, as processes of this machine."""

from __future__ import annotations

import shutil
import socket
import subprocess
import tempfile
import time
from pathlib import Path
from types import TracebackType
from typing import Final

HOST: Final = "127.0.0.1"
_PATIENCE: Final = 60.0


def free_ports(count: int) -> list[int]:
    """So many ports that nobody listens on."""
    sockets = [socket.socket() for _ in range(count)]
    try:
        for each in sockets:
            each.bind((HOST, 0))
        return [each.getsockname()[1] for each in sockets]
    finally:
        for each in sockets:
            each.close()


class NatsCluster:
    """So many servers, each of which can be killed and started again with what it has stored."""

    def __init__(self, folder: Path, size: int = 3) -> None:
        self._folder = folder
        ports = free_ports(2 * size)
        self._clients, self._routes = ports[:size], ports[size:]
        self._processes: dict[int, subprocess.Popen[bytes]] = {}
        self.size: Final = size

    def __enter__(self) -> NatsCluster:
        for number in range(self.size):
            self.start(number)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        for number in list(self._processes):
            self.kill(number)

    @property
    def address(self) -> str:
        """Where nodes find the log."""
        hosts = ",".join(f"{HOST}:{port}" for port in self._clients)
        return f"nats://{hosts}/pledges"

    def start(self, number: int) -> None:
        """Start a server, and wait until it takes connections."""
        command = [
            shutil.which("nats-server") or "nats-server",
            *("--name", f"server{number}", "--addr", HOST, "--port", str(self._clients[number])),
            *("--jetstream", "--store_dir", str(self._folder / str(number))),
        ]
        if self.size > 1:
            routes = ",".join(f"nats://{HOST}:{port}" for port in self._routes)
            here = f"nats://{HOST}:{self._routes[number]}"
            command += ["--cluster_name", "pledges", "--cluster", here, "--routes", routes]
        with tempfile.TemporaryFile() as said:
            self._processes[number] = subprocess.Popen(
                command, stdin=subprocess.DEVNULL, stdout=said, stderr=said, start_new_session=True
            )
        deadline = time.monotonic() + _PATIENCE
        while True:
            with socket.socket() as connection:
                if connection.connect_ex((HOST, self._clients[number])) == 0:
                    return
            assert self._processes[number].poll() is None, "nats-server has ended"
            assert time.monotonic() < deadline, "nats-server takes no connections"
            time.sleep(0.05)

    def kill(self, number: int) -> None:
        """Kill a server as `kill -9` does."""
        process = self._processes.pop(number)
        process.kill()
        process.wait()
