"""A node of a shared log: a data directory and the service over it, as processes."""

from __future__ import annotations

import subprocess
import time
from pathlib import Path
from typing import Final

import httpx

from tests.running_service import PROGRAM, Service, environment_of

_PATIENCE: Final = 90.0


class Node:
    """One node, which can be killed and started again at the same address."""

    def __init__(self, folder: Path, port: int, log: str) -> None:
        self.store: Final = folder / "data"
        self.address: Final = f"http://127.0.0.1:{port}"
        self._folder = folder
        self._port = port
        self._log = log
        self._service: Service | None = None
        folder.mkdir()

    def command(self, *arguments: str, fails: bool = False) -> str:
        """What the program prints over this data directory."""
        done = subprocess.run(
            [*PROGRAM, *arguments],
            env=environment_of(data_dir=self.store),
            capture_output=True,
            text=True,
            check=False,
        )
        assert (done.returncode != 0) is fails, done.stdout + done.stderr
        return done.stderr if fails else done.stdout

    def start(self, **settings: object) -> None:
        """Serve, and wait until it answers."""
        self._service = Service(
            self._folder / "service.log",
            data_dir=self.store,
            port=self._port,
            query_workers=1,
            budget_errors=100_000,
            **settings,
        )
        self._service.address()

    def kill(self) -> None:
        """End the service as `kill -9` does; the kernel ends what it has started."""
        assert self._service is not None
        self._service.process.kill()
        self._service.process.wait()
        self._service.end()

    def children(self) -> dict[int, str]:
        """The processes that the service has started, each with its command line."""
        assert self._service is not None
        return {
            each: Path(f"/proc/{each}/cmdline").read_bytes().replace(b"\0", b" ").decode()
            for each in self._service.children()
        }

    def stop(self) -> None:
        """End the service as Ctrl-C does."""
        assert self._service is not None
        self._service.stop()
        assert self._service.process.returncode == 0, self._service.end()
        self._service.end()

    def processor_time(self) -> float:
        """Seconds of processor time that the service and its children have used."""
        assert self._service is not None
        return self._service.processor_time()

    def health(self) -> dict[str, object]:
        """What it says of itself."""
        answer: dict[str, object] = httpx.get(f"{self.address}/health", timeout=10).json()
        return answer

    def has(self, snapshot: int) -> bool:
        """Whether it comes to have that snapshot."""
        deadline = time.monotonic() + _PATIENCE
        while time.monotonic() < deadline:
            if self.health()["snapshot"] == snapshot:
                return True
            time.sleep(0.05)
        return False

    def take_tokens_of(self, other: Node) -> None:
        """Take the tokens of another node; each node keeps its own file."""
        exported = self._folder / "tokens"
        exported.write_text(other.command("token", "export"), encoding="utf-8")
        self.command("token", "import", str(exported))

    def log_bytes(self) -> bytes:
        """The node's own changes log."""
        segments = sorted((self.store / "changes").glob("*.rdfp"))
        return b"".join(each.read_bytes() for each in segments)
