"""What was changed, and how a steward takes a change back."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from fastapi import FastAPI
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from pledgegraph.errors import ChangeMissing, InputError, RevertRefused, ValidationFailed
from pledgegraph.history import taken_back
from pledgegraph.store import Engine, Header, Permit, PublishedLog, Receipt
from pledgegraph.writes import attributable
from pledgegraph_api.desk.desk_pages import DeskPages
from pledgegraph_api.desk.home import leading_to
from pledgegraph_api.desk.rights import Rights
from pledgegraph_api.desk.sessions import PATH, Session
from pledgegraph_api.http.query_params import known_parameters
from pledgegraph_api.sparql.streaming import while_connected
from pledgegraph_api.write.queue import WriteRunner

HISTORY: Final = f"{PATH}/history"
TAKE_BACK: Final = f"{PATH}/take-back"
_SHOWN: Final = 50
_LOOKED_AT: Final = 2_000
"""Change sets that are gone through to find the steward's own."""


class TakingBack:
    """The steward's part of the changes log."""

    def __init__(
        self,
        desk: DeskPages,
        rights: Rights,
        engine: Engine,
        runner: WriteRunner,
        *,
        data_dir: Path,
    ) -> None:
        self._desk = desk
        self._rights = rights
        self._engine = engine
        self._runner = runner
        self._data_dir = data_dir
        self._log = PublishedLog(data_dir)

    def install(self, app: FastAPI) -> None:
        """Put both at their addresses."""
        app.add_api_route(HISTORY, self.list, methods=["GET", "HEAD"], include_in_schema=False)
        app.add_api_route(TAKE_BACK, self.take_back, methods=["POST"], include_in_schema=False)

    async def list(self, request: Request) -> Response:
        """The latest changes that the steward may take back.

        Raises:
            Unauthorised: nobody is signed in.
        """
        session = await self._desk.session(request)
        given = known_parameters(request, ("done", "lang"))
        done = self._desk.said(session, given.get("done", "")).get("taken", "")
        return await run_in_threadpool(self._list, request, session, done=done)

    async def take_back(self, request: Request) -> Response:
        """Take a change back by another one, or say why that cannot be.

        Raises:
            Unauthorised: nobody is signed in.
            ForeignForm: the form is of no page of this session.
            ChangeMissing: there is none of that number for this steward.
        """
        form = await self._desk.opened(request)
        session, fields = form.session, form.fields
        number = fields.get("number", "")
        header = await run_in_threadpool(self._own, session, number)
        try:
            reason = attributable(
                "The reason",
                fields.get("reason", "").strip() or f"Takes back change set {number}.",
                remedy="Say why, in a sentence, without an address.",
            )

            def work(permit: Permit) -> Receipt:
                return taken_back(
                    self._engine,
                    self._log.record(header.sequence),
                    self._data_dir,
                    agent=session.token.label,
                    reason=reason,
                    permit=permit,
                )

            await while_connected(request.receive, self._runner.run(work, session.token.id))
        except (RevertRefused, ValidationFailed) as error:
            return await run_in_threadpool(self._list, request, session, 409, str(error))
        except InputError as error:
            return await run_in_threadpool(self._list, request, session, 422, str(error))
        return leading_to(request, self._desk.saying(session, HISTORY, taken=str(header.sequence)))

    def _own(self, session: Session, number: str) -> Header:
        if number.isdecimal() and len(number) < 16:  # noqa: PLR2004 - more lead beyond every log
            header = self._log.record(int(number)).header()
            if self._rights.takes_back(session, header):
                return header
        raise ChangeMissing(
            "There is no change set of that number for you to take back.",
            remedy="Take one from the list.",
        )

    def _list(
        self,
        request: Request,
        session: Session,
        status: int = 200,
        fault: str = "",
        *,
        done: str = "",
    ) -> Response:
        last = self._log.last()
        found: list[Header] = []
        for number in range(last, max(0, last - _LOOKED_AT), -1):
            header = self._log.record(number).header()
            # What rules computed follows from the change before it.
            if header.sources and self._rights.takes_back(session, header):
                found.append(header)
            if len(found) == _SHOWN:
                break
        return self._desk.show(
            request,
            "desk_history.html",
            session,
            status=status,
            changes=found,
            fault=fault,
            done=int(done) if done else None,
        )
