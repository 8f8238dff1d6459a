"""`/corrections`: how a reader reports an error, and where it is told what came of it.

No account, no cookie, no third party. The client's address is counted in memory for an hour and
kept nowhere.
"""

from __future__ import annotations

import secrets
import time
from collections.abc import Mapping
from typing import Final

from cachetools import TTLCache
from fastapi import FastAPI
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from pledgegraph.corrections import Corrections, Told, page_of
from pledgegraph.errors import CorrectionMissing, InputError
from pledgegraph.settings import Settings
from pledgegraph_api.http.client_address import ClientAddresses, Networks, client_name
from pledgegraph_api.http.forms import Tickets, form_of
from pledgegraph_api.http.languages import language_of
from pledgegraph_api.http.query_params import known_parameters
from pledgegraph_api.web.labels import Labels, Name
from pledgegraph_api.web.links import root_of, with_language
from pledgegraph_api.web.pages import Pages

PATH: Final = "/corrections"
FORM_PATH: Final = f"{PATH}/new"
_TEXTS: Final = ("statement", "right", "source")
_BAIT: Final = "website"
"""A field that people do not see, and that programs fill in."""
_HOUR: Final = 3600
_MOST_CLIENTS: Final = 20_000
_UNCACHED: Final = {"Cache-Control": "no-store", "X-Robots-Tag": "noindex"}
_WRONG: Final = 422
_TOO_MANY: Final = 429


class ReportForm:
    """The form, what it takes, and the page of each report."""

    def __init__(
        self, settings: Settings, corrections: Corrections, labels: Labels, pages: Pages
    ) -> None:
        self._rate = settings.correction_rate
        self._days = settings.correction_days
        self._corrections = corrections
        self._pages = pages
        self._labels = labels
        self._base = settings.base
        self._tickets = Tickets(settings.data_dir, "report of an error")
        self._addresses = ClientAddresses(Networks(settings.trusted_proxies), settings.proxy_header)
        self._sent: TTLCache[str, int] = TTLCache(_MOST_CLIENTS, _HOUR, time.monotonic)

    def install(self, app: FastAPI) -> None:
        """Put them at their addresses; without a rate there is no form."""
        both = ["GET", "HEAD"]
        if self._rate:
            app.add_api_route(FORM_PATH, self.form, methods=both, include_in_schema=False)
            app.add_api_route(PATH, self.send, methods=["POST"], include_in_schema=False)
        app.add_api_route(f"{PATH}/{{name}}", self.show, methods=both, include_in_schema=False)

    async def form(self, request: Request) -> Response:
        """The form for the page that ``page`` names.

        Raises:
            InputError: it names none.
        """
        given = known_parameters(request, ("page", "lang"))
        page = page_of(given.get("page", "/"))
        return await self._form(request, page, {}, status=200, fault="")

    async def send(self, request: Request) -> Response:
        """Keep the report and lead to its page; where something is wrong, the form with it.

        Raises:
            ForeignForm, UnsupportedContent, ContentTooLarge, ParameterError: see `form_of`.
            InputError: it does not say which page it is about.
            ServiceBusy: too many reports wait for the stewards already.
        """
        fields = await form_of(request)
        page = page_of(fields.get("page", ""))
        ticket = await run_in_threadpool(self._tickets.content, fields.get("ticket", ""))
        client = client_name(self._addresses.of(request.scope))
        fault, status = self._fault(fields, page, ticket, client)
        if fault or ticket is None:
            return await self._form(request, page, fields, status=status, fault=fault)
        told = Told(*(fields[each] for each in _TEXTS))
        language = language_of(request)
        try:
            kept = await run_in_threadpool(
                self._corrections.add, page, told, language=language.tag, name=str(ticket["name"])
            )
        except InputError:
            return await self._form(request, page, fields, status=_WRONG, fault="report_too_long")
        self._sent[client] = self._sent.get(client, 0) + 1
        address = f"{PATH}/{kept.id}"
        if language.asked:
            address = with_language(address, language.tag)
        headers = {"Location": f"{root_of(request)}{address}", **_UNCACHED}
        return Response(status_code=303, headers=headers)

    async def show(self, request: Request, name: str) -> Response:
        """What became of a report; not what its reader wrote.

        Raises:
            CorrectionMissing: there is none of that name.
        """
        known_parameters(request, ("lang",))
        found = await run_in_threadpool(self._corrections.find, name)
        if found is None:
            raise CorrectionMissing(
                "There is no such report.", remedy="Check the address that you were given."
            )
        return self._pages.render(
            request,
            "report.html",
            headers=_UNCACHED,
            report=found,
            page_name=await self._name(request, found.page),
            days=round(self._days),
        )

    async def _name(self, request: Request, page: str) -> Name | None:
        """What the record is called that a page is about, if it is about one."""
        language = language_of(request).tag
        names = await run_in_threadpool(self._labels.of_pages, [page], self._base, language)
        return names.get(page)

    def _fault(
        self, fields: Mapping[str, str], page: str, ticket: Mapping[str, object] | None, client: str
    ) -> tuple[str, int]:
        """The message on what is wrong with a form, if anything is, and the status."""
        if ticket is None or ticket.get("page") != page:
            return "report_old_form", _WRONG
        if fields.get(_BAIT):
            return "report_bait", _WRONG
        if not all(fields.get(each, "").strip() for each in _TEXTS):
            return "report_missing", _WRONG
        if self._sent.get(client, 0) >= self._rate:
            return "report_too_many", _TOO_MANY
        return "", 200

    async def _form(
        self, request: Request, page: str, fields: Mapping[str, str], *, status: int, fault: str
    ) -> Response:
        ticket = {"page": page, "name": secrets.token_hex(8)}
        headers = dict(_UNCACHED)
        if status == _TOO_MANY:
            headers["Retry-After"] = str(_HOUR)
        return self._pages.render(
            request,
            "report_form.html",
            status=status,
            headers=headers,
            page=page,
            page_name=await self._name(request, page),
            ticket=await run_in_threadpool(self._tickets.signed, ticket),
            texts={each: fields.get(each, "") for each in _TEXTS},
            bait=fields.get(_BAIT, ""),
            fault=fault,
            days=round(self._days),
            rate=self._rate,
        )
