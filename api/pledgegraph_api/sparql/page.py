"""The page of the SPARQL endpoint: the form, and below it the beginning of the answer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Final
from urllib.parse import urlencode

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from pledgegraph.media_types import CSV_SAFE, GRAPH_FORMATS, RESULT_FORMATS
from pledgegraph_api.http.languages import required_language
from pledgegraph_api.http.negotiation import PAGE
from pledgegraph_api.http.request_outcome import exchange_of
from pledgegraph_api.problems.mapping import Problem, problem_of
from pledgegraph_api.sparql.preview import Excerpt, read_excerpt
from pledgegraph_api.sparql.protocol import QueryRequest
from pledgegraph_api.sparql.runner import Answer
from pledgegraph_api.web.featured import Example
from pledgegraph_api.web.labels import Labels
from pledgegraph_api.web.links import PageLink, format_links
from pledgegraph_api.web.pages import Pages

PATH: Final = "/sparql"

_LONGEST_LINK: Final = 60_000
"""Characters; the server reads addresses of up to 64 KB."""


class QueryPage:
    """Makes the pages at the endpoint's address."""

    def __init__(
        self, pages: Pages, examples: tuple[Example, ...], labels: Labels, base: str
    ) -> None:
        self._pages = pages
        self._labels = labels
        self._examples = examples
        self._base = base

    def empty(self, request: Request) -> Response:
        """The form with an example in it."""
        return self._render(request, QueryRequest(self._examples[0].query))

    async def answered(
        self, request: Request, query: QueryRequest, answer: Answer, *, since: float
    ) -> Response:
        """The form with the query, and as much of its answer as a page shows.

        ``since`` is when the query came, by `time.perf_counter`.

        Raises:
            QueryError: its evaluation failed.
        """
        excerpt = await read_excerpt(answer, since=since, base=self._base)
        return await run_in_threadpool(self._answered, request, query, answer, excerpt)

    def failed(self, request: Request, query: QueryRequest, error: Exception) -> Response:
        """The form with the query, and what is wrong with it."""
        problem = problem_of(error)
        notes = exchange_of(request.scope)
        notes.problem, notes.instance = problem.type.name, problem.instance
        return self._render(
            request,
            query,
            status=problem.type.status,
            headers={"Cache-Control": "no-store", **problem.headers},
            problem=problem,
        )

    def _answered(
        self, request: Request, query: QueryRequest, answer: Answer, excerpt: Excerpt
    ) -> Response:
        if excerpt.table is not None:
            table = self._labels.labelled(excerpt.table, required_language(request).tag)
            excerpt = replace(excerpt, table=table)
        formats = (*RESULT_FORMATS, CSV_SAFE) if excerpt.text is None else GRAPH_FORMATS
        given = [
            ("query", query.text),
            *query.dataset_parameters(),
            *query.bounding_parameters(),
        ]
        links = format_links(PATH, given, formats)
        explain = f"{PATH}?{urlencode([*given, ('explain', 'true')])}"
        permalink = f"{PATH}?{urlencode([*given, ('format', PAGE)])}"
        return self._render(
            request,
            query,
            headers={"Pledgegraph-Snapshot": str(answer.sequence)},
            excerpt=excerpt,
            explain=explain if len(explain) < _LONGEST_LINK else "",
            permalink=permalink if len(permalink) < _LONGEST_LINK else "",
            downloads=[each for each in links if len(each.address) < _LONGEST_LINK],
        )

    def _render(
        self,
        request: Request,
        query: QueryRequest,
        *,
        status: int = 200,
        headers: Mapping[str, str] | None = None,
        problem: Problem | None = None,
        excerpt: Excerpt | None = None,
        explain: str = "",
        permalink: str = "",
        downloads: Sequence[PageLink] = (),
    ) -> Response:
        return self._pages.render(
            request,
            "query_form.html",
            status=status,
            headers=headers,
            query=query.text,
            graphs=query.dataset_parameters(),
            bounds=query.bounding_parameters(),
            problem=problem,
            excerpt=excerpt,
            explain=explain,
            permalink=permalink,
            downloads=downloads,
            examples=self._examples,
            result_formats=(*RESULT_FORMATS, CSV_SAFE),
            graph_formats=GRAPH_FORMATS,
        )
