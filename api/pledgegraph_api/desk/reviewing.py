"""Who may see and decide about what was sent for review, and how something gets there."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Final

from pledgegraph.errors import ProposalMissing
from pledgegraph.reviews import Proposal, Proposals, settle
from pledgegraph.store import PublishedLog
from pledgegraph.tabular import Sent, WaitingWorkbook
from pledgegraph.writes import ProgressReport, Token, Tokens, attributable, reason_of
from pledgegraph_api.desk.rights import Rights
from pledgegraph_api.desk.sessions import PATH, Session

REVIEWS: Final = f"{PATH}/reviews"
REVIEW: Final = f"{PATH}/review"
_REMEDY: Final = "Say why, in a short sentence, without an address."


class Reviewing:
    """What waits for another person. Every method blocks."""

    def __init__(
        self, proposals: Proposals, rights: Rights, tokens: Tokens, log: PublishedLog
    ) -> None:
        self.proposals: Final = proposals
        self.log: Final = log
        self._rights = rights
        self._tokens = tokens

    def send_workbook(
        self, session: Session, register: str, waiting: WaitingWorkbook, *, note: str
    ) -> Proposal:
        """Send a workbook that was checked; to send it twice sends it once.

        Raises:
            InputError: the note cannot stand in the changes log.
            ServiceBusy: too much waits already.
        """
        told = f"{register} {waiting.report.receipt} {waiting.came.isoformat()}"
        note = note.strip() or f"Workbook of the register {register}."
        proposal = Proposal(
            id=_id_of(session, told),
            kind="workbook",
            about=register,
            sender=session.token.id,
            label=session.token.label,
            received=datetime.now(UTC).replace(microsecond=0),
            sequence=waiting.report.sequence,
            note=note,
            content={"name": waiting.sent.name},
        )
        reason_for(proposal)
        return self.proposals.add(proposal, waiting.sent.body)

    def send_report(self, session: Session, report: ProgressReport, *, sequence: int) -> Proposal:
        """Send a report on progress; to send it twice sends it once.

        Raises:
            ServiceBusy: too much waits already.
        """
        proposal = Proposal(
            id=_id_of(session, report.name),
            kind="report",
            about=report.promise.value.rpartition("/")[2],
            sender=session.token.id,
            label=session.token.label,
            received=datetime.now(UTC).replace(microsecond=0),
            sequence=sequence,
            note=reason_of(report),
            content=report.as_fields(),
        )
        reason_for(proposal)
        return self.proposals.add(proposal)

    def find(self, session: Session, name: str) -> Proposal:
        """The proposal of that id, for who sent it or may decide about it.

        Raises:
            ProposalMissing: there is none for this visitor.
        """
        found = self.proposals.find(name)
        if found is None or not (self.is_own(session, found) or self.decides(session, found)):
            raise ProposalMissing("Nothing of that name waits for you.")
        return found

    def is_own(self, session: Session, proposal: Proposal) -> bool:
        """Whether the visitor sent it."""
        return proposal.sender == session.token.id

    def decides(self, session: Session, proposal: Proposal) -> bool:
        """Whether the visitor may decide about it: another person, who may change it."""
        other = (session.token.id, session.token.label) != (proposal.sender, proposal.label)
        same = proposal.sender == session.token.id or proposal.label == session.token.label
        return other and not same and self._may(session, proposal, alone=False)

    def sender_may(self, proposal: Proposal) -> bool:
        """Whether whoever sent it still might do it alone."""
        now = datetime.now(UTC)
        return any(
            token.id == proposal.sender
            and not token.is_over(now)
            and self._may(Session(token, ""), proposal, alone=True)
            for token in self._tokens.all()
        )

    def waiting(self, session: Session) -> list[Proposal]:
        """What the visitor may decide about, the oldest first."""
        settle(self.proposals, self.log)
        return [each for each in self.proposals.waiting() if self.decides(session, each)]

    def sent(self, session: Session) -> list[Proposal]:
        """What the visitor has sent: what waits still, then what came of the others."""
        found = [*self.proposals.waiting(), *self.proposals.decided()]
        return [each for each in found if self.is_own(session, each)]

    def workbook(self, proposal: Proposal) -> Sent | None:
        """The workbook that waits; None for anything else, and where it is damaged."""
        if proposal.kind != "workbook" or proposal.outcome is not None:
            return None
        body = self.proposals.body(proposal)
        return None if body is None else Sent(body, proposal.content["name"])

    def title(self, proposal: Proposal, language: str) -> Mapping[str, Any]:
        """What it is about: a register or a commitment, by name."""
        kind = "register" if proposal.kind == "workbook" else "commitment"
        name, tongue = self._rights.name(kind, proposal.about, language)
        return {"name": name or proposal.about, "language": tongue}

    def answered(self, proposal: Proposal, language: str) -> Mapping[str, str]:
        """The assessment that a report replies to, in short; empty where it replies to none."""
        replies_to = proposal.content.get("replies_to")
        if not replies_to:
            return {}
        ledger = self._rights.ledger_about(proposal.about)
        for commitment in ledger.commitments:
            for each in commitment.assessments():
                if each.record.value == replies_to:
                    return ledger.in_short(each, language)
        return {}

    def _may(self, session: Session, proposal: Proposal, *, alone: bool) -> bool:
        if proposal.kind == "workbook":
            return session.may(proposal.about)
        commitment = self._rights.commitment(proposal.about)
        if commitment is None:
            return False
        if not alone:
            return self._rights.covers(session, commitment)
        if proposal.content["is_own"]:
            return proposal.content["reporter"] in self._rights.own_makers(session, commitment)
        named = proposal.content["reporter"] in commitment.makers
        return named and self._rights.covers(session, commitment)


def reason_for(proposal: Proposal) -> str:
    """Why the change of a proposal is made, with who sent it.

    Raises:
        InputError: it cannot stand in the changes log.
    """
    text = f"{proposal.note} Sent by {proposal.label}. {proposal.mark}"
    return attributable("The reason", text, remedy=_REMEDY)


def label_of(token: Token) -> str:
    """Who makes a change, for the changes log."""
    return attributable("The label", token.label, remedy="Use another token.")


def _id_of(session: Session, told: str) -> str:
    return hashlib.sha256(f"{session.token.id} {told}".encode()).hexdigest()[:16]
