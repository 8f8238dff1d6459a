"""The lists of records: ``/commitments``, ``/actors``, ``/events`` and ``/sources``."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Final

from fastapi import FastAPI
from pyoxigraph import NamedNode
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from pledgegraph.media_types import CSV, JSON_LD, Format
from pledgegraph_api.collections.filters import DATES, Asked, read_filters, value_names
from pledgegraph_api.collections.formats import csv_metadata, page_json, whole_csv
from pledgegraph_api.collections.links import CSVM, FORMATS, CollectionLinks
from pledgegraph_api.collections.openapi import collection_description
from pledgegraph_api.collections.table import Collection, Row, Table, Tables
from pledgegraph_api.errors import DocumentMissing, PageMissing
from pledgegraph_api.http.etags import etag_of
from pledgegraph_api.http.languages import required_language
from pledgegraph_api.http.negotiation import PAGE, page_or_format
from pledgegraph_api.http.respond import respond
from pledgegraph_api.web.control_chars import printable
from pledgegraph_api.web.links import PageLink, root_of
from pledgegraph_api.web.pages import VARY, Pages
from pledgegraph_api.web.prefixed_names import link_to, short_name
from pledgegraph_api.web.record_paths import CONTEXT_PATH

PAGE_SIZE: Final = 50


@dataclass(frozen=True, slots=True)
class Choice:
    """A value of a filter as a form offers it."""

    value: str
    label: str
    language: str
    count: int


@dataclass(frozen=True, slots=True)
class Entry:
    """A record as a page lists it."""

    label: str
    language: str
    href: str
    details: tuple[tuple[str, str], ...]
    """Texts with the languages that they are in."""


class CollectionEndpoint:
    """Lists the records of one kind, on pages, as JSON-LD and as CSV."""

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
        """The list in the form of that extension; as CSV it is whole.

        Raises:
            DocumentMissing: there is none.
        """
        forms = {PAGE: None, **{each.extension: each for each in FORMATS}}
        if extension not in forms:
            raise DocumentMissing(
                f"The list has no form with the extension .{extension[:80]}.",
                remedy=f"Its extensions: {', '.join('.' + each for each in forms)}.",
                near=[f"{self._path}.{each}" for each in forms],
            )
        return await run_in_threadpool(self._written, request, forms[extension])

    async def metadata(self, request: Request) -> Response:
        """What the columns of the CSV mean."""
        body = csv_metadata(self._collection, self._base)
        return respond(request, lambda: body, content_type=CSVM, tag=etag_of(body))

    def _written(self, request: Request, form: Format | None) -> Response:
        day = datetime.now(UTC).date()
        table = self._tables.read(self._collection, day)
        asked = read_filters(request, self._collection, table)
        rows = [row for row in table.rows if asked.matches(row)]
        pages = max(1, -(-len(rows) // PAGE_SIZE))
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
        shown = rows[(asked.page - 1) * PAGE_SIZE : asked.page * PAGE_SIZE]
        if form is None:
            return self._page(
                request, asked, table, shown, found=len(rows), headers=headers, links=links
            )
        if form is CSV:
            headers["content-disposition"] = f'inline; filename="{self._collection.name}.csv"'

        def write() -> bytes:
            if form is CSV:
                return whole_csv(self._collection, table, rows)
            return page_json(
                table,
                shown,
                context=f"{self._base}{CONTEXT_PATH}",
                address=links.address(asked.page),
                total=len(rows),
                links=links.pages,
            )

        return respond(
            request,
            write,
            content_type=form.content_type,
            state=self._state(asked, table, day),
            headers=headers,
        )

    def _state(self, asked: Asked, table: Table, day: date) -> tuple[object, ...]:
        """What an answer is made of; how fresh reports are hangs on the day."""
        depends = day.isoformat() if self._collection.status else ""
        return (table.sequence, self._collection.name, asked.given, asked.page, depends)

    def _page(
        self,
        request: Request,
        asked: Asked,
        table: Table,
        rows: Sequence[Row],
        *,
        found: int,
        headers: Mapping[str, str],
        links: CollectionLinks,
    ) -> Response:
        language = required_language(request)
        pages = max(1, -(-found // PAGE_SIZE))
        chosen = {name: value_names(table, name)[node.value] for name, node in asked.values.items()}
        return self._pages.render(
            request,
            "collection.html",
            language=language,
            headers=headers,
            state=self._state(asked, table, datetime.now(UTC).date()),
            name=self._collection.name,
            fields=[
                (name, self._choices(table, name, language.tag), chosen.get(name, ""))
                for name in self._collection.filters
            ],
            days=[(name, asked.days.get(name, "")) for name in DATES]
            if self._collection.dated
            else [],
            filtered=bool(asked.given),
            feed=links.feed,
            workbook=links.workbook,
            entries=[self._entry(table, row, language.tag) for row in rows],
            found=found,
            total=len(table.rows),
            page=asked.page,
            pages=pages,
            previous=links.way(asked.page - 1) if asked.page > 1 else "",
            following=links.way(asked.page + 1) if asked.page < pages else "",
            formats=[
                PageLink(each.name, title, links.form(each))
                for each, title in ((JSON_LD, "JSON-LD"), (CSV, "CSV"))
            ],
        )

    def _choices(self, table: Table, name: str, language: str) -> list[Choice]:
        names = value_names(table, name)
        choices = [
            Choice(names[node.value], *self._named(table, node, language), count)
            for node, count in table.choices(name).items()
        ]
        return sorted(choices, key=lambda each: (each.label.casefold(), each.value))

    def _entry(self, table: Table, row: Row, language: str) -> Entry:
        shown = [name for name in self._collection.filters if name not in ("sdg", "kind")]
        label, spoken = self._named(table, row.record, language)
        return Entry(
            label,
            spoken,
            link_to(row.record.value, self._base) or "",
            tuple(
                self._named(table, node, language)
                for name in shown
                for node in row.values.get(name, ())
            ),
        )

    def _named(self, table: Table, node: NamedNode, language: str) -> tuple[str, str]:
        label, spoken = table.name(node, language)
        return printable(label or short_name(node.value, self._base)), spoken
