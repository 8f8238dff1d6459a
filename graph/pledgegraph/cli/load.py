"""`pledgegraph load`: bring files into a data directory."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from pyoxigraph import NamedNode

from pledgegraph.cli.options import (
    Agent,
    Base,
    DataDir,
    Json,
    Reason,
    Validator,
    agent_or_login,
    settings,
    utf8,
)
from pledgegraph.cli.registers.load_workbook import ENDINGS, load_workbook
from pledgegraph.cli.terminal.escape_control import harmless
from pledgegraph.cli.terminal.progress_bar import reading_bar, working
from pledgegraph.cli.terminal.validation_report import print_report, print_report_json, results_json
from pledgegraph.errors import SourceUnclear, ValidationFailed
from pledgegraph.rdf.address_slips import slips_in_file
from pledgegraph.rdf.kept_datatypes import datatypes_in_file
from pledgegraph.rdf.term_places import refusals_placed
from pledgegraph.setup.engine_choice import open_engine
from pledgegraph.writes import Attribution
from pledgegraph.writes.loading import SourceFile, change_from_files
from pledgegraph.writes.places import places_of

if TYPE_CHECKING:
    from pledgegraph.validation import ValidationReport

Files = Annotated[
    list[Path],
    typer.Argument(
        metavar="FILE...",
        help="Turtle, N-Triples, RDF/XML, TriG, N-Quads or JSON-LD; or one workbook of a register "
        "(XLSX), or one sheet of it (CSV).",
    ),
]
Source = Annotated[
    str | None,
    typer.Option(
        "--source",
        metavar="IRI",
        help="The source that the files are: an IRI, or the slug of one under /id/source/. "
        "Left out, each file describes its own.",
    ),
]


def command(
    *,
    files: Files,
    source: Source = None,
    register: Annotated[
        str | None,
        typer.Option(
            "--register",
            metavar="ID",
            help="The register that a workbook is of; left out, the workbook says so itself.",
        ),
    ] = None,
    dry_run: Annotated[
        bool,
        typer.Option(
            "--dry-run",
            help="Check a workbook, tell what it would come to, and change nothing.",
        ),
    ] = False,
    receipt: Annotated[
        str | None,
        typer.Option(
            "--receipt",
            metavar="RECEIPT",
            help="Load a workbook only if it comes to what the report of a dry run told, which "
            "ends with this receipt.",
        ),
    ] = None,
    marked: Annotated[
        Path | None,
        typer.Option(
            "--marked",
            metavar="FILE.xlsx",
            help="Write the workbook there with the cells marked that something is amiss with.",
        ),
    ] = None,
    agent: Agent = None,
    reason: Reason = None,
    data_dir: DataDir = None,
    base: Base = None,
    validator: Validator = None,
    as_json: Json = False,
) -> None:
    """Load files as one change: all of them, or nothing.

    What their sources said before, and the files do not say, goes. Of a workbook only the cells
    count that differ from what the register holds.
    """
    reports: list[ValidationReport] = []
    chosen = settings(data_dir=data_dir, base=base, validator=validator)
    if any(path.suffix.lower() in ENDINGS for path in files):
        if len(files) > 1 or source is not None:
            raise typer.BadParameter("A workbook is loaded by itself, without --source.")
        by = Attribution(
            agent_or_login(agent), utf8("--reason", reason) if reason else _reason(files)
        )
        load_workbook(
            files[0],
            register,
            chosen,
            by=by,
            dry_run=dry_run,
            receipt=receipt,
            marked=marked,
            as_json=as_json,
        )
        return
    if dry_run or any(each is not None for each in (marked, register, receipt)):
        raise typer.BadParameter(
            "--register, --dry-run, --receipt and --marked are for workbooks; check other files "
            "with `pledgegraph validate`."
        )
    engine = open_engine(chosen, told=reports.append)
    with reading_bar(files) as progress:
        change = change_from_files(
            source_files(files, source, engine.directory.base),
            base=engine.directory.base,
            agent=agent_or_login(agent),
            reason=utf8("--reason", reason) if reason else _reason(files),
            progress=progress,
        )
    try:
        texts = ((str(path), path.read_bytes) for path in files)
        with working("Checking and writing"), refusals_placed(texts):
            made = engine.update(change)
    except ValidationFailed as error:
        warn_of_addresses(files, engine.directory.base)
        error.places = places_of(error.report, files, engine.directory.base)
        if as_json:
            print_report_json(error.report, places=error.places)
        raise
    warnings = _warnings(reports, files, engine.directory.base, as_json=as_json)
    if as_json:
        print(
            json.dumps(
                {
                    "warnings": warnings,
                    "sequence": made.sequence,
                    "added": made.added,
                    "removed": made.removed,
                    "sources": [node.value for node in change.sources],
                }
            )
        )
    elif made.added or made.removed:
        print(
            f"Loaded: {made.added:,} statements added, {made.removed:,} removed "
            f"(change set {made.sequence})."
        )
    else:
        print("Nothing to change: the data directory says the same already.")
    warn_of_addresses(files, engine.directory.base)


def _warnings(
    reports: list[ValidationReport], files: list[Path], base: str, *, as_json: bool
) -> list[dict[str, Any]]:
    """What the shapes warn of, as objects for JSON; for people, told on the standard error."""
    told: list[dict[str, Any]] = []
    for report in reports:
        places = places_of(report, files, base)
        if as_json:
            told += results_json(report, places=places)
        else:
            print_report(report, base=base, places=places)
    return told


def _reason(files: list[Path]) -> str:
    names = ", ".join(file.name for file in files)
    return f"Load of {names.encode(errors='surrogateescape').decode(errors='replace')}."


def warn_of_addresses(files: Sequence[Path], base: str) -> None:
    """Name what was read otherwise than it may be meant, on the standard error.

    That is relative IRIs that look like addresses of the web, and datatypes that are not kept.
    """
    sys.stdout.flush()  # what was said before stands before it
    for path in files:
        for sentence in datatypes_in_file(path):
            print(harmless(f"{path}: warning: {sentence}"), file=sys.stderr)
        for slip in slips_in_file(path, base):
            print(harmless(f"{path}: warning: {slip}"), file=sys.stderr)


def source_files(files: list[Path], source: str | None, base: str) -> list[SourceFile]:
    """The files with the source that was named for them, if one was.

    Raises:
        SourceUnclear: what was named is not an IRI.
    """
    if source is None:
        return [SourceFile(path) for path in files]
    iri = source if ":" in source else f"{base}/id/source/{source}"
    try:
        node = NamedNode(iri)
    except ValueError as error:
        raise SourceUnclear(
            f"{source!r} is neither an IRI nor a slug.",
            remedy="Name the source as in --source my-report or --source https://example.org/r.",
        ) from error
    return [SourceFile(path, node) for path in files]
