"""What all pages of the desk have in common: who is there, what their form says, how they look."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import urlencode

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from pledgegraph_api.desk.sessions import PRIVATE, Session, Sessions
from pledgegraph_api.errors import ForeignForm
from pledgegraph_api.http.forms import form_of
from pledgegraph_api.http.languages import language_of
from pledgegraph_api.registers.openapi import XLSX
from pledgegraph_api.web.pages import Pages

_NOTHING: Final[Mapping[str, str]] = {}


@dataclass(frozen=True, slots=True)
class OpenedForm:
    """A form that a page of the desk has sent."""

    session: Session
    fields: Mapping[str, str]
    ticket: Mapping[str, str]
    """What the page gave the form to know again."""


class DeskPages:
    """Lets in who is signed in, opens their forms, and shows them their pages."""

    def __init__(self, sessions: Sessions, pages: Pages) -> None:
        self._sessions = sessions
        self._pages = pages

    async def session(self, request: Request) -> Session:
        """Who is signed in.

        Raises:
            Unauthorised: nobody is.
        """
        return await run_in_threadpool(self._sessions.require, request)

    async def opened(self, request: Request) -> OpenedForm:
        """The form that the request carries, of a page of this session.

        Raises:
            Unauthorised: nobody is signed in.
            ForeignForm: it is of no page of this session.
        """
        session = await self.session(request)
        fields = await form_of(request)
        return OpenedForm(session, fields, self.checked(session, fields.get("ticket", "")))

    def checked(self, session: Session, ticket: str) -> Mapping[str, str]:
        """What the ticket of a form holds.

        Raises:
            ForeignForm: it is of no page of this session.
        """
        return self._sessions.checked(session, ticket)

    def saying(self, session: Session, path: str, **done: str) -> str:
        """The address of a page of the desk that is to say what was done."""
        return f"{path}?{urlencode({'done': self._sessions.ticket(session, **done)})}"

    def said(self, session: Session, given: str) -> Mapping[str, str]:
        """What was done, of an address that `saying` made for this session; else nothing."""
        try:
            return self.checked(session, given) if given else _NOTHING
        except ForeignForm:
            return _NOTHING

    def workbook(self, content: bytes, name: str) -> Response:
        """A workbook for one person, which nobody keeps, to be saved under a name."""
        named = {"Content-Disposition": f'attachment; filename="{name}"'}
        return Response(content, media_type=XLSX, headers={**PRIVATE, **named})

    def show(
        self,
        request: Request,
        template: str,
        session: Session,
        *,
        status: int = 200,
        ticket: Mapping[str, str] = _NOTHING,
        **shown: Any,
    ) -> Response:
        """A page for one person, which nobody keeps; ``ticket`` is what its form is to know."""
        return self._pages.render(
            request,
            template,
            language=language_of(request),
            status=status,
            headers=PRIVATE,
            session=session,
            ticket=self._sessions.ticket(session, **ticket),
            sign_out=self._sessions.ticket(session),
            **shown,
        )
