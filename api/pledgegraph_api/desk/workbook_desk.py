"""A register's page of the desk: its workbook out and in, what it would come to, and the change.

A workbook is sent once, and waits on the server while its report is read (see
`pledgegraph.tabular.waiting`). The form that applies it has a ticket with the receipt of that
report: what was shown is what is done, or nothing.
"""

from __future__ import annotations

import re
from datetime import datetime
from typing import Any, Final

from fastapi import FastAPI
from python_multipart.multipart import parse_options_header
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from pledgegraph.errors import (
    ChangeMissing,
    InputError,
    StaleReceipt,
    ValidationFailed,
    WorkbookRefused,
)
from pledgegraph.settings import Settings
from pledgegraph.store import Engine, Header, Permit, PublishedLog
from pledgegraph.tabular import (
    Applied,
    Sent,
    WaitingWorkbook,
    WaitingWorkbooks,
    WorkbookReport,
    Workbooks,
    register_exists,
)
from pledgegraph.writes import Attribution, attributable
from pledgegraph_api.desk.desk_pages import DeskPages
from pledgegraph_api.desk.home import leading_to
from pledgegraph_api.desk.reviewing import REVIEWS, Reviewing, label_of
from pledgegraph_api.desk.rights import Rights, own_register
from pledgegraph_api.desk.sessions import PATH, Session
from pledgegraph_api.desk.workbook_view import changes_since, shown_report
from pledgegraph_api.errors import RecordMissing, UnsupportedContent
from pledgegraph_api.http.forms import refuse_foreign
from pledgegraph_api.http.languages import language_of
from pledgegraph_api.http.query_params import known_parameters
from pledgegraph_api.sparql.protocol import body_of
from pledgegraph_api.sparql.streaming import while_connected
from pledgegraph_api.write.multipart import MULTIPART, parts_of
from pledgegraph_api.write.queue import WriteRunner

REGISTER: Final = f"{PATH}/register"
WORKBOOK: Final = f"{PATH}/workbook"
MARKED: Final = f"{PATH}/workbook.xlsx"
_SETTING: Final = "max_workbook_bytes"
_AROUND: Final = 65_536
"""Bytes of the form around the file: its ticket, and the names of its fields."""
_LONGEST_NAME: Final = 200
_NUMBER: Final = re.compile(r"[1-9][0-9]{0,14}")


