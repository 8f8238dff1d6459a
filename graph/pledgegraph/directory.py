"""The data directory: what lies where, for which base IRI, in which format.

pledgegraph.json   format, base IRI, whether changes pass the gate
changes/           the changes log: the truth
primary/           the writer's store
snapshots/N/       a store as change set N left it; readers open these
current            the number of the newest snapshot
lock               held by whoever writes
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from filelock import FileLock, Timeout

from pledgegraph.durable import sync_folder, write_whole
from pledgegraph.errors import (
    BaseMismatch,
    DirectoryError,
    DirectoryExists,
    DirectoryLocked,
    DirectoryMissing,
    FormatTooNew,
)

FORMAT: Final = 1
"""The format of data directories that this release writes, and the newest that it reads."""

_CARD: Final = "pledgegraph.json"


@dataclass(frozen=True, slots=True)
class DataDirectory:
    """A data directory that exists and that this release can read."""

    path: Path
    base: str
    """The base IRI of its identifiers, without a final slash."""
    gated: bool
    """Whether changes are validated, blank nodes replaced and the default graph closed.

    Only conformance suites want one that is not (`init --empty --ungated`).
    """

    @property
    def changes(self) -> Path:
        """The folder of the changes log."""
        return self.path / "changes"

    @property
    def primary(self) -> Path:
        """The folder of the writer's store."""
        return self.path / "primary"

    @property
    def snapshots(self) -> Path:
        """The folder of the snapshots."""
        return self.path / "snapshots"

    @property
    def current(self) -> Path:
        """The file that names the newest snapshot."""
        return self.path / "current"

    @property
    def shipped(self) -> Path:
        """The file that tells which shipped files the directory has been given."""
        return self.path / "shipped"

    @contextmanager
    def locked(self, wait: float) -> Iterator[None]:
        """Be the only writer. The lock goes with the process, however that ends.

        Raises:
            DirectoryLocked: somebody else still writes after ``wait`` seconds.
        """
        lock = FileLock(self.path / "lock", timeout=wait)
        try:
            lock.acquire()
        except Timeout as error:
            raise DirectoryLocked(
                f"Another process has been writing to the data directory for {wait:g} s."
            ) from error
        try:
            yield
        finally:
            lock.release()


def open_directory(path: Path, *, base: str | None = None) -> DataDirectory:
    """The data directory at ``path``.

    Raises:
        DirectoryMissing: there is none.
        FormatTooNew: a newer release wrote it.
        BaseMismatch: it was made for another base IRI than ``base``.
    """
    try:
        card = json.loads((path / _CARD).read_text(encoding="utf-8"))
        form, its_base, gated = int(card["format"]), str(card["base"]), bool(card["gated"])
    except (FileNotFoundError, NotADirectoryError) as error:
        raise DirectoryMissing(f"There is no data directory at {path}.") from error
    except (ValueError, KeyError, TypeError) as error:
        raise DirectoryError(
            f"{path / _CARD} is not the description of a data directory.",
            remedy="Restore the data directory from a backup, or make a new one elsewhere.",
        ) from error
    if form > FORMAT:
        raise FormatTooNew(
            f"The data directory has format {form}; this release reads formats up to {FORMAT}."
        )
    if base is not None and base != its_base:
        raise BaseMismatch(
            f"The data directory was made for {its_base}, not for {base}.",
            remedy=f"Set PLEDGEGRAPH_BASE={its_base}, or make a new data directory "
            "for the other base IRI.",
        )
    return DataDirectory(path, its_base, gated)


@contextmanager
def new_directory(path: Path, *, base: str, gated: bool = True) -> Iterator[DataDirectory]:
    """A new data directory to fill; it appears at ``path`` when the block ends well.

    Until then it lies beside it under a hidden name, so that nobody meets half of one. What
    an earlier try left there when its process died is cleared away.

    Raises:
        DirectoryExists: there is something at ``path`` already.
        DirectoryLocked: another process is making one there.
    """
    if path.exists() and not (path.is_dir() and not any(path.iterdir())):
        is_one = (path / _CARD).exists()
        raise DirectoryExists(
            f"There is a data directory at {path} already."
            if is_one
            else f"{path} exists already and is not an empty folder.",
            remedy="Bring it up to date with `pledgegraph init --update`, or choose another place."
            if is_one
            else "Choose another place with --data-dir.",
        )
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_name(f".{path.name}.unfinished")
    with _only_maker(beside):
        shutil.rmtree(beside, ignore_errors=True)
        found = DataDirectory(beside, base, gated)
        for folder in (found.changes, found.snapshots):
            folder.mkdir(parents=True)
        write_whole(
            beside / _CARD,
            json.dumps({"format": FORMAT, "base": base, "gated": gated}, indent=2) + "\n",
        )
        try:
            yield found
            beside.rename(path)
            sync_folder(path.parent)
        except BaseException:
            shutil.rmtree(beside, ignore_errors=True)
            raise


@contextmanager
def _only_maker(beside: Path) -> Iterator[None]:
    lock = FileLock(beside.with_name(beside.name + ".lock"), timeout=0)
    try:
        lock.acquire()
    except Timeout as error:
        raise DirectoryLocked("Another process is making a data directory there.") from error
    try:
        yield
    finally:
        lock.release()
        Path(lock.lock_file).unlink(missing_ok=True)
