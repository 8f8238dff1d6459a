"""`pledgegraph log`: who changed what, when and why."""

from __future__ import annotations

import json
from dataclasses import asdict
from itertools import islice
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from pledgegraph.cli.options import Base, DataDir, Json, settings
from pledgegraph.cli.terminal.escape_control import harmless
from pledgegraph.store.directory import open_directory
from pledgegraph.store.log.changes_log import ChangesLog


def command(
    *,
    number: Annotated[
        int, typer.Option("--number", "-n", min=1, help="How many change sets to show.")
    ] = 20,
    data_dir: DataDir = None,
    base: Base = None,
    as_json: Json = False,
) -> None:
    """Show the newest change sets, the last one first."""
    chosen = settings(data_dir=data_dir, base=base)
    directory = open_directory(chosen.data_dir, base=chosen.asked_base)
    records = islice(ChangesLog(directory.changes).newest_first(), number)
    headers = [record.header() for record in records]
    if as_json:
        for header in headers:
            print(json.dumps({**asdict(header), "time": header.time.isoformat()}))
        return
    table = Table("number", "time", "agent", "added", "removed", "reason")
    for header in headers:
        table.add_row(
            str(header.sequence),
            header.time.strftime("%Y-%m-%d %H:%M:%S UTC"),
            Text(harmless(header.agent)),
            f"{header.added:,}",
            f"{header.removed:,}",
            Text(harmless(header.reason)),
        )
    Console().print(table if headers else "No change has been made yet.")
