"""Errors that readers reported, for the stewards who decide about them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime

from fastapi import FastAPI
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from pledgegraph.corrections import Correction, Corrections, Decision
from pledgegraph.errors import CorrectionDecided, CorrectionMissing, InputError
from pledgegraph_api.desk.desk_pages import DeskPages
from pledgegraph_api.desk.home import leading_to
from pledgegraph_api.desk.rights import Rights
from pledgegraph_api.desk.sessions import PATH, Session
from pledgegraph_api.http.languages import LANGUAGES, language_of
from pledgegraph_api.http.query_params import known_parameters

REPORTS: str = f"{PATH}/corrections"
_VERDICTS = {"accept": True, "decline": False}
_NOTHING: Mapping[str, str] = {}


class Decisions:
    """The list of reports, and what is decided about each."""

    def __init__(self, desk: DeskPages, rights: Rights, corrections: Corrections) -> None:
        self._desk = desk
        self._rights = rights
        self._corrections = corrections

    def install(self, app: FastAPI) -> None:
        """Put both at their addresses."""
        app.add_api_route(REPORTS, self.list, methods=["GET", "HEAD"], include_in_schema=False)
        app.add_api_route(
            f"{REPORTS}/{{name}}", self.decide, methods=["POST"], include_in_schema=False
        )

    async def list(self, request: Request) -> Response:
        """What waits, with what its readers wrote.

        Raises:
            Unauthorised: nobody is signed in.
        """
        session = await self._desk.session(request)
        given = known_parameters(request, ("done", "lang"))
        done = self._desk.said(session, given.get("done", ""))
        return await run_in_threadpool(self._list, request, session, done=done)

    async def decide(self, request: Request, name: str) -> Response:
        """Accept or decline a report, and say so on its page.

        Raises:
            Unauthorised: nobody is signed in.
            ForeignForm: the form is of no page of this session.
            CorrectionMissing: there is none of that name for this steward.
        """
        form = await self._desk.opened(request)
        return await run_in_threadpool(self._decide, request, form.session, name, form.fields)

    def _decide(
        self, request: Request, session: Session, name: str, fields: Mapping[str, str]
    ) -> Response:
        found = self._corrections.find(name)
        # Whoever may not see it learns nothing, not even that it is there.
        if found is None or not self._rights.sees_page(session, found.page):
            raise CorrectionMissing("There is no such report for you to decide about.")
        decision = Decision(
            time=datetime.now(UTC).replace(microsecond=0),
            accepted=_VERDICTS.get(fields.get("verdict", ""), False),
            words=fields.get("words", ""),
            language=fields.get("language", ""),
            by=session.token.label,
        )
        if fields.get("verdict") not in _VERDICTS or decision.language not in LANGUAGES:
            return self._list(request, session, status=422, fault="desk_no_verdict")
        try:
            self._corrections.decide(name, decision)
        except CorrectionDecided:
            # Somebody was faster: this one sees what was decided.
            now = self._corrections.find(name)
            return self._list(request, session, status=409, fault="desk_decided", beside=now)
        except InputError:
            kept = replace(found, decision=decision)
            return self._list(request, session, status=422, fault="desk_no_words", beside=kept)
        word = "desk_was_accepted" if decision.accepted else "desk_was_declined"
        there = self._desk.saying(session, REPORTS, word=word, page=found.page)
        return leading_to(request, there)

    def _list(
        self,
        request: Request,
        session: Session,
        *,
        status: int = 200,
        fault: str = "",
        beside: Correction | None = None,
        done: Mapping[str, str] = _NOTHING,
    ) -> Response:
        waiting = [
            each
            for each in self._corrections.waiting()
            if self._rights.sees_page(session, each.page)
        ]
        return self._desk.show(
            request,
            "desk_corrections.html",
            session,
            status=status,
            waiting=waiting,
            names=self._rights.page_names(
                {each.page for each in waiting}, language_of(request).tag
            ),
            fault=fault,
            beside=beside,
            done=done,
            tongues=LANGUAGES,
        )
