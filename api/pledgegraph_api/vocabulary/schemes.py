"""The concept schemes at their addresses, for people and for machines: `/scheme/{name}`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from functools import cached_property
from typing import Final

from fastapi import FastAPI
from pyoxigraph import Literal, NamedNode, Triple
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from pledgegraph.media_types import GRAPH_FORMATS
from pledgegraph.namespaces import RDF, SCHEME, SKOS
from pledgegraph.ontology import (
    SHOWN_OF_SCHEMES,
    Concept,
    ConceptScheme,
    read_scheme,
    scheme_names,
    scheme_triples,
    shipped_schemes,
)
from pledgegraph.rdf import Texts
from pledgegraph.store import Engine, OnceASnapshot
from pledgegraph_api.errors import DocumentMissing
from pledgegraph_api.http.languages import PageLanguage
from pledgegraph_api.http.link_header import Signposts
from pledgegraph_api.http.query_params import OPTIONS, read_options, refuse
from pledgegraph_api.vocabulary.graph_response import (
    SmallGraph,
    answer_graph,
    split_ending,
    wants_page,
)
from pledgegraph_api.web.links import format_links
from pledgegraph_api.web.pages import Pages
from pledgegraph_api.web.prefixed_names import link_to, short_name
from pledgegraph_api.web.statement_table import Subject, subjects_of

PATH: Final = "/scheme"


@dataclass(frozen=True, slots=True)
class _Found:
    sequence: int
    triples: tuple[Triple, ...]
    names: Mapping[str, Texts]
    """Of all schemes."""


class SchemePages:
    """Serves the schemes that the newest snapshot holds, and the list of them."""

    def __init__(self, engine: Engine, pages: Pages, signposts: Signposts, base: str) -> None:
        self._engine = engine
        self._held_names = OnceASnapshot(engine, scheme_names)
        self._pages = pages
        self._signposts = signposts
        self._base = base

    def install(self, app: FastAPI) -> None:
        """Put the list and the schemes at their addresses."""
        for path, endpoint in ((PATH, self.index), (f"{PATH}/{{name}}", self.answer)):
            app.add_api_route(path, endpoint, methods=["GET", "HEAD"], include_in_schema=False)

    async def index(self, request: Request) -> Response:
        """The list of the schemes."""
        options = read_options(request)
        refuse(options.faults, OPTIONS)
        found = await run_in_threadpool(self._look_up, None)
        headers = {"Pledgegraph-Snapshot": str(found.sequence)}
        if not wants_page(request, options.format):
            graph = SmallGraph(
                "schemes",
                lambda: _list(found.names),
                (found.sequence,),
                "the list of schemes",
                headers,
            )
            return await answer_graph(request, graph, options.format)
        return await run_in_threadpool(
            self._pages.render,
            request,
            "schemes.html",
            language=PageLanguage(options.language, asked=options.language_asked),
            headers=headers,
            state=(PATH, found.sequence),
            schemes=found.names,
            formats=format_links(PATH, (), GRAPH_FORMATS),
        )

    async def answer(self, request: Request, name: str) -> Response:
        """A scheme, or the page about it.

        Raises:
            DocumentMissing: there is none of that name.
        """
        options = read_options(request)
        refuse(options.faults, OPTIONS)
        name, ending = split_ending(name)
        found = await run_in_threadpool(self._look_up, name)
        if name not in found.names:
            raise DocumentMissing(
                f"There is no concept scheme {name[:100]!r}.",
                remedy=f"There are: {', '.join(found.names)}.",
                near=[f"{PATH}/{each}" for each in get_close_matches(name[:100], found.names)],
            )
        path = f"{PATH}/{name}"
        kind = SKOS.ConceptScheme.value
        headers = {"Pledgegraph-Snapshot": str(found.sequence)}
        form = ending or options.format
        if not wants_page(request, form):
            link = self._signposts.of_document(path, kind=kind, cite=SCHEME + name)
            graph = SmallGraph(
                name,
                lambda: found.triples,
                (found.sequence,),
                "the scheme",
                {**headers, "Link": link},
            )
            return await answer_graph(request, graph, form)
        link = self._signposts.of_page(path, kind=kind, cite=SCHEME + name)
        scheme = await run_in_threadpool(read_scheme, found.triples, name)
        return await run_in_threadpool(
            self._pages.render,
            request,
            "scheme.html",
            language=PageLanguage(options.language, asked=options.language_asked),
            headers={**headers, "Link": link},
            state=(path, found.sequence),
            scheme=scheme,
            further=self._further(found.triples, scheme),
            labels={each.iri: each.labels for each in scheme.concepts},
            name_of=lambda iri: short_name(iri, self._base),
            link_of=lambda iri: link_to(iri, self._base),
            formats=format_links(path, (), GRAPH_FORMATS),
        )

    def _further(self, triples: Iterable[Triple], scheme: ConceptScheme) -> tuple[Subject, ...]:
        """What is said of the scheme and its concepts that the page has no place for."""
        things: dict[str, ConceptScheme | Concept] = {each.iri: each for each in scheme.concepts}
        things[scheme.iri] = scheme

        def is_shown(said: Triple) -> bool:
            value = said.object
            thing = things.get(said.subject.value) if isinstance(said.subject, NamedNode) else None
            if thing is None or said.predicate not in SHOWN_OF_SCHEMES:
                return False
            texts = {SKOS.prefLabel: thing.labels, SKOS.definition: thing.definitions}
            if said.predicate not in texts or not isinstance(value, Literal):
                return isinstance(thing, Concept)
            # Two graphs may define it in the same language; there is place for one of them.
            return texts[said.predicate].get(value.language or "") == value.value

        names = {each.name for each in scheme.concepts}
        further = (said for said in triples if not is_shown(said))
        return subjects_of(further, self._base, taken=names)

    def _look_up(self, name: str | None) -> _Found:
        with self._engine.snapshot() as snapshot:
            held = self._held_names.of(snapshot)
            names = dict(sorted({**self._shipped_names, **held}.items()))
            triples: tuple[Triple, ...] = ()
            if name is not None and name in held:
                triples = scheme_triples(snapshot, name)
            elif name is not None:
                triples = self._shipped.get(name, ())
            return _Found(snapshot.sequence, triples, names)

    @cached_property
    def _shipped_names(self) -> Mapping[str, Texts]:
        return {name: read_scheme(said, name).labels for name, said in self._shipped.items()}

    @cached_property
    def _shipped(self) -> Mapping[str, tuple[Triple, ...]]:
        return shipped_schemes()


def _list(names: Mapping[str, Texts]) -> list[Triple]:
    triples = []
    for name, labels in names.items():
        scheme = NamedNode(SCHEME + name)
        triples.append(Triple(scheme, RDF.type, SKOS.ConceptScheme))
        for tag, label in labels.items():
            text = Literal(label, language=tag) if tag else Literal(label)
            triples.append(Triple(scheme, SKOS.prefLabel, text))
    return triples
