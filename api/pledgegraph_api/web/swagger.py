"""The browsable description of the HTTP interface, `/docs`: Swagger UI from an installed package.

FastAPI's own page fetches scripts from another host and starts them with an inline script; a
strict Content-Security-Policy allows neither.
"""

from __future__ import annotations

from typing import Final

from fastapi import FastAPI
from starlette.requests import Request
from starlette.responses import Response

from pledgegraph_api.web.pages import Pages

_POLICY: Final = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
    "connect-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)


class ApiDocs:
    """The page; the files that it loads are among the assets of all pages."""

    def __init__(self, pages: Pages) -> None:
        self._pages = pages

    def install(self, app: FastAPI) -> None:
        """Put the page at ``/docs``."""
        app.add_api_route("/docs", self.page, methods=["GET", "HEAD"], include_in_schema=False)

    async def page(self, request: Request) -> Response:
        """The page; its script reads ``/openapi.json``."""
        return self._pages.render(request, "docs.html", state=(), policy=_POLICY)
