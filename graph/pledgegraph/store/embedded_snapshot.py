"""A snapshot of the embedded engine, open for reading."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import BinaryIO, Final

from pyoxigraph import DefaultGraph, NamedNode, Quad, QuerySolutions, Store, Triple

from pledgegraph.errors import DirectoryError
from pledgegraph.media_types import Carries, Format
from pledgegraph.results.graphs import write_graph
from pledgegraph.store.engine import Substitutions
from pledgegraph.store.graph_states import GraphStates
from pledgegraph.store.query_evaluation import EmbeddedResult, evaluate
from pledgegraph.store.snapshots import Lease
from pledgegraph.store.union_graph import named_quads

_COUNT: Final = "SELECT (COUNT(*) AS ?quads) WHERE { GRAPH ?g { ?s ?p ?o } }"


class EmbeddedSnapshot:
    """A snapshot on disk, open for reading.

    ``changes`` is the log that leads on from it, for the newest one.
    """

    def __init__(
        self, lease: Lease, *, base: str, union: bool, changes: Path | None = None
    ) -> None:
        self._lease = lease
        self._changes = changes
        self._version = lease.version
        self._base = base
        self._union = union
        try:
            self._store = Store.read_only(str(lease.path))
        except (OSError, RuntimeError) as error:
            lease.release()
            raise DirectoryError(
                f"Snapshot {lease.sequence} of the data directory cannot be opened.",
                remedy="Run `pledgegraph verify --files --mend`: it makes the snapshot again from "
                "the changes log.",
            ) from error

    @property
    def sequence(self) -> int:
        """The number of the last change set in it."""
        return self._lease.sequence

    @property
    def folder(self) -> Path:
        """Where its files are."""
        return self._lease.path

    @property
    def version(self) -> str:
        """Its name, which no other snapshot has or had; see `EmbeddedEngine.version`."""
        return self._version

    @property
    def default_is_union(self) -> bool:
        """Whether the default graph is the union of all named graphs, or a graph of its own."""
        return self._union

    @property
    def published(self) -> float:
        """When it was published, in seconds since 1970."""
        return self._lease.published

    def query(
        self,
        text: str,
        *,
        default_graphs: Sequence[NamedNode] = (),
        named_graphs: Sequence[NamedNode] = (),
        substitutions: Substitutions | None = None,
    ) -> EmbeddedResult:
        """Begin to answer a SPARQL 1.1 query; see `pledgegraph.store.engine.Snapshot.query`."""
        return evaluate(
            self._store,
            text,
            base=self._base,
            default_graphs=default_graphs,
            named_graphs=named_graphs,
            substitutions=substitutions,
        )

    def about(
        self,
        nodes: Sequence[NamedNode],
        properties: Sequence[NamedNode] = (),
        *,
        value: NamedNode | None = None,
        merged: bool = False,
    ) -> Iterator[Quad]:
        """The statements on the nodes; see `pledgegraph.store.engine.Snapshot.about`."""
        wanted: Sequence[NamedNode | None] = properties or (None,)
        for node in nodes:
            for each in wanted:
                yield from self._find(node, each, value, merged)

    def pointing_at(
        self,
        nodes: Sequence[NamedNode],
        properties: Sequence[NamedNode] = (),
        *,
        merged: bool = False,
    ) -> Iterator[Quad]:
        """The statements that lead to the nodes; see `engine.Snapshot.pointing_at`."""
        wanted: Sequence[NamedNode | None] = properties or (None,)
        for node in nodes:
            for each in wanted:
                yield from self._find(None, each, node, merged)

    def _find(
        self,
        subject: NamedNode | None,
        predicate: NamedNode | None,
        value: NamedNode | None,
        merged: bool,  # noqa: FBT001 -- callers name it
    ) -> Iterator[Quad]:
        if self._union and merged:
            return self._store.quads_for_pattern(subject, predicate, value, DefaultGraph())
        if self._union:
            return named_quads(self._store, subject, predicate, value)
        return self._store.quads_for_pattern(subject, predicate, value)

    @property
    def address(self) -> dict[str, object]:
        """What another process needs to open the same snapshot while this one is held.

        And, of the newest one, to follow the data from there on.
        """
        files: dict[str, object] = {"path": str(self._lease.path), "base": self._base}
        if self._changes is None:
            return files
        return {**files, "changes": str(self._changes), "merge": self._union}

    def __bool__(self) -> bool:
        """True, be there quads or not; they are not counted for that."""
        return True

    def __len__(self) -> int:
        """How many quads there are; the union of the graphs does not count."""
        if not self._union:
            return len(self._store)
        answer = self._store.query(_COUNT)
        if not isinstance(answer, QuerySolutions):
            raise TypeError("the query is a SELECT")
        (row,) = answer
        return int(row["quads"].value)

    @property
    def store(self) -> Store:
        """The engine's own handle, read-only: for validation, which walks quads.

        Its default graph is the union of the named ones, in a gated directory; see `quads`.
        """
        return self._store

    @property
    def states(self) -> GraphStates:
        """What state each of its graphs is in."""
        return GraphStates(self._store, base=self._base, gated=self._union, version=self._version)

    def quads(self) -> Iterator[Quad]:
        """Every quad; what the union of the graphs holds is not among them."""
        return named_quads(self._store) if self._union else iter(self._store)

    def dump(self, output: BinaryIO, form: Format, *, graph: NamedNode | None = None) -> None:
        """Write the dataset, or one graph of it, to ``output``.

        A format without graph names gets the union of all graphs.

        Raises:
            TermUnwritable: the format has no way to write one of the terms.
        """
        if graph is not None:
            rows = (quad.triple for quad in self._store.quads_for_pattern(None, None, None, graph))
            write_graph(rows, output, form)
        elif form.carries is Carries.QUADS:
            write_graph(self.quads(), output, form)
        elif self._union:
            merged = self._store.quads_for_pattern(None, None, None, DefaultGraph())
            write_graph((quad.triple for quad in merged), output, form)
        else:
            write_graph(self._merged(), output, form)

    def _merged(self) -> Iterator[Triple]:
        """The statements of all graphs, those of several once, where no union of them is kept."""
        for quad in self._store:
            alike = self._store.quads_for_pattern(quad.subject, quad.predicate, quad.object)
            if min((each.graph_name for each in alike), key=str) == quad.graph_name:
                yield quad.triple

    def close(self) -> None:
        """Let the snapshot go; it may be removed from disk from now on."""
        del self._store
        self._lease.release()
