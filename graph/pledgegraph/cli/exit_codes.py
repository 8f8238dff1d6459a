"""What the exit code of a command means, and how an error becomes one."""

from __future__ import annotations

import sys
from enum import IntEnum
from typing import Final

from pledgegraph.cli.terminal.escape_control import harmless
from pledgegraph.cli.terminal.validation_report import print_report
from pledgegraph.errors import (
    BackupUnusable,
    DirectoryError,
    InputError,
    LogDamaged,
    LogMoved,
    LogUnavailable,
    OriginError,
    PledgegraphError,
    PublishDelayed,
    QueryError,
    ReadError,
    SettingsError,
    StorageFull,
    StoreDiffers,
    ValidationFailed,
    WorkbookRefused,
)


class Exit(IntEnum):
    """The exit codes; `docs/command-line.md` lists them."""

    FINE = 0
    INVALID = 1
    """The data break a shape."""
    USAGE = 2
    """The command line or a setting is wrong."""
    UNREADABLE = 3
    """A file or a query is not what it should be."""
    DIRECTORY = 4
    """The data directory cannot be used."""
    STORAGE = 5
    """The disk refused."""
    ORIGIN = 6
    """The service to mirror, or the shared log, cannot be followed."""
    INTERRUPTED = 130
    """Ctrl-C."""


_CODES: Final[tuple[tuple[type[PledgegraphError], Exit], ...]] = (
    (ValidationFailed, Exit.INVALID),
    (WorkbookRefused, Exit.INVALID),
    (SettingsError, Exit.USAGE),
    (InputError, Exit.UNREADABLE),
    (QueryError, Exit.UNREADABLE),
    (DirectoryError, Exit.DIRECTORY),
    (BackupUnusable, Exit.DIRECTORY),
    (LogDamaged, Exit.DIRECTORY),
    (StoreDiffers, Exit.DIRECTORY),
    (OriginError, Exit.ORIGIN),
    (LogUnavailable, Exit.ORIGIN),
    (LogMoved, Exit.ORIGIN),
    (StorageFull, Exit.STORAGE),
    (PublishDelayed, Exit.STORAGE),
)


def exit_code(error: PledgegraphError) -> Exit:
    """The exit code that tells a script what kind of error it was."""
    return next((code for kind, code in _CODES if isinstance(error, kind)), Exit.UNREADABLE)


def complain(error: PledgegraphError) -> None:
    """Say on the standard error what went wrong, where, and what to do."""
    if isinstance(error, ValidationFailed):
        print_report(error.report, base=error.base, places=error.places)
    place = f"{error.place}: " if isinstance(error, ReadError) else ""
    print(harmless(f"{place}{error}"), file=sys.stderr)
    if error.remedy:
        print(error.remedy, file=sys.stderr)
