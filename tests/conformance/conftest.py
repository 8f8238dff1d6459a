"""The W3C's suites, and a service over a store that a test may fill as it likes."""

from __future__ import annotations

import shutil
from collections.abc import Iterable, Iterator
from pathlib import Path

import httpx
import pytest
from filelock import FileLock
from pyoxigraph import DefaultGraph, NamedNode, Quad

from pledgegraph.store.changes import Change
from pledgegraph.store.directory import new_directory, open_directory
from pledgegraph.store.embedded import EmbeddedEngine
from pledgegraph.writes.tokens import Scope, Tokens
from tests.conformance.manifest import ROOT, Data, Suites
from tests.conformance.package import bring_suites
from tests.conftest import Require
from tests.running_service import Service


class Subject:
    """The service that is tested."""

    def __init__(self, engine: EmbeddedEngine, client: httpx.Client, suites: Suites) -> None:
        self._engine = engine
        self._suites = suites
        self.client = client
        _, secret = Tokens(engine.directory.path).create(scopes=(Scope.WRITE,), label="The suites")
        self.writer = {"Authorization": f"Bearer {secret}"}
        """The headers of who may write."""

    def hold(self, data: Data) -> None:
        """Make the store hold that and nothing else."""
        self.put(self.quads(data))

    def put(self, statements: Iterable[Quad]) -> None:
        """Make the store hold those statements and nothing else."""
        quads = list(statements)
        held = self.held()
        if quads or held:
            self._engine.update(
                Change(agent="tests", reason="The next test", remove=held, add=quads)
            )

    def held(self) -> list[Quad]:
        """What the store holds."""
        with self._engine.snapshot() as snapshot:
            return list(snapshot.quads())

    def quads(self, data: Data) -> Iterator[Quad]:
        """What the files say, each in its graph."""
        for file in data.default:
            yield from (_in(quad, DefaultGraph()) for quad in self._suites.quads(file))
        for name, file in data.named:
            yield from (_in(quad, NamedNode(name)) for quad in self._suites.quads(file))


def _in(quad: Quad, graph: NamedNode | DefaultGraph) -> Quad:
    return Quad(quad.subject, quad.predicate, quad.object, graph)


@pytest.fixture(scope="session")
def shelf(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the suites are unpacked, once for all processes of the test run."""
    return tmp_path_factory.getbasetemp().parent


@pytest.fixture
def suites(shelf: Path, require: Require) -> Suites:
    """The suites."""
    require("mvn", shutil.which("mvn") is not None)
    with FileLock(shelf / "suites.lock"):
        if not (shelf / "suites").is_dir():
            bring_suites(shelf)
    return Suites(shelf / "suites")


@pytest.fixture(scope="session")
def subject(tmp_path_factory: pytest.TempPathFactory, shelf: Path) -> Iterator[Subject]:
    """A service in processes of its own, over a directory without gate and union."""
    path: Path = tmp_path_factory.mktemp("conformance") / "store"
    with new_directory(path, base=ROOT.rstrip("/"), gated=False) as directory:
        EmbeddedEngine(directory).settle()
    engine = EmbeddedEngine(open_directory(path, base=ROOT.rstrip("/")))
    service = Service(data_dir=path, base=ROOT, port=0, query_timeout=20, query_workers=2)
    try:
        with httpx.Client(base_url=service.address(), timeout=30) as client:
            yield Subject(engine, client, Suites(shelf / "suites"))
    finally:
        service.stop()
        service.end()
        engine.close()
