"""Engines that the tests of this folder share, one process of each for a run."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.conftest import Require
from tests.remote.engines import RemoteStore, fuseki, has_fuseki


@pytest.fixture(scope="session")
def anyio_backend() -> str:
    """The service runs under asyncio only."""
    return "asyncio"


@pytest.fixture(scope="session")
def fusekis(
    tmp_path_factory: pytest.TempPathFactory, require: Require
) -> Iterator[dict[str, RemoteStore]]:
    """A Fuseki with three datasets."""
    require("Fuseki (java, mvn)", has_fuseki())
    with fuseki(tmp_path_factory.mktemp("fuseki"), "shipped", "generic", "protocol") as found:
        yield found
