"""``/cite/...``, ``/feeds/...`` and ``/commitments.xlsx``: what readers take along."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Final
from urllib.parse import urlencode

from fastapi import FastAPI
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from pledgegraph.documents import Names, exists, labels_of
from pledgegraph.store import Engine
from pledgegraph_api.collections.filters import day_of_list, read_filters
from pledgegraph_api.collections.table import COLLECTIONS, Tables
from pledgegraph_api.errors import DocumentMissing
from pledgegraph_api.http.addresses import path_below_root
from pledgegraph_api.http.languages import required_language
from pledgegraph_api.http.query_params import known_parameters
from pledgegraph_api.http.respond import respond
from pledgegraph_api.progress.ledger import Commitment, Ledger, Ledgers
from pledgegraph_api.progress.standing import Told, lately_told, standings
from pledgegraph_api.search.endpoint import FEED, SearchEndpoint
from pledgegraph_api.search.endpoint import PATH as SEARCH
from pledgegraph_api.sharing.citation import FORMS, Citation
from pledgegraph_api.sharing.workbook import XLSX, CommitmentsWorkbook
from pledgegraph_api.web.atom_feed import ATOM_TYPE, FeedEntry, FeedLink, feed_xml
from pledgegraph_api.web.control_chars import printable
from pledgegraph_api.web.pages import Pages
from pledgegraph_api.web.record_paths import document_path, records_at
from pledgegraph_api.web.translations import Wording

MOST_ENTRIES: Final = 50
"""Accounts in a feed."""
_CITE: Final = "/cite/"
_FOLLOW: Final = "/feeds/commitment/"
_COMMITMENTS: Final = next(each for each in COLLECTIONS if each.name == "commitments")
_SOURCES: Final = next(each for each in COLLECTIONS if each.name == "sources")


class Sharing:
    """Serves citations and feeds."""

    def __init__(
        self,
        engine: Engine,
        ledgers: Ledgers,
        tables: Tables,
        searches: SearchEndpoint,
        *,
        names: Names,
        pages: Pages,
        base: str,
    ) -> None:
        self._engine = engine
        self._ledgers = ledgers
        self._tables = tables
        self._searches = searches
        self._names = names
        self._pages = pages
        self._base = base

    def install(self, app: FastAPI) -> None:
        """Put citations and feeds at their addresses."""
        for path, endpoint in (
            (_CITE + "{path:path}", self.cite),
            ("/feeds/commitments.atom", self.follow_list),
            (FEED, self.follow_search),
            ("/commitments.xlsx", self.workbook),
            (_FOLLOW + "{path:path}.atom", self.follow),
        ):
            app.add_api_route(path, endpoint, methods=["GET", "HEAD"], include_in_schema=False)

    async def cite(self, request: Request) -> Response:
        """How to cite a record: a page with all forms, or one of them by its extension.

        Raises:
            DocumentMissing: nothing is known of the record.
        """
        known_parameters(request, ("lang",))
        path = path_below_root(request.scope).removeprefix(_CITE)
        return await run_in_threadpool(self._cited, request, path)

    async def follow(self, request: Request) -> Response:
        """What is told of one commitment.

        Raises:
            DocumentMissing: there is no such commitment.
        """
        known_parameters(request, ("lang",))
        slug = path_below_root(request.scope).removeprefix(_FOLLOW).removesuffix(".atom")
        ledger = await run_in_threadpool(self._ledgers.current)
        known = {each.record: each for each in ledger.commitments}
        meant = records_at(f"/doc/commitment/{slug}", self._base)
        members = [known[each] for each in meant if each in known][:1]
        if not members:
            raise DocumentMissing(
                f"There is no commitment {slug[:200]!r}.",
                remedy="The list at /commitments has all of them.",
            )
        language = required_language(request)
        title = ledger.name(members[0].record.value, language.tag)[0] or slug
        return await run_in_threadpool(self._feed, request, ledger, members, title)

    async def follow_list(self, request: Request) -> Response:
        """What is told of the commitments that a list with the same filters has.

        Raises:
            WrongParameters: a filter cannot be used.
        """
        return await run_in_threadpool(self._list_feed, request)

    async def follow_search(self, request: Request) -> Response:
        """What is told of the commitments that a search with the same parameters finds.

        Raises:
            WrongParameters: a parameter cannot be used.
        """
        return await run_in_threadpool(self._search_feed, request)

    async def workbook(self, request: Request) -> Response:
        """The commitments that a list with the same filters has, for spreadsheets.

        Raises:
            WrongParameters: a filter cannot be used.
        """
        return await run_in_threadpool(self._workbook, request)

    def _workbook(self, request: Request) -> Response:
        language = required_language(request).tag
        day = day_of_list(request, _COMMITMENTS, datetime.now(UTC).date())
        ledger = self._ledgers.current()
        table = self._tables.read(_COMMITMENTS, day)
        asked = read_filters(request, _COMMITMENTS, table)
        chosen = {row.record for row in table.rows if asked.matches(row)}
        sources = self._tables.read(_SOURCES, day)

        def written() -> bytes:
            found = [each for each in standings(ledger, day) if each.commitment.record in chosen]
            book = CommitmentsWorkbook(
                ledger,
                sources,
                language=language,
                words=self._pages.wording[language],
                base=self._base,
            )
            return book.written(found, day=day, filters=dict(asked.given))

        return respond(
            request,
            written,
            content_type=XLSX,
            state=(ledger.sequence, table.sequence, day),
            headers={
                "content-disposition": f'attachment; filename="commitments-{day}.xlsx"',
                "content-language": language,
                "pledgegraph-snapshot": str(ledger.sequence),
                "vary": "Accept-Language",
            },
        )

    def _list_feed(self, request: Request) -> Response:
        language = required_language(request)
        ledger = self._ledgers.current()
        day = day_of_list(request, _COMMITMENTS, datetime.now(UTC).date())
        table = self._tables.read(_COMMITMENTS, day)
        asked = read_filters(request, _COMMITMENTS, table)
        chosen = {row.record for row in table.rows if asked.matches(row)}
        members = [each for each in ledger.commitments if each.record in chosen]
        words = self._pages.wording[language.tag]
        names = [table.name(node, language.tag)[0] for node in asked.values.values()]
        title = " · ".join([words["commitments"], *(name for name in names if name)])
        return self._feed(request, ledger, members, title)

    def _search_feed(self, request: Request) -> Response:
        words, chosen = self._searches.chosen(request)
        ledger = self._ledgers.current()
        members = [each for each in ledger.commitments if each.record in chosen]
        wording = self._pages.wording[required_language(request).tag]
        title = wording["search_of"].format(words=words) if words else wording["search_label"]
        return self._feed(request, ledger, members, title, shown_at=SEARCH)

    def _feed(
        self,
        request: Request,
        ledger: Ledger,
        members: Sequence[Commitment],
        title: str,
        *,
        shown_at: str = "/commitments",
    ) -> Response:
        language = required_language(request).tag
        path, query = path_below_root(request.scope), request.url.query
        here = f"{self._base}{path}{'?' if query else ''}{query}"
        headers = {
            "vary": "Accept-Language",
            "content-language": language,
            "pledgegraph-snapshot": str(ledger.sequence),
        }
        page = f"{self._base}{shown_at}{'?' if query else ''}{query}"
        if path.startswith(_FOLLOW):
            page = f"{self._base}{document_path(members[0].record, self._base)}"
        day = datetime.now(UTC).date()

        def written() -> bytes:
            told = lately_told(members, day, MOST_ENTRIES)
            return feed_xml(
                [self._entry(ledger, each, language) for each in told],
                identifier=here,
                title=f"Pledgegraph: {printable(title)}",
                links=(FeedLink("self", here, ATOM_TYPE), FeedLink("alternate", page, "text/html")),
                language=language,
            )

        return respond(
            request,
            written,
            content_type=ATOM_TYPE,
            state=(ledger.sequence, day),
            headers=headers,
        )

    def _entry(self, ledger: Ledger, told: Told, language: str) -> FeedEntry:
        words = self._pages.wording[language]
        account = told.telling.account
        commitment = ledger.name(told.commitment.record.value, language)[0]
        tellers = [ledger.name(each, language)[0] or each for each in account.tellers]
        statuses = [ledger.name(each, language)[0] or each for each in account.statuses]
        said = [*(statuses or [f"“{word}”" for word in account.words])]
        voice = words[f"progress_voice_{told.telling.voice}"]
        return FeedEntry(
            account.record.value,
            title=": ".join(part for part in (commitment, ", ".join(said) or voice) if part),
            updated=f"{told.day}T00:00:00Z",
            summary=_summary(told, voice, tellers, said, words),
            author=", ".join(tellers) or "Pledgegraph",
            links=(
                FeedLink("alternate", account.record.value),
                FeedLink("related", told.commitment.record.value),
            ),
        )

    def _cited(self, request: Request, path: str) -> Response:
        stem, dot, extension = path.rpartition(".")
        form = FORMS.get(extension) if dot else None
        name = stem if form else path
        language = required_language(request)
        with self._engine.snapshot() as snapshot:
            meant = records_at(f"/doc/{name}", self._base)
            record = next((each for each in meant if exists(snapshot, each)), None)
            if record is None:
                raise DocumentMissing(
                    f"Nothing is known of {name[:200]}.",
                    remedy="Search for it at /search, or look at the lists.",
                )
            labels = [label for _, label in labels_of(self._names.about(snapshot, [record]))]
            sequence, published = snapshot.sequence, snapshot.published
        ranked = {tag: place for place, tag in enumerate((language.tag, "en", ""))}
        labels.sort(key=lambda label: (ranked.get(label.language or "", 9), label.value))
        citation = Citation(
            record.value,
            printable(labels[0].value) if labels else name,
            (labels[0].language or "") if labels else "",
            datetime.fromtimestamp(published, UTC).date(),
            sequence,
            datetime.now(UTC).date(),
        )
        state = (sequence, record.value, citation.accessed.isoformat(), language.tag)
        headers = {"pledgegraph-snapshot": str(sequence)}
        if form is None:
            document = document_path(record, self._base) or "/"
            own = document.replace("/doc/", _CITE, 1)
            return self._pages.render(
                request,
                "cite.html",
                headers=headers,
                state=state,
                citation=citation,
                record_path=document,
                forms=[
                    (
                        title,
                        # The ends of lines that a file has are signs of their own in a page.
                        write(citation).replace("\r\n", "\n"),
                        f"{own}.{ending}?{urlencode({'lang': language.tag})}",
                    )
                    for ending, (title, _, write) in FORMS.items()
                ],
            )
        _, media_type, write = form
        return respond(
            request,
            lambda: write(citation),
            content_type=media_type,
            state=state,
            headers={**headers, "vary": "Accept-Language"},
        )


def _summary(
    told: Told, voice: str, tellers: Sequence[str], said: Sequence[str], words: Wording
) -> str:
    """One line: when, in whose voice, who, and what."""
    account = told.telling.account
    first = account.starts[0] if account.starts else told.day
    day = (
        told.day
        if first == told.day
        else words["progress_between"].format(start=first, end=told.day)
    )
    return " · ".join([account.date_words or day, voice, *tellers, *said])
