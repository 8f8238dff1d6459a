"""Explanations of queries: as JSON, and for browsers on a page."""

from __future__ import annotations

from dataclasses import asdict, replace
from typing import Any, Final
from urllib.parse import urlencode

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from pledgegraph.errors import PledgegraphError, RemoteCannot
from pledgegraph.explain import Explainer, Explanation, Pattern, SlowShape
from pledgegraph.settings import Settings
from pledgegraph.store import Engine, GraphCounts, OnceASnapshot, RemoteEngine
from pledgegraph.workers import ResidenceState
from pledgegraph_api.errors import ParameterError
from pledgegraph_api.http.negotiation import PAGE, Accept, prefers_page
from pledgegraph_api.http.request_outcome import exchange_of
from pledgegraph_api.sparql.openapi import (
    EXPLAINED_TYPE,
    AnswerSource,
    ExplainedDataset,
    ExplainedPattern,
    ExplainedQuery,
    RewrittenPart,
    SlowShapeWarning,
)
from pledgegraph_api.sparql.protocol import QueryRequest
from pledgegraph_api.sparql.runner import QueryRunner
from pledgegraph_api.web.pages import Pages
from pledgegraph_api.workbench.advice import Absent, absent_terms, thin_classes
from pledgegraph_api.workbench.terms import Terms

_COMPUTING: Final = ("BIND", "FILTER", "MAX", "MIN", "SUM", "AVG", "GROUP_CONCAT")


class ExplainAnswer:
    """Answers requests with ``explain=true``: the query is parsed, and not run."""

    def __init__(
        self,
        settings: Settings,
        pages: Pages,
        counts: OnceASnapshot[GraphCounts],
        runner: QueryRunner,
        *,
        engine: Engine,
        terms: Terms,
    ) -> None:
        self._engine = engine
        self._terms = terms
        self._pages = pages
        self._runner = runner
        self._counts = counts
        self._explainer = Explainer(
            base=settings.base,
            seconds=settings.query_timeout,
            memory=settings.query_memory,
            queue=settings.query_queue,
            half_life=settings.usage_half_life,
        )

    async def answer(self, request: Request, query: QueryRequest, accept: Accept) -> Response:
        """What can be told of the query, and of the statements that it looks at.

        Raises:
            QueryError: it is no query, or takes too long to explain.
            ParameterError: it is asked for in another format than there is.
        """
        if isinstance(self._engine, RemoteEngine):
            raise RemoteCannot("The remote engine behind this service explains no queries.")
        client = exchange_of(request.scope).client
        explanation = await self._explainer.explain(query.text, client)
        counts = await run_in_threadpool(self._counts.current)
        absent, thin = await run_in_threadpool(self.gaps, query)
        explanation = replace(
            explanation,
            patterns=tuple(_estimated(each, counts) for each in explanation.patterns),
            misleads=(*map(_missing, absent), *thin, *explanation.misleads),
        )
        if wants_page(query, accept):
            return await run_in_threadpool(self._page, request, query, explanation, counts)
        return JSONResponse(
            _document(query, explanation, counts, self._source(query)),
            headers={"Pledgegraph-Snapshot": str(counts.sequence), "Cache-Control": "no-cache"},
        )

    async def misleads(self, query: QueryRequest, client: str) -> tuple[SlowShape, ...]:
        """What in a query that was answered is likely to be meant otherwise.

        Empty where it cannot be told in time: the answer stands without it.
        """
        if not may_mislead(query.text):
            return ()
        try:
            return (await self._explainer.explain(query.text, client)).misleads
        except PledgegraphError:
            return ()

    def gaps(self, query: QueryRequest) -> tuple[list[Absent], list[SlowShape]]:
        """The names of the query that nothing in the newest data has; its thin classes. Blocks."""
        if query.version is not None:
            return [], []
        text, base, numbers = query.text, self._engine.base, self._terms.numbers()
        with self._engine.snapshot() as snapshot:
            return (
                absent_terms(text, base, numbers, snapshot),
                thin_classes(text, base, numbers, snapshot),
            )

    def _page(
        self, request: Request, query: QueryRequest, told: Explanation, counts: GraphCounts
    ) -> Response:
        given = [("query", query.text), *query.dataset_parameters()]
        return self._pages.render(
            request,
            "explanation.html",
            headers={"Pledgegraph-Snapshot": str(counts.sequence), "Cache-Control": "no-cache"},
            query=query.text,
            told=told,
            source=self._source(query),
            algebra="\n".join(told.algebra.lines()) if told.algebra else "",
            dataset=query.dataset_parameters(),
            back=f"/sparql?{urlencode([*given, ('format', PAGE)])}",
            as_json=f"/sparql?{urlencode([*given, ('explain', 'true'), ('format', 'json')])}",
        )

    def _source(self, query: QueryRequest) -> AnswerSource:
        """Where its answer would come from if it were run now."""
        if query.version is not None:
            return AnswerSource(source="disk", detail="Earlier versions are read from the disk.")
        told = self._runner.residence
        is_there = told.state is ResidenceState.READY
        return AnswerSource(source="memory" if is_there else "disk", detail=told.detail)


