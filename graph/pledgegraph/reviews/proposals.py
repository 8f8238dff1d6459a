"""What was sent for review, as it is kept in the data directory.

reviews/open/ID.json      waits for another person
reviews/open/ID.file      the workbook of one that has a workbook
reviews/decided/ID.json   what came of it

A proposal is on the disk before it is acknowledged: first its file, then its card, without which
the file counts for nothing. It is no data of the graph, no page for the public shows it, and its
files are their owner's alone. After a number of days nothing of it is left.
"""

from __future__ import annotations

import errno
import hashlib
import logging
import os
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final, Literal

from filelock import FileLock, Timeout

from pledgegraph.errors import (
    DirectoryReadOnly,
    InputError,
    ProposalDecided,
    ProposalMissing,
    ServiceBusy,
    StorageFull,
)
from pledgegraph.store.atomic_files import sealed, sync_folder, unsealed, write_whole

FOLDER: Final = "reviews"
MOST_OPEN: Final = 500
"""Proposals that may wait, so that nobody fills the disk."""
MOST_OF_ONE: Final = 50
"""Those that may wait of one sender."""
MOST_BYTES: Final = 1_000_000_000
"""Bytes of all workbooks that wait."""
LONGEST_WORDS: Final = 1_000
_ID: Final = re.compile(r"[0-9a-f]{16}")
_CONTROL: Final = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")
_LOCK_WAIT: Final = 10.0
_LOCK: Final = ".applying"
_PRIVATE: Final = 0o600
_LATER: Final = 86_400

_log = logging.getLogger(__name__)

Kind = Literal["workbook", "report"]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What another person decided."""

    time: datetime
    applied: bool
    words: str
    """Why; may be empty where it was applied."""
    by: str
    """The label of the reviewer's token."""
    change: int = 0
    """The change set that it became; 0 where it was declined."""


@dataclass(frozen=True, slots=True)
class Proposal:
    """A change that somebody sent for review."""

    id: str
    kind: Kind
    about: str
    """The name of the register or of the commitment."""
    sender: str
    """The id of the token."""
    label: str
    """What the token is called."""
    received: datetime
    sequence: int
    """The snapshot against which its sender saw it checked."""
    note: str
    """Why, in the sender's words."""
    content: Mapping[str, str]
    """A report's fields; a workbook's name."""
    sha256: str = ""
    """Of the file."""
    size: int = 0
    begun: int | None = None
    """The newest change when somebody began to apply it."""
    outcome: Outcome | None = None

    @property
    def mark(self) -> str:
        """By what the changes log knows it again."""
        return f"(review {self.id})"


