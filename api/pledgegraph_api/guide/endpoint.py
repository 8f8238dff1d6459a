"""`/guide`, a page for each of its documents, and the files that go with them."""

from __future__ import annotations

from collections.abc import Mapping
from difflib import get_close_matches
from typing import Final

from fastapi import FastAPI
from starlette.requests import Request
from starlette.responses import Response

from pledgegraph.shipped import shipped
from pledgegraph_api.errors import DocumentMissing
from pledgegraph_api.guide.documents import (
    FILES,
    GROUPS,
    OF_EXAMPLES,
    PATH,
    GuideDocument,
    summaries,
)
from pledgegraph_api.http.query_params import taking
from pledgegraph_api.http.respond import respond
from pledgegraph_api.web.pages import Pages

_KINDS: Final[Mapping[str, str]] = {
    ".ipynb": "application/x-ipynb+json",
    ".R": "text/plain; charset=utf-8",
}
"""The media type of a file by its extension."""


class Guide:
    """Shows the documents; their text is in English, whatever the language around it."""

    def __init__(self, pages: Pages, base: str) -> None:
        self._pages = pages
        self._base = base
        self._groups = {
            group: [GuideDocument(name, base) for name in names] for group, names in GROUPS.items()
        }
        self._documents = {
            each.name: each
            for group in self._groups.values()
            for each in group
            if each.address.startswith(PATH)
        }

    def install(self, app: FastAPI) -> None:
        """Put the pages and the files at their addresses."""
        for path, endpoint in (
            (PATH, self.index),
            (f"{PATH}/{FILES}/{{name}}", self.file),
            (f"{PATH}/{{name}}", self.page),
        ):
            app.add_api_route(
                path,
                endpoint,
                methods=["GET", "HEAD"],
                include_in_schema=False,
                dependencies=taking("lang"),
            )

    async def index(self, request: Request) -> Response:
        """All documents, by what their readers want."""
        return self._pages.render(
            request,
            "guide.html",
            state=("guide",),
            groups=self._groups,
            summaries=summaries(),
            files=sorted(f"{PATH}/{FILES}/{name}" for name in self._files()),
        )

    async def page(self, request: Request, name: str) -> Response:
        """One document.

        Raises:
            DocumentMissing: there is none of that name; with names that look like it.
        """
        document = self._documents.get(name)
        if document is None:
            raise _missing(name, self._documents)
        return self._pages.render(
            request, "guide_page.html", state=("guide", self._base), document=document
        )

    async def file(self, request: Request, name: str) -> Response:
        """A notebook or a script, to be kept; it asks this service.

        Raises:
            DocumentMissing: there is none of that name.
        """
        kind = next((kind for end, kind in _KINDS.items() if name.endswith(end)), "")
        if not kind or name not in self._files():
            raise _missing(name, [f"{FILES}/{each}" for each in self._files()])
        text = (shipped("docs") / FILES / name).read_text(encoding="utf-8")
        return respond(
            request,
            lambda: text.replace(OF_EXAMPLES, self._base),
            content_type=kind,
            state=("guide", self._base),
            headers={"content-disposition": f'attachment; filename="{name}"'},
        )

    @staticmethod
    def _files() -> list[str]:
        folder = shipped("docs") / FILES
        return [each.name for each in folder.iterdir() if each.suffix in _KINDS]


def _missing(name: str, known: Mapping[str, object] | list[str]) -> DocumentMissing:
    near = get_close_matches(name[:100], known, cutoff=0.5)
    return DocumentMissing(
        f"The guide has no page {name[:80]!r}.",
        remedy=f"Its pages are listed at {PATH}.",
        near=[f"{PATH}/{each}" for each in near],
    )
