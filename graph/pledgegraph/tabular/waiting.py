"""Workbooks that were checked and wait until whoever sent them applies them.

A form cannot send a file again that it was not given again, so what was sent is kept between the
check and the change: one workbook for each token and register, readable for the owner of the data
directory alone, until it is applied, another one takes its place, or a day is over. It is no data
of the graph, and no backup has it.
"""

from __future__ import annotations

import errno
import hashlib
import json
import tempfile
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from pledgegraph.errors import DirectoryReadOnly, StorageFull
from pledgegraph.tabular.reading import Sent
from pledgegraph.tabular.report import WorkbookReport

FOLDER: Final = "workbooks"
SECONDS: Final = 86_400
"""How long a workbook is kept at most."""
_ENDING: Final = ".waits"


@dataclass(frozen=True, slots=True)
class WaitingWorkbook:
    """A workbook, and what the check of it told."""

    sent: Sent
    report: WorkbookReport
    came: datetime


class WaitingWorkbooks:
    """Those of a data directory; any number of processes may use it."""

    def __init__(self, data_dir: Path) -> None:
        self._folder = data_dir / FOLDER

    def keep(self, holder: str, sent: Sent, report: WorkbookReport) -> None:
        """Keep the workbook that the holder of a token sent, in place of an earlier one.

        Raises:
            StorageFull: there is no room for it.
            DirectoryReadOnly: nothing can be written there.
        """
        head = {
            "name": sent.name,
            "came": datetime.now(UTC).replace(microsecond=0).isoformat(),
            "report": report.as_json(),
            "sha256": hashlib.sha256(sent.body).hexdigest(),
        }
        partial: Path | None = None
        try:
            self._folder.mkdir(mode=0o700, exist_ok=True)
            self._sweep()
            with tempfile.NamedTemporaryFile(dir=self._folder, delete=False) as file:
                partial = Path(file.name)
                file.write(json.dumps(head).encode() + b"\n")
                file.write(sent.body)
            partial.replace(self._path(holder, report.register))
        except OSError as error:
            if partial is not None:
                partial.unlink(missing_ok=True)
            if error.errno in (errno.ENOSPC, errno.EDQUOT):
                raise StorageFull("The disk is full: the workbook could not be kept.") from error
            raise DirectoryReadOnly(
                f"The workbook cannot be kept: {error.strerror or error}."
            ) from error

    def find(self, holder: str, register: str) -> WaitingWorkbook | None:
        """The workbook of the holder for that register; None where none waits."""
        path = self._path(holder, register)
        try:
            if path.stat().st_mtime < time.time() - SECONDS:
                return None
            line, _, body = path.read_bytes().partition(b"\n")
            head = json.loads(line)
            # One that the disk has damaged is none: it is sent again.
            if head["sha256"] != hashlib.sha256(body).hexdigest():
                return None
            report = WorkbookReport.from_json(head["report"])
            return WaitingWorkbook(
                Sent(body, head["name"]), report, datetime.fromisoformat(head["came"])
            )
        except (OSError, ValueError, KeyError, TypeError):
            return None

    def forget(self, holder: str, register: str) -> None:
        """Erase the workbook of the holder for that register."""
        self._path(holder, register).unlink(missing_ok=True)

    def _path(self, holder: str, register: str) -> Path:
        name = hashlib.sha256(f"{holder} {register}".encode()).hexdigest()
        return self._folder / f"{name[:32]}{_ENDING}"

    def _sweep(self) -> None:
        """Erase those whose day is over, and what a process left that died."""
        before = time.time() - SECONDS
        for path in self._folder.iterdir():
            if path.stat().st_mtime < before:
                path.unlink(missing_ok=True)
