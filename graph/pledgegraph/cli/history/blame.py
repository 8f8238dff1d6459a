"""`pledgegraph blame`: which change set each statement about a node came with."""

from __future__ import annotations

import json
from typing import Annotated

import typer

from pledgegraph.cli.options import Base, DataDir, Json, named_record, settings
from pledgegraph.cli.terminal.escape_control import harmless
from pledgegraph.errors import InputError
from pledgegraph.history.revert import blame
from pledgegraph.setup.engine_choice import open_engine
from pledgegraph.store.log.changes_log import ChangesLog


def command(
    *,
    iri: Annotated[
        str, typer.Argument(metavar="IRI", help="Whole, or what follows the base: id/actor/dane.")
    ],
    data_dir: DataDir = None,
    base: Base = None,
    as_json: Json = False,
) -> None:
    """Show who brought each present statement about something, when and why."""
    engine = open_engine(settings(data_dir=data_dir, base=base))
    node = named_record(engine, iri)
    with engine.snapshot() as snapshot:
        found = blame(node, snapshot, ChangesLog(engine.directory.changes))
    if not found:
        raise InputError(f"Nothing is said about {node}.")
    for each in found:
        header = each.header
        if as_json:
            told = {
                "statement": each.statement,
                "sequence": header.sequence if header else None,
                "time": header.time.isoformat() if header else None,
                "agent": header.agent if header else None,
                "reason": header.reason if header else None,
            }
            print(json.dumps(told, ensure_ascii=False))
        elif header:
            print(harmless(f"{header.sequence} {header.time:%Y-%m-%d} {header.agent}"))
            print(harmless(f"    {each.statement}"))
