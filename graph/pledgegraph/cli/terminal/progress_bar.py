"""Progress, on the standard error: bars where somebody watches, else a line now and then."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from rich.console import Console
from rich.progress import (
    BarColumn,
    DownloadColumn,
    MofNCompleteColumn,
    Progress,
    TextColumn,
    TimeRemainingColumn,
)

from pledgegraph.long_work import long_work
from pledgegraph.rdf.parsing import Progress as Advance


@contextmanager
def reading_bar(files: Sequence[Path]) -> Iterator[Advance]:
    """A bar that moves with the bytes read from the files."""
    total = sum(path.stat().st_size for path in files if path.is_file())
    if not sys.stderr.isatty():
        with long_work("Reading") as work:
            work.begin("Reading", total)
            yield work.advance
        return
    with Progress(
        TextColumn("Reading"),
        BarColumn(),
        DownloadColumn(),
        TimeRemainingColumn(),
        console=Console(stderr=True),
        transient=True,
    ) as bars:
        task = bars.add_task("reading", total=total or None)
        yield lambda size: bars.advance(task, size)


@contextmanager
def change_sets_bar() -> Iterator[Callable[[int, int], None]]:
    """A bar that moves with the change sets taken; it is told how many, and of how many."""
    with Progress(
        TextColumn("Change sets"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
        console=Console(stderr=True),
        transient=True,
        disable=not sys.stderr.isatty(),
    ) as bars:
        task = bars.add_task("taking", total=None)

        def advance(have: int, goal: int) -> None:
            bars.update(task, completed=have, total=goal)

        yield advance


@contextmanager
def working(what: str) -> Iterator[None]:
    """A spinner with a word on what takes so long."""
    console = Console(stderr=True)
    if not console.is_terminal:
        with long_work(what):
            yield
        return
    with console.status(what):
        yield
