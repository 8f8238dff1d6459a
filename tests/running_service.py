"""A service in a process of its own, as its clients and its attackers meet it."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx

from pledgegraph.changes import Change
from pledgegraph.directory import new_directory, open_directory
from pledgegraph.embedded import EmbeddedEngine

ROOT = Path(__file__).parents[1]


def make_store(path: Path, *, base: str, data: Sequence[Change] = (), gated: bool = True) -> None:
    """A data directory at ``path`` with those changes in it, which nothing has judged."""
    with new_directory(path, base=base, gated=gated) as directory:
        EmbeddedEngine(directory).settle()
    engine = EmbeddedEngine(open_directory(path, base=base))
    for change in data:
        engine.update(change)
    engine.close()


@dataclass(frozen=True, slots=True)
class RunningService:
    """A service that answers."""

    address: str
    """Its origin, without a slash at the end."""
    process: subprocess.Popen[bytes]
    log: Path
    """What it writes to its standard error."""
    store: Path

    @property
    def port(self) -> int:
        """The port it listens on."""
        return int(self.address.rpartition(":")[2])

    @property
    def sparql(self) -> str:
        """The address of its query operation."""
        return f"{self.address}/sparql"

    def ask(self, query: str, **parameters: str) -> httpx.Response:
        """The whole answer to a query."""
        return httpx.get(self.sparql, params={"query": query, **parameters}, timeout=60)

    def new_token(self, label: str, scope: str = "write") -> str:
        """A token that the service takes."""
        return self.command("token", "create", "--label", label, "--scope", scope).strip()

    def command(self, *arguments: str) -> str:
        """What the program prints, run over the same data directory; it must end well."""
        done = subprocess.run(
            [sys.executable, "-c", "from pledgegraph.cli import main; main()", *arguments],
            env=_environment(data_dir=self.store),
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    def workers(self) -> set[int]:
        """The process numbers of its children."""
        listed = subprocess.run(
            ["ps", "--ppid", str(self.process.pid), "-o", "pid="],
            capture_output=True,
            text=True,
            check=False,
        )
        return {int(each) for each in listed.stdout.split()}

    def processor_time(self) -> float:
        """Seconds of processor time that it and its present children have used."""
        ticks = 0
        for each in {self.process.pid, *self.workers()}:
            try:
                stat = Path(f"/proc/{each}/stat").read_text(encoding="ascii")
            except FileNotFoundError:
                continue
            fields = stat.rpartition(")")[2].split()
            ticks += int(fields[11]) + int(fields[12])
        return ticks / os.sysconf("SC_CLK_TCK")

    def is_idle_soon(self) -> bool:
        """Whether it comes to rest: half a second in which it uses a tenth of it at most."""
        for _ in range(40):
            before = self.processor_time()
            time.sleep(0.5)
            if self.processor_time() - before <= 0.05:
                return True
        return False


@contextmanager
def running_service(store: Path, log: Path, **settings: object) -> Iterator[RunningService]:
    """Serve a data directory with those settings, on a free port, until the block ends."""
    with log.open("wb") as errors:
        process = subprocess.Popen(
            [sys.executable, "-c", "from pledgegraph.cli import main; main()", "serve"],
            env=_environment(data_dir=store, port=0, **settings),
            stdout=subprocess.PIPE,
            stderr=errors,
        )
    try:
        assert process.stdout is not None
        line = process.stdout.readline().decode()
        found = re.search(r"(http://\S+)/", line)
        assert found, line + log.read_text()
        yield RunningService(found[1], process, log, store)
        process.send_signal(signal.SIGINT)
        assert process.wait(20) == 0, log.read_text()
    finally:
        process.kill()
        process.wait()
        if process.stdout is not None:
            process.stdout.close()


def _environment(**settings: object) -> dict[str, str]:
    variables = {f"PLEDGEGRAPH_{name.upper()}": str(value) for name, value in settings.items()}
    return {**os.environ, "PYTHONPATH": f"{ROOT / 'graph'}:{ROOT / 'api'}", **variables}
