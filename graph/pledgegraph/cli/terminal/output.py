"""Answers of queries on the standard output, in the format asked for."""

from __future__ import annotations

import io
import sys

from pledgegraph.cli.terminal.tables import print_table
from pledgegraph.media_types import JSON, TURTLE, format_named
from pledgegraph.store.engine import QueryResult, ResultKind


def print_answer(
    result: QueryResult, form: str | None, *, base: str, columns: tuple[str, ...] = ()
) -> None:
    """Write an answer; a table on a terminal where no format is asked for.

    ``columns`` gives the order of a table's columns; the engine's own is alphabetical.

    Raises:
        UnknownFormat: there is no such format, or it does not carry this kind of answer.
    """
    is_graph = result.kind is ResultKind.GRAPH
    wants_table = form == "table" or (form is None and sys.stdout.isatty())
    if wants_table and not is_graph:
        held = io.BytesIO()
        result.serialise(held, JSON)
        print_table(held.getvalue(), base, columns)
        return
    chosen = None if form in (None, "table") else format_named(form or "")
    result.serialise(sys.stdout.buffer, chosen or (TURTLE if is_graph else JSON))
    if chosen is None and not is_graph:
        sys.stdout.buffer.write(b"\n")
    sys.stdout.buffer.flush()
