"""`pledgegraph backup`: a copy of the data directory, made while it serves, and verified."""

from __future__ import annotations

import json
import os
import time
from pathlib import Path
from typing import Annotated, Final

import typer

from pledgegraph.backup import make_backup
from pledgegraph.cli.options import Base, DataDir, Json, settings
from pledgegraph.cli.terminal.progress_bar import working
from pledgegraph.setup.engine_choice import open_engine

_NICENESS: Final = 15
"""Queries of clients go before, and dumps too."""
_PAUSE: Final = 0.02
"""Seconds after each megabyte, for who does not want to hurry."""


def command(
    *,
    folder: Annotated[
        Path, typer.Argument(metavar="DIR", help="The folder of backups; each has its own in it.")
    ],
    keep: Annotated[
        int | None,
        typer.Option(
            "--keep", metavar="N", min=1, help="Then remove older backups, all but the newest N."
        ),
    ] = None,
    every: Annotated[float | None, typer.Option("--every", metavar="SECONDS", hidden=True)] = None,
    data_dir: DataDir = None,
    base: Base = None,
    as_json: Json = False,
) -> None:
    """Copy the data directory, also while it is served and written, and verify the copy."""
    engine = open_engine(settings(data_dir=data_dir, base=base))
    if every is not None:
        os.nice(_NICENESS)
        make_backup(engine, folder, keep=keep, every=every, pause=lambda: time.sleep(_PAUSE))
        return
    with working("Copying and verifying"):
        made = make_backup(engine, folder, keep=keep)
    if made is None:
        print("null" if as_json else "Another process is making a backup there.")
    elif as_json:
        told = {"backup": str(made.folder), "sequence": made.sequence, "quads": made.quads}
        print(json.dumps({**told, "hash": made.hash}))
    else:
        print(f"Backup {made.folder}: snapshot {made.sequence}, {made.quads:,} quads, verified")
        if made.hash is not None:
            print(f"SHA-256 {made.hash}")