def wants_page(query: QueryRequest, accept: Accept) -> bool:
    """Whether the explanation is to be a page; else it is JSON.

    Raises:
        ParameterError: the parameter format names another format.
    """
    if query.format is None:
        return prefers_page(accept, EXPLAINED_TYPE)
    name = query.format.strip().lower()
    if name in ("json", EXPLAINED_TYPE):
        return False
    if name in (PAGE, "text/html"):
        return True
    raise ParameterError(
        f"There is no explanation in the format {query.format[:40]!r}.",
        remedy=f"Ask for `format=json` or `format={PAGE}`, or leave the format out.",
    )


def _estimated(pattern: Pattern, counts: GraphCounts) -> Pattern:
    """The pattern with the most statements that it can match; open for a path, which may go far."""
    if pattern.any_property:
        return replace(pattern, at_most=counts.quads)
    if not pattern.is_path:
        return replace(pattern, at_most=counts.properties.get(pattern.properties[0], 0))
    return pattern


def _missing(term: Absent) -> SlowShape:
    """The warning of a term that is misspelt, or that nothing has."""
    names = " or ".join(each.name for each in term.offers)
    return SlowShape(
        "absent-term",
        f"{term.name} (line {term.line}, column {term.column}) does not occur in the data, "
        "so what asks for it matches nothing.",
        f"Did you mean {names}?" if names else "/sparql/terms lists what does.",
    )


def may_mislead(text: str) -> bool:
    """Whether it pays to look: a group in the pattern, and something that computes."""
    words = text.upper()
    is_grouped = words.count("{") > 1
    return is_grouped and any(each in words for each in _COMPUTING)


def _document(
    query: QueryRequest, told: Explanation, counts: GraphCounts, source: AnswerSource
) -> dict[str, Any]:
    document = ExplainedQuery(
        snapshot=counts.sequence,
        answered_from=source,
        dataset=ExplainedDataset(
            default_graphs=[each.value for each in query.default_graphs],
            named_graphs=[each.value for each in query.named_graphs],
            statements=counts.quads,
        ),
        algebra=None,
        patterns=[
            ExplainedPattern(
                pattern=each.text, properties=list(each.properties), at_most=each.at_most
            )
            for each in told.patterns
        ],
        rewritten=[RewrittenPart.model_validate(asdict(each)) for each in told.rewritten],
        warnings=[
            SlowShapeWarning(shape=each.name, detail=each.detail, remedy=each.remedy)
            for each in (*told.misleads, *told.slow)
        ],
    ).document()
    # Models go 255 levels deep, and queries go deeper.
    return {**document, "algebra": told.document()["algebra"]}
