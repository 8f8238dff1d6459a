"""The SPARQL endpoint, `/sparql`.

See https://www.w3.org/TR/sparql11-protocol/
"""

from __future__ import annotations

import time
from dataclasses import replace
from typing import Final

from fastapi import FastAPI
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from pledgegraph.descriptions import DescribedData, asks_for_description
from pledgegraph.errors import QueryError
from pledgegraph.media_types import FORMATS, GRAPH_FORMATS, JSON
from pledgegraph.results import IDENTITY
from pledgegraph.settings import Settings
from pledgegraph.store import Engine, OnceASnapshot, count_graphs, open_directory
from pledgegraph.workers import HoldsSnapshots
from pledgegraph_api.errors import NotAcceptable, QueryMissing, WrongParameters
from pledgegraph_api.history.versions import PastVersions
from pledgegraph_api.http.languages import required_language
from pledgegraph_api.http.negotiation import PAGE, Accept, PageOrFormat, accept_of, prefers_page
from pledgegraph_api.http.query_params import decoded
from pledgegraph_api.http.request_outcome import exchange_of
from pledgegraph_api.problems.mapping import PROBLEM_JSON
from pledgegraph_api.sparql.answer_workbook import NAME as WORKBOOK
from pledgegraph_api.sparql.answer_workbook import AnswerWorkbooks
from pledgegraph_api.sparql.explain import ExplainAnswer, wants_page
from pledgegraph_api.sparql.federation import Federation
from pledgegraph_api.sparql.openapi import description
from pledgegraph_api.sparql.opened import Opened, OpensQuestions
from pledgegraph_api.sparql.page import PATH, QueryPage
from pledgegraph_api.sparql.protocol import (
    ACCEPT_QUERY,
    WITH_BODY,
    QueryRequest,
    read_query,
)
from pledgegraph_api.sparql.response import Representations
from pledgegraph_api.sparql.runner import Answer, QueryRunner
from pledgegraph_api.sparql.service_description import ServiceDescription
from pledgegraph_api.sparql.streaming import while_connected
from pledgegraph_api.web.featured import Example
from pledgegraph_api.web.labels import Labels
from pledgegraph_api.web.pages import Pages
from pledgegraph_api.workbench.terms import Terms

_ALLOW: Final = "GET, HEAD, OPTIONS, POST, QUERY"
_OF_EVERY_PAGE: Final = frozenset({"format", "lang", "view"})
"""Parameters that do not make a request one for an answer."""


