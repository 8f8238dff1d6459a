"""`pledgegraph dump`: everything, or one graph, as RDF."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, BinaryIO, Final

import typer
from pyoxigraph import NamedNode

from pledgegraph.cli.options import Base, DataDir, settings
from pledgegraph.errors import InputError, SettingsError
from pledgegraph.history.make_dump import make_dump
from pledgegraph.media_types import GRAPH_FORMATS, N_QUADS, TURTLE, format_named
from pledgegraph.settings import Settings
from pledgegraph.setup.engine_choice import open_engine
from pledgegraph.store.embedded import EmbeddedEngine

_NICENESS: Final = 10
"""Queries of clients go before."""
_NAMES: Final = ", ".join(each.name for each in GRAPH_FORMATS)


def command(
    *,
    output: Annotated[
        Path | None,
        typer.Option("--output", "-o", metavar="FILE", help="The file; the output if left out."),
    ] = None,
    form: Annotated[
        str | None,
        typer.Option("--format", metavar="NAME", help=f"One of {_NAMES}."),
    ] = None,
    graph: Annotated[
        str | None,
        typer.Option("--graph", metavar="IRI", help="Only this named graph, or a source's slug."),
    ] = None,
    publish: Annotated[
        bool,
        typer.Option(
            "--publish",
            help="Make the files that the service offers under /dumps/, without hurry.",
        ),
    ] = False,
    data_dir: DataDir = None,
    base: Base = None,
) -> None:
    """Write the newest snapshot as RDF."""
    chosen_settings = settings(data_dir=data_dir, base=base)
    engine = open_engine(chosen_settings)
    if publish:
        if (output, form, graph) != (None, None, None):
            raise SettingsError(
                "With --publish all formats are written, to the data directory.",
                remedy="Leave out --output, --format and --graph.",
            )
        _publish(engine, chosen_settings)
        return
    if form is None and output is not None and output.suffix:
        form = output.suffix
    default = TURTLE if graph else N_QUADS
    chosen = format_named(form, GRAPH_FORMATS) if form else default
    node = None
    if graph is not None:
        iri = graph if ":" in graph else f"{engine.directory.base}/id/source/{graph}"
        try:
            node = NamedNode(iri)
        except ValueError as error:
            raise InputError(
                f"{graph!r} is not an IRI.", remedy="Name a graph by its IRI."
            ) from error
    with engine.snapshot() as snapshot:
        if node is not None and not snapshot.store.contains_named_graph(node):
            raise InputError(
                f"There is no graph {node}.",
                remedy="List them with `pledgegraph query 'SELECT ?g { GRAPH ?g {} }'`.",
            )
        if output is None:
            snapshot.dump(sys.stdout.buffer, chosen, graph=node)
            sys.stdout.buffer.flush()
            return
        try:
            with _whole(output) as file:
                snapshot.dump(file, chosen, graph=node)
        except OSError as error:
            raise InputError(
                f"{output} cannot be written: {error.strerror or error}.",
                remedy="Choose another file with --output.",
            ) from error


def _publish(engine: EmbeddedEngine, chosen: Settings) -> None:
    os.nice(_NICENESS)
    made = make_dump(engine, keep=chosen.dump_keep)
    if made is None:
        print("Another process is making a dump.")
    else:
        print(f"Dump {made.sequence}: {made.quads:,} quads, SHA-256 {made.hash}")


@contextmanager
def _whole(output: Path) -> Iterator[BinaryIO]:
    """The file to write; it takes its place when it is complete. A pipe or device has its own."""
    target = output.resolve()
    if target.exists() and not target.is_file():
        with target.open("wb") as file:
            yield file
        return
    unfinished = target.with_name(f".{target.name}.unfinished")
    try:
        with unfinished.open("wb") as file:
            yield file
        unfinished.replace(target)
    finally:
        unfinished.unlink(missing_ok=True)