class WorkbookDesk:
    """The pages of a register's workbook, and what comes of them."""

    def __init__(
        self,
        desk: DeskPages,
        rights: Rights,
        engine: Engine,
        runner: WriteRunner,
        *,
        reviewing: Reviewing,
        workbooks: Workbooks,
        waiting: WaitingWorkbooks,
        settings: Settings,
    ) -> None:
        self._most = settings.max_workbook_bytes
        self._desk = desk
        self._rights = rights
        self._engine = engine
        self._runner = runner
        self._reviewing = reviewing
        self._workbooks = workbooks
        self._waiting = waiting
        self._log = PublishedLog(settings.data_dir)

    def install(self, app: FastAPI) -> None:
        """Put the pages at their addresses."""
        for path, show in (
            (REGISTER, self.register),
            (WORKBOOK, self.report),
            (MARKED, self.marked),
        ):
            app.add_api_route(path, show, methods=["GET", "HEAD"], include_in_schema=False)
        app.add_api_route(REGISTER, self.send, methods=["POST"], include_in_schema=False)
        app.add_api_route(WORKBOOK, self.apply, methods=["POST"], include_in_schema=False)

    async def register(self, request: Request) -> Response:
        """The page of a register; with ``change``, what came of a workbook.

        Raises:
            Unauthorised: nobody is signed in.
            RecordMissing: there is no such register for this visitor.
        """
        session = await self._desk.session(request)
        given = known_parameters(request, ("register", "change", "lang"))
        slug = own_register(session, given.get("register", ""))
        made = await run_in_threadpool(self._made, session, given.get("change", ""))
        return await run_in_threadpool(self._register, request, session, slug, made=made)

    async def send(self, request: Request) -> Response:
        """Check a workbook, and lead to what it would come to. Nothing is changed.

        Raises:
            Unauthorised: nobody is signed in.
            ForeignForm: the form is of no page of this session.
            RecordMissing: there is no such register for this visitor.
            ContentTooLarge: the workbook is longer than one may be.
        """
        session = await self._desk.session(request)
        fields, sent = await self._form(request)
        slug = own_register(session, self._desk.checked(session, fields).get("register", ""))
        if sent is None:
            return await run_in_threadpool(
                self._register, request, session, slug, status=422, fault="book_none"
            )
        language = language_of(request).tag

        def work(permit: Permit) -> WorkbookReport:
            report = self._workbooks.check(sent, slug, language=language, permit=permit)
            self._waiting.keep(session.token.id, sent, report)
            return report

        try:
            await while_connected(
                request.receive, self._runner.run_workbook(work, session.token.id)
            )
        except InputError as error:
            return await run_in_threadpool(
                self._register,
                request,
                session,
                slug,
                status=422,
                fault="book_unreadable",
                details=f"{error} {error.remedy or ''}".strip(),
            )
        return leading_to(request, f"{WORKBOOK}?register={slug}")

    async def report(self, request: Request) -> Response:
        """What the workbook that waits would come to.

        Raises:
            Unauthorised: nobody is signed in.
            RecordMissing: there is no such register for this visitor.
        """
        session, slug, waiting = await self._asked(request)
        return await run_in_threadpool(self._report, request, session, slug, waiting)

    async def marked(self, request: Request) -> Response:
        """The workbook that waits, with the cells marked that its report names.

        Raises:
            Unauthorised: nobody is signed in.
            RecordMissing: there is no such register or workbook for this visitor.
        """
        session, slug, waiting = await self._asked(request)
        if waiting is None:
            raise RecordMissing("There is no workbook that waits.")

        def work(_: Permit) -> bytes:
            return self._workbooks.marked(waiting.sent, waiting.report)

        content = await while_connected(
            request.receive, self._runner.run_workbook(work, session.token.id)
        )
        return self._desk.workbook(content, f"{slug}-checked.xlsx")

    async def _asked(self, request: Request) -> tuple[Session, str, WaitingWorkbook | None]:
        """Who is signed in, the register that the address names, and what waits of it."""
        session = await self._desk.session(request)
        given = known_parameters(request, ("register", "lang"))
        slug = own_register(session, given.get("register", ""))
        waiting = await run_in_threadpool(self._waiting.find, session.token.id, slug)
        return session, slug, waiting

    async def apply(self, request: Request) -> Response:
        """Make the change that the report told of, or say what it would be by now.

        Raises:
            Unauthorised: nobody is signed in.
            ForeignForm: the form is of no page of this session.
            RecordMissing: there is no such register for this visitor.
        """
        form = await self._desk.opened(request)
        session, fields, ticket = form.session, form.fields, form.ticket
        slug, receipt = own_register(session, ticket.get("register", "")), ticket.get("receipt", "")
        waiting = await run_in_threadpool(self._waiting.find, session.token.id, slug)
        if waiting is None or not receipt:
            return await run_in_threadpool(self._report, request, session, slug, None, status=409)
        language = language_of(request).tag
        note = fields.get("reason", "")
        try:
            if fields.get("act") == "review":
                await run_in_threadpool(self._send, session, slug, waiting, receipt, note)
                return leading_to(request, REVIEWS)
            by = Attribution(
                label_of(session.token),
                attributable(
                    "The reason",
                    note.strip() or f"Workbook of the register {slug}.",
                    remedy="Say why, in a sentence, without an address.",
                ),
            )

            def work(permit: Permit) -> Applied:
                return self._workbooks.apply(
                    waiting.sent, slug, by, permit, receipt=receipt, language=language
                )

            applied = await while_connected(
                request.receive, self._runner.run_workbook(work, session.token.id)
            )
        except (StaleReceipt, WorkbookRefused) as error:
            return await run_in_threadpool(
                self._overtaken, request, session, slug, waiting, error.report
            )
        except (ValidationFailed, InputError) as error:
            return await run_in_threadpool(
                self._report,
                request,
                session,
                slug,
                waiting,
                status=422,
                fault="book_refused",
                details=f"{error} {error.remedy or ''}".strip(),
            )
        await run_in_threadpool(self._waiting.forget, session.token.id, slug)
        number = await run_in_threadpool(self._made_as, applied.receipt.sequence)
        return leading_to(request, f"{REGISTER}?register={slug}&change={number}")

    async def _form(self, request: Request) -> tuple[str, Sent | None]:
        """The ticket and the file of a form; None where no file was chosen."""
        refuse_foreign(request)
        kind, options = parse_options_header(request.headers.get("content-type", ""))
        if kind.decode("latin-1").lower() != MULTIPART:
            raise UnsupportedContent(
                "The body is no form with a file.", remedy="Send the form of the register's page."
            )
        body = await body_of(request, self._most + _AROUND, _SETTING)
        boundary = options.get(b"boundary", b"").decode("latin-1")
        ticket, sent = "", None
        for part in await run_in_threadpool(parts_of, body, boundary):
            if part.name == "ticket":
                ticket = part.body.decode("latin-1")
            elif part.name == "file" and part.file_name and part.body:
                sent = Sent(bytes(part.body), part.file_name[-_LONGEST_NAME:])
        return ticket, sent

    def _send(
        self, session: Session, slug: str, waiting: WaitingWorkbook, receipt: str, note: str
    ) -> None:
        """Have another person decide about the workbook whose report was shown."""
        if receipt != waiting.report.receipt:
            raise StaleReceipt(waiting.report)
        self._reviewing.send_workbook(session, slug, waiting, note=note)
        self._waiting.forget(session.token.id, slug)

    def _made_as(self, snapshot: int) -> int:
        """The number of the change that led to a snapshot; what rules computed comes after it."""
        number = snapshot
        while number > 1 and not self._log.record(number).header().sources:
            number -= 1
        return number

    def _made(self, session: Session, number: str) -> Header | None:
        """The change of that number, where it is the steward's."""
        if not _NUMBER.fullmatch(number):
            return None
        try:
            header = self._log.record(int(number)).header()
        except ChangeMissing:
            return None
        return header if self._rights.takes_back(session, header) else None

    def _overtaken(
        self,
        request: Request,
        session: Session,
        slug: str,
        waiting: WaitingWorkbook,
        now: WorkbookReport,
    ) -> Response:
        """The report as it would be by now, and what was changed since the other one."""
        since = changes_since(self._log, waiting.report.sequence)
        self._waiting.keep(session.token.id, waiting.sent, now)
        fresh = self._waiting.find(session.token.id, slug)
        return self._report(
            request, session, slug, fresh, status=409, fault="book_overtaken", since=since
        )

    def _register(
        self,
        request: Request,
        session: Session,
        slug: str,
        *,
        status: int = 200,
        fault: str = "",
        details: str = "",
        made: Header | None = None,
    ) -> Response:
        with self._engine.snapshot() as snapshot:
            exists = register_exists(snapshot, self._engine.base, slug)
        waiting = self._waiting.find(session.token.id, slug)
        came: datetime | None = None if waiting is None else waiting.came
        return self._desk.show(
            request,
            "desk_register.html",
            session,
            status=status,
            ticket={"register": slug},
            register=self._named(request, slug),
            exists=exists,
            most=self._most // 1_000_000,
            came=came,
            made=made,
            fault=fault,
            details=details,
        )

    def _report(
        self,
        request: Request,
        session: Session,
        slug: str,
        waiting: WaitingWorkbook | None,
        *,
        status: int = 200,
        fault: str = "",
        details: str = "",
        since: list[Header] | None = None,
    ) -> Response:
        language = language_of(request)
        receipt, report = "", None
        if waiting is not None:
            receipt = waiting.report.receipt
            report = shown_report(waiting.report, language.tag, self._engine.base)
        return self._desk.show(
            request,
            "desk_workbook.html",
            session,
            status=status,
            ticket={"register": slug, "receipt": receipt},
            register=self._named(request, slug),
            report=report,
            fault=fault,
            details=details,
            since=since or [],
        )

    def _named(self, request: Request, slug: str) -> dict[str, Any]:
        name, tongue = self._rights.name("register", slug, language_of(request).tag)
        return {"slug": slug, "name": name or slug, "language": tongue}
