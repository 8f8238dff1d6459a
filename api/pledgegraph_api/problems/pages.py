"""What the types of problems mean, for people and programs: `/problems` and what is below it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from fastapi import FastAPI
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from pledgegraph_api.http.negotiation import accept_of
from pledgegraph_api.http.query_params import taking
from pledgegraph_api.problems.mapping import PROBLEM_TYPES
from pledgegraph_api.problems.problem_type import ProblemType
from pledgegraph_api.problems.rdf import preferred_rdf, types_in_rdf
from pledgegraph_api.web.pages import Pages

_PAGE: Final = "text/html"
_JSON: Final = "application/json"


class ProblemPages:
    """Explains the types; ``base`` begins their IRIs."""

    def __init__(self, pages: Pages, base: str) -> None:
        self._pages = pages
        self._base = base

    def install(self, app: FastAPI) -> None:
        """Put the explanations where the types' IRIs lead."""
        for path, endpoint in (("/problems", self.index), ("/problems/{name}", self.explain)):
            app.add_api_route(
                path,
                endpoint,
                methods=["GET", "HEAD"],
                include_in_schema=False,
                dependencies=taking("lang"),
            )

    async def index(self, request: Request) -> Response:
        """All types: as a page or, to whoever likes that better, as JSON or RDF."""
        found = self._for_programs(request, PROBLEM_TYPES)
        return found or self._pages.render(
            request, "problem_types.html", state=(), types=PROBLEM_TYPES
        )

    async def explain(self, request: Request, name: str) -> Response:
        """One type, where its IRI leads."""
        for kind in PROBLEM_TYPES:
            if kind.name == name:
                found = self._for_programs(request, (kind,))
                return found or self._pages.render(
                    request, "problem_type.html", state=(), kind=kind
                )
        raise HTTPException(404)

    def _for_programs(self, request: Request, types: Sequence[ProblemType]) -> Response | None:
        """The types as a program reads them; None for those who would rather have the page."""
        accept = accept_of(request)
        headers = {"Vary": "Accept"}
        form = preferred_rdf(accept, _PAGE, (_JSON,))
        if form is not None:
            content = types_in_rdf(types, self._base, form)
            return Response(content, headers=headers, media_type=form.content_type)
        if accept.rank(_JSON) <= accept.rank(_PAGE):
            return None
        listed = [self._told(each) for each in types]
        content_of_json = listed[0] if len(listed) == 1 else {"problems": listed}
        return JSONResponse(content_of_json, headers=headers)

    def _told(self, kind: ProblemType) -> dict[str, str | int]:
        told: dict[str, str | int] = {
            "type": f"{self._base}/problems/{kind.name}",
            "title": kind.title,
            "status": kind.status,
            "about": kind.about,
        }
        return told | ({"remedy": kind.remedy} if kind.remedy else {})
