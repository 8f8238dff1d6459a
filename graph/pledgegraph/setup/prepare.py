"""A data directory that is there and up to date, whether or not there was one before."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Final

from pledgegraph.errors import DirectoryMissing
from pledgegraph.settings import Settings
from pledgegraph.setup.engine_choice import engine_over, open_engine
from pledgegraph.setup.shipped_data import bring_up_to_date
from pledgegraph.store.changes import Receipt
from pledgegraph.store.directory import DataDirectory, new_directory

REPLICAS: Final = 3
"""On how many servers a new shared log is kept, where nobody says otherwise."""


@dataclass(frozen=True, slots=True)
class Prepared:
    """What `prepare` did."""

    base: str
    receipt: Receipt
    is_new: bool

    def in_words(self, path: Path) -> str:
        """The same in a sentence."""
        if not (self.is_new or self.receipt.added or self.receipt.removed):
            return f"The data directory {path} holds the data of this release already."
        return (
            f"{'Made' if self.is_new else 'Updated'} the data directory {path}: "
            f"{self.receipt.added:,} statements added, {self.receipt.removed:,} removed "
            f"(change set {self.receipt.sequence})."
        )


def prepare(settings: Settings) -> Prepared:
    """Make the data directory if there is none, and bring its shipped data up to this release.

    Where the settings name a shared log, a new directory is a node of it; see `join`.

    Raises:
        FormatTooNew, BaseMismatch, DirectoryLocked: the one that is there cannot be used.
        LogUnavailable, StreamDiffers: the shared log cannot.
    """
    try:
        engine = open_engine(settings)
    except DirectoryMissing:
        if settings.log:
            return _joined(settings)
        with new_directory(settings.data_dir, base=settings.base) as directory:
            receipt = fill(directory, settings)
        return Prepared(directory.base, receipt, is_new=True)
    return Prepared(engine.directory.base, bring_up_to_date(engine), is_new=False)


def _joined(settings: Settings) -> Prepared:
    # Nobody without a shared log needs it.
    from pledgegraph.setup.join import join  # noqa: PLC0415

    receipt, base = join(settings, replicas=REPLICAS, empty=False, progress=lambda *_: None)
    return Prepared(base, receipt, is_new=True)


def fill(directory: DataDirectory, settings: Settings, *, empty: bool = False) -> Receipt:
    """Give a new data directory its first snapshot and, unless ``empty``, the shipped data."""
    engine = engine_over(directory, settings)
    sequence = engine.settle()
    return Receipt(sequence, 0, 0) if empty else bring_up_to_date(engine)
