"""``/embed/...``: the answer on a commitment and the chart of progress for the pages of others.

They hold no script and no form, and may stand in a frame of any page; nothing else of the service
may.
"""

from __future__ import annotations

from datetime import UTC, datetime
from functools import partial
from typing import Final

from fastapi import FastAPI
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from pledgegraph.documents import Names, Profiles
from pledgegraph.namespaces import RDF
from pledgegraph.store import Engine
from pledgegraph_api.errors import DocumentMissing
from pledgegraph_api.http.addresses import path_below_root
from pledgegraph_api.http.languages import required_language
from pledgegraph_api.http.query_params import known_parameters
from pledgegraph_api.progress.endpoint import ProgressPage, asked_day
from pledgegraph_api.records.promise_facts import PROMISES
from pledgegraph_api.records.promise_view import answer_for
from pledgegraph_api.web.pages import Pages
from pledgegraph_api.web.record_paths import document_path, records_at

PATH: Final = "/embed/"
POLICY: Final = (
    "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'none'; "
    "base-uri 'none'; frame-ancestors *"
)
"""As that of pages, but for frames; there is nothing to be sent."""


class Embeds:
    """Answers for frames."""

    def __init__(
        self,
        engine: Engine,
        progress: ProgressPage,
        pages: Pages,
        *,
        names: Names,
        profiles: Profiles,
        base: str,
    ) -> None:
        self._engine = engine
        self._progress = progress
        self._pages = pages
        self._names = names
        self._profiles = profiles
        self._base = base

    def install(self, app: FastAPI) -> None:
        """Put them at their addresses."""
        methods = ["GET", "HEAD"]
        app.add_api_route(f"{PATH}progress", self.chart, methods=methods, include_in_schema=False)
        app.add_api_route(
            PATH + "{path:path}", self.answer, methods=methods, include_in_schema=False
        )

    async def chart(self, request: Request) -> Response:
        """What is known of reporting by register, drawn and in numbers.

        Raises:
            WrongParameters: the day is none.
        """
        day, today = asked_day(request)
        language = required_language(request)
        ledger = await run_in_threadpool(self._progress.ledger)
        return await run_in_threadpool(
            self._pages.render,
            request,
            "embed_progress.html",
            language=language,
            policy=POLICY,
            headers={"pledgegraph-snapshot": str(ledger.sequence)},
            state=(ledger.sequence, "embed", day.isoformat(), day == today),
            late=partial(self._progress.content, ledger, day, today, language.tag),
        )

    async def answer(self, request: Request) -> Response:
        """Whether a commitment, or a part of one, was kept.

        Raises:
            DocumentMissing: there is none at the address.
        """
        known_parameters(request, ("lang",))
        return await run_in_threadpool(self._answer, request)

    def _answer(self, request: Request) -> Response:
        path = path_below_root(request.scope).removeprefix(PATH)
        language = required_language(request)
        words = self._pages.wording[language.tag]
        today = datetime.now(UTC).date()
        with self._engine.snapshot() as snapshot:
            meant = records_at(f"/doc/{path}", self._base)
            said = snapshot.about(list(meant), [RDF.type], merged=True)
            promises = {quad.subject for quad in said if quad.object in PROMISES}
            record = next((each for each in meant if each in promises), None)
            if record is None:
                raise DocumentMissing(
                    f"There is no promise {path[:200]!r} to be embedded.",
                    remedy="Addresses are such as /embed/commitment/c2d-idc, and /embed/progress.",
                )
            return self._pages.render(
                request,
                "embed_promise.html",
                language=language,
                policy=POLICY,
                headers={"pledgegraph-snapshot": str(snapshot.sequence)},
                state=(snapshot.sequence, "embed", today.isoformat()),
                record_path=document_path(record, self._base),
                today=today,
                late=lambda: {
                    "answer": answer_for(
                        snapshot,
                        record,
                        self._names,
                        self._profiles,
                        language=language.tag,
                        words=words,
                        base=self._base,
                        version=None,
                        today=today,
                    )
                },
            )
