"""What the service needs from a store, whichever store it is.

There are two: `pledgegraph.store.embedded.EmbeddedEngine` (Oxigraph on disk), and
`pledgegraph.store.remote_engine.engine.RemoteEngine`, another program over the SPARQL 1.1 Protocol.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from enum import Enum
from pathlib import Path
from typing import BinaryIO, Protocol

from pyoxigraph import Literal, NamedNode, Quad, Variable

from pledgegraph.errors import Limit
from pledgegraph.media_types import Format
from pledgegraph.results.truncation import NO_BOUNDS, Bounds
from pledgegraph.store.changes import Change, Receipt
from pledgegraph.store.commit_permit import Permit
from pledgegraph.store.graph_states import GraphStates

Substitutions = dict[Variable, NamedNode | Literal]
Condition = Callable[[Change, GraphStates], None]
"""Raises an error when the change must not fall on what there is."""


class ResultKind(Enum):
    """The three kinds of answers (SPARQL 1.1 Query, section 16)."""

    SOLUTIONS = "solutions"
    BOOLEAN = "boolean"
    GRAPH = "graph"


class QueryResult(Protocol):
    """An answer, computed while it is read: only one of its readers can be used, once."""

    @property
    def kind(self) -> ResultKind:
        """Which of the three kinds this is; decides the formats that can carry it."""
        ...

    @property
    def variables(self) -> tuple[str, ...]:
        """The names of the columns, without question marks; empty but for solutions."""
        ...

    def serialise(
        self,
        output: BinaryIO,
        form: Format,
        *,
        bounds: Bounds = NO_BOUNDS,
        head_is_open: Callable[[], bool] = lambda: False,
    ) -> Limit | None:
        """Write the answer to ``output`` as it is computed, up to ``bounds``.

        Returns the bound at which it was cut; None where it is whole. A cut answer says so at
        its end where its format can, but not rows of which ``head_is_open``: whoever wrote the
        beginning has it still, and says so there.

        Raises:
            UnknownFormat: the format does not carry this kind of answer.
            QueryError: evaluation failed after it had begun.
            AnswerTooLong: it is beyond the bounds, and has no row to end with.
            OSError: whatever ``output.write`` raised.
        """
        ...


class Snapshot(Protocol):
    """One numbered state of the dataset; it does not change while it is held."""

    @property
    def sequence(self) -> int:
        """The number of the last change set in it; 0 for an empty store."""
        ...

    @property
    def version(self) -> str:
        """Its name, which no other snapshot has or had."""
        ...

    @property
    def default_is_union(self) -> bool:
        """Whether the default graph is the union of all named graphs, or a graph of its own."""
        ...

    @property
    def published(self) -> float:
        """When it was published, in seconds since 1970."""
        ...

    def query(
        self,
        text: str,
        *,
        default_graphs: Sequence[NamedNode] = (),
        named_graphs: Sequence[NamedNode] = (),
        substitutions: Substitutions | None = None,
    ) -> QueryResult:
        """Begin to answer a SPARQL 1.1 query.

        Without FROM, FROM NAMED and graph arguments the default graph is the union of all
        named graphs. Graph arguments override the query's own FROM clauses (SPARQL 1.1
        Protocol, section 2.1.4).

        Raises:
            QuerySyntaxError: the text is not a query.
            QueryRefused: it uses SERVICE, or another thing that is not offered.
        """
        ...

    def about(
        self,
        nodes: Sequence[NamedNode],
        properties: Sequence[NamedNode] = (),
        *,
        value: NamedNode | None = None,
        merged: bool = False,
    ) -> Iterator[Quad]:
        """The statements on the nodes, in every graph; of all properties, or of those given.

        With ``value`` those alone that have it.
        ``merged`` takes half the time where the default graph is the union of the named ones:
        each statement comes once, and without the graphs that say it.
        """
        ...

    def pointing_at(
        self,
        nodes: Sequence[NamedNode],
        properties: Sequence[NamedNode] = (),
        *,
        merged: bool = False,
    ) -> Iterator[Quad]:
        """The statements whose object is one of the nodes, likewise."""
        ...

    def __bool__(self) -> bool:
        """True, be there quads or not: `if snapshot` must not count them."""
        ...

    def __len__(self) -> int:
        """How many quads there are."""
        ...


class Addressed(Protocol):
    """What another process can open while it is held here."""

    @property
    def sequence(self) -> int:
        """The number of the last change set in it."""
        ...

    @property
    def version(self) -> str:
        """The name of the snapshot that it is, or is made of."""
        ...

    @property
    def address(self) -> Mapping[str, object]:
        """What that process needs to open it; goes through JSON."""
        ...


class AddressedSnapshot(Snapshot, Addressed, Protocol):
    """A snapshot that another process can open while it is held here."""

    @property
    def states(self) -> GraphStates:
        """What state each of its graphs is in."""
        ...


class Engine(Protocol):
    """A store that answers queries from snapshots and takes change sets."""

    def snapshot(self) -> AbstractContextManager[AddressedSnapshot]:
        """The newest snapshot, held until the block is left."""
        ...

    def opened_snapshot(self) -> AbstractContextManager[AddressedSnapshot] | None:
        """The same without any waiting, for event loops; None where it has to be opened first."""
        ...

    @property
    def base(self) -> str:
        """The base IRI of the data, without a final slash."""
        ...

    @property
    def gated(self) -> bool:
        """Whether changes are validated and the default graph is closed."""
        ...

    def workspace(self) -> AbstractContextManager[Path]:
        """An empty folder on the disk of the snapshots, gone when the block is left."""
        ...

    def update_from(
        self,
        compute: Callable[[AddressedSnapshot], Change],
        *,
        permit: Permit | None = None,
        condition: Condition | None = None,
    ) -> Receipt:
        """Make a change that is computed from what there is; nothing comes in between.

        ``compute`` is called once or, when somebody else was faster, once more.

        Raises: see `update`, and whatever ``compute`` raises.
        """
        ...

    def version(self) -> str | None:
        """The name of the newest snapshot, without opening it: for event loops, at every request.

        None where it has none; what is computed from it is then not kept.
        """
        ...

    def update(
        self,
        change: Change,
        *,
        permit: Permit | None = None,
        condition: Condition | None = None,
    ) -> Receipt:
        """Make a change, whole or not at all; returned only when it is on disk.

        With a permit, the change is made only if that has not been withdrawn before. A
        ``condition`` is called when nobody else can write any more, also for a change that
        turns out to change nothing; what it raises is raised here.

        Raises:
            Withdrawn: the permit was.
            ValidationFailed: the changed data would break a shape.
            DirectoryLocked: another writer holds the store for longer than we wait.
            StorageFull: the disk refused it.
        """
        ...
