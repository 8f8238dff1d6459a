"""The home page: what this is, what it holds, and how to begin."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime

from fastapi import FastAPI
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from pledgegraph.descriptions import DATASET_DESCRIPTION
from pledgegraph.namespaces import DCAT
from pledgegraph.store import Engine, OnceASnapshot, Snapshot, count_records
from pledgegraph_api.http.link_header import Signposts
from pledgegraph_api.http.query_params import taking
from pledgegraph_api.web.featured import Example
from pledgegraph_api.web.pages import Pages


@dataclass(frozen=True, slots=True)
class Holdings:
    """How much one snapshot holds."""

    sequence: int
    quads: int
    records: dict[str, int]
    """The number of records by kind, such as ``commitments``."""


class HomePage:
    """The page at the root of the service."""

    def __init__(
        self,
        pages: Pages,
        engine: Engine,
        examples: tuple[Example, ...],
        signposts: Signposts,
        base: str,
        *,
        progress: Callable[[], tuple[int, int, int]],
    ) -> None:
        """``progress`` counts all commitments, those of which makers say how far they are, and
        those of which assessors do, today."""
        self._pages = pages
        self._progress = progress
        self._signposts = signposts
        self._base = base
        self._holdings = OnceASnapshot(engine, _count)
        self._examples = examples

    def install(self, app: FastAPI) -> None:
        """Put the page at the root."""
        app.add_api_route(
            "/",
            self.page,
            methods=["GET", "HEAD"],
            include_in_schema=False,
            dependencies=taking("lang"),
        )

    async def page(self, request: Request) -> Response:
        """The page, with the numbers of the newest snapshot."""
        holdings = await run_in_threadpool(self._holdings.current)
        return await run_in_threadpool(
            self._pages.render,
            request,
            "home.html",
            headers={
                "Pledgegraph-Snapshot": str(holdings.sequence),
                "Link": self._signposts.of_page("/", kind=DCAT.Catalog.value, described="/catalog"),
            },
            state=(holdings.sequence, datetime.now(UTC).date().isoformat()),
            late=lambda: {"progress": self._progress()},
            holdings=holdings,
            examples=self._examples,
            dataset=_for_search_engines(self._base, holdings.sequence),
        )


def _count(snapshot: Snapshot) -> Holdings:
    """Takes seconds where the snapshot holds millions of statements."""
    return Holdings(snapshot.sequence, len(snapshot), count_records(snapshot))


def _for_search_engines(base: str, sequence: int) -> dict[str, object]:
    """The dataset as a schema.org Dataset, which dataset search engines read from the page.

    See https://developers.google.com/search/docs/appearance/structured-data/dataset
    """
    return {
        "@context": "https://schema.org",
        "@type": "Dataset",
        "@id": f"{base}/catalog#dataset",
        "name": "Pledgegraph: public commitments on data",
        "description": DATASET_DESCRIPTION,
        "url": f"{base}/",
        "identifier": f"{base}/catalog#dataset",
        "license": f"{base}/catalog#licences",
        "isAccessibleForFree": True,
        "version": str(sequence),
        "keywords": ["commitments", "citizen data", "official statistics", "linked data"],
        "creator": {"@type": "Organization", "name": "The Pledgegraph contributors"},
        "distribution": [
            {
                "@type": "DataDownload",
                "name": "By SPARQL",
                "encodingFormat": "application/sparql-results+json",
                "contentUrl": f"{base}/sparql",
            }
        ],
    }
