"""What the descriptions take from the dumps and from the changes log."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Final

from pledgegraph.descriptions import Copy
from pledgegraph.history import Dumps
from pledgegraph.media_types import format_named
from pledgegraph.store import ChangesLog

_GZIP: Final = "application/gzip"


class PublishedState:
    """Looks into a data directory for what its snapshot alone does not tell."""

    def __init__(self, data_dir: Path, base: str) -> None:
        self._log = ChangesLog(data_dir / "changes")
        self._dumps = Dumps(data_dir / "dumps")
        self._base = base

    def modified(self, sequence: int) -> datetime | None:
        """When the change set of that number was accepted; None where the log is behind it."""
        for record in self._log.newest_first():
            if record.sequence == sequence:
                return record.header().time
            if record.sequence < sequence:
                break
        return None

    def issued(self) -> datetime | None:
        """When the first change set was accepted; None before there is one."""
        return next((record.header().time for record in self._log.after(0)), None)

    def copies(self) -> tuple[Copy, ...]:
        """The files of the newest dump."""
        dump = self._dumps.newest()
        if dump is None:
            return ()
        return tuple(
            Copy(
                iri=f"{self._base}/dumps/{dump.sequence}/{file.name}",
                media_type=format_named(file.format).media_type,
                compression=_GZIP,
                size=file.bytes,
                sha256=file.sha256,
                sequence=dump.sequence,
            )
            for file in dump.files
        )
