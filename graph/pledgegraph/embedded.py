"""The embedded engine: Oxigraph on disk, read from snapshots, written through the log."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from typing import BinaryIO, Final

import pyoxigraph
from pyoxigraph import NamedNode, QueryBoolean, QuerySolutions, QueryTriples, Store

from pledgegraph.changes import Change, ChangeSet, Receipt
from pledgegraph.directory import DataDirectory
from pledgegraph.engine import ResultKind, Substitutions
from pledgegraph.errors import QueryError, QueryRefused, UnknownFormat
from pledgegraph.gate import EngineForm, difference, settle
from pledgegraph.media_types import GRAPH_FORMATS, RESULT_FORMATS, Carries, Format
from pledgegraph.rules import Derive
from pledgegraph.snapshots import Lease, Snapshots
from pledgegraph.sparql_text import query_words, syntax_error
from pledgegraph.terms import PREFIXES
from pledgegraph.writer import Writer, writing

DEEPEST: Final = 200
"""Brackets may nest so deep; the engine's parser overflows its stack somewhere past 1,000."""

Check = Callable[[Store, ChangeSet], None]
"""Raises `ValidationFailed` when the store with the change set would break a shape."""


class EmbeddedResult:
    """An answer of the embedded engine, computed while it is read."""

    def __init__(self, answer: QuerySolutions | QueryBoolean | QueryTriples) -> None:
        self._answer = answer

    @property
    def kind(self) -> ResultKind:
        """Which of the three kinds of answers this is."""
        if isinstance(self._answer, QuerySolutions):
            return ResultKind.SOLUTIONS
        if isinstance(self._answer, QueryBoolean):
            return ResultKind.BOOLEAN
        return ResultKind.GRAPH

    @property
    def variables(self) -> tuple[str, ...]:
        """The names of the columns; empty but for solutions."""
        if isinstance(self._answer, QuerySolutions):
            return tuple(variable.value for variable in self._answer.variables)
        return ()

    def serialise(self, output: BinaryIO, form: Format) -> None:
        """Write the answer to ``output`` as it is computed; see `pledgegraph.engine`."""
        is_graph = isinstance(self._answer, QueryTriples)
        if is_graph == (form.carries is Carries.SOLUTIONS):
            fitting = GRAPH_FORMATS if is_graph else RESULT_FORMATS
            raise UnknownFormat(
                f"{form.title} does not carry the answer to this kind of query.",
                remedy=f"Use one of: {', '.join(f.name for f in fitting)}.",
            )
        try:
            if isinstance(self._answer, QueryTriples):
                pyoxigraph.serialize(self._answer, output, format=form.rdf, prefixes=PREFIXES)
            else:
                self._answer.serialize(output, form.results)
        except (RuntimeError, ValueError) as error:
            raise QueryError("The query could not be evaluated to its end.") from error


class EmbeddedSnapshot:
    """A snapshot on disk, open for reading."""

    def __init__(self, lease: Lease, *, base: str, union: bool) -> None:
        self._lease = lease
        self._base = base
        self._store = Store.read_only(str(lease.path))
        self._union = union

    @property
    def sequence(self) -> int:
        """The number of the last change set in it."""
        return self._lease.sequence

    def query(
        self,
        text: str,
        *,
        default_graphs: Sequence[NamedNode] = (),
        named_graphs: Sequence[NamedNode] = (),
        substitutions: Substitutions | None = None,
    ) -> EmbeddedResult:
        """Begin to answer a SPARQL 1.1 query; see `pledgegraph.engine.Snapshot.query`."""
        words = query_words(text)
        if words.calls_service:
            raise QueryRefused(
                "SERVICE is not offered here.",
                remedy="Ask the other endpoint yourself and put its answer into a VALUES block.",
            )
        if words.depth > DEEPEST:
            raise QueryRefused(
                f"The query nests brackets {words.depth} deep; {DEEPEST} is the most.",
                remedy="Write the query with fewer nested groups.",
            )
        given = bool(default_graphs or named_graphs)
        try:
            answer = self._store.query(
                text,
                base_iri=f"{self._base}/",
                # The engine lets the union override FROM, so it is asked for only without.
                use_default_graph_as_union=self._union and not given and not words.names_dataset,
                default_graph=list(default_graphs) if given else None,
                named_graphs=list(named_graphs) if given else None,
                substitutions=dict(substitutions) if substitutions else None,
            )
        except SyntaxError as error:
            raise syntax_error(text, str(error)) from error
        except (RuntimeError, ValueError) as error:
            raise QueryError("The query could not be evaluated.") from error
        return EmbeddedResult(answer)

    def __len__(self) -> int:
        """How many quads there are."""
        return len(self._store)

    @property
    def store(self) -> Store:
        """The engine's own handle, read-only: for validation, which walks quads."""
        return self._store

    def dump(self, output: BinaryIO, form: Format, *, graph: NamedNode | None = None) -> None:
        """Write the dataset, or one graph of it, to ``output``.

        A format without graph names gets the union of all graphs.
        """
        if graph is not None:
            rows = (quad.triple for quad in self._store.quads_for_pattern(None, None, None, graph))
            pyoxigraph.serialize(rows, output, format=form.rdf, prefixes=PREFIXES)
        elif form.carries is Carries.QUADS:
            self._store.dump(output, form.rdf, prefixes=PREFIXES)
        else:
            union = self._store.query(
                "CONSTRUCT { ?s ?p ?o } WHERE { ?s ?p ?o }",
                use_default_graph_as_union=self._union,
            )
            EmbeddedResult(union).serialise(output, form)

    def close(self) -> None:
        """Let the snapshot go; it may be removed from disk from now on."""
        del self._store
        self._lease.release()


