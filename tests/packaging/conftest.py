"""Wheels of this tree, and clean environments to put them into."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True, slots=True)
class Environment:
    """A virtual environment of its own."""

    folder: Path

    @property
    def bin(self) -> Path:
        """Where its programs are."""
        return self.folder / "bin"

    def install(self, *what: str) -> None:
        """Install with the pinned versions, from wherever pip is set up to take packages."""
        arguments = ["-c", str(ROOT / "constraints.txt"), *what]
        uv = shutil.which("uv", path=f"{Path(sys.executable).parent}:{os.environ['PATH']}")
        if uv is not None:
            run(uv, "pip", "install", "--quiet", "--python", str(self.bin / "python"), *arguments)
        else:
            run(sys.executable, "-m", "pip", "--python", str(self.bin / "python"), "install",
                "--quiet", *arguments)  # fmt: skip

    def python(self, code: str, **variables: str) -> str:
        """What its Python prints for ``code``, run in an empty folder outside of the tree."""
        empty = self.folder / "empty"
        empty.mkdir(exist_ok=True)
        return run(str(self.bin / "python"), "-c", code, cwd=empty, **variables).strip()


def outside() -> dict[str, str]:
    """The environment of a program that knows nothing of this checkout."""
    ours = ("PYTHONPATH", "VIRTUAL_ENV", "MAKEFLAGS", "MFLAGS", "MAKELEVEL")
    return {
        name: value
        for name, value in os.environ.items()
        if name not in ours and not name.startswith("PLEDGEGRAPH_")
    }


def run(*command: str, cwd: Path = ROOT, **variables: str) -> str:
    """The program's output; fails with what it said on its error output."""
    done = subprocess.run(
        command, cwd=cwd, capture_output=True, text=True, check=False, env=outside() | variables
    )
    assert done.returncode == 0, f"{' '.join(command)}\n{done.stdout}{done.stderr}"
    return done.stdout


def build(kind: str, folder: Path) -> Path:
    """The wheel (``standard`` or ``editable``) of this tree."""
    run(sys.executable, "-m", "hatchling", "build", "-t", f"wheel:{kind}", "-d", str(folder))
    (wheel,) = folder.glob("*.whl")
    return wheel


@pytest.fixture(scope="session")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel that would be published."""
    return build("standard", tmp_path_factory.mktemp("wheel"))


@pytest.fixture(scope="session")
def editable_wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What an editable install puts into site-packages."""
    return build("editable", tmp_path_factory.mktemp("editable"))


@pytest.fixture
def environment(tmp_path: Path) -> Environment:
    """A clean virtual environment with nothing in it, not even pip."""
    folder = tmp_path / "environment"
    run(sys.executable, "-m", "venv", "--without-pip", str(folder))
    return Environment(folder)


@pytest.fixture(scope="session")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Environment:
    """A clean environment with the wheel and what it needs."""
    folder = tmp_path_factory.mktemp("installed") / "environment"
    run(sys.executable, "-m", "venv", "--without-pip", str(folder))
    environment = Environment(folder)
    environment.install(str(wheel))
    return environment
