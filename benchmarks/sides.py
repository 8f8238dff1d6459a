"""The two that are compared: Pledgegraph's store, and the engine that it is built on, bare.

Both do the same work and end in the same state: the data on disk, and a reader that sees them.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final, Protocol

from pyoxigraph import (
    Literal,
    NamedNode,
    Quad,
    QueryBoolean,
    QueryResultsFormat,
    QuerySolutions,
    QueryTriples,
    RdfFormat,
    Store,
    serialize,
)

from benchmarks.generate import BASE
from pledgegraph.media_types import JSON, N_TRIPLES
from pledgegraph.namespaces import RDFS
from pledgegraph.settings import Settings
from pledgegraph.setup.engine_choice import engine_over
from pledgegraph.store.changes import Change
from pledgegraph.store.directory import new_directory, open_directory
from pledgegraph.store.embedded import EmbeddedEngine
from pledgegraph.store.engine import ResultKind
from pledgegraph.store.snapshots import Snapshots
from pledgegraph.writes.loading import SourceFile, change_from_files

Ask = Callable[[str], int]
"""Answers a query in full and says how many bytes the answer has."""

SMALLEST: Final = "ASK { ?subject ?property ?value }"


def note(number: int) -> Quad:
    """A statement that was not there before."""
    source = NamedNode(f"{BASE}/id/source/bench-0")
    return Quad(source, RDFS.comment, Literal(f"Note {number}", language="en"), source)


class Side(Protocol):
    """One of the two."""

    def load(self, data: Path, folder: Path) -> None:
        """From an N-Quads file to data on disk that a reader sees."""
        ...

    def writing(self, folder: Path) -> Callable[[int], None]:
        """What makes one small change, safe on disk and seen by a new reader when it returns."""
        ...

    def publishing(self, folder: Path) -> tuple[Callable[[int], None], Callable[[int], None]]:
        """What changes the primary store, and what then publishes a snapshot of it."""
        ...

    @contextmanager
    def reading(self, folder: Path) -> Iterator[Ask]:
        """A reader, open."""
        ...


class Bare:
    """The engine by itself: no log, no gate, no provenance, one snapshot beside the store."""

    def load(self, data: Path, folder: Path) -> None:
        """Bulk load, flush, and a snapshot for readers."""
        store = Store(folder / "store")
        store.bulk_load(path=data, format=RdfFormat.N_QUADS)
        store.flush()
        store.backup(folder / "snapshot-0")

    def writing(self, folder: Path) -> Callable[[int], None]:
        """Add, flush, snapshot, open it."""
        store = Store(folder / "store")

        def write(number: int) -> None:
            store.add(note(number))
            store.flush()
            snapshot = folder / f"snapshot-{number + 1}"
            store.backup(snapshot)
            Store.read_only(str(snapshot))

        return write

    def publishing(self, folder: Path) -> tuple[Callable[[int], None], Callable[[int], None]]:
        """Add; then flush and back up."""
        store = Store(folder / "store")

        def publish(number: int) -> None:
            store.flush()
            store.backup(folder / f"published-{number}")

        return lambda number: store.add(note(-number)), publish

    @contextmanager
    def reading(self, folder: Path) -> Iterator[Ask]:
        """The snapshot that the load left."""
        store = Store.read_only(str(folder / "snapshot-0"))

        def ask(query: str) -> int:
            output = io.BytesIO()
            answer = store.query(query, base_iri=f"{BASE}/", use_default_graph_as_union=True)
            if isinstance(answer, QueryTriples):
                serialize(answer, output, format=RdfFormat.N_TRIPLES)
            elif isinstance(answer, QuerySolutions | QueryBoolean):
                answer.serialize(output, QueryResultsFormat.JSON)
            return output.tell()

        yield ask


class Pledgegraph:
    """The store as the service uses it; ``shapes`` says whether changes are validated."""

    def __init__(self, *, shapes: bool = False) -> None:
        self.shapes = shapes

    def _engine(self, folder: Path) -> EmbeddedEngine:
        directory = open_directory(folder / "data", base=BASE)
        return engine_over(directory, Settings()) if self.shapes else EmbeddedEngine(directory)

    def load(self, data: Path, folder: Path) -> None:
        """Read, replace blank nodes, take the difference, log, apply, publish."""
        with new_directory(folder / "data", base=BASE) as directory:
            EmbeddedEngine(directory).settle()
        engine = self._engine(folder)
        change = change_from_files(
            [SourceFile(data)], base=BASE, agent="benchmark", reason="To measure it."
        )
        engine.update(change)

    def writing(self, folder: Path) -> Callable[[int], None]:
        """A whole change set, and a reader that sees it."""
        engine = self._engine(folder)

        def write(number: int) -> None:
            engine.update(Change(agent="benchmark", reason="To measure it.", add=[note(number)]))
            with engine.snapshot() as snapshot:
                assert snapshot.sequence  # noqa: S101 -- opened, not only promised

        return write

    def publishing(self, folder: Path) -> tuple[Callable[[int], None], Callable[[int], None]]:
        """Add behind the log's back; then publish, with the pointer moved and all on disk.

        It leaves snapshots that the log knows nothing of, so nothing can follow it.
        """
        directory = open_directory(folder / "data", base=BASE)
        store = Store(directory.primary)
        snapshots = Snapshots(directory)
        newest = snapshots.current() or 0
        return (
            lambda number: store.add(note(-number)),
            lambda number: snapshots.publish(store, newest + number),
        )

    @contextmanager
    def reading(self, folder: Path) -> Iterator[Ask]:
        """The newest snapshot, as a client's query gets it."""
        engine = self._engine(folder)
        with engine.snapshot() as snapshot:

            def ask(query: str) -> int:
                output = io.BytesIO()
                answer = snapshot.query(query)
                form = N_TRIPLES if answer.kind is ResultKind.GRAPH else JSON
                answer.serialise(output, form)
                return output.tell()

            yield ask
        engine.close()


SIDES: Final[dict[str, Side]] = {
    "pledgegraph": Pledgegraph(),
    "pledgegraph-shapes": Pledgegraph(shapes=True),
    "bare": Bare(),
}