class EmbeddedEngine:
    """An `Engine` over a data directory. Any number of threads may use one."""

    def __init__(
        self,
        directory: DataDirectory,
        *,
        check: Check | None = None,
        derive: Derive | None = None,
        lock_wait: float = 60.0,
    ) -> None:
        self.directory = directory
        self._check = check
        self._derive = derive
        self._lock_wait = lock_wait
        self._snapshots = Snapshots(directory)
        self._guard = threading.Lock()
        self._held: dict[EmbeddedSnapshot, int] = {}
        self._newest: EmbeddedSnapshot | None = None
        self._form = EngineForm()

    @contextmanager
    def snapshot(self) -> Iterator[EmbeddedSnapshot]:
        """The newest snapshot; it stays as it is, and on disk, until the block is left.

        Raises:
            DirectoryError: no snapshot can be opened.
        """
        found = self._take()
        try:
            yield found
        finally:
            self._give_back(found)

    def update(self, change: Change) -> Receipt:
        """Make a change, whole or not at all; see `pledgegraph.engine.Engine.update`."""
        if self.directory.gated:
            change = settle(change, self.directory.base, self._form)
        with self._writing() as writer:
            change_set = difference(writer.store, change)
            if change_set and self._check is not None and self.directory.gated:
                self._check(writer.store, change_set)
            return writer.commit(
                change_set,
                agent=change.agent,
                reason=change.reason,
                sources=tuple(source.value for source in change.sources),
            )

    def settle(self) -> int:
        """Finish what a dead writer left; return the number of the newest snapshot."""
        with self._writing() as writer:
            return writer.sequence

    def recompute(self) -> int:
        """Compute everything anew that rules compute; return the number of the newest snapshot.

        Needed when the rules have changed, not when the data have.
        """
        with self._writing() as writer:
            writer.follow(None)
            return writer.sequence

    def _writing(self) -> AbstractContextManager[Writer]:
        return writing(self.directory, wait=self._lock_wait, derive=self._derive)

    def close(self) -> None:
        """Let the snapshot go that is kept open between queries."""
        with self._guard:
            newest, self._newest = self._newest, None
            if newest is not None and self._held.get(newest, 0) == 0:
                self._held.pop(newest, None)
                newest.close()

    def _take(self) -> EmbeddedSnapshot:
        with self._guard:
            if self._newest is None or self._newest.sequence != self._snapshots.current():
                stale = self._newest
                self._newest = EmbeddedSnapshot(
                    self._snapshots.hold_current(),
                    base=self.directory.base,
                    union=self.directory.gated,
                )
                self._held[self._newest] = 0
                if stale is not None and self._held[stale] == 0:
                    del self._held[stale]
                    stale.close()
            self._held[self._newest] += 1
            return self._newest

    def _give_back(self, snapshot: EmbeddedSnapshot) -> None:
        with self._guard:
            self._held[snapshot] -= 1
            if self._held[snapshot] == 0 and snapshot is not self._newest:
                del self._held[snapshot]
                snapshot.close()
