"""`pledgegraph verify`: is the store what the log says, and which dataset is it?"""

from __future__ import annotations

import json
import os
import sys
import time
from dataclasses import asdict, replace
from typing import Annotated, Final

import typer

from pledgegraph.cli.options import Base, DataDir, Json, settings
from pledgegraph.cli.terminal.progress_bar import working
from pledgegraph.corrections import Corrections
from pledgegraph.errors import DirectoryError, StoreDiffers
from pledgegraph.history.checking import Checked, check_files, check_now_and_then
from pledgegraph.history.verify import Verification, verify
from pledgegraph.reviews import Proposals
from pledgegraph.settings import Settings
from pledgegraph.setup.engine_choice import engine_over, open_engine
from pledgegraph.store.directory import open_directory
from pledgegraph.store.embedded import EmbeddedEngine

_NICENESS: Final = 15
"""Queries of clients go before, and dumps too."""
_PAUSE: Final = 0.02
"""Seconds after each megabyte, for who does not want to hurry."""


def command(
    *,
    files: Annotated[
        bool,
        typer.Option(
            "--files",
            help="Only compare all files with their checksums: dumps and earlier versions too, "
            "but no statement is read.",
        ),
    ] = False,
    mend: Annotated[
        bool,
        typer.Option("--mend", help="Make again from the changes log what is damaged."),
    ] = False,
    every: Annotated[float | None, typer.Option("--every", metavar="SECONDS", hidden=True)] = None,
    data_dir: DataDir = None,
    base: Base = None,
    as_json: Json = False,
) -> None:
    """Check the changes log and the store, and print the canonical hash. Nothing is written.

    Two data directories with the same hash hold the same statements, whoever made them.
    """
    chosen = settings(data_dir=data_dir, base=base)
    if every is not None:
        _check_in_the_background(chosen, every)
    elif files:
        engine = _unsettled(chosen)
        with working("Checking"):
            checked = check_files(engine, mend=mend)
        _tell_of_files(checked, as_json=as_json)
    else:
        # To look must change nothing: a directory of an older release stays one, and what a dead
        # writer left stays too.
        engine = open_engine(chosen) if mend else _unsettled(chosen)
        with working("Verifying"):
            verified = _verified_and_mended(engine) if mend else _verified(engine)
        _tell(verified, as_json=as_json)


def _unsettled(chosen: Settings) -> EmbeddedEngine:
    """The engine over the files as they are: damage does not stand in the way."""
    return engine_over(open_directory(chosen.data_dir, base=chosen.asked_base), chosen)


def _check_in_the_background(chosen: Settings, every: float) -> None:
    os.nice(_NICENESS)
    Corrections(chosen.data_dir, days=chosen.correction_days).erase()
    Proposals(chosen.data_dir, days=chosen.review_days).erase()
    found = check_now_and_then(_unsettled(chosen), interval=every, pause=lambda: time.sleep(_PAUSE))
    if found is None:
        return
    for each in found.mended:
        # The service writes this to its log.
        print(each, file=sys.stderr)
    if found.faults:
        raise StoreDiffers(" ".join(found.faults))


def _verified(engine: EmbeddedEngine) -> Verification:
    with engine.snapshot() as snapshot:
        found = verify(engine.directory, snapshot)
    if engine.directory.log is None:
        return found
    # No other directory needs what it brings along.
    from pledgegraph.store.replication.comparing import differences  # noqa: PLC0415

    return replace(found, faults=(*found.faults, *differences(engine.directory)))


def _verified_and_mended(engine: EmbeddedEngine) -> Verification:
    try:
        found: Verification | None = _verified(engine)
    except DirectoryError:
        # The snapshot cannot be opened.
        found = None
    if found is None or found.faults:
        engine.rebuild()
        found = _verified(engine)
    return found


def _tell(found: Verification, *, as_json: bool) -> None:
    if as_json:
        print(json.dumps(asdict(found)))
    else:
        print(f"Snapshot {found.sequence}, {found.quads:,} quads")
        if found.hash is not None:
            print(f"SHA-256 {found.hash}")
    if found.faults:
        raise StoreDiffers(" ".join(found.faults))


def _tell_of_files(found: Checked, *, as_json: bool) -> None:
    if as_json:
        print(json.dumps({**asdict(found), "time": found.time.isoformat()}))
    else:
        print(f"Snapshot {found.snapshot}: {'damage' if found.faults else 'no damage'} found")
        for each in found.mended:
            print(each)
    if found.faults:
        raise StoreDiffers(" ".join(found.faults))
