"""`pledgegraph stats`: how much there is."""

from __future__ import annotations

import json

from rich.console import Console
from rich.table import Table

from pledgegraph.cli.options import Base, DataDir, Json, settings
from pledgegraph.setup.engine_choice import open_engine
from pledgegraph.store.record_counts import count_records


def command(*, data_dir: DataDir = None, base: Base = None, as_json: Json = False) -> None:
    """Count what the newest snapshot holds, by kind."""
    engine = open_engine(settings(data_dir=data_dir, base=base))
    with engine.snapshot() as snapshot:
        counts = count_records(snapshot)
        sequence, quads = snapshot.sequence, len(snapshot)
    if as_json:
        print(json.dumps({"sequence": sequence, "quads": quads, **counts}))
        return
    table = Table("kind", "number", title=f"Snapshot {sequence}")
    table.columns[1].justify = "right"
    for kind, number in {**counts, "quads": quads}.items():
        table.add_row(kind, f"{number:,}")
    Console().print(table)
