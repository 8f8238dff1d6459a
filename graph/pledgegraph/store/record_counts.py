"""How many of each kind a snapshot holds."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Final

from pledgegraph.media_types import JSON
from pledgegraph.store.engine import Snapshot

_QUERY: Final = Path(__file__).with_name("queries") / "record_counts.rq"


def count_records(snapshot: Snapshot) -> dict[str, int]:
    """The number of distinct records by kind, in a fixed order; kinds without any are 0."""
    held = io.BytesIO()
    snapshot.query(_QUERY.read_text(encoding="utf-8")).serialise(held, JSON)
    rows = json.loads(held.getvalue())["results"]["bindings"]
    return {row["kind"]["value"]: int(row["number"]["value"]) for row in rows}
