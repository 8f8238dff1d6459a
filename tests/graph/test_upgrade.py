"""A data directory of an earlier release, brought up to this one."""

from __future__ import annotations

import pytest
from pyoxigraph import Dataset, DefaultGraph, Quad

from pledgegraph.namespaces import PG
from pledgegraph.settings import Settings
from pledgegraph.setup.prepare import prepare
from pledgegraph.store.changes import ChangeSet
from pledgegraph.store.directory import open_directory
from pledgegraph.store.embedded import EmbeddedEngine
from pledgegraph.store.embedded_snapshot import EmbeddedSnapshot
from pledgegraph.store.system_graphs import computed_graph
from tests.shipped_store import copy_shipped

BASE = "http://localhost:8000"


def _computed(snapshot: EmbeddedSnapshot) -> set[Quad]:
    return set(snapshot.store.quads_for_pattern(None, None, None, computed_graph(BASE)))


def test_what_later_rules_compute_is_there_after_an_update(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    """Also where the release changes few data, which bear on few records."""
    path = copy_shipped(tmp_path_factory, tmp_path_factory.mktemp("upgrade") / "data", BASE)
    directory = open_directory(path, base=BASE)
    earlier = EmbeddedEngine(directory)
    with earlier.snapshot() as snapshot:
        computed = _computed(snapshot)
        unknown = Dataset(quad for quad in computed if quad.predicate == PG.lastReportOn)
        (changed, *_) = (
            quad
            for quad in snapshot.store.quads_for_pattern(None, PG.acronym, None)
            if quad.graph_name != DefaultGraph()
        )
    assert len(unknown) > 100
    with earlier._writing() as writer:
        writer.commit(
            ChangeSet(added=Dataset(), removed=Dataset([*unknown, changed])),
            agent="tests",
            reason="As an earlier release had it.",
        )
    earlier.close()
    directory.shipped.unlink()

    prepared = prepare(Settings(data_dir=path, base=BASE))
    assert prepared.receipt.added
    now = EmbeddedEngine(directory)
    with now.snapshot() as snapshot:
        assert _computed(snapshot) == computed
    now.close()
