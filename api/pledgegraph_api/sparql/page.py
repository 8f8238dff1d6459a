"""The page of the SPARQL endpoint: the workbench, and below it the beginning of the answer.

It is a form that works without scripts. Where the bundle of the editor is there, a script puts
the editor in the place of the text field; see docs/decisions/0015-workbench.md.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlencode

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from pledgegraph.explain import SlowShape
from pledgegraph.media_types import CSV, CSV_SAFE, GRAPH_FORMATS, RESULT_FORMATS, TURTLE
from pledgegraph.store import Engine
from pledgegraph_api.errors import WrongParameters
from pledgegraph_api.http.languages import language_of, required_language
from pledgegraph_api.http.negotiation import PAGE
from pledgegraph_api.http.request_outcome import exchange_of
from pledgegraph_api.problems.mapping import Problem, problem_of
from pledgegraph_api.sparql.answer_workbook import NAME as WORKBOOK
from pledgegraph_api.sparql.explain import ExplainAnswer
from pledgegraph_api.sparql.opened import Opened, OpensQuestions
from pledgegraph_api.sparql.preview import Excerpt, read_excerpt
from pledgegraph_api.sparql.protocol import TABLE, VIEWS, QueryRequest
from pledgegraph_api.sparql.runner import Answer
from pledgegraph_api.web.featured import Example
from pledgegraph_api.web.labels import Labels
from pledgegraph_api.web.links import PageLink, format_links
from pledgegraph_api.web.pages import PAGE_POLICY, Pages
from pledgegraph_api.workbench.advice import undeclared
from pledgegraph_api.workbench.chart import HIGH, WIDE, chart_of
from pledgegraph_api.workbench.samples import LONGEST_ADDRESS, samples
from pledgegraph_api.workbench.terms import Terms

PATH: Final = "/sparql"
TERMS: Final = f"{PATH}/terms"
SCRIPT: Final = "workbench.js"

_log = logging.getLogger(__name__)
_FIRST: Final = Path(__file__).parents[1] / "workbench" / "queries" / "first.rq"
_POLICY: Final = f"{PAGE_POLICY}; script-src 'self'; connect-src 'self'"
"""Of a page with the editor: its script is a file of ours, and so are the terms that it reads."""


class QueryPage:
    """Makes the pages at the endpoint's address."""

    def __init__(
        self,
        pages: Pages,
        engine: Engine,
        *,
        examples: tuple[Example, ...],
        labels: Labels,
        terms: Terms,
        questions: OpensQuestions,
        explain: ExplainAnswer,
    ) -> None:
        self._explain = explain
        self._pages = pages
        if not pages.assets.has(SCRIPT):
            _log.warning(
                "This copy of Pledgegraph was built without the editor of /sparql, which is a "
                "plain form. Build it where npm reaches its packages to have the editor."
            )
        self._labels = labels
        self._examples = examples
        self._terms = terms
        self._questions = questions
        self._engine = engine

    async def empty(self, request: Request, opened: Opened | None = None) -> Response:
        """The form with a query to begin with, or with the question that is opened."""
        text = opened.question.query if opened else _FIRST.read_text(encoding="utf-8")
        return await run_in_threadpool(self._render, request, QueryRequest(text), opened)

    async def answered(
        self,
        request: Request,
        query: QueryRequest,
        opened: Opened | None,
        answer: Answer,
        *,
        since: float,
    ) -> Response:
        """The form with the query, and as much of its answer as a page shows.

        ``since`` is when the query came, by `time.perf_counter`.

        Raises:
            QueryError: its evaluation failed.
        """
        excerpt = await read_excerpt(answer, since=since, base=self._engine.base)
        misleads: tuple[SlowShape, ...] = ()
        if _has_gaps(excerpt) and not (opened and opened.question.query == query.text):
            client = exchange_of(request.scope).client
            misleads = await self._explain.misleads(query, client)
        return await run_in_threadpool(
            self._answered, request, query, opened, answer, excerpt, misleads=misleads
        )

    def failed(
        self,
        request: Request,
        query: QueryRequest,
        error: Exception,
        opened: Opened | None = None,
    ) -> Response:
        """The form with the query, and what is wrong with it. Blocks."""
        problem = problem_of(error)
        notes = exchange_of(request.scope)
        notes.problem, notes.instance = problem.type.name, problem.instance
        faults = error.faults if isinstance(error, WrongParameters) else ()
        return self._render(
            request,
            query,
            opened,
            status=problem.type.status,
            headers={"Cache-Control": "no-store", **problem.headers},
            problem=problem,
            faults=faults,
            undeclared=undeclared(query.text),
        )

    def _answered(
        self,
        request: Request,
        query: QueryRequest,
        opened: Opened | None,
        answer: Answer,
        excerpt: Excerpt,
        *,
        misleads: tuple[SlowShape, ...],
    ) -> Response:
        if excerpt.table is not None:
            table = self._labels.labelled(excerpt.table, required_language(request).tag)
            excerpt = replace(excerpt, table=table)
        is_graph = excerpt.text is not None
        given = [
            # Forms send the ends of lines as two characters; what is typed has one.
            ("query", query.text.replace("\r\n", "\n")),
            *query.dataset_parameters(),
            *query.bounding_parameters(),
            *(opened.parameters() if opened else ()),
        ]
        formats = GRAPH_FORMATS if is_graph else (*RESULT_FORMATS, CSV_SAFE)
        links = list(format_links(PATH, given, formats))
        if not is_graph:
            workbook = f"{PATH}?{urlencode([*given, ('format', WORKBOOK)])}"
            links.insert(0, PageLink(WORKBOOK, "Excel", workbook))
        views = [
            (name, f"{PATH}?{urlencode([*given, ('view', name), ('format', PAGE)])}")
            for name in VIEWS
        ]
        if query.view != TABLE:
            given.append(("view", query.view))
        permalink = f"{PATH}?{urlencode([*given, ('format', PAGE)])}"
        explain = f"{PATH}?{urlencode([*given, ('explain', 'true')])}"
        charted = excerpt.table is not None and query.view != TABLE
        absent, thin = self._explain.gaps(query)
        return self._render(
            request,
            query,
            opened,
            headers={"Pledgegraph-Snapshot": str(answer.sequence)},
            excerpt=excerpt,
            absent=absent,
            thin=bool(thin),
            misleads=(*thin, *misleads),
            explain=_short(explain),
            permalink=_short(permalink),
            downloads=[each for each in links if _short(each.address)],
            views=[each for each in views if _short(each[1])] if excerpt.table else (),
            chart=chart_of(excerpt.table, query.view) if charted and excerpt.table else None,
            samples=samples(
                f"{self._engine.base}{PATH}",
                [each for each in given if each[0] != "view"],
                form=(TURTLE if is_graph else CSV).name,
            ),
        )

    def _render(
        self,
        request: Request,
        query: QueryRequest,
        opened: Opened | None = None,
        *,
        status: int = 200,
        headers: Mapping[str, str] | None = None,
        problem: Problem | None = None,
        **content: Any,
    ) -> Response:
        # A page that tells of an error must not fail over another one.
        choose = language_of if problem else required_language
        language = choose(request).tag
        words = self._pages.wording[language]
        scripted = self._pages.assets.has(SCRIPT)
        faults = content.pop("faults", ())
        shown: dict[str, Any] = {
            "absent": (),
            "misleads": (),
            "undeclared": None,
            "excerpt": None,
            "explain": "",
            "permalink": "",
            "downloads": (),
            "views": (),
            "chart": None,
            "samples": (),
            **content,
        }
        return self._pages.render(
            request,
            "query_form.html",
            status=status,
            headers=headers,
            policy=_POLICY if scripted else PAGE_POLICY,
            script=SCRIPT if scripted else "",
            query=query.text,
            view=query.view,
            graphs=query.dataset_parameters(),
            bounds=query.bounding_parameters(),
            kept=_kept(query, opened),
            problem=problem,
            question=opened.question if opened else None,
            fields=self._questions.fields(opened, faults, language, words) if opened else (),
            questions=self._questions.all,
            terms=self._terms.current(language),
            examples=self._examples,
            result_formats=(*RESULT_FORMATS, CSV_SAFE),
            graph_formats=GRAPH_FORMATS,
            workbook=WORKBOOK,
            wide=WIDE,
            high=HIGH,
            **shown,
        )


def _has_gaps(excerpt: Excerpt) -> bool:
    """Whether there are no rows, or one that is shown lacks a value."""
    table = excerpt.table
    return table is not None and (
        not table.rows or any(each is None for row in table.rows for each in row)
    )


def _kept(query: QueryRequest, opened: Opened | None) -> str:
    """What else the request asks, for a link to another query."""
    given = [
        *query.dataset_parameters(),
        *query.bounding_parameters(),
        *(opened.parameters() if opened else ()),
        ("view", query.view),
        ("format", PAGE),
    ]
    return urlencode(given)


def _short(address: str) -> str:
    """The address, where a browser and the server can take it; else nothing."""
    return address if len(address) < LONGEST_ADDRESS else ""
