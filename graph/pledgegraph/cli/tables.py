"""Query solutions as a table on the terminal."""

from __future__ import annotations

import json
from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from pledgegraph.terms import PREFIXES


def print_table(results: bytes, base: str) -> None:
    """Print SPARQL Results JSON: rows and columns, or yes and no for an ASK."""
    answer = json.loads(results)
    console = Console(soft_wrap=False)
    if "boolean" in answer:
        console.print("yes" if answer["boolean"] else "no")
        return
    names = answer["head"]["vars"]
    rows = answer["results"]["bindings"]
    table = Table(*names, show_lines=False)
    for row in rows:
        # Text, not str: markup in a literal is nothing but text.
        table.add_row(*(Text(_shown(row[name], base) if name in row else "") for name in names))
    if rows:
        console.print(table)
    console.print(f"{len(rows):,} {'row' if len(rows) == 1 else 'rows'}")


def _shown(term: dict[str, Any], base: str) -> str:
    value = str(term["value"])
    if term["type"] != "uri":
        return value
    if value.startswith(f"{base}/"):
        return f"<{value[len(base) + 1 :]}>"
    for prefix, iri in PREFIXES.items():
        if value.startswith(iri):
            return f"{prefix}:{value[len(iri) :]}"
    return f"<{value}>"
