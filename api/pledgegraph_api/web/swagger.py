"""The browsable description of the HTTP interface, `/docs`: Swagger UI from an installed package.

FastAPI's own page fetches scripts from another host and starts them with an inline script; a
strict Content-Security-Policy allows neither.
"""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path
from typing import Final

from fastapi import FastAPI
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import FileResponse, Response

from pledgegraph_api.web.pages import STATIC, Pages

_POLICY: Final = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
    "connect-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)
_SWAGGER_UI: Final = Path(str(files("fastapi_swagger") / "resources"))
_FILES: Final = {
    "initialiser.js": (STATIC / "docs-initialiser.js", "text/javascript"),
    "swagger-ui-bundle.js": (_SWAGGER_UI / "swagger-ui-bundle.js", "text/javascript"),
    "swagger-ui.css": (_SWAGGER_UI / "swagger-ui.css", "text/css"),
}


class ApiDocs:
    """The page and the three files that it loads."""

    def __init__(self, pages: Pages) -> None:
        self._pages = pages

    def install(self, app: FastAPI) -> None:
        """Put the page at ``/docs`` and its files below it."""
        for path, endpoint in (("/docs", self.page), ("/docs/{name}", self.file)):
            app.add_api_route(path, endpoint, methods=["GET", "HEAD"], include_in_schema=False)

    async def page(self, request: Request) -> Response:
        """The page; its script reads ``/openapi.json``."""
        return self._pages.render(request, "docs.html", state=(), policy=_POLICY)

    async def file(self, name: str) -> Response:
        """One of the files of the page."""
        if name not in _FILES:
            raise HTTPException(404)
        path, media_type = _FILES[name]
        return FileResponse(
            path, media_type=media_type, headers={"Cache-Control": "public, max-age=3600"}
        )
