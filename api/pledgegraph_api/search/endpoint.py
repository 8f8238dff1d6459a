"""``/search``, ``/search/suggest`` and the description of both for browsers.

See https://github.com/dewitt/opensearch (OpenSearch 1.1, and its Suggestions extension).
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any, Final
from urllib.parse import urlencode

from fastapi import FastAPI
from markupsafe import escape
from pyoxigraph import NamedNode
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from pledgegraph.media_types import CSV, JSON_LD, Format
from pledgegraph.search import BLOCK, LONGEST_SEARCH, Found, Match, NewestIndex, SearchIndex
from pledgegraph_api.errors import Fault, PageMissing, WrongParameters
from pledgegraph_api.http.languages import DEFAULT, page_language, required_language
from pledgegraph_api.http.negotiation import form_of, page_or_format
from pledgegraph_api.http.query_params import known_parameters, page_number
from pledgegraph_api.http.respond import respond
from pledgegraph_api.search.formats import Hit, found_csv, found_json
from pledgegraph_api.search.openapi import search_description
from pledgegraph_api.web.control_chars import printable
from pledgegraph_api.web.links import root_of
from pledgegraph_api.web.pages import VARY, Pages
from pledgegraph_api.web.prefixed_names import link_to, short, short_name
from pledgegraph_api.web.record_paths import CONTEXT_PATH

PATH: Final = "/search"
FEED: Final = "/feeds/search.atom"
FORMATS: Final = (JSON_LD, CSV)
PAGE_SIZE: Final = 20
_PARAMETERS: Final = ("q", "kind", "register", "page", "format", "lang")
_SUGGESTIONS: Final = 8
_DESCRIPTION: Final = """\
<?xml version="1.0" encoding="UTF-8"?>
<OpenSearchDescription xmlns="http://a9.com/-/spec/opensearch/1.1/">
  <ShortName>Pledgegraph</ShortName>
  <Description>Public commitments on data, with their sources</Description>
  <InputEncoding>UTF-8</InputEncoding>
  <Url type="text/html" template="{base}/search?q={{searchTerms}}"/>
  <Url type="application/ld+json" template="{base}/search.jsonld?q={{searchTerms}}"/>
  <Url type="application/x-suggestions+json" template="{base}/search/suggest?q={{searchTerms}}"/>
</OpenSearchDescription>
"""


@dataclass(frozen=True, slots=True)
class Facet:
    """A value that narrows a search, and how many there are of it."""

    value: str
    label: str
    count: int
    address: str
    chosen: bool
    language: str = ""
    """Of the label; empty where it has none, or is a word of the page."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What a search asks for."""

    text: str
    kind: str
    register: str
    page: int
    language: str

    @property
    def first(self) -> int:
        """How many come before those of the page."""
        return (self.page - 1) * PAGE_SIZE

    def address(self, **changed: str | int) -> str:
        """The address of the search with other parameters; empty ones are left out."""
        given = {"q": self.text, "kind": self.kind, "register": self.register, **changed}
        return f"{PATH}?{urlencode({name: value for name, value in given.items() if value})}"


