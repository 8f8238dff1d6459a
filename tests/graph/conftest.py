"""Data directories to try things on, small source files, and the command line."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from pledgegraph.cli import main
from pledgegraph.settings import Settings
from pledgegraph.setup.engine_choice import open_engine
from pledgegraph.store.directory import new_directory, open_directory
from pledgegraph.store.embedded import EmbeddedEngine
from pledgegraph.writes.loading import SourceFile, change_from_files
from tests.graph.building import BASE, source_text

ROOT = Path(__file__).resolve().parents[2]
PROGRAM = [sys.executable, "-c", "from pledgegraph.cli import main; main()"]

MakeEngine = Callable[..., EmbeddedEngine]
MakeSource = Callable[..., Path]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Where the data directory of the test lies."""
    return tmp_path / "store"


@pytest.fixture
def make_engine(path: Path) -> MakeEngine:
    """Makes a data directory, or opens the one that is there, without shapes and rules."""

    def make(
        at: Path | None = None, *, gated: bool = True, lock_wait: float = 20.0
    ) -> EmbeddedEngine:
        place = at or path
        if not (place / "pledgegraph.json").exists():
            with new_directory(place, base=BASE, gated=gated) as directory:
                EmbeddedEngine(directory).settle()
        return EmbeddedEngine(open_directory(place, base=BASE), lock_wait=lock_wait)

    return make


@pytest.fixture
def engine(make_engine: MakeEngine) -> EmbeddedEngine:
    """An engine over an empty data directory."""
    return make_engine()


@pytest.fixture
def make_source(tmp_path: Path) -> MakeSource:
    """Writes a Turtle file that describes its source and the actors named."""

    def make(slug: str, *actors: str, more: str = "", name: str | None = None) -> Path:
        file = tmp_path / (name or f"{slug}.ttl")
        file.write_text(source_text(slug, *actors) + more, encoding="utf-8")
        return file

    return make


@pytest.fixture(scope="session")
def empty_directory(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An empty data directory, to be copied."""
    path = tmp_path_factory.mktemp("empty") / "store"
    with new_directory(path, base=BASE) as directory:
        EmbeddedEngine(directory).settle()
    return path


@pytest.fixture(scope="session")
def loaded_directory(empty_directory: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One that holds the source `one` with the actors `ana` and `ben`, to be copied."""
    folder = tmp_path_factory.mktemp("loaded")
    path = folder / "store"
    shutil.copytree(empty_directory, path)
    file = folder / "one.ttl"
    file.write_text(source_text("one", "ana", "ben"), encoding="utf-8")
    engine = open_engine(Settings(data_dir=path, base=BASE))
    engine.update(
        change_from_files([SourceFile(file)], base=BASE, agent="tests", reason="To begin with.")
    )
    return path


@dataclass(frozen=True)
class Ended:
    """How a command ended."""

    code: int
    out: str
    err: str


class Program:
    """The command line over one data directory; `spawn` runs it as a process of its own."""

    def __init__(
        self, path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
    ) -> None:
        self._monkeypatch = monkeypatch
        self._capfd = capfd
        self.path = path
        self.environment = {
            **{k: v for k, v in os.environ.items() if not k.startswith("PLEDGEGRAPH_")},
            "PYTHONPATH": os.pathsep.join([str(ROOT / "graph"), str(ROOT / "api")]),
            "PLEDGEGRAPH_DATA_DIR": str(path),
            "PLEDGEGRAPH_BASE": BASE,
            "LANG": "C.UTF-8",
            "COLUMNS": "200",
        }
        for name in ("LANGUAGE", "LC_ALL"):
            self.environment.pop(name, None)

    def __call__(self, *arguments: str | Path, **environment: str) -> Ended:
        """Run a command in this process, which is quick."""
        with self._monkeypatch.context() as patch:
            for name in [*os.environ]:
                if name not in self.environment:
                    patch.delenv(name)
            for name, value in {**self.environment, **environment}.items():
                patch.setenv(name, value)
            patch.setattr(sys, "argv", ["pledgegraph", *map(str, arguments)])
            self._capfd.readouterr()
            try:
                main()
            except SystemExit as ending:
                code = ending.code if isinstance(ending.code, int) else int(bool(ending.code))
            else:
                code = 0
            sys.stdout.flush()
            out, err = self._capfd.readouterr()
        return Ended(code, out, err)

    def command(self, *arguments: str | Path) -> list[str]:
        """What to start for a command."""
        return [*PROGRAM, *map(str, arguments)]

    def spawn(self, *arguments: str | Path, **environment: str) -> subprocess.Popen[bytes]:
        """Start a command as a process, with pipes for its output."""
        return subprocess.Popen(
            self.command(*arguments),
            env={**self.environment, **environment},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )

    def run(self, *arguments: str | Path, **environment: str) -> Ended:
        """Run a command as a process of its own, to its end."""
        with self.spawn(*arguments, **environment) as process:
            out, err = process.communicate(timeout=60)
        return Ended(process.returncode, out.decode(), err.decode())


@pytest.fixture
def made(program: Program, empty_directory: Path) -> Program:
    """The command line over an empty data directory."""
    shutil.copytree(empty_directory, program.path)
    return program


@pytest.fixture
def loaded(program: Program, loaded_directory: Path) -> Program:
    """The command line over a data directory with the source `one`: the actors ana and ben."""
    shutil.copytree(loaded_directory, program.path)
    return program


@pytest.fixture
def program(
    path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> Program:
    """The command line; the data directory is not made yet."""
    return Program(path, monkeypatch, capfd)
