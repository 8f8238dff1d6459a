"""`/sparql/terms`: what can be asked for, by class; as a page, and as JSON for the editor."""

from __future__ import annotations

from typing import Any, Final

from fastapi import FastAPI
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from pledgegraph.media_types import Carries, Format
from pledgegraph.namespaces import PREFIXES
from pledgegraph_api.http.languages import PageLanguage
from pledgegraph_api.http.negotiation import page_or_format
from pledgegraph_api.http.query_params import OPTIONS, read_options, refuse
from pledgegraph_api.http.respond import respond
from pledgegraph_api.web.pages import Pages
from pledgegraph_api.web.prefixed_names import link_to, short_name
from pledgegraph_api.workbench.openapi import (
    KnownClass,
    KnownProperty,
    KnownTerms,
    PropertyOfKnownClass,
    terms_description,
)
from pledgegraph_api.workbench.terms import ClassTerm, TermList, Terms

PATH: Final = "/sparql/terms"
_JSON: Final = Format("json", "JSON", "application/json", "json", Carries.SOLUTIONS, "", text=False)


class TermsPage:
    """Lists the terms of the newest snapshot, in the reader's language."""

    def __init__(self, terms: Terms, pages: Pages, base: str) -> None:
        self._terms = terms
        self._pages = pages
        self._base = base

    def install(self, app: FastAPI) -> None:
        """Put the list at its address, with its description for OpenAPI."""
        app.add_api_route(PATH, self.answer, methods=["GET"], **terms_description())
        app.add_api_route(PATH, self.answer, methods=["HEAD"], include_in_schema=False)

    async def answer(self, request: Request) -> Response:
        """The page, or JSON for who likes that better."""
        options = read_options(request)
        refuse(options.faults, OPTIONS)
        form = page_or_format(request, (_JSON,), options.format, what="the list of terms")
        found = await run_in_threadpool(self._terms.current, options.language)
        headers = {"Pledgegraph-Snapshot": str(found.sequence)}
        state = ("terms", found.sequence, options.language)
        if form is not None:
            return respond(
                request,
                lambda: _document(found, options.language).encoded(),
                content_type=form.content_type,
                state=state,
                headers={
                    **headers,
                    "Vary": "Accept, Accept-Language",
                    "Content-Language": options.language,
                },
            )
        return await run_in_threadpool(self._page, request, options, found, headers, state)

    def _page(
        self,
        request: Request,
        options: Any,
        found: TermList,
        headers: dict[str, str],
        state: tuple[object, ...],
    ) -> Response:
        return self._pages.render(
            request,
            "terms.html",
            language=PageLanguage(options.language, asked=options.language_asked),
            headers=headers,
            state=state,
            terms=found,
            query_of=_instances_query,
            anchor_of=lambda name: name.short.replace(":", "-"),
            link_of=lambda iri: link_to(iri, self._base),
            short_of=lambda iri: short_name(iri, self._base),
        )


def _instances_query(each: ClassTerm) -> str:
    """A query for the instances of a class, and what is said of them most."""
    prefix = each.name.short.partition(":")[0]
    declared = PREFIXES.get(prefix) if each.name.short != each.name.iri else None
    term = each.name.short if declared else f"<{each.name.iri}>"
    head = f"PREFIX {prefix}: <{declared}>\n\n" if declared else ""
    pattern = f"?thing a {term} ; ?property ?value ."
    return f"{head}SELECT ?thing ?property ?value WHERE {{\n  {pattern}\n}}\nLIMIT 100"


def _document(found: TermList, language: str) -> KnownTerms:
    return KnownTerms(
        snapshot=found.sequence,
        language=language,
        prefixes=PREFIXES,
        classes=[
            KnownClass(
                iri=each.name.iri,
                name=each.name.short,
                label=each.name.label,
                instances=each.instances,
                properties=[
                    PropertyOfKnownClass(
                        name=use.name.short, triples=use.triples, leads_to=list(use.targets)
                    )
                    for use in each.properties
                ],
            )
            for each in found.classes
        ],
        properties=[
            KnownProperty(
                iri=each.name.iri,
                name=each.name.short,
                label=each.name.label,
                triples=each.triples,
            )
            for each in found.properties
        ],
    )
