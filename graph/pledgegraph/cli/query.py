"""`pledgegraph query`: ask a data directory in SPARQL."""

from __future__ import annotations

import re
import sys
from pathlib import Path
from typing import Annotated, Final

import typer

from pledgegraph.cli.deep_stack import with_deep_stack
from pledgegraph.cli.options import Base, DataDir, settings
from pledgegraph.cli.terminal.output import print_answer
from pledgegraph.errors import ReadError
from pledgegraph.media_types import FORMATS, format_named
from pledgegraph.setup.engine_choice import open_engine

_IS_QUERY: Final = re.compile(r"[{\n]|^\s*(prefix|base|describe)\s", re.IGNORECASE)
"""A query has a group, or more lines than the name of a file; but DESCRIBE needs neither."""
_NAMES: Final = ", ".join(each.name for each in FORMATS)


def command(
    *,
    query: Annotated[
        str,
        typer.Argument(
            metavar="QUERY", help="The query, or the file that it is in, or - for the input."
        ),
    ],
    form: Annotated[
        str | None,
        typer.Option(
            "--format",
            metavar="NAME",
            help=f"table, {_NAMES}. Left out: a table on a terminal, else json or turtle.",
        ),
    ] = None,
    data_dir: DataDir = None,
    base: Base = None,
) -> None:
    """Ask a SPARQL query of the newest snapshot.

    The default graph is the union of all named graphs.
    """
    text = query_text(query)
    if form not in (None, "table"):
        format_named(form or "")
    engine = open_engine(settings(data_dir=data_dir, base=base))

    def ask() -> None:
        with engine.snapshot() as snapshot:
            print_answer(snapshot.query(text), form, base=engine.directory.base)

    with_deep_stack(ask)


def query_text(query: str) -> str:
    """The query that the argument is, or names.

    Raises:
        ReadError: it names a file that cannot be read.
    """
    if _IS_QUERY.search(query):
        return query
    try:
        held = sys.stdin.buffer.read() if query == "-" else Path(query).read_bytes()
    except (OSError, ValueError) as error:
        raise ReadError(
            "This is neither a query nor a file with one that can be read.",
            file=query,
            remedy="Give a query in quotation marks, the name of a file, or - for the input.",
        ) from error
    try:
        return held.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise ReadError(
            "The query is not UTF-8.",
            file="input" if query == "-" else query,
            line=held.count(b"\n", 0, error.start) + 1,
            remedy="Save it as UTF-8.",
        ) from error
