"""`pledgegraph reconcile`: which records names mean, as a table for a person to go through."""

from __future__ import annotations

import csv
import io
from pathlib import Path
from typing import Annotated

import typer

from pledgegraph.cli.options import Base, DataDir, settings
from pledgegraph.cli.terminal.progress_bar import working
from pledgegraph.errors import InputError, ReadError
from pledgegraph.reconcile import Candidate, Matcher
from pledgegraph.results import for_spreadsheets
from pledgegraph.search import SearchIndex
from pledgegraph.setup import open_engine
from pledgegraph.tabular import Sent
from pledgegraph.tabular.raw import text_of
from pledgegraph.tabular.reading import read

_OFFERED = 3


def command(
    names: Annotated[
        Path,
        typer.Argument(
            metavar="FILE", help="A table of names (CSV, XLSX), or a text with one on each line."
        ),
    ],
    review: Annotated[Path, typer.Argument(metavar="REVIEW.csv", help="The table to write.")],
    *,
    column: Annotated[
        str | None,
        typer.Option("--column", metavar="HEADING", help="The column of names; else the first."),
    ] = None,
    kind: Annotated[
        list[str] | None,
        typer.Option(
            "--kind", help="Of which kind they are: actor, event, commitment … May be repeated."
        ),
    ] = None,
    data_dir: DataDir = None,
    base: Base = None,
) -> None:
    """Match names with records, and write a table of what they mean or may mean.

    Matched is what one record alone is called. For everything else the table has the likeliest
    records with a score, and an empty column for your choice. Nothing is changed.
    """
    texts = _names(names, column)
    chosen = settings(data_dir=data_dir, base=base)
    engine = open_engine(chosen)
    with working("Matching"), engine.snapshot() as snapshot:
        matcher = Matcher(SearchIndex(snapshot, engine.base), engine.base)
        rows = [_row(text, matcher, kind or [], engine.base) for text in texts]
    held = io.StringIO()
    writer = csv.writer(held)
    writer.writerow(
        ["name", "result", "match", "choice"]
        + [f"{what}{n}" for n in range(1, _OFFERED + 1) for what in ("candidate", "label", "score")]
    )
    writer.writerows(rows)
    review.write_bytes(for_spreadsheets(held.getvalue()))
    matched = sum(row[1] == "matched" for row in rows)
    print(
        f"{matched:,} of {len(rows):,} names are matched; {len(rows) - matched:,} are for you to "
        f"choose, in {review}."
    )


def _names(path: Path, column: str | None) -> list[str]:
    """The names that a file holds, each once.

    Raises:
        InputError: it has no such column.
    """
    try:
        content = path.read_bytes()
    except OSError as error:
        raise ReadError(f"It cannot be read: {error.strerror or error}.", file=str(path)) from error
    sheets = read(Sent(content, path.name)).sheets
    rows = [[text_of(cell) for cell in row] for sheet in sheets[:1] for row in sheet.rows]
    index = 0
    if column is not None:
        if not rows or column not in rows[0]:
            raise InputError(
                f"{path} has no column {column!r}.",
                remedy=f"It has: {', '.join(rows[0]) if rows else 'none'}.",
            )
        index = rows[0].index(column)
        rows = rows[1:]
    found = (row[index] for row in rows if index < len(row))
    return list(dict.fromkeys(text for text in found if text))


def _row(text: str, matcher: Matcher, kinds: list[str], base: str) -> list[str]:
    matched = matcher.match(text, kinds, most=_OFFERED)

    def named(candidate: Candidate) -> str:
        return candidate.entry.thing.value.removeprefix(f"{base}/id/")

    offered = [
        cell
        for each in matched.candidates[:_OFFERED]
        for cell in (named(each), each.text, f"{each.score:g}")
    ]
    if matched.exact is not None:
        return [text, "matched", named(matched.exact), "", *offered]
    return [text, "choose" if matched.candidates else "unknown", "", "", *offered]
