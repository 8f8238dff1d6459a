"""`pledgegraph verify`: is the store what the log says, and which dataset is it?"""

from __future__ import annotations

import json
from dataclasses import asdict

from pledgegraph.cli.options import Base, DataDir, Json, settings
from pledgegraph.cli.progress_bar import working
from pledgegraph.errors import StoreDiffers
from pledgegraph.history.verify import verify
from pledgegraph.setup.open_engine import open_engine


def command(*, data_dir: DataDir = None, base: Base = None, as_json: Json = False) -> None:
    """Check the changes log and the store, and print the canonical hash.

    Two data directories with the same hash hold the same statements, whoever made them.
    """
    engine = open_engine(settings(data_dir=data_dir, base=base))
    with working("Verifying"), engine.snapshot() as snapshot:
        found = verify(engine.directory, snapshot)
    if as_json:
        print(json.dumps(asdict(found)))
    else:
        print(f"Snapshot {found.sequence}, {found.quads:,} quads")
        print(f"SHA-256 {found.hash}")
    if found.faults:
        raise StoreDiffers(" ".join(found.faults))
