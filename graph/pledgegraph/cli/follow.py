"""`pledgegraph follow`: keep a node in step with its shared log."""

from __future__ import annotations

import json
from functools import partial
from typing import Annotated

import typer

from pledgegraph.cli.options import DataDir, Json, settings
from pledgegraph.cli.terminal.progress_bar import change_sets_bar
from pledgegraph.errors import InputError
from pledgegraph.setup.engine_choice import open_engine


def command(
    *,
    once: Annotated[bool, typer.Option("--once", help="Catch up, then stop.")] = False,
    data_dir: DataDir = None,
    as_json: Json = False,
) -> None:
    """Take what other nodes add to the shared log, and go on doing so.

    `pledgegraph serve` does this by itself. Run it where a node is to be kept ready without
    serving.
    """
    # No other command needs it.
    from pledgegraph.store.replication.follower import Follower, only_follower  # noqa: PLC0415
    from pledgegraph.store.replication.writer import catch_up  # noqa: PLC0415

    chosen = settings(data_dir=data_dir)
    directory = open_engine(chosen).directory
    if directory.log is None:
        raise InputError(
            f"The data directory {chosen.data_dir} is no node of a shared log.",
            remedy="Make one with `pledgegraph init --log ADDRESS`.",
        )
    with only_follower(chosen.data_dir):
        with change_sets_bar() as progress:
            sequence = catch_up(directory, wait=chosen.lock_wait, progress=progress)
        if as_json:
            print(json.dumps({"sequence": sequence}), flush=True)
        else:
            print(f"Change set {sequence}.", flush=True)
        if not once:
            Follower(directory, partial(catch_up, directory, wait=chosen.lock_wait)).run()
