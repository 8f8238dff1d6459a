"""Query solutions as a table on the terminal."""

from __future__ import annotations

import json
from typing import Any

from rich.console import Console
from rich.table import Column, Table
from rich.text import Text

from pledgegraph.cli.terminal.escape_control import harmless
from pledgegraph.namespaces import PREFIXES


def print_table(results: bytes, base: str, columns: tuple[str, ...] = ()) -> None:
    """Print SPARQL Results JSON: rows and columns, or yes and no for an ASK."""
    answer = json.loads(results)
    console = Console(soft_wrap=False)
    if "boolean" in answer:
        console.print("yes" if answer["boolean"] else "no")
        return
    names = list(columns) or answer["head"]["vars"]
    rows = answer["results"]["bindings"]
    cells = [
        [harmless(_shown(row[name], base)) if name in row else "" for name in names] for row in rows
    ]
    if cells and _width(names, cells) > console.width:
        _print_records(console, names, cells)
    elif cells:
        table = Table(*(Column(name, overflow="fold") for name in names))
        for each in cells:
            # Text, not str: markup in a literal is nothing but text.
            table.add_row(*(Text(cell) for cell in each))
        console.print(table)
    console.print(f"{len(rows):,} {'row' if len(rows) == 1 else 'rows'}")


def _width(names: list[str], cells: list[list[str]]) -> int:
    """How wide a table would be with nothing broken into lines."""
    longest = (max(len(cell) for cell in column) for column in zip(names, *cells, strict=True))
    return sum(longest) + 3 * len(names) + 1


def _print_records(console: Console, names: list[str], cells: list[list[str]]) -> None:
    """Print one block a row, for what is too wide for the terminal."""
    indent = max(len(name) for name in names)
    for number, each in enumerate(cells, start=1):
        console.print(Text(f"- {number} -"))
        for name, cell in zip(names, each, strict=True):
            if cell:
                console.print(Text(f"{name:{indent}}  {cell}"))


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
