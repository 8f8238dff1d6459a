"""The shipped data, loaded as `pledgegraph init` loads them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from pledgegraph.store.directory import open_directory
from pledgegraph.store.embedded import EmbeddedEngine
from pledgegraph.store.embedded_snapshot import EmbeddedSnapshot
from tests.catalogue.answers import BASE, prepared
from tests.running_service import make_store
from tests.shipped_store import copy_shipped


@pytest.fixture(scope="session")
def data_dir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A new data directory with what this release ships."""
    return copy_shipped(tmp_path_factory, tmp_path_factory.mktemp("shipped") / "data", BASE)


@pytest.fixture(scope="session")
def snapshot(data_dir: Path) -> Iterator[EmbeddedSnapshot]:
    """What a reader of it sees."""
    with prepared(data_dir).snapshot() as found:
        yield found


@pytest.fixture(scope="session")
def empty_snapshot(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EmbeddedSnapshot]:
    """What a reader of an empty data directory sees; what a query asks for shows there too."""
    path = tmp_path_factory.mktemp("empty") / "data"
    make_store(path, base=BASE)
    engine = EmbeddedEngine(open_directory(path, base=BASE))
    with engine.snapshot() as found:
        yield found
    engine.close()