class Proposals:
    """Those of a data directory; any number of processes may use it.

    ``days`` after it came, or after it was decided, nothing is left of one.
    """

    def __init__(self, data_dir: Path, *, days: float) -> None:
        self._folder = data_dir / FOLDER
        self._days = timedelta(days=days)

    @property
    def _open_folder(self) -> Path:
        return self._folder / "open"

    @property
    def _decided_folder(self) -> Path:
        return self._folder / "decided"

    def add(self, proposal: Proposal, body: bytes = b"") -> Proposal:
        """Keep a proposal with the file that belongs to it.

        One of the same id that is there already is not kept twice.

        Raises:
            ServiceBusy: too many wait already, of this sender or of all.
            StorageFull: there is no room for it.
            DirectoryReadOnly: nothing can be written there.
        """
        if not _ID.fullmatch(proposal.id):
            raise InputError("That is not the name of a proposal.", remedy="Open the page anew.")
        digest = hashlib.sha256(body).hexdigest() if body else ""
        kept = replace(proposal, sha256=digest, size=len(body))
        with self._changing():
            known = self.find(kept.id)
            if known is not None:
                return known
            waiting = self.waiting()
            _refuse_too_many(waiting, kept)
            if body:
                _write_file(self._made(self._open_folder) / f"{kept.id}.file", body)
            self._write(self._open_folder, kept)
        return kept

    def find(self, name: str) -> Proposal | None:
        """The proposal of that id; None where there is none, or its days are over."""
        if not _ID.fullmatch(name):
            return None
        for folder in (self._decided_folder, self._open_folder):
            with suppress(FileNotFoundError, ValueError, KeyError, TypeError):
                found = _read(folder / f"{name}.json")
                return None if self._is_over(found) else found
        return None

    def body(self, proposal: Proposal) -> bytes | None:
        """The file of a proposal; None where it is gone, or is not what was sent."""
        try:
            body = (self._open_folder / f"{proposal.id}.file").read_bytes()
        except FileNotFoundError:
            return None
        return body if hashlib.sha256(body).hexdigest() == proposal.sha256 else None

    def waiting(self) -> list[Proposal]:
        """Those that wait, the oldest first."""
        decided = {path.name for path in self._decided_folder.glob("*.json")}
        paths = [path for path in self._open_folder.glob("*.json") if path.name not in decided]
        return sorted(self._all(paths), key=lambda each: (each.received, each.id))

    def decided(self) -> list[Proposal]:
        """Those that are decided, the latest first."""
        found = self._all([*self._decided_folder.glob("*.json")])
        return sorted(found, key=_when_decided, reverse=True)

    def decide(self, name: str, outcome: Outcome) -> Proposal:
        """Keep what was decided; its file is erased.

        Raises:
            ProposalMissing: there is none of that id.
            ProposalDecided: somebody was faster.
            InputError: the words are missing or too long.
        """
        words = outcome.words.strip()
        if not outcome.applied and not words:
            raise InputError(
                "Whoever sent it needs to know why it is declined.",
                remedy="Say why, in a sentence.",
            )
        if len(words) > LONGEST_WORDS or _CONTROL.search(words):
            raise InputError(
                f"The words are longer than {LONGEST_WORDS:,} characters, or hold a control "
                "character.",
                remedy="Shorten them.",
            )
        with self._changing():
            known = self._still_open(name)
            decided = replace(known, begun=None, outcome=replace(outcome, words=words))
            self._write(self._decided_folder, decided)
            # Where a process dies here, the decided one counts.
            self._remove_open(name)
        return decided

    def begin(self, name: str, last: int | None) -> None:
        """Note that it is being applied after change ``last``; None that it is not, after all.

        Raises:
            ProposalMissing: there is none of that id.
            ProposalDecided: somebody was faster.
        """
        with self._changing():
            self._write(self._open_folder, replace(self._still_open(name), begun=last))

    def withdraw(self, name: str) -> None:
        """Erase one that waits.

        Raises:
            ProposalMissing: there is none of that id.
            ProposalDecided: somebody was faster.
        """
        with self._changing():
            self._still_open(name)
            self._remove_open(name)

    @contextmanager
    def alone_with(self, name: str) -> Iterator[bool]:
        """Whether nobody else applies it while the block runs; goes with the process."""
        lock = FileLock(self._made(self._folder) / f".{name}{_LOCK}", timeout=0)
        try:
            lock.acquire()
        except Timeout:
            yield False
            return
        try:
            yield True
        finally:
            lock.release()

    def erase(self) -> int:
        """Erase what is older than the days; how many proposals that were."""
        erased = 0
        for folder in (self._open_folder, self._decided_folder):
            for path in [*folder.glob("*.json")]:
                with suppress(FileNotFoundError, ValueError, KeyError, TypeError):
                    if self._is_over(_read(path)):
                        with self._changing():
                            path.unlink(missing_ok=True)
                            path.with_suffix(".file").unlink(missing_ok=True)
                        erased += 1
        for path in [*self._open_folder.glob("*.file")]:
            # A process died between the file and its card, or between the outcome and this.
            with self._changing():
                if not path.with_suffix(".json").exists():
                    path.unlink(missing_ok=True)
        for path in [*self._folder.glob(f".*{_LOCK}")]:
            name = path.name.removeprefix(".").removesuffix(_LOCK)
            if not (self._open_folder / f"{name}.json").exists():
                path.unlink(missing_ok=True)
        return erased

    def damaged(self) -> list[str]:
        """The ids of those that are not what was written."""
        found = []
        for path in [*self._folder.rglob("*.json")]:
            with suppress(FileNotFoundError):
                try:
                    read = _read(path)
                except (ValueError, KeyError, TypeError):
                    found.append(path.stem)
                    continue
                waits = read.sha256 and read.outcome is None
                if waits and self.body(read) is None and path.exists():
                    found.append(path.stem)
        return sorted(found)

    def _still_open(self, name: str) -> Proposal:
        known = self.find(name)
        if known is None:
            raise ProposalMissing(f"There is no proposal {name!r}.")
        if known.outcome is not None:
            raise ProposalDecided(f"The proposal {name} is decided already.")
        return known

    def _remove_open(self, name: str) -> None:
        # The card goes first: a file without one counts for nothing.
        for ending in ("json", "file"):
            (self._open_folder / f"{name}.{ending}").unlink(missing_ok=True)

    def _is_over(self, proposal: Proposal) -> bool:
        last = proposal.received if proposal.outcome is None else proposal.outcome.time
        return last + self._days <= datetime.now(UTC)

    def _all(self, paths: list[Path]) -> Iterator[Proposal]:
        for path in paths:
            # It may be decided while we look.
            with suppress(FileNotFoundError):
                try:
                    found = _read(path)
                except (ValueError, KeyError, TypeError):
                    _log.warning("The proposal %s is damaged and passed over.", path.stem)
                    continue
                if not self._is_over(found):
                    yield found

    def _made(self, folder: Path) -> Path:
        if not folder.is_dir():
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            sync_folder(folder.parent)
            sync_folder(folder.parent.parent)
        return folder

    def _write(self, folder: Path, proposal: Proposal) -> None:
        path = self._made(folder) / f"{proposal.id}.json"
        write_whole(path, sealed(_as_json(proposal)), mode=_PRIVATE)

    @contextmanager
    def _changing(self) -> Iterator[None]:
        """Be the only one who changes proposals."""
        try:
            self._folder.mkdir(mode=0o700, exist_ok=True)
            lock = FileLock(self._folder / ".lock", timeout=_LOCK_WAIT)
            with lock:
                yield
        except OSError as error:
            if error.errno in (errno.ENOSPC, errno.EDQUOT):
                raise StorageFull("The disk is full: the proposal could not be kept.") from error
            raise DirectoryReadOnly(
                f"The proposal cannot be kept: {error.strerror or error}."
            ) from error


