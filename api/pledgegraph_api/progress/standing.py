"""How each commitment stands on a day, by the rules of ``docs/methodology.md``."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import lru_cache
from typing import Final

from pledgegraph_api.progress.ledger import Account, Commitment, Ledger, Telling, Voice
from pledgegraph_api.progress.terms import FRESHNESS, NOT_REPORTED, SEVERAL, STATUS, UNMATCHED

_MONTHS: Final = 12


@dataclass(frozen=True, slots=True)
class Standing:
    """One commitment on one day."""

    commitment: Commitment
    reporting: str
    """One of `terms.CLASSES`."""
    last_report: str
    """The first day that the date of the maker's last report can mean; empty without one."""
    own: str
    """The maker's status: a name of our scheme, or `UNMATCHED`, `SEVERAL` or `NOT_REPORTED`."""
    own_as_of: str
    found: str
    """What assessors found, in the same terms; `NOT_REPORTED` where none did."""
    found_as_of: str
    due: str
    """One of `terms.DUE`."""
    own_stated: tuple[str, ...] = ()
    """Every status that the maker stated for that day; `UNMATCHED` is one too."""
    found_stated: tuple[str, ...] = ()
    """Every one that assessors found for theirs."""

    @property
    def disagree(self) -> bool:
        """Whether maker and assessor state statuses of ours that differ."""
        beside = {UNMATCHED, SEVERAL, NOT_REPORTED}
        return self.own not in beside and self.found not in beside and self.own != self.found


@dataclass(frozen=True, slots=True)
class Told:
    """An account as a list of what was told shows it."""

    commitment: Commitment
    telling: Telling
    day: str
    """The last day that its date can mean."""
    replies: tuple[Account, ...] = ()
    """What the maker has replied to it by the day asked for."""


def standings(ledger: Ledger, day: date, *, today: date | None = None) -> list[Standing]:
    """Every commitment as it stood on a day.

    Accounts that may be of later days do not count, nor do commitments that were surely
    announced later.
    """
    until = day.isoformat()
    is_past = day < (today or datetime.now(UTC).date())
    return [
        _standing(each, ledger.terminal, day, is_past=is_past)
        for each in ledger.commitments
        if not is_past or each.announced <= until
    ]


def in_short(ledger: Ledger, day: date) -> tuple[int, int, int]:
    """How many commitments there are, and of how many makers and assessors say how far they are."""
    standing = standings(ledger, day)
    return (
        len(standing),
        sum(each.own != NOT_REPORTED for each in standing),
        sum(each.found != NOT_REPORTED for each in standing),
    )


def lately_told(commitments: Iterable[Commitment], day: date, most: int) -> list[Told]:
    """The newest accounts up to a day, each once, the newest first."""
    found: dict[str, Told] = {}
    until = day.isoformat()
    for commitment in commitments:
        for telling in commitment.told:
            ends = [each for each in telling.account.ends if each <= until]
            if ends:
                replies = tuple(
                    each
                    for each in commitment.replies(telling.account)
                    if not each.ends or each.ends[0] <= until
                )
                told = Told(commitment, telling, ends[-1], replies)
                found.setdefault(telling.account.record.value, told)
    ordered = sorted(found.values(), key=lambda told: told.telling.account.record.value)
    ordered.sort(key=lambda told: told.day, reverse=True)
    return ordered[:most]


@lru_cache(maxsize=64)
def months_before(day: date, months: int) -> date:
    """The day so many months earlier; the last of its month where the month has no such day."""
    year, month = divmod(day.year * 12 + day.month - 1 - months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def age_of(last_report: str, day: date) -> str:
    """How old the maker's last report is on a day, in steps of twelve months."""
    for level, months in (("current", _MONTHS), ("due", 2 * _MONTHS)):
        if last_report >= months_before(day, months).isoformat():
            return level
    return "overdue"


def _standing(
    commitment: Commitment, terminal: frozenset[str], day: date, *, is_past: bool
) -> Standing:
    until = day.isoformat()
    last = ""
    for telling in commitment.told:
        account = telling.account
        # What is known today has been told, even where its vague date can mean a later day.
        days = account.ends if is_past else account.starts
        dated = account.starts and account.ends and days[0] <= until
        if telling.voice == "maker" and dated:
            last = max(last, account.starts[-1])
    own, own_day = _latest(commitment, "maker", until)
    found, found_day = _latest(commitment, "assessor", until)
    ended = any(status in terminal for each in own for status in each.statuses)
    known = _known(commitment, until) if is_past else commitment.known.removeprefix(FRESHNESS)
    return Standing(
        commitment,
        reporting=_reporting(known, last, ended=ended, day=day),
        last_report=last,
        own=_status(own),
        own_as_of=own_day,
        found=_status(found),
        found_as_of=found_day,
        due=_due(commitment.due, ended=ended, day=day),
        own_stated=_statuses(own),
        found_stated=_statuses(found),
    )


def _latest(commitment: Commitment, voice: Voice, until: str) -> tuple[list[Account], str]:
    """The accounts of the latest day in a voice that say how far the commitment itself is."""
    stated = [
        (end, telling.account)
        for telling in commitment.told
        if telling.voice == voice and telling.direct and telling.account.states
        for end in telling.account.ends
        if end <= until
    ]
    if not stated:
        return [], ""
    day = max(end for end, _ in stated)
    return [account for end, account in stated if end == day], day


def _statuses(accounts: Iterable[Account]) -> tuple[str, ...]:
    said = {
        status.removeprefix(STATUS) if status else UNMATCHED
        for account in accounts
        for status in (account.statuses or ("",))
    }
    return tuple(sorted(said))


def _status(accounts: Iterable[Account]) -> str:
    said = _statuses(accounts)
    if not said:
        return NOT_REPORTED
    return said[0] if len(said) == 1 else SEVERAL


def _known(commitment: Commitment, until: str) -> str:
    """What was known of reporting on a past day; an account without a date may be of any."""
    dated = [(each.voice, each.account.ends) for each in commitment.told]
    if any(voice == "maker" and not ends for voice, ends in dated):
        return "undated"
    heard = any(voice != "maker" and (not ends or ends[0] <= until) for voice, ends in dated)
    return "others-reported" if heard else "no-report-known"


def _reporting(known: str, last: str, *, ended: bool, day: date) -> str:
    if ended:
        return "ended"
    if not last:
        return known or "no-report-known"
    return age_of(last, day)


def _due(due: str, *, ended: bool, day: date) -> str:
    if not due:
        return "none"
    if ended:
        return "ended"
    if due < day.isoformat():
        return "passed"
    return "next" if due <= months_before(day, -_MONTHS).isoformat() else "later"
