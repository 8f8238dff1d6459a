"""A report on progress in two minutes: a form for one commitment, filled in with what is known."""

from __future__ import annotations

import re
import secrets
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from typing import Any, Final

from fastapi import FastAPI
from pyoxigraph import NamedNode
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from pledgegraph.errors import ReportOvertaken, ValidationFailed
from pledgegraph.store import Engine, Permit, Receipt
from pledgegraph.validation import describe
from pledgegraph.writes import (
    STATUSES,
    ProgressReport,
    accounts_of,
    digest_of,
    enter_report,
)
from pledgegraph_api.desk.desk_pages import DeskPages
from pledgegraph_api.desk.home import leading_to
from pledgegraph_api.desk.previews import Previews
from pledgegraph_api.desk.reviewing import REVIEWS, Reviewing, label_of
from pledgegraph_api.desk.rights import Rights
from pledgegraph_api.desk.sessions import PATH, Session
from pledgegraph_api.desk.statuses import Statuses
from pledgegraph_api.errors import RecordMissing
from pledgegraph_api.http.languages import LANGUAGES, language_of
from pledgegraph_api.http.query_params import known_parameters
from pledgegraph_api.progress.ledger import Commitment, Ledger
from pledgegraph_api.progress.standing import standings
from pledgegraph_api.sparql.streaming import while_connected
from pledgegraph_api.web.record_paths import document_path
from pledgegraph_api.write.queue import WriteRunner

REPORT: Final = f"{PATH}/report"
_FIELDS: Final = ("reporter", "replies_to", "status", "day", "text", "language", "link", "title")
_LONGEST: Final = 4_000
_ADDRESS: Final = re.compile(r"https?://[^\s<>\"{}|\\^`]{3,2000}")
_NAME: Final = re.compile(r"[A-Za-z0-9._~-]{1,200}")
_CONTROL: Final = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")
_EMAIL: Final = re.compile(r"[^\s@]+@[^\s@]+\.[^\s@]+")
_FIRST_DAY: Final = date(1900, 1, 1)


