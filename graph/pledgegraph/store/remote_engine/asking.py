"""A client's query, put to a remote engine, and its answer."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO, cast

from pyoxigraph import (
    NamedNode,
    QueryBoolean,
    QueryResultsFormat,
    QuerySolutions,
    QueryTriples,
    RdfFormat,
    Store,
    Triple,
    parse,
    parse_query_results,
)

from pledgegraph.errors import Limit, QueryError, QueryRefused, RemoteBehind
from pledgegraph.media_types import Format
from pledgegraph.results.truncation import NO_BOUNDS, Bounds
from pledgegraph.sparql.lexer import syntax_error
from pledgegraph.sparql.projection_order import in_order_of_appearance, wants_order
from pledgegraph.store.directory import open_directory
from pledgegraph.store.engine import ResultKind, Substitutions
from pledgegraph.store.query_evaluation import KNOWN_FUNCTIONS, EmbeddedResult, checked_text
from pledgegraph.store.remote.address import RemoteAddress, of_card
from pledgegraph.store.remote.connection import RESULTS, TRIPLES, Body, Connection
from pledgegraph.store.remote.read_lock import ReadLock
from pledgegraph.store.remote.state import read_state
from pledgegraph.store.remote_engine.substitution import substituted
from pledgegraph.store.snapshots import Snapshots


class RemoteResult:
    """An answer of a remote engine, read while it comes."""

    def __init__(
        self, answer: QuerySolutions | QueryBoolean | QueryTriples, body: Body, end: ExitStack
    ) -> None:
        self._result = EmbeddedResult(answer)
        self._body = body
        self._end = end

    @property
    def kind(self) -> ResultKind:
        """Which of the three kinds of answers this is."""
        return self._result.kind

    @property
    def variables(self) -> tuple[str, ...]:
        """The names of the columns; empty but for solutions."""
        return self._result.variables

    def hold(self, stack: ExitStack) -> None:
        """Keep what the stack holds until the answer has been read, too."""
        self._end.callback(stack.close)

    def close(self) -> None:
        """Read no more of it."""
        self._end.close()

    def serialise(
        self,
        output: BinaryIO,
        form: Format,
        *,
        bounds: Bounds = NO_BOUNDS,
        head_is_open: Callable[[], bool] = lambda: False,
    ) -> Limit | None:
        """Write the answer to ``output`` as it comes; see `pledgegraph.store.engine`."""
        with self._end:
            try:
                return self._result.serialise(
                    output, form, bounds=bounds, head_is_open=head_is_open
                )
            except (SyntaxError, OSError) as error:
                if self._body.failed is None and isinstance(error, OSError):
                    raise  # of the output
                raise QueryError("The remote engine broke its answer off.") from error
            except QueryError as error:
                if self._body.failed is None:
                    raise
                raise QueryError("The remote engine broke its answer off.") from error


@dataclass(frozen=True, slots=True)
class Asked:
    """What is asked of an engine."""

    text: str
    is_graph: bool


def prepared(text: str, base: str, substitutions: Substitutions | None) -> Asked:
    """A query as a remote engine is to get it.

    Raises:
        QuerySyntaxError: the text is not a query.
        QueryRefused: it uses SERVICE, or another thing that is not offered.
    """
    text, _ = checked_text(text)
    try:
        # Over nothing: what is wrong with the text is told as the embedded engine tells it.
        answer = Store().query(text, base_iri=f"{base}/")
    except SyntaxError as error:
        raise syntax_error(text, str(error)) from error
    except (RuntimeError, ValueError) as error:
        raise QueryRefused(f"{error}.", remedy=KNOWN_FUNCTIONS) from error
    if isinstance(answer, QuerySolutions) and wants_order(text):
        text = in_order_of_appearance(text, [each.value for each in answer.variables])
    text = substituted(text, substitutions or {})
    is_graph = isinstance(answer, QueryTriples)
    return Asked(f"BASE <{base}/>\n{text}", is_graph)


def ask(
    connection: Connection,
    asked: Asked,
    *,
    default_graphs: Sequence[NamedNode] = (),
    named_graphs: Sequence[NamedNode] = (),
) -> RemoteResult:
    """Put a query to an engine; returns when the head of its answer is there.

    Raises:
        RemoteUnavailable, QueryError: see `Connection.asked`.
    """
    with ExitStack() as stack:
        body = stack.enter_context(
            connection.asked(
                asked.text,
                accept=TRIPLES if asked.is_graph else RESULTS,
                default_graphs=[graph.value for graph in default_graphs],
                named_graphs=[graph.value for graph in named_graphs],
            )
        )
        try:
            answer = _read(body, is_graph=asked.is_graph)
        except (SyntaxError, ValueError, OSError) as error:
            raise QueryError("The remote engine gave an answer that cannot be read.") from error
        return RemoteResult(answer, body, stack.pop_all())


def _read(body: Body, *, is_graph: bool) -> QuerySolutions | QueryBoolean | QueryTriples:
    file = cast(BinaryIO, body)
    if not is_graph:
        return parse_query_results(file, format=QueryResultsFormat.JSON)
    triples: Iterator[Triple] = (each.triple for each in parse(file, format=RdfFormat.N_TRIPLES))
    return cast(QueryTriples, triples)


@dataclass(frozen=True, slots=True)
class Reading:
    """What may be read in the block of `reading`, and which state it is of."""

    connection: Connection
    sequence: int
    version: str


@contextmanager
def reading(directory: Path, address: RemoteAddress) -> Iterator[Reading]:
    """A block in which the engine stays as it is, and is what the newest snapshot says.

    Raises:
        RemoteUnavailable: it does not answer, or is of another change set now.
    """
    connection = Connection(address)
    with ReadLock(directory).shared():
        name = Snapshots(open_directory(directory)).version()
        sequence = int((name or "0").partition("-")[0])
        state = read_state(connection)
        if state.sequence != sequence or name is None:
            raise RemoteBehind(
                f"The remote engine is at change set {state.sequence}, the log at {sequence}."
                if state.sequence is not None
                else "The remote engine is being loaded."
            )
        yield Reading(connection, sequence, name)


def answer_for(
    question: Mapping[str, Any],
    *,
    default_graphs: Sequence[NamedNode],
    named_graphs: Sequence[NamedNode],
    substitutions: Substitutions,
) -> tuple[RemoteResult, dict[str, Any]]:
    """The answer in a worker, and of which snapshot it is.

    ``question`` has the address as `RemoteSnapshot.address` gives it.

    Raises:
        RemoteUnavailable, QueryError: see `ask` and `reading`.
    """
    card = question["remote"]
    asked = prepared(question["query"], question["base"], substitutions)
    with ExitStack() as stack:
        at = stack.enter_context(reading(Path(card["directory"]), of_card(card["address"])))
        result = ask(at.connection, asked, default_graphs=default_graphs, named_graphs=named_graphs)
        if not at.connection.dialect.reads_a_state:
            # What is written while it comes would be in it.
            result.hold(stack.pop_all())
    return result, {"sequence": at.sequence, "version": at.version}
