"""`pledgegraph mirror`: keep a data directory in step with another service."""

from __future__ import annotations

import json
import sys
import time
from typing import TYPE_CHECKING, Annotated

import typer

from pledgegraph.cli.options import DataDir, Json, settings
from pledgegraph.cli.terminal.progress_bar import change_sets_bar
from pledgegraph.errors import OriginUnreachable

if TYPE_CHECKING:
    from pledgegraph.history.mirror import Mirror


def command(
    *,
    url: Annotated[
        str, typer.Argument(metavar="URL", help="The service to follow: its home page.")
    ],
    once: Annotated[bool, typer.Option("--once", help="Catch up, then stop.")] = False,
    verify: Annotated[
        bool,
        typer.Option("--verify", help="Compare the canonical hash with the origin's newest dump."),
    ] = False,
    interval: Annotated[
        float, typer.Option("--interval", min=0.1, metavar="SECONDS", help="How often to look.")
    ] = 10.0,
    data_dir: DataDir = None,
    as_json: Json = False,
) -> None:
    """Copy a service's changes into a data directory of one's own, and go on doing so.

    The data directory is made where there is none. It keeps the origin's base IRI and takes no
    other changes.
    """
    # No other command needs what they bring along.
    from pledgegraph.history.mirror import open_mirror, told  # noqa: PLC0415
    from pledgegraph.history.mirror_client import Origin  # noqa: PLC0415

    chosen = settings(data_dir=data_dir)
    with Origin(url) as origin:
        mirror = open_mirror(chosen.data_dir, origin, lock_wait=chosen.lock_wait)
        with change_sets_bar() as progress:
            before = mirror.settle()
            proof = mirror.prove(progress=progress) if verify else None
            mirror.catch_up(progress=progress)
        taken = mirror.settle() - before
        found = told(mirror, taken, proof)
        if as_json:
            print(json.dumps(found), flush=True)
        else:
            _say(found, wanted=verify)
        if not once:
            _follow(mirror, interval, as_json=as_json)


def _follow(mirror: Mirror, interval: float, *, as_json: bool) -> None:
    """Look for changes until Ctrl-C; an origin that is away may come back."""
    is_away = False
    while True:
        time.sleep(interval)
        try:
            taken = mirror.catch_up()
        except OriginUnreachable as error:
            if not is_away:
                print(f"{error} It will be asked again.", file=sys.stderr, flush=True)
            is_away = True
            continue
        is_away = False
        if taken and as_json:
            print(json.dumps({"sequence": mirror.settle(), "taken": taken}), flush=True)
        elif taken:
            print(f"{taken:,} change sets more, up to {mirror.settle()}.", flush=True)


def _say(found: dict[str, object], *, wanted: bool) -> None:
    print(f"Change set {found['sequence']}; {found['taken']} were new.")
    print(f"SHA-256 {found['hash']}", flush=True)
    if found["proved"] is not None:
        print(f"The same as the origin's dump at snapshot {found['proved']}.", flush=True)
    elif wanted:
        print(
            "The origin has no dump that is as new as this mirror, so there was nothing to "
            "compare with.",
            file=sys.stderr,
        )
