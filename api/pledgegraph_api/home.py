"""The home page: what this is, what it holds, and how to begin."""

from __future__ import annotations

from fastapi import FastAPI
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from pledgegraph_api.examples import Example
from pledgegraph_api.holdings import HoldingsCount
from pledgegraph_api.pages import Pages


class HomePage:
    """The page at the root of the service."""

    def __init__(
        self, pages: Pages, holdings: HoldingsCount, examples: tuple[Example, ...]
    ) -> None:
        self._pages = pages
        self._holdings = holdings
        self._examples = examples

    def install(self, app: FastAPI) -> None:
        """Put the page at the root."""
        app.add_api_route("/", self.page, methods=["GET", "HEAD"], include_in_schema=False)

    async def page(self, request: Request) -> Response:
        """The page, with the numbers of the newest snapshot."""
        holdings = await run_in_threadpool(self._holdings.current)
        return self._pages.render(
            request,
            "home.html",
            headers={"Pledgegraph-Snapshot": str(holdings.sequence)},
            state=(holdings.sequence,),
            holdings=holdings,
            examples=self._examples,
        )
