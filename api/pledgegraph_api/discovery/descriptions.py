"""The descriptions of the dataset: `/.well-known/void` and `/catalog`.

See https://www.w3.org/TR/void/#well-known and https://www.w3.org/TR/vocab-dcat-3/.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from fastapi import FastAPI
from pyoxigraph import Triple
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from pledgegraph.descriptions import Copy, Statistics, catalog_graph, void_graph
from pledgegraph.media_types import GRAPH_FORMATS
from pledgegraph.namespaces import DCAT, VOID
from pledgegraph.store import Engine, OnceASnapshot, Snapshot
from pledgegraph_api.http.languages import PageLanguage
from pledgegraph_api.http.link_header import Signposts
from pledgegraph_api.http.query_params import OPTIONS, read_options, refuse
from pledgegraph_api.vocabulary.graph_response import SmallGraph, answer_graph, wants_page
from pledgegraph_api.web.links import format_links, root_of, with_language
from pledgegraph_api.web.pages import Pages
from pledgegraph_api.web.prefixed_names import link_to, short_name

CATALOG: Final = "/catalog"
VOID_PATH: Final = "/.well-known/void"


@dataclass(frozen=True, slots=True)
class Described:
    """What the descriptions are made of."""

    numbers: Statistics
    issued: datetime | None
    modified: datetime | None
    copies: tuple[Copy, ...]

    @property
    def state(self) -> tuple[object, ...]:
        """What they hang on."""
        return (self.numbers.sequence, *(each.iri for each in self.copies))


class DatasetDescriptions:
    """Describes the newest snapshot, and the copies that there are of it and of others."""

    def __init__(
        self,
        engine: Engine,
        numbers: OnceASnapshot[Statistics],
        *,
        issued: Callable[[], datetime | None] = lambda: None,
        modified: Callable[[int], datetime | None] = lambda _sequence: None,
        copies: Callable[[], Sequence[Copy]] = tuple,
    ) -> None:
        self._described = OnceASnapshot(engine, self._describe)
        self._numbers = numbers
        self._issued = issued
        self._modified = modified
        self._copies = copies

    def current(self) -> Described:
        """What is true of the newest snapshot. Blocks: to be called in a thread."""
        # Copies are made of a snapshot when it has been published for a while.
        return replace(self._described.current(), copies=tuple(self._copies()))

    def _describe(self, snapshot: Snapshot) -> Described:
        modified = self._modified(snapshot.sequence)
        return Described(self._numbers.of(snapshot), self._issued(), modified, copies=())


class DescriptionPages:
    """Serves both descriptions in RDF; for people there is one page."""

    def __init__(
        self, descriptions: DatasetDescriptions, pages: Pages, signposts: Signposts, base: str
    ) -> None:
        self._descriptions = descriptions
        self._pages = pages
        self._signposts = signposts
        self._base = base

    def install(self, app: FastAPI) -> None:
        """Put the descriptions at their addresses."""
        for path, endpoint in ((CATALOG, self.catalog), (VOID_PATH, self.void)):
            app.add_api_route(path, endpoint, methods=["GET", "HEAD"], include_in_schema=False)
        for guessed in ("/void", "/.well-known/void.ttl", "/void.ttl"):
            app.add_api_route(
                guessed, self.guessed, methods=["GET", "HEAD"], include_in_schema=False
            )

    async def guessed(self, request: Request) -> Response:
        """The way from an address at which VoID is often looked for."""
        ending = "?format=turtle" if request.scope["path"].endswith(".ttl") else ""
        query = request.url.query
        address = f"{root_of(request)}{VOID_PATH}{ending or (query and f'?{query}')}"
        return RedirectResponse(address, 308)

    async def void(self, request: Request) -> Response:
        """The VoID description; whoever wants a page is sent to the catalogue's."""
        options = read_options(request)
        refuse(options.faults, OPTIONS)
        if wants_page(request, options.format):
            address = f"{root_of(request)}{CATALOG}"
            if options.language_asked:
                address = with_language(address, options.language)
            return RedirectResponse(address, 303, headers={"Vary": "Accept, Accept-Language"})
        described = await run_in_threadpool(self._descriptions.current)
        return await self._data(
            request,
            described,
            "void",
            lambda: void_graph(
                self._base, described.numbers, [each.iri for each in described.copies]
            ),
            options.format,
        )

    async def catalog(self, request: Request) -> Response:
        """The DCAT description, or the page about it."""
        options = read_options(request)
        refuse(options.faults, OPTIONS)
        described = await run_in_threadpool(self._descriptions.current)
        if not wants_page(request, options.format):
            return await self._data(
                request,
                described,
                "catalog",
                lambda: catalog_graph(
                    self._base,
                    described.numbers,
                    issued=described.issued,
                    modified=described.modified,
                    copies=described.copies,
                ),
                options.format,
            )
        items = [(each.iri, each.media_type) for each in described.copies]
        return await run_in_threadpool(
            self._pages.render,
            request,
            "catalog.html",
            language=PageLanguage(options.language, asked=options.language_asked),
            headers={
                "Pledgegraph-Snapshot": str(described.numbers.sequence),
                "Link": self._signposts.of_page(CATALOG, kind=DCAT.Catalog.value, items=items),
            },
            state=(CATALOG, *described.state),
            described=described,
            numbers=described.numbers,
            base=self._base,
            name_of=lambda iri: short_name(iri, self._base),
            link_of=lambda iri: link_to(iri, self._base),
            catalog_formats=format_links(CATALOG, (), GRAPH_FORMATS),
            void_formats=format_links(VOID_PATH, (), GRAPH_FORMATS),
        )

    async def _data(
        self,
        request: Request,
        described: Described,
        name: str,
        triples: Callable[[], Iterable[Triple]],
        form: str | None,
    ) -> Response:
        path, kind = (VOID_PATH, VOID.Dataset) if name == "void" else (CATALOG, DCAT.Catalog)
        graph = SmallGraph(
            name,
            triples,
            described.state,
            "the description of the dataset",
            {
                "Pledgegraph-Snapshot": str(described.numbers.sequence),
                "Link": self._signposts.of_document(path, kind=kind.value),
            },
        )
        return await answer_graph(request, graph, form)
