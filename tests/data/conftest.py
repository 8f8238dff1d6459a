"""The shipped data, loaded as `pledgegraph init` loads them."""

from __future__ import annotations

import io
import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from pledgegraph.media_types import JSON
from pledgegraph.settings import Settings
from pledgegraph.setup.engine_choice import open_engine
from pledgegraph.store.embedded_snapshot import EmbeddedSnapshot
from pledgegraph.store.engine import Substitutions
from tests.shipped_store import copy_shipped

Ask = Callable[..., Any]

BASE = "http://localhost:8000"


@pytest.fixture(scope="session")
def shipped_snapshot(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EmbeddedSnapshot]:
    """What a reader of a new data directory sees."""
    path = tmp_path_factory.mktemp("shipped") / "data"
    settings = Settings(data_dir=copy_shipped(tmp_path_factory, path, BASE), base=BASE)
    with open_engine(settings).snapshot() as snapshot:
        yield snapshot


@pytest.fixture(scope="session")
def ask(shipped_snapshot: EmbeddedSnapshot) -> Ask:
    """``ask(query)``: the answer in SPARQL Results JSON, read."""

    def answer(query: str, substitutions: Substitutions | None = None) -> Any:
        output = io.BytesIO()
        shipped_snapshot.query(query, substitutions=substitutions).serialise(output, JSON)
        return json.loads(output.getvalue())

    return answer