class SparqlEndpoint:
    """Answers queries; to a browser on a page, with a form above the answer."""

    def __init__(
        self,
        settings: Settings,
        runner: QueryRunner,
        representations: Representations,
        *,
        page: QueryPage,
        about: ServiceDescription,
        explain: ExplainAnswer,
        past: PastVersions,
        federation: Federation,
        described: DescribedData,
        questions: OpensQuestions,
        workbooks: AnswerWorkbooks,
    ) -> None:
        self._settings = settings
        self._representations = representations
        self._about = about
        self._explain = explain
        self._past = past
        self._federation = federation
        self._described = described
        self._questions = questions
        self._workbooks = workbooks
        self._runner = runner
        self._page = page

    def install(self, app: FastAPI) -> None:
        """Put the endpoint at its address, with its description for OpenAPI."""
        app.add_api_route(PATH, self.answer, methods=["GET"], **description("get"))
        app.add_api_route(PATH, self.answer, methods=["POST"], **description("post"))
        app.add_api_route(PATH, self.answer, methods=["HEAD", "QUERY"], include_in_schema=False)
        app.add_api_route(PATH, self.options, methods=["OPTIONS"], include_in_schema=False)

    async def answer(self, request: Request) -> Response:
        """The answer to the query in the request, in the format that the client likes best."""
        since = time.perf_counter()
        accept = accept_of(request)
        try:
            query = await read_query(request, longest=self._settings.max_query_bytes)
        except QueryMissing:
            if request.method in WITH_BODY:
                raise
            return await self._without_query(request, accept)
        opened = self._questions.opened(query)
        if opened is not None:
            if not query.text and self._wants_form(query, accept):
                return await self._page.empty(request, opened)
            try:
                language = required_language(request).tag
                query = await run_in_threadpool(self._questions.bound, query, opened, language)
            except WrongParameters as error:
                return await self._refused(request, query, opened, error, accept)
        exchange_of(request.scope).query = query.text
        if query.explain:
            return await self._explained(request, query, accept)
        return await self._answered(request, query, opened, accept, since=since)

    async def _answered(
        self,
        request: Request,
        query: QueryRequest,
        opened: Opened | None,
        accept: Accept,
        *,
        since: float,
    ) -> Response:
        """The answer to a query that is known, and to be run."""
        if (query.format or "").strip().lower() == WORKBOOK:
            return await self._workbook(request, query, opened)
        choice = self._representations.choice(request, query.format)
        coding = self._representations.coding(request, choice)
        unchanged = self._representations.unchanged(request, query, choice, coding)
        if unchanged is not None:
            return unchanged
        try:
            whole = query
            if self._federation.asked_by(query):
                whole = await while_connected(request.receive, self._federation.joined(query))
            answer = await while_connected(
                request.receive, self._run(request, whole, choice, coding)
            )
            if choice.page:
                return await while_connected(
                    request.receive,
                    self._page.answered(request, query, opened, answer, since=since),
                )
        except (QueryError, NotAcceptable) as error:
            if query.format == PAGE or prefers_page(accept, PROBLEM_JSON, ("application/json",)):
                return await run_in_threadpool(self._page.failed, request, query, error, opened)
            raise
        return self._representations.response(request, query, answer, name="answer", since=since)

    async def _explained(self, request: Request, query: QueryRequest, accept: Accept) -> Response:
        """What can be told of the query without running it."""
        page = wants_page(query, accept)
        try:
            answering = self._explain.answer(request, query, accept)
            return await while_connected(request.receive, answering)
        except QueryError as error:
            if page:
                return await run_in_threadpool(self._page.failed, request, query, error)
            raise

    def _wants_form(self, query: QueryRequest, accept: Accept) -> bool:
        """Whether the client wants a page; a question that it opens there is not asked yet."""
        return PageOrFormat(accept, query.format).prefers_page(FORMATS)

    async def _refused(
        self,
        request: Request,
        query: QueryRequest,
        opened: Opened,
        error: WrongParameters,
        accept: Accept,
    ) -> Response:
        """What is wrong with the parameters of a question, beside their fields on a page."""
        if query.format != PAGE and not prefers_page(accept, PROBLEM_JSON, ("application/json",)):
            raise error
        query = replace(query, text=query.text or opened.question.query)
        return await run_in_threadpool(self._page.failed, request, query, error, opened)

    async def _workbook(
        self, request: Request, query: QueryRequest, opened: Opened | None
    ) -> Response:
        """The answer as a workbook, which is made when the whole of it is there.

        Raises:
            QueryError: it cannot be answered.
            NotAcceptable: it is a graph.
        """
        choice = self._representations.choice(request, JSON.name)
        whole = query
        if self._federation.asked_by(query):
            whole = await while_connected(request.receive, self._federation.joined(query))
        answer = await while_connected(request.receive, self._run(request, whole, choice, IDENTITY))
        if answer.form is not JSON:
            answer.abandon()
            raise NotAcceptable("A workbook holds rows, and no graph.", GRAPH_FORMATS)
        return await while_connected(
            request.receive, self._workbooks.response(request, query, opened, answer)
        )

    async def _run(
        self, request: Request, query: QueryRequest, choice: PageOrFormat, coding: str
    ) -> Answer:
        # A page tells of its answer, so there is none without the answer.
        head_only = request.method == "HEAD" and not choice.prefers_page(FORMATS)
        source = await self._source(query)
        return await self._runner.run(
            query,
            choice,
            coding=coding,
            head_only=head_only,
            source=source,
            client=exchange_of(request.scope).client,
        )

    async def _source(self, query: QueryRequest) -> HoldsSnapshots | None:
        """The data that are asked; None for those of the newest snapshot alone."""
        if query.version is not None:
            return await self._past.at(query.version)
        graphs = (*query.default_graphs, *query.named_graphs)
        if asks_for_description(query.text, self._settings.base, graphs):
            return self._described
        return None

    async def _without_query(self, request: Request, accept: Accept) -> Response:
        """The form for a browser, and for others what the service says of itself.

        Raises:
            QueryMissing: it can be told that a query was meant.
            NotAcceptable: the description is not to be had in the format wished for by name.
        """
        given = dict(decoded(request.scope["query_string"], "The query string"))
        name = given.get("format")
        if PageOrFormat(accept, name).prefers_page(GRAPH_FORMATS):
            return await self._page.empty(request)
        if given.keys() <= _OF_EVERY_PAGE:
            try:
                return await self._about.answer(request, name)
            except NotAcceptable:
                if name is not None:
                    raise
        raise QueryMissing("There is no query in the request.")

    async def options(self) -> Response:
        """What can be done at this address."""
        return Response(status_code=204, headers={"Allow": _ALLOW, "Accept-Query": ACCEPT_QUERY})


def sparql_endpoint(
    settings: Settings,
    engine: Engine,
    runner: QueryRunner,
    representations: Representations,
    *,
    pages: Pages,
    examples: tuple[Example, ...],
    past: PastVersions,
    described: DescribedData,
    terms: Terms,
    questions: OpensQuestions,
) -> SparqlEndpoint:
    """The endpoint over an engine, with all that it shows and tells."""
    counts = OnceASnapshot(engine, count_graphs)
    labels = Labels(engine)
    is_mirror = open_directory(settings.data_dir).origin is not None
    explain = ExplainAnswer(settings, pages, counts, runner, engine=engine, terms=terms)
    return SparqlEndpoint(
        settings,
        runner,
        representations,
        page=QueryPage(
            pages,
            engine,
            examples=examples,
            labels=labels,
            terms=terms,
            questions=questions,
            explain=explain,
        ),
        about=ServiceDescription(settings, engine, counts, updates=not is_mirror),
        explain=explain,
        past=past,
        federation=Federation(settings),
        described=described,
        questions=questions,
        workbooks=AnswerWorkbooks(pages, labels, settings.base),
    )
