"""What was sent for review, for those who decide about it and for those who sent it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

from fastapi import FastAPI
from pyoxigraph import NamedNode
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from pledgegraph.errors import (
    InputError,
    PledgegraphError,
    ProposalDecided,
    ProposalMissing,
    ReportOvertaken,
    StaleReceipt,
    ValidationFailed,
    WorkbookRefused,
)
from pledgegraph.reviews import Proposal, apply_proposal, decline_proposal, withdraw_proposal
from pledgegraph.store import Engine, Header, Permit
from pledgegraph.tabular import WorkbookReport, Workbooks, register_exists
from pledgegraph.writes import Attribution, ProgressReport, accounts_of, digest_of, enter_report
from pledgegraph_api.desk.desk_pages import DeskPages, OpenedForm
from pledgegraph_api.desk.home import leading_to
from pledgegraph_api.desk.reviewing import REVIEW, REVIEWS, Reviewing, label_of, reason_for
from pledgegraph_api.desk.sessions import Session
from pledgegraph_api.desk.statuses import Statuses
from pledgegraph_api.desk.workbook_view import changes_since, shown_report
from pledgegraph_api.http.languages import language_of
from pledgegraph_api.http.query_params import known_parameters
from pledgegraph_api.sparql.streaming import while_connected
from pledgegraph_api.web.record_paths import document_path
from pledgegraph_api.write.queue import WriteRunner

_FILE: Final = f"{REVIEW}.xlsx"


@dataclass(frozen=True, slots=True)
class _Seen:
    """What a proposal would come to today."""

    report: WorkbookReport | None = None
    told: str = ""
    """The digest of what is told of the commitment."""
    fault: str = ""
    details: str = ""


class ReviewPages:
    """The list, the page of one proposal, and what is decided about it."""

    def __init__(
        self,
        desk: DeskPages,
        reviewing: Reviewing,
        engine: Engine,
        runner: WriteRunner,
        *,
        workbooks: Workbooks,
        statuses: Statuses,
    ) -> None:
        self._desk = desk
        self._reviewing = reviewing
        self._engine = engine
        self._runner = runner
        self._workbooks = workbooks
        self._statuses = statuses

    def install(self, app: FastAPI) -> None:
        """Put the pages at their addresses."""
        for path, show in ((REVIEWS, self.list), (REVIEW, self.one), (_FILE, self.file)):
            app.add_api_route(path, show, methods=["GET", "HEAD"], include_in_schema=False)
        app.add_api_route(REVIEW, self.decide, methods=["POST"], include_in_schema=False)

    async def list(self, request: Request) -> Response:
        """What waits for the visitor, and what the visitor sent.

        Raises:
            Unauthorised: nobody is signed in.
        """
        session = await self._desk.session(request)
        known_parameters(request, ("lang",))
        return await run_in_threadpool(self._list, request, session)

    async def one(self, request: Request) -> Response:
        """A proposal, and what it would come to today.

        Raises:
            Unauthorised: nobody is signed in.
            ProposalMissing: there is none of that id for this visitor.
        """
        session, proposal = await self._asked(request)
        return await self._one(request, session, proposal)

    async def file(self, request: Request) -> Response:
        """The workbook of a proposal, with the cells marked that its report names.

        Raises:
            Unauthorised: nobody is signed in.
            ProposalMissing: there is none of that id for this visitor.
        """
        session, proposal = await self._asked(request)
        sent = await run_in_threadpool(self._reviewing.workbook, proposal)
        if sent is None:
            raise ProposalMissing("There is no workbook.")
        language = language_of(request).tag

        def work(permit: Permit) -> bytes:
            report = self._workbooks.check(sent, proposal.about, language=language, permit=permit)
            return self._workbooks.marked(sent, report)

        content = await while_connected(
            request.receive, self._runner.run_workbook(work, session.token.id)
        )
        return self._desk.workbook(content, f"{proposal.about}-review.xlsx")

    async def decide(self, request: Request) -> Response:
        """Apply or decline what waits, or take back what one sent oneself.

        Raises:
            Unauthorised: nobody is signed in.
            ForeignForm: the form is of no page of this session.
            ProposalMissing: there is none of that id for this visitor.
        """
        form = await self._desk.opened(request)
        session, verdict = form.session, form.fields.get("verdict", "")
        name = form.ticket.get("review", "")
        proposal = await run_in_threadpool(self._reviewing.find, session, name)
        try:
            if verdict == "withdraw":
                return await run_in_threadpool(self._withdraw, request, session, proposal)
            await run_in_threadpool(self._refuse_others, session, proposal)
            if verdict == "decline":
                await run_in_threadpool(self._decline, session, proposal, form.fields)
            elif verdict == "apply" and await run_in_threadpool(
                self._reviewing.sender_may, proposal
            ):
                await self._apply(request, form, proposal)
            else:
                return await self._one(request, session, proposal, status=409)
        except ProposalMissing:
            raise
        except ProposalDecided:
            now = await run_in_threadpool(self._reviewing.find, session, name)
            return await self._one(request, session, now, status=409, fault="review_decided")
        except (StaleReceipt, WorkbookRefused, ReportOvertaken):
            since = int(form.ticket.get("sequence", "0"))
            return await self._one(
                request, session, proposal, status=409, fault="review_overtaken", since=since
            )
        except (ValidationFailed, InputError) as error:
            return await self._one(
                request, session, proposal, status=422, fault="review_refused", details=_said(error)
            )
        return leading_to(request, f"{REVIEW}?id={proposal.id}")

    async def _asked(self, request: Request) -> tuple[Session, Proposal]:
        """Who is signed in, and the proposal that the address names."""
        session = await self._desk.session(request)
        given = known_parameters(request, ("id", "lang"))
        proposal = await run_in_threadpool(self._reviewing.find, session, given.get("id", ""))
        return session, proposal

    def _refuse_others(self, session: Session, proposal: Proposal) -> None:
        if not self._reviewing.decides(session, proposal):
            raise ProposalMissing("It is for another person to decide about.")

    def _withdraw(self, request: Request, session: Session, proposal: Proposal) -> Response:
        if not self._reviewing.is_own(session, proposal):
            raise ProposalMissing("Somebody else has sent it.")
        withdraw_proposal(self._reviewing.proposals, self._reviewing.log, proposal.id)
        return leading_to(request, REVIEWS)

    def _decline(self, session: Session, proposal: Proposal, fields: Mapping[str, str]) -> None:
        decline_proposal(
            self._reviewing.proposals,
            self._reviewing.log,
            proposal.id,
            by=label_of(session.token),
            words=fields.get("words", ""),
        )

    async def _apply(self, request: Request, form: OpenedForm, proposal: Proposal) -> None:
        by = Attribution(label_of(form.session.token), reason_for(proposal))
        sent = await run_in_threadpool(self._reviewing.workbook, proposal)
        language = language_of(request).tag

        def work(permit: Permit) -> None:
            def make() -> object:
                if proposal.kind == "report":
                    return enter_report(
                        self._engine,
                        ProgressReport.from_fields(proposal.content),
                        agent=by.agent,
                        reason=by.reason,
                        today=datetime.now(UTC).date(),
                        seen=form.ticket.get("seen", ""),
                        permit=permit,
                    )
                if sent is None:
                    raise InputError("The workbook is damaged.", remedy="Decline it.")
                return self._workbooks.apply(
                    sent,
                    proposal.about,
                    by,
                    permit,
                    receipt=form.ticket.get("receipt", ""),
                    language=language,
                )

            apply_proposal(
                self._reviewing.proposals,
                self._reviewing.log,
                proposal,
                make,
                by=by.agent,
                words=form.fields.get("words", ""),
            )

        await while_connected(
            request.receive, self._runner.run_workbook(work, form.session.token.id)
        )

    async def _one(
        self,
        request: Request,
        session: Session,
        proposal: Proposal,
        *,
        status: int = 200,
        fault: str = "",
        details: str = "",
        since: int = 0,
    ) -> Response:
        seen = _Seen()
        decides = await run_in_threadpool(self._reviewing.decides, session, proposal)
        if proposal.outcome is None and decides:
            language = language_of(request).tag

            def work(permit: Permit) -> _Seen:
                return self._look(proposal, language, permit)

            seen = await while_connected(
                request.receive, self._runner.run_workbook(work, session.token.id)
            )
        return await run_in_threadpool(
            self._page,
            request,
            session,
            proposal,
            seen,
            status=status,
            fault=fault or seen.fault,
            details=details or seen.details,
            since=since or proposal.sequence,
        )

    def _look(self, proposal: Proposal, language: str, permit: Permit) -> _Seen:
        if proposal.kind == "report":
            promise = NamedNode(f"{self._engine.base}/id/commitment/{proposal.about}")
            with self._engine.snapshot() as snapshot:
                return _Seen(told=digest_of(accounts_of(snapshot, promise)))
        sent = self._reviewing.workbook(proposal)
        if sent is None:
            return _Seen(fault="review_damaged")
        try:
            return _Seen(
                self._workbooks.check(sent, proposal.about, language=language, permit=permit)
            )
        except InputError as error:
            return _Seen(fault="review_refused", details=_said(error))

    def _list(self, request: Request, session: Session) -> Response:
        language = language_of(request).tag

        def shown(found: list[Proposal]) -> list[dict[str, Any]]:
            return [{"one": each, **self._reviewing.title(each, language)} for each in found]

        return self._desk.show(
            request,
            "desk_reviews.html",
            session,
            waiting=shown(self._reviewing.waiting(session)),
            sent=shown(self._reviewing.sent(session)),
        )

    def _page(
        self,
        request: Request,
        session: Session,
        proposal: Proposal,
        seen: _Seen,
        *,
        status: int,
        fault: str,
        details: str,
        since: int,
    ) -> Response:
        language, log = language_of(request).tag, self._reviewing.log
        last, report = log.last(), seen.report
        meanwhile: list[Header] = []
        if proposal.outcome is None:
            meanwhile = changes_since(log, since)
        decides = self._reviewing.decides(session, proposal)
        sender_may = self._reviewing.sender_may(proposal)
        is_sound = report is None or (report.changes and not report.stops)
        return self._desk.show(
            request,
            "desk_review.html",
            session,
            status=status,
            ticket={
                "review": proposal.id,
                "receipt": "" if report is None else report.receipt,
                "seen": seen.told,
                "sequence": str(last if report is None else report.sequence),
            },
            one=proposal,
            about=self._reviewing.title(proposal, language),
            path_of_it=self._public(proposal),
            answered=self._reviewing.answered(proposal, language),
            status_name=self._statuses.name(proposal.content.get("status", ""), language),
            report=None if report is None else shown_report(report, language, self._engine.base),
            decides=decides,
            is_own=self._reviewing.is_own(session, proposal),
            sender_may=sender_may,
            applies=decides and sender_may and is_sound and fault not in _STOPS,
            fault=fault,
            details=details,
            since=meanwhile,
        )

    def _public(self, proposal: Proposal) -> str:
        """Where readers see what it is about; empty for a register that is yet to come."""
        if proposal.kind == "workbook":
            with self._engine.snapshot() as snapshot:
                exists = register_exists(snapshot, self._engine.base, proposal.about)
            return f"/commitments?register={proposal.about}" if exists else ""
        node = NamedNode(f"{self._engine.base}/id/commitment/{proposal.about}")
        return document_path(node, self._engine.base) or "/commitments"


_STOPS: Final = frozenset({"review_damaged"})


def _said(error: PledgegraphError) -> str:
    return f"{error} {error.remedy or ''}".strip()
