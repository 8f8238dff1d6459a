"""Evaluating a client's query on an open store, with what the engine needs to be kept from."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Sequence
from typing import BinaryIO, Final, cast

from pyoxigraph import (
    BlankNode,
    DefaultGraph,
    NamedNode,
    QueryBoolean,
    QuerySolutions,
    QueryTriples,
    Store,
)

from pledgegraph.datatypes import LITERAL_INSTEAD
from pledgegraph.errors import Limit, QueryError, QueryRefused, UnknownFormat
from pledgegraph.media_types import (
    CSV,
    CSV_SAFE,
    GRAPH_FORMATS,
    RESULT_FORMATS,
    XML,
    Carries,
    Format,
)
from pledgegraph.results.csv_rows import write_csv
from pledgegraph.results.csv_safe import SpreadsheetSafe
from pledgegraph.results.graphs import write_graph
from pledgegraph.results.truncation import NO_BOUNDS, Bounds, CutGraph, CutRows, Enough, as_file
from pledgegraph.results.xml_text import WellFormed
from pledgegraph.sparql.codepoint_escapes import plain_text
from pledgegraph.sparql.dataset_clauses import dataset_clauses, merged_store, unique
from pledgegraph.sparql.lexer import QueryWords, query_words, syntax_error
from pledgegraph.sparql.mending.functions import FUNCTIONS
from pledgegraph.sparql.projection_order import in_order_of_appearance, wants_order
from pledgegraph.sparql.service_clauses import calls_service
from pledgegraph.sparql.valueless_literals import valueless_literal
from pledgegraph.store.engine import ResultKind, Substitutions
from pledgegraph.store.mended_evaluation import StoreDataset, mended, planned_well

DEEPEST_QUERY: Final = 200
"""Brackets may nest so deep; the engine's parser overflows its stack somewhere past 1,000."""

KNOWN_FUNCTIONS: Final = (
    "The Service Description of the endpoint lists the functions that there are."
)


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

    def serialise(
        self,
        output: BinaryIO,
        form: Format,
        *,
        bounds: Bounds = NO_BOUNDS,
        head_is_open: Callable[[], bool] = lambda: False,
    ) -> Limit | None:
        """Write the answer to ``output`` as it is computed; see `pledgegraph.store.engine`."""
        is_graph = self.kind is ResultKind.GRAPH
        if is_graph == (form.carries is Carries.SOLUTIONS):
            fitting = GRAPH_FORMATS if is_graph else RESULT_FORMATS
            raise UnknownFormat(
                f"{form.title} does not carry the answer to this kind of query.",
                remedy=f"Use one of: {', '.join(f.name for f in fitting)}.",
            )
        try:
            if not isinstance(self._answer, QuerySolutions | QueryBoolean):
                return _write_graph(self._answer, output, form, bounds)
            if form is CSV_SAFE:
                sheet = SpreadsheetSafe(output)
                met = _write_rows(self._answer, cast(BinaryIO, sheet), form, bounds, head_is_open)
                sheet.finish()
                return met
            return _write_rows(self._answer, output, form, bounds, head_is_open)
        except (RuntimeError, ValueError) as error:
            raise QueryError("The query could not be evaluated to its end.") from error


def _write_graph(
    answer: QueryTriples, output: BinaryIO, form: Format, bounds: Bounds
) -> Limit | None:
    within = CutGraph(output, form, bounds)
    write_graph(within.only(answer), as_file(within), form)
    return within.end()


def _write_rows(
    answer: QuerySolutions | QueryBoolean,
    output: BinaryIO,
    form: Format,
    bounds: Bounds,
    head_is_open: Callable[[], bool],
) -> Limit | None:
    within = None
    if isinstance(answer, QuerySolutions) and not bounds.are_none:
        within = CutRows(output, form, bounds)
        output = as_file(within)
    safe = WellFormed(output) if form is XML else output
    with contextlib.suppress(Enough):
        if isinstance(answer, QuerySolutions) and form in (CSV, CSV_SAFE):
            write_csv(answer, output)
        else:
            answer.serialize(cast(BinaryIO, safe), form.results)
    return within.end(marked=not head_is_open()) if within else None


def checked_text(text: str) -> tuple[str, QueryWords]:
    """The text of a query without escapes, and what its words show.

    Raises:
        QueryRefused: it uses SERVICE, or nests too deep.
    """
    text = plain_text(text)
    if calls_service(text):
        raise QueryRefused(
            "SERVICE is not offered here.",
            remedy="Ask the other endpoint yourself and put its answer into a VALUES block.",
        )
    misspelt = valueless_literal(text)
    if misspelt is not None:
        raise QueryRefused(misspelt, remedy=LITERAL_INSTEAD)
    words = query_words(text)
    if words.depth > DEEPEST_QUERY:
        raise QueryRefused(
            f"The query nests brackets {words.depth} deep; {DEEPEST_QUERY} is the most.",
            remedy="Write the query with fewer nested groups.",
        )
    return text, words


def evaluate(
    store: Store,
    text: str,
    *,
    base: str,
    default_graphs: Sequence[NamedNode] = (),
    named_graphs: Sequence[NamedNode] = (),
    substitutions: Substitutions | None = None,
) -> EmbeddedResult:
    """Begin to answer a query.

    Relative IRIs in the query are resolved against ``{base}/``. ``SELECT *`` keeps the order in
    which the query names its variables.

    Raises:
        QuerySyntaxError: the text is not a query.
        QueryRefused: it uses SERVICE, or nests too deep.
        QueryError: the engine cannot begin.
    """
    text, words = checked_text(text)
    if words.names_dataset and not (default_graphs or named_graphs):
        clauses = dataset_clauses(text, base)
        default_graphs, named_graphs = clauses.default, clauses.named
    default_graphs, named_graphs = unique(default_graphs), unique(named_graphs)
    given = bool(default_graphs or named_graphs)
    default: list[NamedNode | BlankNode | DefaultGraph] = list(default_graphs)
    try:
        if not substitutions and wants_order(text):
            # Over nothing: sorting and joining would otherwise be done twice.
            columns = Store().query(text, base_iri=f"{base}/")
            if isinstance(columns, QuerySolutions):
                text = in_order_of_appearance(text, [each.value for each in columns.variables])
        if len(default_graphs) > 1:
            store = merged_store(store, default_graphs, named_graphs)
            default = [DefaultGraph()]
        dataset = StoreDataset(store, default, named_graphs) if given else StoreDataset(store)
        fitting = mended(text, dataset, f"{base}/", substitutions)
        answer = store.query(
            planned_well(fitting, f"{base}/"),
            base_iri=f"{base}/",
            default_graph=default if given else None,
            named_graphs=list(named_graphs) if given else None,
            substitutions=dict(substitutions) if substitutions else None,
            custom_functions=FUNCTIONS if fitting is not text else None,
        )
    except SyntaxError as error:
        raise syntax_error(text, str(error)) from error
    except (RuntimeError, ValueError) as error:
        if str(error).startswith("The custom function"):
            raise QueryRefused(f"{error}.", remedy=KNOWN_FUNCTIONS) from error
        raise QueryError("The query could not be evaluated.") from error
    return EmbeddedResult(answer)
