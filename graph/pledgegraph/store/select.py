"""The rows of one of the service's own SELECT queries."""

from __future__ import annotations

import io
from collections.abc import Iterator

from pyoxigraph import QueryResultsFormat, QuerySolution, QuerySolutions, parse_query_results

from pledgegraph.media_types import TSV
from pledgegraph.store.engine import Snapshot, Substitutions


def solutions(
    snapshot: Snapshot, query: str, substitutions: Substitutions
) -> Iterator[QuerySolution]:
    """The rows, with terms as values. Blocks: to be called in a thread."""
    held = io.BytesIO()
    snapshot.query(query, substitutions=substitutions).serialise(held, TSV)
    rows = parse_query_results(held.getvalue(), format=QueryResultsFormat.TSV)
    if not isinstance(rows, QuerySolutions):
        raise TypeError("the query is a SELECT")
    yield from rows
