"""The shipped data, loaded as `pledgegraph init` loads them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from pledgegraph.store.embedded import EmbeddedSnapshot
from tests.catalogue.answers import prepared


@pytest.fixture(scope="session")
def data_dir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A new data directory with what this release ships."""
    path = tmp_path_factory.mktemp("shipped") / "data"
    prepared(path)
    return path


@pytest.fixture(scope="session")
def snapshot(data_dir: Path) -> Iterator[EmbeddedSnapshot]:
    """What a reader of it sees."""
    with prepared(data_dir).snapshot() as found:
        yield found
