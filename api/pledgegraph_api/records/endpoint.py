"""Records and the documents about them: ``/id/...`` leads to ``/doc/...``, which answers.

See https://www.w3.org/TR/cooluris/ and https://www.w3.org/TR/ldp-primer/.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Final

from fastapi import FastAPI
from pyoxigraph import NamedNode
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from pledgegraph.documents import JsonLd, exists
from pledgegraph.history import PastVersion
from pledgegraph.media_types import JSON_LD, Format
from pledgegraph.store import Snapshot
from pledgegraph_api.errors import DocumentMissing, ParameterError, RecordMissing
from pledgegraph_api.history.versions import PastVersions
from pledgegraph_api.http.addresses import path_below_root, uri_of
from pledgegraph_api.http.cache_hint import keep
from pledgegraph_api.http.negotiation import accept_of, page_or_format
from pledgegraph_api.http.query_params import known_parameters, page_number
from pledgegraph_api.http.respond import respond
from pledgegraph_api.records.jsonld_profiles import FRAMED, choose_profile
from pledgegraph_api.records.links import DocumentLinks
from pledgegraph_api.records.lookup import DocumentSource, Found
from pledgegraph_api.records.page import STATEMENTS, EntityPage, answers
from pledgegraph_api.records.serialise import tells_graphs, written
from pledgegraph_api.web.links import root_of, with_parameters
from pledgegraph_api.web.pages import VARY
from pledgegraph_api.web.record_paths import (
    DOCUMENT_FORMATS,
    EXTENSIONS,
    PAGE_EXTENSION,
    document_path,
    format_of,
    record_path,
    records_at,
    split_extension,
    with_query,
)

_PARAMETERS: Final = ("format", "lang", "page", "version", "view")


@dataclass(frozen=True, slots=True)
class _Wish:
    """What a request asks of a document."""

    record: NamedNode
    extension: str
    form: Format | None
    """None for a page."""
    profile: str
    page: int
    version: PastVersion | None
    """The version of the data that it is of; None for the newest."""
    statements_only: bool = False
    """Whether the page is to leave out what it answers, and to show the statements alone."""


class DocumentEndpoint:
    """Answers for records and for the documents about them."""

    def __init__(
        self,
        source: DocumentSource,
        page: EntityPage,
        json_ld: JsonLd,
        base: str,
        past: PastVersions,
    ) -> None:
        self._source = source
        self._page = page
        self._json_ld = json_ld
        self._base = base
        self._past = past

    def install(self, app: FastAPI) -> None:
        """Put both at their addresses."""
        methods = ["GET", "HEAD"]
        for path in ("/id/{path:path}", "/.well-known/genid/{path:path}"):
            app.add_api_route(path, self.identify, methods=methods, include_in_schema=False)
        app.add_api_route("/doc/{path:path}", self.answer, methods=methods, include_in_schema=False)

    async def identify(self, request: Request) -> Response:
        """Leads from a record to the document about it, or to what took its place.

        Raises:
            RecordMissing: nothing is said of it.
        """
        candidates = records_at(path_below_root(request.scope), self._base)
        if not candidates:
            raise RecordMissing("There is no record at this address.")
        query = request.scope["query_string"]
        if query:
            named = dict(with_query(candidates, query, _PARAMETERS))
            record = await run_in_threadpool(self._said_of, named)
            if record is not None:
                path = document_path(record, self._base)
                return _redirect(request, path, record, 303, named[record])
        known_parameters(request, _PARAMETERS)
        version = await self._past.asked(request)
        record = await run_in_threadpool(self._known, candidates, version) or candidates[0]
        standing = await run_in_threadpool(self._standing, record, version)
        if standing is None:
            # It is gone, and its own address says so.
            wish = _Wish(record, "", *self._negotiated(request), 1, version)
            return await self._respond(request, wish)
        if standing != record:
            return _redirect(request, record_path(standing.value, self._base), standing, 301)
        return _redirect(request, document_path(record, self._base), record, 303)

    async def answer(self, request: Request) -> Response:
        """The document in the format that the client likes best, or that the extension names.

        Raises:
            RecordMissing: nothing is said of the record.
            DocumentMissing: there is no form with that extension.
            PageMissing: the document has fewer pages.
            WrongParameters: it knows no such parameters.
            NotAcceptable: the client accepts nothing that it comes in.
        """
        path = path_below_root(request.scope)
        given = known_parameters(request, _PARAMETERS)
        page = page_number(given.get("page", "1"))
        statements_only = _asks_statements(given.get("view"))
        version = await self._past.asked(request)
        stem, extension = split_extension(path)
        if extension:
            candidates = records_at(stem, self._base)
            record = await run_in_threadpool(self._known, candidates, version)
            if record is not None:
                form = format_of(extension)
                profile = choose_profile(accept_of(request)) if form is JSON_LD else FRAMED
                return await self._respond(
                    request, _Wish(record, extension, form, profile, page, version, statements_only)
                )
        candidates = records_at(path, self._base)
        if not candidates:
            raise RecordMissing("There is no record at this address.")
        record = await run_in_threadpool(self._known, candidates, version)
        if record is None:
            if "." in path.rpartition("/")[2]:
                await run_in_threadpool(self._refuse_extension, path, version)
            record = candidates[0]
        wish = _Wish(record, "", *self._negotiated(request), page, version, statements_only)
        return await self._respond(request, wish)

    def _negotiated(self, request: Request) -> tuple[Format | None, str]:
        name = request.query_params.get("format")
        form = page_or_format(request, DOCUMENT_FORMATS, name, what="the document about a record")
        return form, choose_profile(accept_of(request)) if form is JSON_LD else FRAMED

    async def _respond(self, request: Request, wish: _Wish) -> Response:
        begun = time.perf_counter()
        respond = self._shown if wish.form is None else self._sent
        response = await run_in_threadpool(respond, request, wish)
        response.headers["server-timing"] = f"total;dur={(time.perf_counter() - begun) * 1e3:.1f}"
        return response

    def _sent(self, request: Request, wish: _Wish) -> Response:
        """The document in a format."""
        form, root = wish.form, root_of(request)
        if form is None:
            raise TypeError("pages are made elsewhere")
        with self._snapshot(wish.version) as snapshot:
            self._have_kept(request, wish, snapshot)
            found = self._source.find(
                snapshot, wish.record, wish.page, merged=not tells_graphs(form)
            )
        if found.renamed_to is not None:
            target = found.renamed_to
            return _redirect(request, record_path(target.value, self._base), target, 301)
        kind = form.content_type
        if form is JSON_LD:
            kind += f'; profile="http://www.w3.org/ns/json-ld#{wish.profile}"'
        return respond(
            request,
            lambda: written(found.document, form, wish.profile, self._json_ld),
            content_type=kind,
            state=(found.document.sequence,),
            status=_status(found),
            headers=self._headers(found, wish, root),
        )

    def _snapshot(self, version: PastVersion | None) -> AbstractContextManager[Snapshot]:
        return self._source.engine.snapshot() if version is None else version.snapshot()

    def _standing(self, record: NamedNode, version: PastVersion | None) -> NamedNode | None:
        with self._snapshot(version) as snapshot:
            return self._source.standing(snapshot, record)

    def _known(
        self, candidates: Sequence[NamedNode], version: PastVersion | None
    ) -> NamedNode | None:
        with self._snapshot(version) as snapshot:
            return self._source.known(snapshot, candidates)

    def _said_of(self, records: Iterable[NamedNode]) -> NamedNode | None:
        with self._source.engine.snapshot() as snapshot:
            return next((each for each in records if exists(snapshot, each)), None)

    def _refuse_extension(self, path: str, version: PastVersion | None) -> None:
        """Tells of the extensions whoever asks a document for another one."""
        stem, _, extension = path.rpartition(".")
        about = self._known(records_at(stem, self._base), version)
        if about is None:
            return
        way = document_path(about, self._base)
        forms = [f"{way}.{each}" for each in EXTENSIONS]
        raise DocumentMissing(
            f"The document has no form with the extension .{extension[:80]}.",
            remedy=f"Its extensions: {', '.join('.' + each for each in EXTENSIONS)}.",
            near=forms,
        )

    def _have_kept(self, request: Request, wish: _Wish, snapshot: Snapshot) -> None:
        """Have the answer kept in memory for as long as the snapshot is the newest."""
        if wish.version is None and snapshot.version is not None:
            keep(request.scope, snapshot.version)

    def _shown(self, request: Request, wish: _Wish) -> Response:
        root = root_of(request)
        with self._snapshot(wish.version) as snapshot:
            self._have_kept(request, wish, snapshot)
            # Further pages have links of which the answer tells already.
            whole = wish.statements_only or wish.page > 1
            brief = None if whole else answers
            found = self._source.find(snapshot, wish.record, wish.page, brief=brief)
            if found.renamed_to is not None:
                target = found.renamed_to
                return _redirect(request, record_path(target.value, self._base), target, 301)
            headers = self._headers(found, wish, root)
            return self._page.render(
                request,
                snapshot,
                found,
                status=_status(found),
                headers=headers,
                version=wish.version,
                statements_only=wish.statements_only,
            )

    def _headers(self, found: Found, wish: _Wish, root: str) -> dict[str, str]:
        """The headers of a representation; a page gets its own entity tag."""
        document = found.document
        links = DocumentLinks(
            document,
            base=self._base,
            root=root,
            version=None if wish.version is None else wish.version.sequence,
        )
        extension = PAGE_EXTENSION if wish.form is None else wish.form.extension
        return {
            "vary": VARY,
            "link": links.header(extension),
            "content-location": links.form(extension),
            "pledgegraph-snapshot": str(document.sequence),
        }


def _asks_statements(view: str | None) -> bool:
    """Whether the parameter ``view`` asks for the statements alone.

    Raises:
        ParameterError: there is no such view.
    """
    if view not in (None, "", STATEMENTS):
        raise ParameterError(
            f"There is no view {view[:80]!r} of a record.",
            remedy=f"The parameter view is {STATEMENTS}, or is left out.",
        )
    return view == STATEMENTS


def _status(found: Found) -> int:
    return 200 if found.retraction is None else 410


def _redirect(
    request: Request,
    path: str | None,
    target: NamedNode,
    status: int,
    parameters: str | None = None,
) -> Response:
    """To a path below the root, which is percent-encoded, with the parameters kept."""
    location = uri_of(target.value) if path is None else f"{root_of(request)}{path}"
    if parameters is None:
        parameters = request.scope["query_string"].decode("ascii", errors="ignore")
    location = with_parameters(location, parameters)
    headers = {"location": location, "vary": VARY}
    if status == 303:  # noqa: PLR2004 - said in the caller
        headers["cache-control"] = "no-cache"
    return Response(status_code=status, headers=headers)
