"""Whether the files of a data directory are what was written, bit by bit.

Disks forget without a word. Every file that is kept has a checksum: a snapshot's files in its
`SHA256SUMS`, records of the changes log in their last lines, dumps and small files in themselves.
What the log can make again is made again. What was found last is in `check.json`.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from filelock import FileLock, Timeout

from pledgegraph.corrections import Corrections
from pledgegraph.errors import DirectoryError, LogDamaged
from pledgegraph.history.dumps import Dumps
from pledgegraph.reviews import Proposals
from pledgegraph.store.atomic_files import sealed, unsealed, write_whole
from pledgegraph.store.checksums import damaged_files
from pledgegraph.store.directory import DataDirectory, open_directory
from pledgegraph.store.embedded import EmbeddedEngine
from pledgegraph.store.log.changes_log import ChangesLog
from pledgegraph.store.snapshots import Snapshots
from pledgegraph.writes.tokens import Tokens

NAME: Final = "check.json"

Pause = Callable[[], None]
"""Called after each piece that was read, about a megabyte, by who does not want to hurry."""


def _no_pause() -> None:
    return


@dataclass(frozen=True, slots=True)
class Checked:
    """What a check found."""

    time: datetime
    snapshot: int
    """The newest one when the check began."""
    faults: tuple[str, ...]
    """What is damaged still, a sentence each."""
    mended: tuple[str, ...]
    """What was damaged and was made again, or removed to be made again."""


def check_files(engine: EmbeddedEngine, *, mend: bool = False, pause: Pause = _no_pause) -> Checked:
    """Compare all files with their checksums; with ``mend`` make again what can be.

    Raises:
        DirectoryLocked, DirectoryReadOnly, StorageFull: the snapshot could not be made again.
    """
    directory = engine.directory
    begun = datetime.now(UTC)
    faults = [*_of_small_files(directory), *_of_the_log(directory, pause)]
    is_log_whole = not faults
    mended: list[str] = []
    sequence, fault = _of_the_snapshot(directory, pause)
    if fault is not None:
        if mend and is_log_whole:
            engine.rebuild()
            mended.append(f"{fault} It was made again from the changes log.")
        else:
            faults.append(fault)
    for folder, told in (*_of_past_versions(directory, pause), *_of_dumps(directory, pause)):
        if mend:
            _remove(folder)
            mended.append(f"{told} It was removed, to be made again.")
        else:
            faults.append(told)
    return Checked(begun, sequence, tuple(faults), tuple(mended))


def check_now_and_then(engine: EmbeddedEngine, *, interval: float, pause: Pause) -> Checked | None:
    """Check and mend, unless that was done within ``interval`` seconds; note what was found.

    None where it was done, or another process is at it.

    Raises: see `check_files`.
    """
    path = engine.directory.path
    try:
        with FileLock(path / "check.lock", timeout=0):
            before = last_check(path)
            now = datetime.now(UTC)
            if before is not None and 0 <= (now - before.time).total_seconds() < interval:
                return None
            with suppress(DirectoryError):
                # What is damaged is found below.
                Tokens(path).seal()
            found = check_files(engine, mend=True, pause=pause)
            content = {**asdict(found), "time": found.time.isoformat()}
            write_whole(path / NAME, sealed(content))
            return found
    except Timeout:
        return None


def last_check(path: Path) -> Checked | None:
    """What the last check of the data directory at ``path`` found, if that can be told."""
    try:
        told = unsealed((path / NAME).read_text(encoding="utf-8"))
        return Checked(
            datetime.fromisoformat(told["time"]),
            int(told["snapshot"]),
            _sentences(told["faults"]),
            _sentences(told["mended"]),
        )
    except (OSError, ValueError, KeyError, TypeError):
        # The next check writes it anew.
        return None


def _sentences(told: Any) -> tuple[str, ...]:
    return tuple(str(each) for each in told)


def _of_small_files(directory: DataDirectory) -> list[str]:
    faults = []
    for look in (lambda: open_directory(directory.path), Tokens(directory.path).all):
        try:
            look()
        except DirectoryError as error:
            faults.append(str(error))
    reports = Corrections(directory.path, days=1).damaged()
    faults += [f"The report {name} of a reader is damaged." for name in reports]
    proposals = Proposals(directory.path, days=1).damaged()
    faults += [f"The proposal {name} for review is damaged." for name in proposals]
    return faults


def _of_the_log(directory: DataDirectory, pause: Pause) -> list[str]:
    try:
        for record in ChangesLog(directory.changes).after(0):
            if not record.is_intact():
                return [f"Record {record.sequence} of the changes log is damaged."]
            pause()
    except LogDamaged as error:
        return [str(error)]
    return []


def _of_the_snapshot(directory: DataDirectory, pause: Pause) -> tuple[int, str | None]:
    try:
        lease = Snapshots(directory).hold_current()
    except DirectoryError as error:
        return 0, str(error)
    try:
        return lease.sequence, fault_of(lease.path, f"Snapshot {lease.sequence}", pause=pause)
    finally:
        lease.release()


def fault_of(folder: Path, name: str, *, pause: Pause = _no_pause) -> str | None:
    """What is wrong with the files of a snapshot; None where nothing is."""
    found = damaged_files(folder, pause=pause)
    return f"{name} is damaged: {', '.join(found)}." if found else None


def _of_past_versions(directory: DataDirectory, pause: Pause) -> Iterator[tuple[Path, str]]:
    if not directory.past.is_dir():
        return
    versions = Snapshots(directory, folder=directory.past)
    for number in [int(e.name) for e in directory.past.iterdir() if e.name.isdecimal()]:
        lease = versions.hold(number)
        if lease is None:
            continue
        try:
            fault = fault_of(lease.path, f"Version {number}", pause=pause)
        finally:
            lease.release()
        if fault is not None:
            yield lease.path, fault


def _of_dumps(directory: DataDirectory, pause: Pause) -> Iterator[tuple[Path, str]]:
    dumps = Dumps(directory.dumps)
    damaged = dumps.damaged()
    damaged += [e.sequence for e in dumps.newest_first() if dumps.changed_files(e, pause=pause)]
    for number in damaged:
        yield directory.dumps / str(number), f"Dump {number} is damaged."


def _remove(folder: Path) -> None:
    """Take a folder away in one step; who has its files open goes on reading them."""
    doomed = folder.with_name(f".{folder.name}.doomed")
    with suppress(FileNotFoundError):
        folder.rename(doomed)
    shutil.rmtree(doomed, ignore_errors=True)
