"""How a proposal becomes a change, so that its outcome is right also where a process dies.

That it is being applied is written down before the change is made, and the change says of which
proposal it comes. Whoever finds one that was being applied, by nobody who is still there, looks
into the changes log whether it was made.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import TypeVar

from pledgegraph.errors import ProposalDecided, ServiceBusy
from pledgegraph.reviews.proposals import Outcome, Proposal, Proposals
from pledgegraph.store.changes import Header
from pledgegraph.store.log.published_log import PublishedLog

Made = TypeVar("Made")


def apply_proposal(
    proposals: Proposals,
    log: PublishedLog,
    proposal: Proposal,
    make: Callable[[], Made],
    *,
    by: str,
    words: str = "",
) -> tuple[Made, Proposal]:
    """Make the change of a proposal, whose reason has the proposal's mark, and keep the outcome.

    Raises:
        ProposalMissing: there is none by now.
        ProposalDecided: somebody was faster.
        ServiceBusy: somebody else is applying it.
    """
    with _alone(proposals, log, proposal.id):
        last = log.last()
        proposals.begin(proposal.id, last)
        try:
            made = make()
        except BaseException:
            _settled(proposals, log, proposal.id)
            raise
        header = _made_of(log, proposal.mark, last)
        number = 0 if header is None else header.sequence
        now = datetime.now(UTC).replace(microsecond=0)
        decided = proposals.decide(
            proposal.id, Outcome(time=now, applied=True, words=words, by=by, change=number)
        )
    return made, decided


def decline_proposal(
    proposals: Proposals, log: PublishedLog, name: str, *, by: str, words: str
) -> Proposal:
    """Keep that a proposal is declined, and why.

    Raises:
        ProposalMissing: there is none by now.
        ProposalDecided: somebody was faster.
        ServiceBusy: somebody else is applying it.
        InputError: the words are missing or too long.
    """
    with _alone(proposals, log, name):
        now = datetime.now(UTC).replace(microsecond=0)
        return proposals.decide(name, Outcome(time=now, applied=False, words=words, by=by))


def withdraw_proposal(proposals: Proposals, log: PublishedLog, name: str) -> None:
    """Erase a proposal that waits.

    Raises:
        ProposalMissing: there is none by now.
        ProposalDecided: somebody was faster.
        ServiceBusy: somebody is applying it.
    """
    with _alone(proposals, log, name):
        proposals.withdraw(name)


def settle(proposals: Proposals, log: PublishedLog) -> None:
    """Keep the outcomes of those that somebody was applying who has died."""
    for each in proposals.waiting():
        if each.begun is not None:
            with proposals.alone_with(each.id) as alone:
                if alone:
                    _settled(proposals, log, each.id)


@contextmanager
def _alone(proposals: Proposals, log: PublishedLog, name: str) -> Iterator[None]:
    with proposals.alone_with(name) as alone:
        if not alone:
            raise ServiceBusy("Somebody else is applying it.", retry_after=5)
        if _settled(proposals, log, name):
            raise ProposalDecided(f"The proposal {name} is decided already.")
        yield


def _settled(proposals: Proposals, log: PublishedLog, name: str) -> bool:
    """Whether the change of a proposal that was being applied is made; its outcome is kept then."""
    known = proposals.find(name)
    if known is None or known.outcome is not None or known.begun is None:
        return False
    header = _made_of(log, known.mark, known.begun)
    if header is None:
        proposals.begin(name, None)
        return False
    outcome = Outcome(header.time, applied=True, words="", by=header.agent, change=header.sequence)
    proposals.decide(name, outcome)
    return True


def _made_of(log: PublishedLog, mark: str, after: int) -> Header | None:
    """The change with that mark that came after change ``after``."""
    for number in range(log.last(), after, -1):
        header = log.record(number).header()
        if header.reason.endswith(mark):
            return header
    return None
