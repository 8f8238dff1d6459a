"""One service for all clients, and the clients that are not written in Python."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from filelock import FileLock
from pyoxigraph import Literal, NamedNode, Quad, RdfFormat, parse

from pledgegraph.store.changes import Change
from tests.conftest import Require
from tests.running_service import RunningService, make_store, running_service

HERE = Path(__file__).parent
BASE = "https://data.example.org"
THINGS = 300


def things() -> list[Quad]:
    """As many things as make a big answer when each is put beside each."""
    kind = NamedNode("http://www.w3.org/1999/02/22-rdf-syntax-ns#type")
    number = NamedNode("https://w3id.org/pledgegraph/def#weight")
    graph = NamedNode(f"{BASE}/id/source/two")
    quads = []
    for each in range(THINGS):
        thing = NamedNode(f"{BASE}/id/thing/{each}")
        quads.append(Quad(thing, kind, NamedNode(f"{BASE}/def/Thing"), graph))
        quads.append(Quad(thing, number, Literal(each), graph))
    return quads


@pytest.fixture(scope="session")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningService]:
    """A service over two sources about two pledges, and three hundred things."""
    folder = tmp_path_factory.mktemp("clients")
    data = (HERE / "data" / "clients.trig").read_bytes()
    quads = [*parse(data, format=RdfFormat.TRIG, base_iri=f"{BASE}/"), *things()]
    change = Change(agent="tests", reason="The clients ask about it", add=quads)
    make_store(folder / "store", base=BASE, data=[change])
    with running_service(folder / "store", folder / "log", query_workers=2) as running:
        yield running


def brought(name: str, recipe: list[Path], bring: Callable[[Path], None]) -> Path:
    """A folder with what ``bring`` puts there, kept for later runs until the recipe changes."""
    digest = hashlib.sha256(b"".join(each.read_bytes() for each in recipe)).hexdigest()[:16]
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "pledgegraph-tests"
    cache.mkdir(parents=True, exist_ok=True)
    folder = cache / f"{name}-{digest}"
    with FileLock(cache / f"{name}.lock"):
        if not folder.is_dir():
            half = cache / f"{name}.half"
            shutil.rmtree(half, ignore_errors=True)
            half.mkdir()
            for each in recipe:
                shutil.copy(each, half)
            bring(half)
            half.rename(folder)
    return folder


def run(*command: str, folder: Path, said: str = "") -> str:
    """What a program prints, given that as its input; it must end well."""
    done = subprocess.run(
        command,
        cwd=folder,
        input=said,
        capture_output=True,
        text=True,
        timeout=600,
        check=False,
    )
    assert done.returncode == 0, f"{' '.join(command)}\n{done.stdout}{done.stderr}"
    return done.stdout


def npm_ci(folder: Path) -> None:
    """Install what the lock file beside it names."""
    run("npm", "ci", "--no-progress", folder=folder)


def copy_jars(folder: Path) -> None:
    """Bring what the project file names and all that it needs."""
    run("mvn", "-q", "-B", "dependency:copy-dependencies", "-DoutputDirectory=lib", folder=folder)


@pytest.fixture
def comunica(require: Require) -> Path:
    """A folder in which Node.js finds Comunica."""
    for tool in ("node", "npm"):
        require(tool, shutil.which(tool) is not None)
    recipe = [HERE / name for name in (".npmrc", "package.json", "package-lock.json")]
    return brought("comunica", recipe, npm_ci)


@pytest.fixture
def jena(require: Require) -> Path:
    """A folder with Jena's command line and all that it needs."""
    for tool in ("java", "mvn"):
        require(tool, shutil.which(tool) is not None)
    return brought("jena", [HERE / "pom.xml"], copy_jars)
