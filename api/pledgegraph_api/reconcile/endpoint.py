"""``/reconcile``: the W3C's Reconciliation Service API, version 0.2.

See https://www.w3.org/community/reports/reconciliation/CG-FINAL-specs-0.2-20230410/
"""

from __future__ import annotations

import json
from functools import partial
from typing import Any, Final

from fastapi import FastAPI
from pyoxigraph import NamedNode
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response

from pledgegraph.reconcile import Matcher, Reconciliation, manifest, read_batch, suggested_types
from pledgegraph.release import release
from pledgegraph.search import LONGEST_SEARCH, NewestIndex, SearchIndex
from pledgegraph_api.errors import DocumentMissing, ParameterError, UnsupportedContent
from pledgegraph_api.http.languages import language_of
from pledgegraph_api.http.query_params import decoded, known_parameters
from pledgegraph_api.reconcile.openapi import (
    batch_description,
    manifest_description,
    suggest_description,
)
from pledgegraph_api.sparql.protocol import FORM, body_of, content_type
from pledgegraph_api.web.record_paths import document_path

PATH: Final = "/reconcile"
_LONGEST: Final = 200_000
"""Bytes of a batch."""
_REMEDY: Final = 'Send JSON such as {"q0": {"query": "UNSD", "type": "actor"}}.'


class ReconcileEndpoint:
    """Answers which record a name means, by the newest snapshot."""

    def __init__(self, index: NewestIndex, base: str) -> None:
        self._index = index
        self._base = base
        self._held: tuple[SearchIndex, Matcher] | None = None

    def install(self, app: FastAPI) -> None:
        """Put the service at its addresses."""
        get = ["GET", "HEAD"]
        app.add_api_route(PATH, self.manifest, methods=["GET"], **manifest_description())
        app.add_api_route(PATH, self.manifest, methods=["HEAD"], include_in_schema=False)
        app.add_api_route(PATH, self.batch, methods=["POST"], **batch_description())
        for what, endpoint in (("entity", self.entities), ("type", self.types)):
            path = f"{PATH}/suggest/{what}"
            app.add_api_route(path, endpoint, methods=["GET"], **suggest_description(what))
            app.add_api_route(path, endpoint, methods=["HEAD"], include_in_schema=False)
        app.add_api_route(f"{PATH}/view", self.view, methods=get, include_in_schema=False)

    async def manifest(self, request: Request) -> Response:
        """What the service offers; the results of the queries, where there are some."""
        given = known_parameters(request, ("queries", "lang"))
        if "queries" in given:
            return await self._results(request, given["queries"])
        return JSONResponse(manifest(self._base, release()), headers={"Cache-Control": "no-cache"})

    async def batch(self, request: Request) -> Response:
        """The results of the queries in a form."""
        if content_type(request) != FORM:
            raise UnsupportedContent(
                "The queries are not in a form.",
                remedy=f"Send them as the field `queries` of a form ({FORM}).",
            )
        fields = dict(decoded(await body_of(request, _LONGEST), "The form"))
        if "queries" not in fields:
            raise ParameterError("The form has no field `queries`.", remedy=_REMEDY)
        return await self._results(request, fields["queries"])

    async def entities(self, request: Request) -> Response:
        """Things whose names are like what somebody has typed."""
        given = known_parameters(request, ("prefix", "cursor", "lang"))
        prefix = _prefix(given.get("prefix", ""))
        asked = partial(self._suggested, prefix, language_of(request).tag)
        return _answer({"result": await run_in_threadpool(asked) if prefix else []})

    async def types(self, request: Request) -> Response:
        """Types whose names begin so."""
        given = known_parameters(request, ("prefix", "cursor", "lang"))
        return _answer({"result": suggested_types(_prefix(given.get("prefix", "")))})

    async def view(self, request: Request) -> Response:
        """To the page about a thing."""
        name = known_parameters(request, ("id", "lang")).get("id", "")
        iri = name if "://" in name else f"{self._base}/id/{name}"
        entry = (await run_in_threadpool(self._matcher)).entry(iri)
        if entry is None:
            raise DocumentMissing(f"Nothing is known of {name[:200]!r}.", remedy="Search for it.")
        path = document_path(NamedNode(iri), self._base)
        return RedirectResponse(f"{self._base}{path}" if path else iri, status_code=303)

    async def _results(self, request: Request, text: str) -> Response:
        try:
            batch = json.loads(text)
        except (ValueError, RecursionError):
            raise ParameterError("`queries` is no JSON.", remedy=_REMEDY) from None
        queries = read_batch(batch)
        language = language_of(request).tag

        def answer() -> dict[str, Any]:
            return Reconciliation(self._matcher(), self._base, language).results(queries)

        return _answer(await run_in_threadpool(answer))

    def _suggested(self, prefix: str, language: str) -> list[dict[str, Any]]:
        return Reconciliation(self._matcher(), self._base, language).suggested(prefix)

    def _matcher(self) -> Matcher:
        """The matcher over the newest index."""
        index, held = self._index.current(), self._held
        if held is None or held[0] is not index:
            held = self._held = (index, Matcher(index, self._base))
        return held[1]


def _prefix(text: str) -> str:
    return text.strip()[:LONGEST_SEARCH]


def _answer(document: dict[str, Any]) -> Response:
    return JSONResponse(document, headers={"Cache-Control": "no-cache", "Vary": "Accept-Language"})
