"""`pledgegraph show`: one change set, in words or as RDF Patch."""

from __future__ import annotations

import json
import sys
from dataclasses import asdict
from typing import Annotated

import typer

from pledgegraph.cli.options import Base, DataDir, Json, settings
from pledgegraph.cli.terminal.escape_control import harmless
from pledgegraph.store.directory import open_directory
from pledgegraph.store.log.published_log import PublishedLog


def command(
    *,
    number: Annotated[int, typer.Argument(metavar="NUMBER", help="The change set's number.")],
    patch: Annotated[bool, typer.Option("--patch", help="As RDF Patch, as it is logged.")] = False,
    data_dir: DataDir = None,
    base: Base = None,
    as_json: Json = False,
) -> None:
    """Show who changed what, when and why, and every statement added and removed."""
    chosen = settings(data_dir=data_dir, base=base)
    directory = open_directory(chosen.data_dir, base=chosen.asked_base)
    record = PublishedLog(directory.path).record(number)
    if patch:
        for piece in record.patch():
            sys.stdout.buffer.write(piece)
        sys.stdout.buffer.flush()
        return
    header = record.header()
    if as_json:
        told = {**asdict(header), "time": header.time.isoformat()}
        for name, letter in (("statementsRemoved", b"D"), ("statementsAdded", b"A")):
            told[name] = [line.decode().rstrip() for line in record.lines(letter)]
        print(json.dumps(told, ensure_ascii=False))
        return
    print(f"Change set {header.sequence}")
    print(f"Time:   {header.time.strftime('%Y-%m-%d %H:%M:%S UTC')}")
    print(harmless(f"Agent:  {header.agent}"))
    print(harmless(f"Reason: {header.reason}"))
    for source in header.sources:
        print(harmless(f"Source: {source}"))
    for sign, count, letter in (("-", header.removed, b"D"), ("+", header.added, b"A")):
        print(f"\n{'Added' if sign == '+' else 'Removed'}: {count:,}")
        for line in record.lines(letter):
            print(harmless(f"{sign} {line.decode().rstrip()}"))
