"""The HTTP interface for people: every operation at `/docs`, and Swagger UI at `/docs/try`.

The list is drawn from the OpenAPI description and needs no script. Swagger UI comes from an
installed package: FastAPI's own page fetches scripts from another host and starts them with an
inline script; a strict Content-Security-Policy allows neither.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from fastapi import FastAPI
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from pledgegraph_api.http.query_params import taking
from pledgegraph_api.web.pages import Pages

_POLICY: Final = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
    "connect-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)
_METHODS: Final = ("get", "query", "post", "put", "patch", "delete")
_UNTAGGED: Final = "Other"
_LINK: Final = re.compile(r"\[([^\]]*)\]\([^)]*\)")


@dataclass(frozen=True, slots=True)
class Operation:
    """What can be asked of an address, as the OpenAPI description has it."""

    anchor: str
    method: str
    path: str
    summary: str
    about: str
    parameters: tuple[tuple[str, str, bool], ...]
    """Name, description, and whether it has to be there."""
    bodies: tuple[str, ...]
    answers: tuple[tuple[str, str], ...]
    """Status and what it means."""


class ApiDocs:
    """The two pages; the files that they load are among the assets of all pages."""

    def __init__(self, pages: Pages) -> None:
        self._pages = pages
        self._groups: dict[str, list[Operation]] = {}

    def install(self, app: FastAPI) -> None:
        """Put the pages at ``/docs`` and below it."""
        for path, endpoint in (("/docs", self.page), ("/docs/try", self.trial)):
            app.add_api_route(
                path,
                endpoint,
                methods=["GET", "HEAD"],
                include_in_schema=False,
                dependencies=taking("lang"),
            )

    async def page(self, request: Request) -> Response:
        """Every operation, without a script."""
        if not self._groups:
            document = await run_in_threadpool(request.app.openapi)
            self._groups = operations_of(document)
        return self._pages.render(request, "docs.html", state=(), groups=self._groups)

    async def trial(self, request: Request) -> Response:
        """The page on which they can be tried; its script reads ``/openapi.json``."""
        return self._pages.render(request, "docs_try.html", state=("try",), policy=_POLICY)


def operations_of(document: Mapping[str, Any]) -> dict[str, list[Operation]]:
    """The operations of an OpenAPI description, by tag, in its order."""
    groups: dict[str, list[Operation]] = {}
    for path, item in document.get("paths", {}).items():
        for method in _METHODS:
            if method in item:
                tags = item[method].get("tags") or [_UNTAGGED]
                operation = _operation(document, path, method, item[method])
                groups.setdefault(str(tags[0]), []).append(operation)
    return groups


def _operation(
    document: Mapping[str, Any], path: str, method: str, said: Mapping[str, Any]
) -> Operation:
    parameters = [_resolved(document, each) for each in said.get("parameters", ())]
    answers = said.get("responses", {})
    return Operation(
        anchor=str(said.get("operationId") or f"{method}{path}").replace("/", "-"),
        method=method.upper(),
        path=path,
        summary=str(said.get("summary", "")),
        about=_plain(said.get("description", "")),
        parameters=tuple(
            (str(each["name"]), _plain(each.get("description", "")), bool(each.get("required")))
            for each in parameters
            if "name" in each
        ),
        bodies=tuple(said.get("requestBody", {}).get("content", {})),
        answers=tuple(
            (str(status), _plain(_resolved(document, each).get("description", "")))
            for status, each in answers.items()
        ),
    )


def _resolved(document: Mapping[str, Any], part: Mapping[str, Any]) -> Mapping[str, Any]:
    """The part, or what it refers to in the same description."""
    reference = str(part.get("$ref", ""))
    if not reference.startswith("#/"):
        return part
    found: Any = document
    for step in reference[2:].split("/"):
        found = found.get(step, {}) if isinstance(found, Mapping) else {}
    return found if isinstance(found, Mapping) else {}


def _plain(text: str) -> str:
    """Markdown as plain text, as far as descriptions use it."""
    return _LINK.sub(r"\1", str(text)).replace("`", "")
