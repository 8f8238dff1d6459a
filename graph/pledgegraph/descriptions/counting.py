"""Asks a snapshot the queries that stand beside this module."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Final

from pledgegraph.media_types import JSON
from pledgegraph.store.engine import Snapshot

_QUERIES: Final = Path(__file__).with_name("queries")

Row = dict[str, str]
"""Variable to the text of its value; unbound ones are not there."""


def ask(snapshot: Snapshot, name: str) -> list[Row]:
    """The rows that the query of that name gives."""
    held = io.BytesIO()
    query = (_QUERIES / f"{name}.rq").read_text(encoding="utf-8")
    snapshot.query(query).serialise(held, JSON)
    rows = json.loads(held.getvalue())["results"]["bindings"]
    return [{name: term["value"] for name, term in row.items()} for row in rows]
