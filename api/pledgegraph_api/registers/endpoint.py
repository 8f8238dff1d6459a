"""``/registers/{register}.xlsx`` gives a register as a workbook; ``/submissions`` takes it back."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Final, TypeVar

from fastapi import FastAPI
from python_multipart.multipart import parse_options_header
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from pledgegraph.media_types import Carries, Format
from pledgegraph.settings import Settings
from pledgegraph.store import Engine, Permit
from pledgegraph.tabular import SHEETS, Sent, WorkbookReport, Workbooks, register_exists
from pledgegraph.writes import Attribution, RegisterScope
from pledgegraph_api.errors import DocumentMissing, ParameterError, UnsupportedContent
from pledgegraph_api.http.authorisation import Authorisation
from pledgegraph_api.http.languages import required_language
from pledgegraph_api.http.negotiation import accept_of, choose_among
from pledgegraph_api.http.query_params import known_parameters
from pledgegraph_api.http.request_outcome import exchange_of
from pledgegraph_api.http.respond import respond
from pledgegraph_api.registers.openapi import (
    CSV,
    XLSX,
    export_description,
    submission_description,
)
from pledgegraph_api.sparql.protocol import body_of
from pledgegraph_api.sparql.streaming import while_connected
from pledgegraph_api.write.multipart import MULTIPART, parts_of
from pledgegraph_api.write.queue import WriteRunner
from pledgegraph_api.write.update_protocol import reason_of

T = TypeVar("T")
SUBMISSIONS: Final = "/submissions"
TEMPLATE: Final = "template"
_JSON: Final = Format("json", "JSON", "application/json", "json", Carries.SOLUTIONS, "", text=False)
_TEXT: Final = Format("text", "Text", "text/plain", "txt", Carries.SOLUTIONS, "")
_WORKBOOK: Final = Format("xlsx", "Workbook", XLSX, "xlsx", Carries.SOLUTIONS, "", text=False)
_SLUG: Final = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,98}[a-z0-9])?")
_SETTING: Final = "max_workbook_bytes"
_TYPES: Final = {XLSX: ".xlsx", CSV: ".csv", "application/octet-stream": "", "text/plain": ".csv"}


class RegisterEndpoint:
    """Registers out and in."""

    def __init__(
        self,
        settings: Settings,
        engine: Engine,
        authorisation: Authorisation,
        runner: WriteRunner,
    ) -> None:
        self._settings = settings
        self._engine = engine
        self._authorisation = authorisation
        self._runner = runner
        self._workbooks = Workbooks(engine, settings)

    def install(self, app: FastAPI) -> None:
        """Put the endpoints at their addresses."""
        path = "/registers/{register}.xlsx"
        app.add_api_route(path, self.export, methods=["GET"], **export_description())
        app.add_api_route(path, self.export, methods=["HEAD"], include_in_schema=False)
        app.add_api_route(SUBMISSIONS, self.submit, methods=["POST"], **submission_description())

    async def export(self, request: Request) -> Response:
        """The register as a workbook."""
        given = known_parameters(request, ("lang", "sheets"))
        language = required_language(request).tag
        wanted = [name for name in given.get("sheets", "").split(",") if name]
        sheets = list(SHEETS) if "all" in wanted else wanted
        if unknown := next((name for name in sheets if name not in SHEETS), None):
            raise ParameterError(
                f"There is no sheet {unknown[:80]!r}.",
                remedy=f"The parameter sheets has some of: {', '.join(SHEETS)}; or all.",
            )
        name = request.path_params["register"]
        register = None if name == TEMPLATE else name
        if register is not None and not await run_in_threadpool(self._exists, register):
            raise DocumentMissing(
                f"There is no register {name[:80]!r}.",
                remedy="Look for it at /search?kind=register.",
            )
        state = (self._engine.version() or "", language, *sheets)
        asked = respond(request, lambda: b"", content_type=XLSX, state=state)
        if request.method == "HEAD" or asked.status_code != 200:  # noqa: PLR2004 -- 304
            return asked

        def work(_: Permit) -> bytes:
            return self._workbooks.export(register, language=language, sheets=sheets)

        content = await self._run(request, work)
        return respond(
            request,
            lambda: content,
            content_type=XLSX,
            state=state,
            headers={
                "content-disposition": f'attachment; filename="{name}.xlsx"',
                "vary": "Accept-Language",
            },
        )

    def _exists(self, register: str) -> bool:
        if not _SLUG.fullmatch(register):
            return False
        with self._engine.snapshot() as snapshot:
            return register_exists(snapshot, self._engine.base, register)

    async def submit(self, request: Request) -> Response:
        """The report on a workbook; with a receipt, what came of it."""
        given = known_parameters(request, ("register", "apply", "lang"))
        register = given.get("register", "")
        # Who may not write there is not told whether there is such a register.
        token = self._authorisation.require(request, RegisterScope(register))
        if not _SLUG.fullmatch(register):
            raise ParameterError(
                "The parameter `register` names no register.",
                remedy="Give what follows /id/register/ in its IRI, as in register=commit-to-data.",
            )
        form = _form_of(request)
        language = required_language(request).tag if "lang" in given else None
        by = Attribution(token.label, reason_of(request, f"Workbook of the register {register}."))
        sent = await self._sent(request)
        receipt = given.get("apply")

        def work(permit: Permit) -> bytes:
            if receipt is None and form is _JSON:
                told = self._workbooks.check_told(sent, register, language=language, permit=permit)
                return told.removesuffix(b"}") + b', "applied": false, "changeSet": null}'
            if receipt is None:
                report = self._workbooks.check(sent, register, language=language, permit=permit)
                if form is _WORKBOOK:
                    return self._workbooks.marked(sent, report)
                return _told(report, None, form)
            applied = self._workbooks.apply(
                sent, register, by, permit, receipt=receipt, language=language
            )
            return _told(applied.report, applied.receipt.sequence, form)

        # It is written in the thread: that of a large register takes a second.
        content = await self._run(request, work)
        headers = {"Cache-Control": "no-store"}
        if form is _WORKBOOK and receipt is None:
            headers["Content-Disposition"] = f'attachment; filename="{register}-checked.xlsx"'
            return Response(content, media_type=XLSX, headers=headers)
        kind = "text/plain" if form is _TEXT else "application/json"
        return Response(content, media_type=kind, headers=headers)

    async def _run(self, request: Request, work: Callable[[Permit], T]) -> T:
        client = exchange_of(request.scope).client
        return await while_connected(request.receive, self._runner.run_workbook(work, client))

    async def _sent(self, request: Request) -> Sent:
        """The workbook that a request carries, as its body or as a file of a form.

        Raises:
            UnsupportedContent: it carries something else.
            ContentTooLarge: it is longer than it may be.
        """
        kind, options = parse_options_header(request.headers.get("content-type", ""))
        content = kind.decode("latin-1").lower()
        most = self._settings.max_workbook_bytes
        if content == MULTIPART:
            body = await body_of(request, most + 65_536, _SETTING)
            boundary = options.get(b"boundary", b"").decode("latin-1")
            parts = await run_in_threadpool(parts_of, body, boundary)
            files = [part for part in parts if part.file_name]
            if len(files) != 1:
                raise ParameterError(
                    f"The form holds {len(files)} files.", remedy="Send one workbook at a time."
                )
            return Sent(bytes(files[0].body), files[0].file_name)
        if content not in _TYPES:
            raise UnsupportedContent(
                "The body is no workbook.",
                remedy=f"Send it as {XLSX} or {CSV}, or as the file of a form.",
            )
        return Sent(await body_of(request, most, _SETTING), f"table{_TYPES[content]}")


def _told(report: WorkbookReport, sequence: int | None, form: Format) -> bytes:
    """The report, in words or as JSON."""
    if form is _TEXT:
        return "".join(
            f"{line}\n" for line in report.in_words(applied=sequence is not None)
        ).encode()
    told = {**report.as_json(), "applied": sequence is not None, "changeSet": sequence}
    return json.dumps(told, ensure_ascii=False).encode()


def _form_of(request: Request) -> Format:
    """The form that the report is asked for in: JSON, text, or the workbook with marks.

    Raises:
        NotAcceptable: none of them.
    """
    return choose_among((_JSON, _TEXT, _WORKBOOK), accept_of(request), None, what="the report")
