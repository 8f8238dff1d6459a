"""`pledgegraph init`: make a data directory."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

from pledgegraph.cli.options import Base, DataDir, Json, Validator, settings
from pledgegraph.cli.terminal.progress_bar import change_sets_bar
from pledgegraph.errors import SettingsError
from pledgegraph.setup.join import join
from pledgegraph.setup.prepare import REPLICAS, Prepared, fill, prepare
from pledgegraph.store.directory import new_directory


def command(
    *,
    data_dir: DataDir = None,
    base: Base = None,
    validator: Validator = None,
    empty: Annotated[bool, typer.Option("--empty", help="Put nothing into it.")] = False,
    ungated: Annotated[
        bool,
        typer.Option(
            "--ungated",
            help="No shapes, blank nodes kept, and a default graph of its own; "
            "for conformance suites, with --empty.",
        ),
    ] = False,
    update: Annotated[
        bool,
        typer.Option(
            "--update",
            help="Where there is one already, bring the shipped data in it up to this release.",
        ),
    ] = False,
    log: Annotated[
        str | None,
        typer.Option(
            "--log",
            metavar="ADDRESS",
            help="Be a node of a shared changes log, such as "
            "nats://one:4222,two:4222/pledgegraph; the log is made where there is none.",
        ),
    ] = None,
    replicas: Annotated[
        int,
        typer.Option(
            "--replicas", min=1, max=5, help="On how many servers a new shared log is kept."
        ),
    ] = REPLICAS,
    as_json: Json = False,
) -> None:
    """Make a data directory and fill it with the shipped data."""
    if ungated and not empty:
        raise SettingsError(
            "The shipped data belong behind the gate.", remedy="Give --empty with --ungated."
        )
    chosen = settings(data_dir=data_dir, base=base, validator=validator, log=log)
    if update and not empty:
        prepared = prepare(chosen)
        _say(chosen.data_dir, prepared, as_json=as_json)
        return
    if chosen.log:
        if ungated:
            raise SettingsError(
                "A node of a shared log checks what it writes.", remedy="Leave --ungated out."
            )
        with change_sets_bar() as progress:
            receipt, its_base = join(chosen, replicas=replicas, empty=empty, progress=progress)
        _say(chosen.data_dir, Prepared(its_base, receipt, is_new=True), as_json=as_json)
        return
    with new_directory(chosen.data_dir, base=chosen.base, gated=not ungated) as directory:
        receipt = fill(directory, chosen, empty=empty)
    _say(chosen.data_dir, Prepared(directory.base, receipt, is_new=True), as_json=as_json)


def _say(path: Path, prepared: Prepared, *, as_json: bool) -> None:
    receipt = prepared.receipt
    if as_json:
        print(
            json.dumps(
                {
                    "dataDirectory": str(path),
                    "base": prepared.base,
                    "sequence": receipt.sequence,
                    "added": receipt.added,
                    "removed": receipt.removed,
                }
            )
        )
    else:
        print(prepared.in_words(path))
