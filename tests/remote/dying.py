"""A writer that is killed on its way: run as a program with the settings as JSON and the place."""

from __future__ import annotations

import os
import signal
import sys

from pyoxigraph import Literal, NamedNode, Quad

from pledgegraph.namespaces import RDFS
from pledgegraph.settings import Settings
from pledgegraph.setup.engine_choice import open_engine
from pledgegraph.store.changes import Change
from pledgegraph.store.remote.copying import RemoteCopy
from pledgegraph.store.snapshots import Snapshots


def die(*_: object, **__: object) -> None:
    """End here, without a word."""
    os.kill(os.getpid(), signal.SIGKILL)


def _dying(self: Snapshots, _: object, sequence: int, **__: object) -> None:
    if sequence != self.current():
        die()


def main() -> None:
    """Write one statement, and die at the place."""
    settings = Settings.model_validate_json(sys.argv[1])
    place, graph, record, text = sys.argv[2:]
    engine = open_engine(settings)
    if place == "before the engine":
        RemoteCopy._bring = die  # type: ignore[method-assign]
    else:
        Snapshots.publish = _dying  # type: ignore[method-assign, assignment]
    said = Literal(text, language="en")
    quad = Quad(NamedNode(record), RDFS.comment, said, NamedNode(graph))
    engine.update(Change(agent="tests", reason="To die of it", add=[quad]))


if __name__ == "__main__":
    main()
