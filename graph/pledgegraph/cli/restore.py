"""`pledgegraph restore`: make a data directory of a backup."""

from __future__ import annotations

import json
import sys
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from pledgegraph.backup import backup_at, restore
from pledgegraph.cli.options import Base, DataDir, Json, settings
from pledgegraph.cli.terminal.progress_bar import working


def command(
    *,
    folder: Annotated[
        Path,
        typer.Argument(metavar="BACKUP", help="A backup, or a folder of backups: the newest."),
    ],
    data_dir: DataDir = None,
    base: Base = None,
    as_json: Json = False,
) -> None:
    """Put a backup back as a new data directory, and verify it. Nothing is ever overwritten."""
    chosen = settings(data_dir=data_dir, base=base)
    backup = backup_at(folder)
    with working("Restoring and verifying"):
        restored = restore(backup, chosen)
    if restored.rebuilt:
        print(
            "Files of the store were damaged in the backup; they were made again from its "
            "changes log.",
            file=sys.stderr,
        )
    if as_json:
        print(json.dumps({"backup": str(backup.folder), **asdict(restored)}))
        return
    print(
        f"Restored {backup.folder.name} to {chosen.data_dir}: snapshot {restored.sequence}, "
        f"{restored.quads:,} quads, verified"
    )
    if restored.hash is not None:
        print(f"SHA-256 {restored.hash}")
