"""The SPARQL endpoint, `/sparql`.

See https://www.w3.org/TR/sparql11-protocol/
"""

from __future__ import annotations

from functools import partial
from typing import Final

from fastapi import FastAPI
from starlette.requests import Request
from starlette.responses import Response

from pledgegraph.media_types import GRAPH_FORMATS, RESULT_FORMATS
from pledgegraph.settings import Settings
from pledgegraph_api.answering import StreamedAnswer, while_connected
from pledgegraph_api.errors import QueryMissing
from pledgegraph_api.examples import Example
from pledgegraph_api.negotiation import accept_of, choose_format, prefers_page
from pledgegraph_api.pages import Pages
from pledgegraph_api.problems import PROBLEM_JSON
from pledgegraph_api.protocol import read_query
from pledgegraph_api.running import QueryRunner
from pledgegraph_api.sparql_openapi import description

PATH: Final = "/sparql"


class SparqlEndpoint:
    """Answers queries; to a browser without one it shows a form."""

    def __init__(
        self, settings: Settings, runner: QueryRunner, pages: Pages, examples: tuple[Example, ...]
    ) -> None:
        self._settings = settings
        self._runner = runner
        self._pages = pages
        self._examples = examples

    def install(self, app: FastAPI) -> None:
        """Put the endpoint at its address, with its description for OpenAPI."""
        app.add_api_route(PATH, self.answer, methods=["GET"], **description("get"))
        app.add_api_route(PATH, self.answer, methods=["POST"], **description("post"))
        app.add_api_route(PATH, self.answer, methods=["HEAD"], include_in_schema=False)
        app.add_api_route(PATH, self.options, methods=["OPTIONS"], include_in_schema=False)

    async def answer(self, request: Request) -> Response:
        """The answer to the query in the request, in the format that the client likes best."""
        accept = accept_of(request)
        try:
            query = await read_query(request, longest=self._settings.max_query_bytes)
        except QueryMissing:
            if request.method != "POST" and prefers_page(accept, PROBLEM_JSON):
                return self._form(request)
            raise
        answer = await while_connected(
            request.receive,
            self._runner.run(
                query,
                partial(choose_format, accept=accept, name=query.format),
                head_only=request.method == "HEAD",
            ),
        )
        return StreamedAnswer(
            answer,
            headers={
                "Vary": "Accept",
                "Pledgegraph-Snapshot": str(answer.sequence),
                "Content-Disposition": f'inline; filename="answer.{answer.form.extension}"',
            },
            stall=self._settings.stall_timeout,
        )

    async def options(self) -> Response:
        """What can be done at this address."""
        return Response(status_code=204, headers={"Allow": "GET, HEAD, OPTIONS, POST"})

    def _form(self, request: Request) -> Response:
        return self._pages.render(
            request,
            "query_form.html",
            headers={"Vary": "Accept"},
            examples=self._examples,
            result_formats=RESULT_FORMATS,
            graph_formats=GRAPH_FORMATS,
        )
