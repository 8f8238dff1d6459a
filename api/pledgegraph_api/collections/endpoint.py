"""The lists of records, such as ``/commitments`` and ``/registers``."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import partial

from fastapi import FastAPI
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from pledgegraph.media_types import CSV, Format
from pledgegraph_api.collections.facets import Facets
from pledgegraph_api.collections.filters import day_of_list, read_filters
from pledgegraph_api.collections.formats import csv_metadata, page_json, whole_csv, whole_ndjson
from pledgegraph_api.collections.links import CSVM, FORMATS, NDJSON, CollectionLinks
from pledgegraph_api.collections.openapi import collection_description
from pledgegraph_api.collections.page import shown_list
from pledgegraph_api.collections.table import Collection, Tables
from pledgegraph_api.errors import PageMissing
from pledgegraph_api.http.etags import etag_of
from pledgegraph_api.http.languages import required_language
from pledgegraph_api.http.negotiation import form_of, page_or_format
from pledgegraph_api.http.respond import respond
from pledgegraph_api.web.links import root_of
from pledgegraph_api.web.pages import VARY, Pages
from pledgegraph_api.web.record_paths import CONTEXT_PATH


class CollectionEndpoint:
    """Lists the records of one kind, on pages, as JSON-LD, as CSV and as NDJSON."""

    def __init__(self, collection: Collection, tables: Tables, pages: Pages, base: str) -> None:
        self._collection = collection
        self._tables = tables
        self._pages = pages
        self._base = base
        self._path = f"/{collection.name}"
        self._metadata_path = f"/{collection.name}-metadata.json"

    def install(self, app: FastAPI) -> None:
        """Put the list and its files at their addresses."""
        described = collection_description(self._collection)
        app.add_api_route(self._path, self.answer, methods=["GET"], **described)
        app.add_api_route(self._path, self.answer, methods=["HEAD"], include_in_schema=False)
        for path, endpoint in (
            (f"{self._path}.{{extension}}", self.form),
            (self._metadata_path, self.metadata),
        ):
            app.add_api_route(path, endpoint, methods=["GET", "HEAD"], include_in_schema=False)

    async def answer(self, request: Request) -> Response:
        """The list as the client likes it best.

        Raises:
            WrongParameters: a filter cannot be used; with the values that there are.
            PageMissing: the list has fewer pages.
            NotAcceptable: the client accepts nothing that it comes in.
        """
        what = f"the list of {self._collection.name}"
        form = page_or_format(request, FORMATS, request.query_params.get("format"), what=what)
        return await run_in_threadpool(self._written, request, form)

    async def form(self, request: Request, extension: str) -> Response:
        """The list in the form of that extension; as CSV and as NDJSON it is whole.

        Raises:
            DocumentMissing: there is none.
        """
        form = form_of(extension, FORMATS, what="The list", path=self._path)
        return await run_in_threadpool(self._written, request, form)

    async def metadata(self, request: Request) -> Response:
        """What the columns of the CSV mean."""
        body = csv_metadata(self._collection, self._base)
        return respond(request, lambda: body, content_type=CSVM, tag=etag_of(body))

    def _written(self, request: Request, form: Format | None) -> Response:
        today = datetime.now(UTC).date()
        day = day_of_list(request, self._collection, today)
        table = self._tables.read(self._collection, day)
        asked = read_filters(request, self._collection, table)
        facets = Facets(self._collection, table, asked)
        rows = facets.rows
        pages = max(1, -(-len(rows) // asked.size))
        if asked.page > pages:
            raise PageMissing(
                f"The list has no page {asked.page}.", remedy=f"Its pages are 1 to {pages}."
            )
        root = root_of(request)
        links = CollectionLinks(self._collection.name, asked, pages, base=self._base, root=root)
        headers = {
            "vary": VARY,
            "link": links.header(form),
            "pledgegraph-snapshot": str(table.sequence),
        }
        # What is known of reporting, and what is due, hangs on the day.
        state = (table.sequence, self._collection.name, day.isoformat(), day == today)
        shown = rows[(asked.page - 1) * asked.size : asked.page * asked.size]
        if form is None:
            language = required_language(request)
            return self._pages.render(
                request,
                "collection.html",
                language=language,
                headers=headers,
                state=state,
                late=partial(
                    shown_list,
                    facets,
                    shown,
                    links,
                    day=day,
                    language=language.tag,
                    words=self._pages.wording[language.tag],
                    base=self._base,
                ),
            )
        if form in (CSV, NDJSON):
            name = f"{self._collection.name}.{form.extension}"
            headers["content-disposition"] = f'attachment; filename="{name}"'

        def write() -> bytes:
            if form is CSV:
                return whole_csv(self._collection, table, rows)
            if form is NDJSON:
                return whole_ndjson(table, rows)
            return page_json(
                table,
                shown,
                context=f"{self._base}{CONTEXT_PATH}",
                address=links.address(asked.page),
                total=len(rows),
                links=links.pages,
                summary=asked.summary,
            )

        return respond(request, write, content_type=form.content_type, state=state, headers=headers)
