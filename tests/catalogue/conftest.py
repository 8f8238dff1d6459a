"""The shipped data, loaded as `pledgegraph init` loads them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from pledgegraph.store.embedded_snapshot import EmbeddedSnapshot
from tests.catalogue.answers import BASE, prepared
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