def _refuse_too_many(waiting: list[Proposal], one: Proposal) -> None:
    mine = sum(each.sender == one.sender for each in waiting)
    size = sum(each.size for each in waiting) + one.size
    if len(waiting) >= MOST_OPEN or mine >= MOST_OF_ONE or size > MOST_BYTES:
        raise ServiceBusy("Too much waits for review already.", retry_after=_LATER)


def _when_decided(proposal: Proposal) -> tuple[datetime, str]:
    outcome = proposal.outcome
    return (proposal.received if outcome is None else outcome.time, proposal.id)


def _write_file(path: Path, body: bytes) -> None:
    """Have the file on the disk, whole, before its card is written."""
    beside = path.with_name(f".{path.name}.new")
    beside.unlink(missing_ok=True)
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC
    with os.fdopen(os.open(beside, flags, _PRIVATE), "wb") as file:
        file.write(body)
        file.flush()
        os.fsync(file.fileno())
    beside.replace(path)


def _as_json(proposal: Proposal) -> dict[str, Any]:
    told: dict[str, Any] = {**asdict(proposal), "received": proposal.received.isoformat()}
    if proposal.outcome is not None:
        told["outcome"]["time"] = proposal.outcome.time.isoformat()
    return told


def _read(path: Path) -> Proposal:
    told = unsealed(path.read_text(encoding="utf-8"))
    outcome = told.pop("outcome")
    if outcome is not None:
        outcome = Outcome(**{**outcome, "time": datetime.fromisoformat(outcome["time"])})
    received = datetime.fromisoformat(told["received"])
    return Proposal(**{**told, "received": received}, outcome=outcome)