class ProgressForm:
    """The form, and what comes of it: a report through the gate, in the log."""

    def __init__(
        self,
        desk: DeskPages,
        rights: Rights,
        engine: Engine,
        runner: WriteRunner,
        *,
        reviewing: Reviewing,
        previews: Previews,
        statuses: Statuses,
    ) -> None:
        self._desk = desk
        self._rights = rights
        self._engine = engine
        self._runner = runner
        self._reviewing = reviewing
        self._previews = previews
        self._statuses = statuses

    def install(self, app: FastAPI) -> None:
        """Put both at their address."""
        app.add_api_route(REPORT, self.form, methods=["GET", "HEAD"], include_in_schema=False)
        app.add_api_route(REPORT, self.send, methods=["POST"], include_in_schema=False)

    async def form(self, request: Request) -> Response:
        """The form for the commitment of that name.

        Raises:
            Unauthorised: nobody is signed in.
            RecordMissing: there is no such commitment for this visitor.
        """
        session = await self._desk.session(request)
        given = known_parameters(request, ("commitment", "assessment", "lang"))
        commitment = await run_in_threadpool(self._own, session, given.get("commitment", ""))
        return await run_in_threadpool(
            self._form, request, session, commitment, {}, assessment=given.get("assessment", "")
        )

    async def send(self, request: Request) -> Response:
        """Bring a report in, or show the form with what is wrong.

        Raises:
            Unauthorised: nobody is signed in.
            ForeignForm: the form is of no page of this session.
            RecordMissing: there is no such commitment for this visitor.
        """
        opened = await self._desk.opened(request)
        session, fields, ticket = opened.session, opened.fields, opened.ticket
        commitment = await run_in_threadpool(self._own, session, ticket.get("commitment", ""))
        own = self._rights.own_makers(session, commitment)
        today = datetime.now(UTC).date()
        faults = _faults(fields, own or commitment.makers, today, is_own=bool(own))
        replies_to = fields.get("replies_to", "")
        if replies_to and replies_to not in {e.record.value for e in commitment.assessments()}:
            faults.append(("account_no_assessment", "replies_to"))
        if faults:
            return await run_in_threadpool(
                self._form, request, session, commitment, fields, status=422, faults=faults
            )
        report = ProgressReport(
            name=ticket["name"],
            promise=commitment.record,
            reporter=NamedNode(fields["reporter"]),
            day=date.fromisoformat(fields["day"]),
            status=fields.get("status", ""),
            text=fields.get("text", "").replace("\r\n", "\n").strip(),
            language=fields["language"],
            link=fields.get("link", "").strip(),
            title=fields.get("title", "").strip(),
            is_own=bool(own),
            replies_to=replies_to,
        )

        act = fields.get("act", "")
        if act == "preview":
            record = f"commitment/{ticket['commitment']}"
            compute = self._previews.of_report(report)
            return await self._previews.show(request, session, record, compute)
        if act == "review":
            await run_in_threadpool(self._send, session, report)
            return leading_to(request, REVIEWS)

        def work(permit: Permit) -> Receipt:
            return enter_report(
                self._engine,
                report,
                agent=label_of(session.token),
                today=today,
                seen=ticket["seen"],
                permit=permit,
            )

        try:
            await while_connected(request.receive, self._runner.run(work, session.token.id))
        except ReportOvertaken:
            return await run_in_threadpool(
                self._form,
                request,
                session,
                commitment,
                fields,
                status=409,
                faults=[("account_overtaken", "")],
            )
        except ValidationFailed as error:
            return await run_in_threadpool(
                self._form,
                request,
                session,
                commitment,
                fields,
                status=422,
                faults=[("account_refused", "")],
                details=[
                    describe(each, languages=(language_of(request).tag,), base=error.base)
                    for each in error.report.violations[:10]
                ],
            )
        return leading_to(request, document_path(commitment.record, self._engine.base) or PATH)

    def _send(self, session: Session, report: ProgressReport) -> None:
        with self._engine.snapshot() as snapshot:
            sequence = snapshot.sequence
        self._reviewing.send_report(session, report, sequence=sequence)

    def _own(self, session: Session, name: str) -> Commitment:
        commitment = None
        if re.fullmatch(r"[\w.~-]{1,200}", name):
            commitment = next(iter(self._rights.ledger_about(name).commitments), None)
        if commitment is None or not self._rights.reports_on(session, commitment):
            raise RecordMissing("There is no such commitment for you to report on.")
        return commitment

    def _form(
        self,
        request: Request,
        session: Session,
        commitment: Commitment,
        fields: Mapping[str, str],
        *,
        status: int = 200,
        faults: Sequence[tuple[str, str]] = (),
        details: list[str] | None = None,
        assessment: str = "",
    ) -> Response:
        language = language_of(request)
        own = self._rights.own_makers(session, commitment)
        with self._engine.snapshot() as snapshot:
            told = accounts_of(snapshot, commitment.record)
        name = commitment.record.value.rpartition("/")[2]
        ledger = self._rights.ledger_about(name)
        today = datetime.now(UTC).date()
        standing = next(iter(standings(ledger, today)), None)
        if standing is None:
            raise RecordMissing("There is no such commitment any more.")
        makers = own or list(commitment.makers)
        values = {each: fields.get(each, "") for each in _FIELDS}
        if not fields:
            known = {each.record.value for each in commitment.assessments()}
            chosen = assessment if assessment in known else ""
            values |= {
                # A reply says how far the promise is only where its author says so.
                "status": "" if chosen else standing.own if standing.own in STATUSES else "",
                "replies_to": chosen,
                "day": today.isoformat(),
                "language": language.tag,
                "reporter": makers[0] if makers else "",
            }
        title, tongue = ledger.name(commitment.record.value, language.tag)
        return self._desk.show(
            request,
            "desk_progress.html",
            session,
            status=status,
            ticket={
                "commitment": name,
                "name": secrets.token_hex(4),
                "seen": digest_of(told),
            },
            promise={
                "name": title or name,
                "language": tongue,
                "path": document_path(commitment.record, self._engine.base),
            },
            known=self._statuses.name(standing.own, language.tag),
            known_on=standing.own_as_of,
            last=standing.last_report,
            newest=_newest(ledger, commitment, language.tag) if status == 409 else [],  # noqa: PLR2004
            makers=[(each, ledger.name(each, language.tag)[0] or each) for each in makers],
            assessments=[
                (each.record.value, ledger.in_short(each, language.tag))
                for each in commitment.assessments()
            ],
            statuses=[(each, self._statuses.name(each, language.tag)) for each in STATUSES],
            values=values,
            is_own=bool(own),
            today=today.isoformat(),
            tongues=LANGUAGES,
            faults=faults,
            wrong={
                field: [message for message, where in faults if where == field]
                for _, field in faults
            },
            details=details or [],
        )


def _faults(
    fields: Mapping[str, str], makers: tuple[str, ...] | list[str], today: date, *, is_own: bool
) -> list[tuple[str, str]]:
    """The messages on all that is wrong, each with its field, in the order of the form."""
    faults = []
    if fields.get("reporter") not in makers:
        faults.append(("account_no_reporter", "reporter"))
    texts = {name: fields.get(name, "").strip() for name in ("text", "title")}
    status = fields.get("status", "")
    if (status and status not in STATUSES) or not (status or texts["text"]):
        faults.append(("account_nothing_said", "status"))
    try:
        day = date.fromisoformat(fields.get("day", ""))
    except ValueError:
        faults.append(("account_no_day", "day"))
    else:
        if not _FIRST_DAY <= day <= today:
            faults.append(("account_day_ahead", "day"))
    faults += _faults_of(texts["text"], "text")
    if fields.get("language") not in LANGUAGES:
        faults.append(("account_no_reporter", "language"))
    link = fields.get("link", "").strip()
    if link and not _ADDRESS.fullmatch(link):
        faults.append(("account_bad_link", "link"))
    if not is_own and not (link and texts["title"]):
        faults.append(("account_no_source", "title" if link else "link"))
    return faults + _faults_of(texts["title"], "title")


def _faults_of(text: str, field: str) -> list[tuple[str, str]]:
    faults = []
    if len(text) > _LONGEST or _CONTROL.search(text):
        faults.append(("account_too_long", field))
    if _EMAIL.search(text):
        faults.append(("account_email", field))
    return faults


def _newest(ledger: Ledger, commitment: Commitment, language: str) -> list[dict[str, Any]]:
    """The latest accounts, for whoever was overtaken by one."""
    told = sorted(commitment.told, key=lambda each: each.account.ends or ("",), reverse=True)[:3]
    return [ledger.in_short(each.account, language) for each in told]
