"""The methodology at `/methodology`, where every computed property's ``rdfs:seeAlso`` leads."""

from __future__ import annotations

from functools import cached_property
from itertools import pairwise

from fastapi import FastAPI
from markdown_it import MarkdownIt
from markupsafe import Markup
from starlette.requests import Request
from starlette.responses import Response

from pledgegraph.shipped import shipped
from pledgegraph_api.guide.documents import anchor_of
from pledgegraph_api.http.query_params import taking
from pledgegraph_api.web.pages import Pages

PATH = "/methodology"


class MethodologyPage:
    """Shows ``docs/methodology.md``, with an anchor at each heading."""

    def __init__(self, pages: Pages) -> None:
        self._pages = pages

    def install(self, app: FastAPI) -> None:
        """Put the page at its address."""
        app.add_api_route(
            PATH,
            self.answer,
            methods=["GET", "HEAD"],
            include_in_schema=False,
            dependencies=taking("lang"),
        )

    async def answer(self, request: Request) -> Response:
        """The page; its text is in English, whatever the language around it."""
        return self._pages.render(request, "methodology.html", state=(PATH,), text=self._text)

    @cached_property
    def _text(self) -> Markup:
        source = (shipped("docs") / "methodology.md").read_text(encoding="utf-8")
        parser = MarkdownIt("commonmark", {"html": False}).enable("table")
        tokens = parser.parse(source)
        heading = ""
        for opening, title in pairwise(tokens):
            if opening.type == "th_open":
                opening.attrs["scope"] = "col"
            if opening.type == "table_open":
                opening.attrs["aria-labelledby"] = heading
            if opening.type == "heading_open":
                opening.attrs["id"] = heading = anchor_of(title.content)
        # The text is our own file, and its HTML is not let through.
        return Markup(parser.renderer.render(tokens, parser.options, {}))  # noqa: S704