class SearchEndpoint:
    """Answers searches of the newest snapshot."""

    def __init__(self, index: NewestIndex, pages: Pages, base: str) -> None:
        self._index = index
        self._pages = pages
        self._base = base

    def install(self, app: FastAPI) -> None:
        """Put the search at its addresses."""
        described = search_description(FORMATS)
        app.add_api_route(PATH, self.answer, methods=["GET"], **described)
        app.add_api_route(PATH, self.answer, methods=["HEAD"], include_in_schema=False)
        for path, endpoint in (
            (f"{PATH}/suggest", self.suggest),
            (f"{PATH}/description.xml", self.description),
            (f"{PATH}.{{extension}}", self.form),
        ):
            app.add_api_route(path, endpoint, methods=["GET", "HEAD"], include_in_schema=False)

    async def answer(self, request: Request) -> Response:
        """What is found, as the client likes it best.

        Raises:
            WrongParameters: a parameter cannot be used.
            PageMissing: there are fewer pages.
            NotAcceptable: the client accepts nothing that it comes in.
        """
        name = request.query_params.get("format")
        form = page_or_format(request, FORMATS, name, what="the search")
        return await run_in_threadpool(self._written, request, form)

    async def form(self, request: Request, extension: str) -> Response:
        """What is found, in the form of that extension.

        Raises:
            DocumentMissing: there is none.
        """
        form = form_of(extension, FORMATS, what="A search", path=PATH)
        return await run_in_threadpool(self._written, request, form)

    def chosen(self, request: Request) -> tuple[str, frozenset[NamedNode]]:
        """The words of a search with these parameters, and all records that it finds.

        Raises:
            WrongParameters: a parameter cannot be used.
        """
        index = self._index.current()
        asked = self._asked(request, index, required_language(request).tag)
        register = self._register(asked.register)
        matches = index.every_match(asked.text, kind=asked.kind, register=register)
        return asked.text, frozenset(match.entry.thing for match in matches)

    async def suggest(self, request: Request) -> Response:
        """Names that begin so or hold the words, with their addresses, for a search box."""
        given = known_parameters(request, ("q", "lang"))
        language = page_language(given.get("lang") or DEFAULT)
        text = given.get("q", "")[:LONGEST_SEARCH]
        index = await run_in_threadpool(self._index.current)
        found = await run_in_threadpool(index.search, text)
        hits = [self._hit(match, language) for match in found.matches[:_SUGGESTIONS]]
        body = [
            text,
            [hit.label for hit in hits],
            [hit.kind for hit in hits],
            [(self._base if hit.address[:1] == "/" else "") + hit.address for hit in hits],
        ]
        return Response(
            json.dumps(body, ensure_ascii=False),
            media_type="application/x-suggestions+json",
            headers={"cache-control": "no-cache", "pledgegraph-snapshot": str(found.sequence)},
        )

    async def description(self) -> Response:
        """The search as browsers add it to theirs."""
        body = _DESCRIPTION.format(base=escape(self._base))
        return Response(body, media_type="application/opensearchdescription+xml")

    def _written(self, request: Request, form: Format | None) -> Response:
        index = self._index.current()
        language = required_language(request)
        asked = self._asked(request, index, language.tag)
        register = self._register(asked.register)
        found = index.search(
            asked.text, kind=asked.kind, register=register, block=asked.first // BLOCK
        )
        pages = _pages(found)
        if asked.page > pages:
            raise PageMissing(
                f"The search has no page {asked.page}.", remedy=f"Its pages are 1 to {pages}."
            )
        state = (found.sequence, "search", asked.address(page=asked.page))
        headers = {"pledgegraph-snapshot": str(found.sequence)}
        if form is None:
            return self._page(request, asked, found, index=index, headers=headers, state=state)
        headers["vary"] = VARY
        if form is CSV:
            headers["content-disposition"] = 'attachment; filename="search.csv"'
        return respond(
            request,
            lambda: self._as_csv(index, asked) if form is CSV else self._as_json(asked, found),
            content_type=form.content_type,
            # Names are in the language of the reader.
            state=(*state, language.tag),
            headers=headers,
        )

    def _as_csv(self, index: SearchIndex, asked: Asked) -> bytes:
        register = self._register(asked.register)
        return found_csv(
            (match.entry.thing.value, self._hit(match, asked.language))
            for match in index.every_match(asked.text, kind=asked.kind, register=register)
        )

    def _as_json(self, asked: Asked, found: Found) -> bytes:
        is_last = asked.page == _pages(found)
        return found_json(
            [
                (match.entry.thing.value, self._hit(match, asked.language))
                for match in _shown(found, asked)
            ],
            total=found.total,
            address=self._base + asked.address(page=asked.page),
            following="" if is_last else self._base + asked.address(page=asked.page + 1),
            context=f"{self._base}{CONTEXT_PATH}",
        )

    def _page(
        self,
        request: Request,
        asked: Asked,
        found: Found,
        *,
        index: SearchIndex,
        headers: dict[str, str],
        state: tuple[object, ...],
    ) -> Response:
        return self._pages.render(
            request,
            "search.html",
            headers=headers,
            state=state,
            late=partial(self._content, asked, found, index, root_of(request)),
        )

    def _content(
        self, asked: Asked, found: Found, index: SearchIndex, root: str
    ) -> Mapping[str, Any]:
        pages = _pages(found)
        registers = []
        for iri, count in found.registers.items():
            value = short(NamedNode(iri))
            entry = index.entry(iri)
            name = entry.name(asked.language) if entry else None
            registers.append(
                Facet(
                    value,
                    name.text if name else value,
                    count,
                    asked.address(register="" if value == asked.register else value),
                    value == asked.register,
                    name.language if name else "",
                )
            )
        return {
            "q": asked.text,
            "hits": [self._hit(match, asked.language) for match in _shown(found, asked)],
            "found": found.total,
            "nearest": found.nearest,
            "kinds": [
                Facet(
                    kind,
                    kind,
                    count,
                    asked.address(kind="" if kind == asked.kind else kind),
                    kind == asked.kind,
                )
                for kind, count in found.kinds.items()
            ],
            "registers": registers,
            "asked": asked,
            "page": asked.page,
            "pages": pages,
            "previous": asked.address(page=asked.page - 1) if asked.page > 1 else "",
            "following": asked.address(page=asked.page + 1) if asked.page < pages else "",
            "formats": [
                (title, f"{root}{PATH}.{each.extension}{asked.address()[len(PATH) :]}")
                for each, title in ((JSON_LD, "JSON-LD"), (CSV, "CSV"))
            ],
            "feed": f"{FEED}{asked.address()[len(PATH) :]}",
            "sparql": f"/sparql?{urlencode({'query': _as_sparql(asked.text)})}"
            if asked.text
            else "",
        }

    def _asked(self, request: Request, index: SearchIndex, language: str) -> Asked:
        given = known_parameters(request, _PARAMETERS)
        faults: list[Fault] = []
        text = given.get("q", "").strip()
        if len(text) > LONGEST_SEARCH:
            detail = (
                f"Parameter `q` is {len(text)} letters long. Search for at most {LONGEST_SEARCH}."
            )
            faults.append(Fault("q", "value", detail, text[:LONGEST_SEARCH], "string"))
        kind, register = given.get("kind", ""), given.get("register", "")
        if kind and kind not in index.kinds:
            detail = f"Parameter `kind` is {kind[:80]!r}. Choose one of: {', '.join(index.kinds)}."
            faults.append(Fault("kind", "value", detail, kind[:80], "string", index.kinds))
        if register and index.entry(self._register(register)) is None:
            known = [entry.slug for entry in index.entries if entry.kind == "register"]
            choices = ", ".join(known)
            detail = f"Parameter `register` is {register[:80]!r}. Choose one of: {choices}."
            faults.append(Fault("register", "value", detail, register[:80], "iri", tuple(known)))
        if faults:
            raise WrongParameters(
                " ".join(fault.detail for fault in faults),
                remedy=f"The parameters here: {', '.join(_PARAMETERS)}; each may be given once.",
                faults=faults,
            )
        return Asked(text, kind, register, page_number(given.get("page") or "1"), language)

    def _register(self, slug: str) -> str:
        return f"{self._base}/id/register/{slug}" if slug else ""

    def _hit(self, match: Match, language: str) -> Hit:
        iri = match.entry.thing.value
        shown = match.entry.name(language)
        label = printable(shown.text if shown else short_name(iri, self._base))
        address = link_to(iri, self._base) or ""
        matched = spoken = key = ""
        if match.name is not None and (shown is None or match.name.text != shown.text):
            matched, spoken = match.name.text, match.name.language
            key = str(match.name.key)
        elif match.snippet:
            matched, spoken, key = match.snippet, match.snippet_language, "text"
        return Hit(
            label,
            shown.language if shown else "",
            address,
            match.entry.kind,
            printable(matched),
            spoken,
            key,
        )


def _pages(found: Found) -> int:
    return max(1, -(-found.total // PAGE_SIZE))


def _shown(found: Found, asked: Asked) -> tuple[Match, ...]:
    """What is on the page that was asked for."""
    start = asked.first % BLOCK
    return found.matches[start : start + PAGE_SIZE]


def _as_sparql(text: str) -> str:
    """A query for the same words in names, to go on from."""
    words = json.dumps(text.casefold(), ensure_ascii=False)
    return f"""\
PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#>
PREFIX skos: <http://www.w3.org/2004/02/skos/core#>

SELECT DISTINCT ?thing ?name
WHERE {{
  ?thing rdfs:label|skos:prefLabel|skos:altLabel ?name .
  FILTER (CONTAINS(LCASE(STR(?name)), {words}))
}}
ORDER BY ?name
LIMIT 100
"""
