"""The answer to a question of the catalogue, `/queries/{id}`."""

from __future__ import annotations

import time
from collections.abc import Sequence
from difflib import get_close_matches
from functools import partial

from fastapi import FastAPI
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from pledgegraph.catalogue import AFTER, MORE_AFTER, KnownValues, Parameter, Portion, Question
from pledgegraph.descriptions import licences_iri
from pledgegraph.settings import Settings
from pledgegraph.store import Engine, ResultKind
from pledgegraph_api.catalogue.index import PATH
from pledgegraph_api.catalogue.page import QuestionPage
from pledgegraph_api.catalogue.parameters import Binding, bind
from pledgegraph_api.catalogue.portion_finder import PortionFinder, asked_of, next_path
from pledgegraph_api.errors import QuestionMissing, WrongParameters
from pledgegraph_api.http.link_header import link
from pledgegraph_api.http.negotiation import PAGE, accept_of, prefers_page
from pledgegraph_api.http.query_params import Options, read_options
from pledgegraph_api.http.request_outcome import exchange_of
from pledgegraph_api.problems.mapping import PROBLEM_JSON
from pledgegraph_api.sparql.preview import read_excerpt
from pledgegraph_api.sparql.protocol import QueryRequest
from pledgegraph_api.sparql.response import Representations
from pledgegraph_api.sparql.runner import Answer, QueryRunner
from pledgegraph_api.sparql.streaming import while_connected


class QuestionEndpoint:
    """Answers every question, as data or on a page."""

    def __init__(
        self,
        questions: Sequence[Question],
        settings: Settings,
        runner: QueryRunner,
        representations: Representations,
        *,
        engine: Engine,
        page: QuestionPage,
        known: KnownValues,
    ) -> None:
        self._representations = representations
        self._questions = {each.id: each for each in questions}
        self._settings = settings
        self._engine = engine
        self._runner = runner
        self._page = page
        self._known = known
        self._portions = PortionFinder(engine, settings.base)

    def install(self, app: FastAPI) -> None:
        """Take every address below the list; `app.openapi` has an operation for each question."""
        app.add_api_route(
            f"{PATH}/{{name}}", self.answer, methods=["GET", "HEAD"], include_in_schema=False
        )

    async def answer(self, request: Request, name: str) -> Response:
        """The answer in the format that the client likes best.

        Raises:
            QuestionMissing: there is no such question; with the ids that look like it.
            WrongParameters: the parameters cannot be used, and the client wants no page.
        """
        question = self._questions.get(name)
        if question is None:
            near = get_close_matches(name[:100], self._questions, cutoff=0.5)
            raise QuestionMissing(
                f"There is no question {name[:100]!r} in the catalogue.", near=near
            )
        since = time.perf_counter()
        accept = accept_of(request)
        types = {each.name: each.type for each in question.parameters}
        if question.portions is not None:
            types[AFTER] = "iri"
        options = read_options(request, types)
        try:
            binding = await self._bound(question, options)
            portion = await self._portion(question, options, binding)
        except WrongParameters as error:
            if options.format == PAGE or prefers_page(accept, PROBLEM_JSON, ("application/json",)):
                return await run_in_threadpool(
                    self._page.refused, request, question, options, error
                )
            raise
        choice = self._representations.choice(request, options.format)
        text, terms = asked_of(question, binding, portion)
        query = QueryRequest(
            text,
            substitutions=terms,
            limits=options.limits,
            day=binding.day,
        )
        coding = self._representations.coding(request, choice)
        unchanged = self._representations.unchanged(request, query, choice, coding)
        if unchanged is not None:
            return unchanged
        head_only = request.method == "HEAD" and not choice.wants_page(_kind(question))
        answer = await while_connected(
            request.receive,
            self._runner.run(
                query,
                choice,
                coding=coding,
                head_only=head_only,
                client=exchange_of(request.scope).client,
                short=True,
            ),
        )
        if choice.page:
            response = await while_connected(
                request.receive,
                self._shown(
                    request,
                    question,
                    options,
                    binding,
                    answer=answer,
                    portion=portion,
                    since=since,
                ),
            )
        else:
            response = self._representations.response(
                request, query, answer, name=question.id, since=since
            )
        further = next_path(question, options, portion)
        links = [
            *([link(self._settings.base + further, "next")] if further is not None else []),
            link(licences_iri(self._settings.base).value, "license"),
            *response.headers.getlist("link"),
        ]
        # In one field: many clients read the first of several only.
        response.headers["link"] = ", ".join(links)
        if portion is not None:
            response.headers["Pledgegraph-Portion"] = portion.in_words
        return response

    async def _portion(
        self, question: Question, options: Options, binding: Binding
    ) -> Portion | None:
        if question.portions is None:
            return None
        return await run_in_threadpool(self._portions.find, question, options, binding)

    async def _bound(self, question: Question, options: Options) -> Binding:
        """The terms of the parameters, which are looked for in the data where any is given."""
        if not any(options.given.get(each.name) for each in question.parameters):
            return bind(question, options, self._settings.base, _as_given)
        return await run_in_threadpool(self._looked_up, question, options)

    def _looked_up(self, question: Question, options: Options) -> Binding:
        with self._engine.snapshot() as snapshot:
            find = partial(self._known.value, snapshot=snapshot)
            return bind(question, options, self._settings.base, find)

    async def _shown(
        self,
        request: Request,
        question: Question,
        options: Options,
        binding: Binding,
        *,
        answer: Answer,
        portion: Portion | None,
        since: float,
    ) -> Response:
        excerpt = await read_excerpt(
            answer,
            since=since,
            base=self._settings.base,
            columns=question.columns,
            echoed={each.name for each in question.parameters},
            told={MORE_AFTER},
        )
        return await run_in_threadpool(
            self._page.answered,
            request,
            question,
            options,
            binding,
            excerpt,
            portion=portion,
            headers=_headers(answer, binding),
        )


def _kind(question: Question) -> ResultKind:
    return ResultKind.GRAPH if question.answers_with_a_graph else ResultKind.SOLUTIONS


def _as_given(_parameter: Parameter, text: str) -> str:
    return text


def _headers(answer: Answer, binding: Binding) -> dict[str, str]:
    return {
        "Pledgegraph-Snapshot": str(answer.sequence),
        # Whoever keeps an answer about today would give it to others tomorrow.
        "Cache-Control": "no-store" if binding.hangs_on_today else "no-cache",
    }
