"""The public page of a record as it would be with a change that waits: for one person alone."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Final

from fastapi import FastAPI
from pyoxigraph import NamedNode
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from pledgegraph.documents import read_profiles
from pledgegraph.reviews import Proposal
from pledgegraph.store import AddressedSnapshot, Change, Engine, Permit
from pledgegraph.tabular import Sent, WaitingWorkbooks, Workbooks
from pledgegraph.writes import ProgressReport, change_of, laid_in
from pledgegraph_api.desk.desk_pages import DeskPages
from pledgegraph_api.desk.reviewing import REVIEW, Reviewing
from pledgegraph_api.desk.rights import own_register
from pledgegraph_api.desk.sessions import PATH, PRIVATE, Session
from pledgegraph_api.errors import RecordMissing
from pledgegraph_api.http.query_params import known_parameters
from pledgegraph_api.records.lookup import DocumentSource
from pledgegraph_api.records.page import EntityPage, answers
from pledgegraph_api.records.tallies import Tallies
from pledgegraph_api.sparql.streaming import while_connected
from pledgegraph_api.web.pages import Pages
from pledgegraph_api.write.queue import WriteRunner

PREVIEW: Final = f"{PATH}/preview"
_RECORD: Final = re.compile(r"[A-Za-z0-9._~-]{1,100}/[A-Za-z0-9._~-]{1,200}")

Compute = Callable[[AddressedSnapshot, Permit], Change]


class Previews:
    """Renders records with the code of the public pages, over a copy with the change laid in."""

    def __init__(
        self,
        desk: DeskPages,
        reviewing: Reviewing,
        engine: Engine,
        runner: WriteRunner,
        *,
        workbooks: Workbooks,
        waiting: WaitingWorkbooks,
        pages: Pages,
    ) -> None:
        self._desk = desk
        self._reviewing = reviewing
        self._engine = engine
        self._runner = runner
        self._workbooks = workbooks
        self._waiting = waiting
        self._pages = pages
        self._profiles = read_profiles()

    def install(self, app: FastAPI) -> None:
        """Put it at its address."""
        app.add_api_route(PREVIEW, self.page, methods=["GET", "HEAD"], include_in_schema=False)

    async def page(self, request: Request) -> Response:
        """A record as it would be with the workbook that waits, or with what was sent for review.

        Raises:
            Unauthorised: nobody is signed in.
            ProposalMissing: there is none of that id for this visitor.
            RecordMissing: there is no such register, workbook or record for this visitor.
        """
        session = await self._desk.session(request)
        given = known_parameters(request, ("register", "review", "record", "lang"))
        compute, back = await run_in_threadpool(
            self._change, session, given.get("register", ""), given.get("review")
        )
        record = given.get("record", "")
        if not _RECORD.fullmatch(record):
            raise RecordMissing("There is no such record.")
        return await self.show(request, session, record, compute, back=back)

    async def show(
        self, request: Request, session: Session, record: str, compute: Compute, *, back: str = ""
    ) -> Response:
        """The page of the record, whose name is what follows ``/id/``, with a change laid in.

        ``back`` is the address that it leads back to.

        Raises:
            RecordMissing: there would be none.
        """

        def work(permit: Permit) -> Response:
            return self._rendered(
                request, record, lambda snapshot: compute(snapshot, permit), back=back
            )

        return await while_connected(
            request.receive, self._runner.run_workbook(work, session.token.id)
        )

    def _rendered(
        self,
        request: Request,
        record: str,
        compute: Callable[[AddressedSnapshot], Change],
        *,
        back: str,
    ) -> Response:
        # Of its own, so that nothing of the copy is remembered for the pages of the public.
        source = DocumentSource(self._engine, self._profiles)
        tallies = Tallies(self._engine)
        page = EntityPage(self._pages, self._profiles, source.names, tallies, self._engine.base)
        with laid_in(self._engine, compute) as snapshot:
            found = source.find(
                snapshot, NamedNode(f"{self._engine.base}/id/{record}"), brief=answers
            )
            return page.render(
                request,
                snapshot,
                found,
                status=200,
                headers=PRIVATE,
                version=None,
                statements_only=False,
                is_preview=True,
                back=back,
            )

    def _change(self, session: Session, register: str, review: str | None) -> tuple[Compute, str]:
        """What waits, and the address of the page that tells what it comes to."""
        if review is not None:
            proposal = self._reviewing.find(session, review)
            if proposal.outcome is None:
                return self._proposed(proposal), f"{REVIEW}?id={proposal.id}"
            raise RecordMissing("It is decided, and waits no longer.")
        slug = own_register(session, register)
        waiting = self._waiting.find(session.token.id, slug)
        if waiting is None:
            raise RecordMissing("There is no workbook that waits.")
        return self._of_workbook(waiting.sent, slug), f"{PATH}/workbook?register={slug}"

    def _proposed(self, proposal: Proposal) -> Compute:
        if proposal.kind == "report":
            return self.of_report(ProgressReport.from_fields(proposal.content))
        sent = self._reviewing.workbook(proposal)
        if sent is None:
            raise RecordMissing("The workbook is damaged.")
        return self._of_workbook(sent, proposal.about)

    def _of_workbook(self, sent: Sent, register: str) -> Compute:
        return lambda snapshot, permit: self._workbooks.change(sent, register, snapshot, permit)

    def of_report(self, report: ProgressReport) -> Compute:
        """What a report on progress would change."""
        base = self._engine.base
        today = datetime.now(UTC).date()
        return lambda _snapshot, _permit: change_of(report, base, agent="", today=today)
