"""What readers report, as it is kept in the data directory.

corrections/open/ID.json      waits for a steward
corrections/decided/ID.json   accepted or declined, with the steward's words

A report is on the disk before it is acknowledged. What its reader wrote is for stewards only: no
page shows it, the files are their owner's alone, and after a number of days it is erased. What
stays is on which page something was reported, when, and what came of it.
"""

from __future__ import annotations

import logging
import re
import secrets
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final, Literal

from filelock import FileLock

from pledgegraph.errors import (
    CorrectionDecided,
    CorrectionMissing,
    DirectoryReadOnly,
    InputError,
    ServiceBusy,
)
from pledgegraph.store.atomic_files import sealed, sync_folder, unsealed, write_whole
from pledgegraph.writes.attribution import attributable

FOLDER: Final = "corrections"
LONGEST_TEXT: Final = 2_000
"""Characters of each thing that a reader writes."""
LONGEST_WORDS: Final = 1_000
"""Characters of a steward's words."""
MOST_OPEN: Final = 2_000
"""Reports that may wait, so that nobody fills the disk."""
_ID: Final = re.compile(r"[0-9a-f]{16}")
_PAGE: Final = re.compile(r"/(?!/)[A-Za-z0-9._~!$&'()*+,;=:@%/-]{0,500}")
_CONTROL: Final = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")
_EMAIL: Final = re.compile(r"[^\s@]+@[^\s@]+\.[^\s@]+")
_LOCK_WAIT: Final = 10.0

_log = logging.getLogger(__name__)

State = Literal["open", "accepted", "declined"]


@dataclass(frozen=True, slots=True)
class Told:
    """What a reader wrote. Private, and erased after a time."""

    statement: str
    """What is wrong."""
    right: str
    """What is right."""
    source: str
    """How the reader knows."""


@dataclass(frozen=True, slots=True)
class Decision:
    """What a steward decided, in words that the page shows."""

    time: datetime
    accepted: bool
    words: str
    language: str
    """Of the words."""
    by: str
    """The label of the steward's token, or the name on the command line; not shown on the page."""


@dataclass(frozen=True, slots=True)
class Correction:
    """An error that a reader reported on a page."""

    id: str
    received: datetime
    page: str
    """The path of the page, percent-encoded."""
    language: str
    """Of the page, as it was read."""
    told: Told | None
    """None once it is erased."""
    decision: Decision | None = None

    @property
    def state(self) -> State:
        """Whether it waits, and if not what was decided."""
        if self.decision is None:
            return "open"
        return "accepted" if self.decision.accepted else "declined"


def page_of(path: str) -> str:
    """The path of a page under which reports on it are kept, whichever of its forms was read.

    Raises:
        InputError: it is none.
    """
    if not _PAGE.fullmatch(path):
        raise InputError(
            "That is not the path of a page of this service.",
            remedy="Follow the link “Report an error” at the foot of the page.",
        )
    return path.removesuffix(".html") if path.startswith("/doc/") else path


