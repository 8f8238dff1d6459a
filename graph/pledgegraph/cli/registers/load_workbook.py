"""What `pledgegraph load` does with a workbook: check it cell by cell, then load it whole."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from rich.console import Console
from rich.progress import Progress as Bars

from pledgegraph.cli.terminal.escape_control import harmless
from pledgegraph.cli.terminal.validation_report import preferred_languages
from pledgegraph.errors import (
    InputError,
    ReadError,
    ReceiptMissing,
    StaleReceipt,
    WorkbookRefused,
)
from pledgegraph.settings import Settings
from pledgegraph.setup import open_engine
from pledgegraph.store import Permit
from pledgegraph.tabular import MOST_BYTES, Sent, WorkbookReport, Workbooks
from pledgegraph.tabular.plan import Progress
from pledgegraph.tabular.reading import refuse_size
from pledgegraph.writes import Attribution

ENDINGS: Final = (".xlsx", ".csv", ".tsv")


def load_workbook(
    path: Path,
    register: str | None,
    chosen: Settings,
    *,
    by: Attribution,
    dry_run: bool,
    receipt: str | None,
    marked: Path | None,
    as_json: bool,
) -> None:
    """Check a workbook and, but for a dry run, load it; ``marked`` gets it with its faults.

    Raises:
        InputError: it cannot be read, or is no register's.
        WorkbookRefused: there are faults in it; nothing was changed.
        StaleReceipt, ReceiptMissing: the receipt is another's, or there should be one; likewise.
    """
    sent = Sent(_content(path), path.name)
    engine = open_engine(chosen)
    books = Workbooks(engine, chosen)
    if register is None:
        register = _register_of(sent, path)
    languages = [each for each in preferred_languages() if each in ("en", "fr", "es")]
    language = languages[0] if languages else None
    sequence: int | None = None
    refused: InputError | None = None
    try:
        with _bar() as progress:
            if dry_run:
                report = books.check(sent, register, language=language, progress=progress)
            else:
                applied = books.apply(
                    sent,
                    register,
                    by,
                    Permit(),
                    receipt=receipt,
                    language=language,
                    progress=progress,
                )
                report, sequence = applied.report, applied.receipt.sequence
    except (WorkbookRefused, StaleReceipt, ReceiptMissing) as error:
        report, refused = error.report, error
    if marked is not None and (report.faults or report.notes):
        marked.write_bytes(books.marked(sent, report))
    _tell(report, sequence, marked, as_json=as_json)
    if refused is not None:
        raise refused
    if report.stops:
        raise WorkbookRefused(report)


def _content(path: Path) -> bytes:
    try:
        refuse_size(path.stat().st_size)
        with path.open("rb") as file:
            return file.read(MOST_BYTES + 1)
    except OSError as error:
        raise ReadError(
            f"{path} cannot be read: {error.strerror or error}.", file=str(path)
        ) from error


def _register_of(sent: Sent, path: Path) -> str:
    """The register that a workbook says it is of."""
    from pledgegraph.tabular.layout import lay_out  # noqa: PLC0415 -- loads the readers
    from pledgegraph.tabular.reading import read  # noqa: PLC0415 -- likewise

    said = lay_out(read(sent)).facts.get("register", "").strip()
    if not said:
        raise ReadError(
            "It does not say of which register it is.",
            file=str(path),
            remedy="Name the register with --register, or on the sheet “About”.",
        )
    return said


def _tell(
    report: WorkbookReport, sequence: int | None, marked: Path | None, *, as_json: bool
) -> None:
    if as_json:
        told = {**report.as_json(), "applied": sequence is not None, "changeSet": sequence}
        print(json.dumps(told, ensure_ascii=False, indent=2))
        return
    for line in report.in_words(applied=sequence is not None):
        print(harmless(line))
    if sequence is None and report.receipt and report.changes:
        print(f"Receipt: {report.receipt}")
    if sequence is not None and report.changes:
        print(f"Loaded (change set {sequence}).")
    if marked is not None and (report.faults or report.notes):
        print(f"Wrote {marked}, with the cells marked.")


@contextmanager
def _bar() -> Iterator[Progress]:
    with Bars(
        console=Console(stderr=True), transient=True, disable=not sys.stderr.isatty()
    ) as bars:
        task = bars.add_task("Checking rows", total=None)
        yield lambda done, total: bars.update(task, completed=done, total=total)
