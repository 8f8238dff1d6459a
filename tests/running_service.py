"""A service in a process of its own, as its clients and its attackers meet it."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Final

import httpx

from pledgegraph.store.changes import Change
from pledgegraph.store.directory import new_directory, open_directory
from pledgegraph.store.embedded import EmbeddedEngine

ROOT: Final = Path(__file__).parents[1]
PROGRAM: Final = (sys.executable, "-c", "from pledgegraph.cli import main; main()")
_PATIENCE: Final = 60
COPIES: Final = 1_000_000_000
"""Bytes for copies in memory; without `copies_memory` the services of the tests have none."""


def make_store(path: Path, *, base: str, data: Sequence[Change] = (), gated: bool = True) -> None:
    """A data directory at ``path`` with those changes in it, which nothing has judged."""
    with new_directory(path, base=base, gated=gated) as directory:
        EmbeddedEngine(directory).settle()
    engine = EmbeddedEngine(open_directory(path, base=base))
    for change in data:
        engine.update(change)
    engine.close()


def environment_of(**settings: object) -> dict[str, str]:
    """The environment of a program of this tree that is to have those settings."""
    variables = {f"PLEDGEGRAPH_{name.upper()}": str(value) for name, value in settings.items()}
    return {**os.environ, "PYTHONPATH": f"{ROOT / 'graph'}:{ROOT / 'api'}", **variables}


class Started:
    """A program that has been started as the first of a process group of its own.

    What it says goes into files: a pipe that nobody reads would stop it when that is full.
    """

    def __init__(
        self,
        command: Sequence[str | Path],
        environment: Mapping[str, str],
        *,
        folder: Path | None = None,
        log: Path | None = None,
    ) -> None:
        self._output: BinaryIO = tempfile.TemporaryFile()  # noqa: SIM115
        self._errors: BinaryIO = log.open("w+b") if log else tempfile.TemporaryFile()  # noqa: SIM115
        self._said = ""
        self.process = subprocess.Popen(
            command,
            cwd=folder,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=self._output,
            stderr=self._errors,
            start_new_session=True,
        )

    def address(self) -> str:
        """Where it answers, with a slash at the end, as soon as it has said so."""
        deadline = time.monotonic() + _PATIENCE
        while True:
            ended = self.process.poll() is not None
            found = re.search(r"http://\S+/", self.output())
            if found:
                return found[0]
            assert not ended, self.end()
            assert time.monotonic() < deadline, f"it did not say where it answers: {self.end()}"
            time.sleep(0.02)

    def output(self) -> str:
        """What it has said on its standard output so far."""
        return _content(self._output)

    def stop(self, number: signal.Signals = signal.SIGINT) -> None:
        """End it by a signal, which it must obey whatever it is at."""
        self.process.send_signal(number)
        self.process.wait(20)

    def end(self) -> str:
        """What it said on its standard error; ends it, and all that it has started."""
        if self.process.poll() is None:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()
        if not self._errors.closed:
            self._said = _content(self._errors)
            self._errors.close()
            self._output.close()
        return self._said

    def memory(self) -> int:
        """The most resident memory that it has had, in bytes."""
        status = Path(f"/proc/{self.process.pid}/status").read_text(encoding="ascii")
        peak = re.search(r"VmHWM:\s+(\d+) kB", status)
        assert peak
        return int(peak[1]) * 1024

    def children(self) -> set[int]:
        """The numbers of the processes that it has started."""
        return children_of(self.process.pid)

    def processor_time(self) -> float:
        """Seconds of processor time that it and its present children have used."""
        return sum(processor_time_of(each) for each in (self.process.pid, *self.children()))


class Service(Started):
    """The service of this tree, with those settings."""

    def __init__(self, log: Path | None = None, /, **settings: object) -> None:
        super().__init__([*PROGRAM, "serve"], environment_of(**settings), log=log)


@contextmanager
def serving(engine: EmbeddedEngine, **settings: object) -> Iterator[Service]:
    """A service over the data of an engine, which ends with the block."""
    directory = engine.directory
    service = Service(data_dir=directory.path, base=directory.base, port=0, **settings)
    try:
        yield service
    finally:
        service.end()


@dataclass(frozen=True, slots=True)
class RunningService:
    """A service that answers."""

    address: str
    """Its origin, without a slash at the end."""
    service: Service
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
            [*PROGRAM, *arguments],
            env=environment_of(data_dir=self.store),
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    def workers(self) -> set[int]:
        """The process numbers of its children."""
        return self.service.children()

    def is_idle_soon(self) -> bool:
        """Whether it comes to rest: half a second in which it uses a tenth of it at most."""
        for _ in range(40):
            before = self.service.processor_time()
            time.sleep(0.5)
            if self.service.processor_time() - before <= 0.05:
                return True
        return False


@contextmanager
def running_service(store: Path, log: Path, **settings: object) -> Iterator[RunningService]:
    """Serve a data directory with those settings, on a free port, until the block ends."""
    service = Service(log, data_dir=store, port=0, **settings)
    try:
        yield RunningService(service.address().rstrip("/"), service, log, store)
        service.stop()
        assert service.process.returncode == 0, service.end()
    finally:
        service.end()


def children_of(process: int) -> set[int]:
    """The numbers of the processes that a process has started."""
    return {
        int(each.name)
        for each in Path("/proc").iterdir()
        if each.name.isdigit() and (fields := _stat(int(each.name))) and int(fields[1]) == process
    }


def processor_time_of(process: int) -> float:
    """Seconds of processor time that a process has used; none where it has ended."""
    fields = _stat(process)
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK") if fields else 0


def _stat(process: int) -> list[str]:
    """What proc(5) tells of a process behind its name; nothing where it has ended."""
    try:
        stat = Path(f"/proc/{process}/stat").read_text(encoding="utf-8", errors="replace")
    except (FileNotFoundError, ProcessLookupError):
        return []
    return stat.rpartition(")")[2].split()


def _content(file: BinaryIO) -> str:
    """All that is in a file; where another process goes on writing stays as it is."""
    return os.pread(file.fileno(), os.fstat(file.fileno()).st_size, 0).decode(errors="replace")