class Corrections:
    """The reports of a data directory; any number of processes may use it.

    ``days`` after it came, what a reader wrote is erased.
    """

    def __init__(self, data_dir: Path, *, days: float) -> None:
        self._folder = data_dir / FOLDER
        self._days = timedelta(days=days)

    @property
    def decided_folder(self) -> Path:
        """Where the decided ones are; the folder changes with each decision."""
        return self._folder / "decided"

    @property
    def _open_folder(self) -> Path:
        return self._folder / "open"

    def add(self, page: str, told: Told, *, language: str, name: str | None = None) -> Correction:
        """Keep a report. One that was kept under the same ``name`` already is not kept twice.

        Raises:
            InputError: a text is missing or too long, or the page is none.
            ServiceBusy: too many wait already.
            DirectoryReadOnly: nothing can be written there.
        """
        name = secrets.token_hex(8) if name is None else _named(name)
        correction = Correction(
            id=name,
            received=datetime.now(UTC).replace(microsecond=0),
            page=page_of(page),
            language=language,
            told=Told(*(_checked(field, text) for field, text in asdict(told).items())),
        )
        with self._changing():
            known = self.find(name)
            if known is not None:
                return known
            if sum(1 for _ in self._open_folder.glob("*.json")) >= MOST_OPEN:
                raise ServiceBusy(
                    f"{MOST_OPEN:,} reports wait for the stewards already.", retry_after=86_400
                )
            self._write(self._open_folder, correction)
        return correction

    def decide(self, name: str, decision: Decision) -> Correction:
        """Accept or decline a report; the page shows the decision's words from then on.

        Raises:
            CorrectionMissing: there is none of that name.
            CorrectionDecided: somebody was faster.
            InputError: the words are missing or too long, or hold an e-mail address.
        """
        if not decision.words.strip():
            raise InputError(
                "A decision needs words that readers of the page can understand.",
                remedy="Say what was changed, or why nothing was.",
            )
        if len(decision.words) > LONGEST_WORDS or _CONTROL.search(decision.words):
            raise InputError(
                f"The words are longer than {LONGEST_WORDS:,} characters, or hold a control "
                "character.",
                remedy="Shorten them.",
            )
        if _EMAIL.search(decision.words):
            raise InputError(
                "An e-mail address does not belong on a public page.", remedy="Leave it out."
            )
        attributable("The name", decision.by, remedy="Give a name.")
        with self._changing():
            known = self.find(name)
            if known is None:
                raise CorrectionMissing(f"There is no report {name!r}.")
            if known.decision is not None:
                raise CorrectionDecided(f"The report {name} is {known.state} already.")
            decided = replace(known, decision=replace(decision, words=decision.words.strip()))
            self._write(self.decided_folder, decided)
            # Where a process dies here, the decided one counts.
            (self._open_folder / f"{name}.json").unlink(missing_ok=True)
        return decided

    def find(self, name: str) -> Correction | None:
        """The report of that name; None where there is none."""
        if not _ID.fullmatch(name):
            return None
        for folder in (self.decided_folder, self._open_folder):
            with suppress(FileNotFoundError):
                return self._shown(_read(folder / f"{name}.json"))
        return None

    def waiting(self) -> list[Correction]:
        """Those that wait, the oldest first."""
        decided = {path.name for path in self.decided_folder.glob("*.json")}
        paths = [path for path in self._open_folder.glob("*.json") if path.name not in decided]
        return sorted(self._all(paths), key=lambda each: (each.received, each.id))

    def decided(self) -> list[Correction]:
        """Those that are decided, the latest first."""
        found = self._all(self.decided_folder.glob("*.json"))
        return sorted(found, key=_when_decided, reverse=True)

    def erase(self) -> int:
        """Erase from the disk what readers wrote too long ago; how many reports that were."""
        erased = 0
        for folder in (self._open_folder, self.decided_folder):
            for path in [*folder.glob("*.json")]:
                with suppress(FileNotFoundError, ValueError, KeyError, TypeError):
                    if self._is_over(_read(path)):
                        with self._changing():
                            found = _read(path)
                            self._write(folder, replace(found, told=None))
                        erased += 1
        return erased

    def damaged(self) -> list[str]:
        """The names of those that are not what was written."""
        found = []
        for path in self._folder.rglob("*.json"):
            with suppress(FileNotFoundError):
                try:
                    _read(path)
                except (ValueError, KeyError, TypeError):
                    found.append(path.stem)
        return sorted(found)

    def _all(self, paths: Iterator[Path] | list[Path]) -> Iterator[Correction]:
        for path in paths:
            # It may be decided while we look.
            with suppress(FileNotFoundError):
                try:
                    yield self._shown(_read(path))
                except (ValueError, KeyError, TypeError):
                    _log.warning("The report %s of a reader is damaged and passed over.", path.stem)

    def _is_over(self, correction: Correction) -> bool:
        return correction.told is not None and correction.received + self._days <= datetime.now(UTC)

    def _shown(self, correction: Correction) -> Correction:
        """The report as it may be shown: what is to be erased is so at once."""
        return replace(correction, told=None) if self._is_over(correction) else correction

    def _write(self, folder: Path, correction: Correction) -> None:
        if not folder.is_dir():
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            sync_folder(folder.parent)
            sync_folder(folder.parent.parent)
        write_whole(folder / f"{correction.id}.json", sealed(_as_json(correction)), mode=0o600)

    @contextmanager
    def _changing(self) -> Iterator[None]:
        """Be the only one who changes reports."""
        try:
            self._folder.mkdir(mode=0o700, exist_ok=True)
            lock = FileLock(self._folder / ".lock", timeout=_LOCK_WAIT)
            lock.acquire()
        except OSError as error:
            raise DirectoryReadOnly(
                f"The report cannot be kept: {error.strerror or error}."
            ) from error
        try:
            yield
        finally:
            lock.release()


def _when_decided(correction: Correction) -> tuple[datetime, str]:
    decision = correction.decision
    return (correction.received if decision is None else decision.time, correction.id)


def _named(name: str) -> str:
    if not _ID.fullmatch(name):
        raise InputError("That is not the name of a report.", remedy="Open the form anew.")
    return name


def _checked(field: str, text: str) -> str:
    found = text.replace("\r\n", "\n").strip()
    if not found:
        raise InputError(f"The field {field!r} is empty.", remedy="Fill in all three fields.")
    if len(found) > LONGEST_TEXT:
        raise InputError(
            f"The field {field!r} has {len(found):,} characters; {LONGEST_TEXT:,} is the most.",
            remedy="Shorten it.",
        )
    if _CONTROL.search(found):
        raise InputError(
            f"The field {field!r} holds a control character.", remedy="Write plain text."
        )
    return found


def _as_json(correction: Correction) -> dict[str, Any]:
    told: dict[str, Any] = {**asdict(correction), "received": correction.received.isoformat()}
    if correction.decision is not None:
        told["decision"]["time"] = correction.decision.time.isoformat()
    return told


def _read(path: Path) -> Correction:
    told = unsealed(path.read_text(encoding="utf-8"))
    decision = told.pop("decision")
    if decision is not None:
        decision = Decision(**{**decision, "time": datetime.fromisoformat(decision["time"])})
    words = told.pop("told")
    return Correction(
        **{**told, "received": datetime.fromisoformat(told["received"])},
        told=None if words is None else Told(**words),
        decision=decision,
    )
