"""`pledgegraph query`: ask a data directory in SPARQL."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated, Final

import typer

from pledgegraph.cli.answers import print_answer
from pledgegraph.cli.options import Base, DataDir, settings
from pledgegraph.errors import ReadError
from pledgegraph.media_types import FORMATS, format_named
from pledgegraph.opening import open_engine

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
    with engine.snapshot() as snapshot:
        print_answer(snapshot.query(text), form, base=engine.directory.base)


def query_text(query: str) -> str:
    """The query that the argument is, or names.

    Raises:
        ReadError: it names a file that cannot be read.
    """
    if query == "-":
        return sys.stdin.read()
    if any(mark in query for mark in "{\n"):
        return query
    try:
        return Path(query).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise ReadError(
            "This is neither a query nor a file with one that can be read.",
            file=query,
            remedy="Give a query in quotation marks, the name of a file, or - for the input.",
        ) from error
