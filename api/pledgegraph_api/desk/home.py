"""The desk's first page, and how one signs in and out."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any, Final
from urllib.parse import urlencode

from fastapi import FastAPI
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from pledgegraph.corrections import Corrections
from pledgegraph.errors import PledgegraphError
from pledgegraph_api.desk.desk_pages import DeskPages
from pledgegraph_api.desk.reviewing import Reviewing
from pledgegraph_api.desk.rights import Rights
from pledgegraph_api.desk.sessions import PATH, PRIVATE, SIGN_IN, Session, Sessions
from pledgegraph_api.errors import Forbidden, Unauthorised
from pledgegraph_api.http.forms import form_of
from pledgegraph_api.http.languages import required_language
from pledgegraph_api.http.query_params import known_parameters
from pledgegraph_api.progress.standing import standings
from pledgegraph_api.web.links import root_of, with_language
from pledgegraph_api.web.pages import Pages
from pledgegraph_api.web.record_paths import document_path

_SHOWN: Final = 50
"""Commitments that are listed as due for a report."""
_WAITING: Final = ("no-report-known", "others-reported", "undated", "overdue", "due")
"""What is known of reporting where a report is due, the longest silence first."""


def leading_to(request: Request, path: str) -> Response:
    """To another page of the desk, in the language of this one."""
    language = required_language(request)
    address = with_language(path, language.tag) if language.asked else path
    return Response(
        status_code=303, headers={"Location": f"{root_of(request)}{address}", **PRIVATE}
    )


class DeskHome:
    """What a steward sees first."""

    def __init__(
        self,
        sessions: Sessions,
        desk: DeskPages,
        rights: Rights,
        corrections: Corrections,
        pages: Pages,
        *,
        reviewing: Reviewing,
        base: str,
    ) -> None:
        self._sessions = sessions
        self._desk = desk
        self._rights = rights
        self._corrections = corrections
        self._pages = pages
        self._reviewing = reviewing
        self._base = base

    def install(self, app: FastAPI) -> None:
        """Put the pages at their addresses."""
        both = ["GET", "HEAD"]
        app.add_api_route(PATH, self.home, methods=both, include_in_schema=False)
        app.add_api_route(SIGN_IN, self.form, methods=both, include_in_schema=False)
        app.add_api_route(SIGN_IN, self.sign_in, methods=["POST"], include_in_schema=False)
        app.add_api_route(
            f"{PATH}/sign-out", self.sign_out, methods=["POST"], include_in_schema=False
        )

    async def home(self, request: Request) -> Response:
        """The page; whoever is not signed in is led to where one signs in."""
        known_parameters(request, ("lang",))
        session = await run_in_threadpool(self._sessions.find, request)
        if session is None:
            return leading_to(request, SIGN_IN)
        return await run_in_threadpool(self._home, request, session)

    async def form(self, request: Request) -> Response:
        """Where one signs in."""
        known_parameters(request, ("lang",))
        return await run_in_threadpool(self._form, request, None)

    async def sign_in(self, request: Request) -> Response:
        """Begin a session; where the token is not good enough, the form and why.

        Raises:
            ForeignForm: the form does not come from our page.
        """
        fields = await form_of(request)
        self._sessions.checked(None, fields.get("ticket", ""))
        response = leading_to(request, PATH)
        try:
            await run_in_threadpool(
                self._sessions.begin, request, fields.get("token", ""), response
            )
        except (Unauthorised, Forbidden) as error:
            return await run_in_threadpool(self._form, request, error)
        return response

    async def sign_out(self, request: Request) -> Response:
        """End the session."""
        await self._desk.opened(request)
        response = leading_to(request, SIGN_IN)
        self._sessions.end(request, response)
        return response

    def _form(self, request: Request, error: PledgegraphError | None) -> Response:
        status, fault = 200, ""
        if isinstance(error, Unauthorised):
            status, fault = 401, "desk_no_token"
        elif error is not None:
            status, fault = 403, "desk_little_token"
        headers = dict(PRIVATE)
        if status == 401:  # noqa: PLR2004 - said above
            headers["WWW-Authenticate"] = 'Bearer realm="Pledgegraph"'
        return self._pages.render(
            request,
            "desk_sign_in.html",
            status=status,
            headers=headers,
            ticket=self._sessions.ticket(None),
            fault=fault,
        )

    def _home(self, request: Request, session: Session) -> Response:
        language = required_language(request)
        waiting = [
            each
            for each in self._corrections.waiting()
            if self._rights.sees_page(session, each.page)
        ]
        due, total = self._due(session, language.tag)
        registers = self._rights.registers(session)
        return self._desk.show(
            request,
            "desk.html",
            session,
            registers=[
                (slug, *self._rights.name("register", slug, language.tag)) for slug in registers
            ],
            waiting=len(waiting),
            reviews=len(self._reviewing.waiting(session)),
            due=due,
            due_total=total,
            due_left=total - len(due),
            unanswered=self._unanswered(session, language.tag),
        )

    def _unanswered(self, session: Session, language: str) -> list[dict[str, Any]]:
        """The assessments of the maker's commitments that it has not replied to, newest first."""
        ledger = self._rights.ledger()
        found = [
            (account, commitment)
            for commitment in ledger.commitments
            if self._rights.own_makers(session, commitment)
            for account in commitment.assessments()
            if not commitment.replies(account)
        ]
        found.sort(key=lambda each: each[0].ends[-1:], reverse=True)
        rows = []
        for account, commitment in found[:_SHOWN]:
            name, tongue = ledger.name(commitment.record.value, language)
            slug = commitment.record.value.rpartition("/")[2]
            asked = urlencode({"commitment": slug, "assessment": account.record.value})
            rows.append(
                {
                    "name": name or commitment.record.value,
                    "language": tongue,
                    "path": document_path(commitment.record, self._base),
                    "told": ledger.in_short(account, language),
                    "form": f"{PATH}/report?{asked}",
                }
            )
        return rows

    def _due(self, session: Session, language: str) -> tuple[list[dict[str, Any]], int]:
        """The commitments of the steward that a report is due for, the longest silence first."""
        ledger = self._rights.ledger()
        found = [
            each
            for each in standings(ledger, datetime.now(UTC).date())
            if each.reporting in _WAITING and self._rights.reports_on(session, each.commitment)
        ]
        found.sort(key=lambda each: (_WAITING.index(each.reporting), each.last_report))
        rows = []
        for each in found[:_SHOWN]:
            name, tongue = ledger.name(each.commitment.record.value, language)
            slug = each.commitment.record.value.rpartition("/")[2]
            rows.append(
                {
                    "name": name or each.commitment.record.value,
                    "language": tongue,
                    "path": document_path(each.commitment.record, self._base),
                    "reporting": ledger.name(
                        f"https://w3id.org/pledgegraph/scheme/freshness#{each.reporting}", language
                    )[0]
                    or each.reporting,
                    "last": each.last_report,
                    "form": f"{PATH}/report?commitment={slug}",
                }
            )
        return rows, len(found)
