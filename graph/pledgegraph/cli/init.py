"""`pledgegraph init`: make a data directory."""

from __future__ import annotations

import json
from typing import Annotated

import typer

from pledgegraph.changes import Receipt
from pledgegraph.cli.options import Base, DataDir, Json, Validator, settings
from pledgegraph.directory import DataDirectory, new_directory
from pledgegraph.errors import DirectoryMissing, SettingsError
from pledgegraph.opening import engine_over, open_engine
from pledgegraph.settings import Settings
from pledgegraph.shipping import bring_up_to_date


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
    as_json: Json = False,
) -> None:
    """Make a data directory and fill it with the shipped data."""
    if ungated and not empty:
        raise SettingsError(
            "The shipped data belong behind the gate.", remedy="Give --empty with --ungated."
        )
    chosen = settings(data_dir=data_dir, base=base, validator=validator)
    if update and not empty:
        try:
            engine = open_engine(chosen)
        except DirectoryMissing:
            pass
        else:
            receipt = bring_up_to_date(engine)
            _say(engine.directory, receipt, was="Updated", as_json=as_json)
            return
    with new_directory(chosen.data_dir, base=chosen.base, gated=not ungated) as directory:
        receipt = _fill(directory, chosen, empty=empty)
    _say(directory, receipt, was="Made", as_json=as_json, at=chosen)


def _fill(directory: DataDirectory, chosen: Settings, *, empty: bool) -> Receipt:
    engine = engine_over(directory, chosen)
    sequence = engine.settle()
    if empty:
        return Receipt(sequence, 0, 0)
    return bring_up_to_date(engine)


def _say(
    directory: DataDirectory,
    receipt: Receipt,
    *,
    was: str,
    as_json: bool,
    at: Settings | None = None,
) -> None:
    path = at.data_dir if at else directory.path
    if as_json:
        print(
            json.dumps(
                {
                    "dataDirectory": str(path),
                    "base": directory.base,
                    "sequence": receipt.sequence,
                    "added": receipt.added,
                    "removed": receipt.removed,
                }
            )
        )
    elif receipt.added or receipt.removed or was == "Made":
        print(
            f"{was} the data directory {path}: {receipt.added:,} statements added, "
            f"{receipt.removed:,} removed (change set {receipt.sequence})."
        )
    else:
        print(f"The data directory {path} holds the data of this release already.")
