"""The ontology and the shapes at their addresses, for people and for machines: `/def`, `/shapes`.

The terms are looked up at ``/def``, since their IRIs have a hash sign (Cool URIs for the Semantic
Web, section 4.1, https://www.w3.org/TR/cooluris/#hashuri); w3id.org redirects there.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from difflib import get_close_matches
from functools import cached_property
from typing import Final

from fastapi import FastAPI
from pyoxigraph import NamedNode, Triple
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from pledgegraph.media_types import GRAPH_FORMATS
from pledgegraph.namespaces import DCTERMS, OWL, PG
from pledgegraph.ontology import (
    SHOWN_OF_TERMS,
    OntologyDocument,
    Term,
    ontology_documents,
    read_terms,
    shipped_schemes,
    version_of,
)
from pledgegraph.rdf import Statements, Texts
from pledgegraph_api.errors import DocumentMissing
from pledgegraph_api.http.languages import DEFAULT, PageLanguage
from pledgegraph_api.http.link_header import Signposts
from pledgegraph_api.http.query_params import OPTIONS, read_options, refuse
from pledgegraph_api.vocabulary.graph_response import (
    SmallGraph,
    answer_graph,
    split_ending,
    wants_page,
)
from pledgegraph_api.vocabulary.use_in_data import statements_on_use
from pledgegraph_api.web.links import format_links, root_of, with_language
from pledgegraph_api.web.pages import Pages
from pledgegraph_api.web.prefixed_names import link_to, short_name
from pledgegraph_api.web.statement_table import Subject, subjects_of
from pledgegraph_api.workbench.terms import Terms, TermsInUse

_FOREVER: Final = "public, max-age=31536000, immutable"
_IN_FORCE: Final = "/def"
"""The version in force, of which it is told how the data use it."""
_PATHS: Final = (
    "/def",
    "/def.{ending}",
    "/def/{rest:path}",
    "/shapes",
    "/shapes.{ending}",
    "/shapes/{rest:path}",
)
_IN_HEADER: Final = frozenset({DCTERMS.title, DCTERMS.description, DCTERMS.bibliographicCitation})
"""What the head of the page shows whole."""
_MOST_VALUES: Final = 40
"""Of longer lists of values the page shows the scheme alone."""
KINDS: Final = ("class", "relation", "attribute", "computed", "datatype")
"""The kinds of terms that the page has a section for."""


@dataclass(frozen=True, slots=True)
class _Ontology:
    """A version of the ontology as its page shows it."""

    title: Texts
    about: Texts
    version: str
    prior: str
    modified: str
    citation: str
    terms: dict[str, tuple[Term, ...]]


class OntologyPages:
    """Serves every document of the ontology; the pages of its versions list their terms."""

    def __init__(self, pages: Pages, signposts: Signposts, terms: Terms) -> None:
        self._pages = pages
        self._terms_in_use = terms
        self._base = signposts.base
        self._signposts = signposts
        self._read: dict[str, _Ontology] = {}

    def install(self, app: FastAPI) -> None:
        """Put the documents at their addresses."""
        for path in _PATHS:
            app.add_api_route(path, self.answer, methods=["GET", "HEAD"], include_in_schema=False)

    @cached_property
    def _documents(self) -> dict[str, OntologyDocument]:
        return ontology_documents()

    async def answer(self, request: Request) -> Response:
        """The document, or the page about it, that the client likes best.

        Raises:
            DocumentMissing: there is none at that address.
        """
        asked = request.scope["path"].removeprefix(root_of(request))
        path, ending = split_ending(asked)
        options = read_options(request)
        refuse(options.faults, OPTIONS)
        document = self._documents.get(path)
        language = PageLanguage(options.language, asked=options.language_asked)
        if document is None:
            return await run_in_threadpool(self._elsewhere, request, path, language)
        form = ending or options.format
        if wants_page(request, form):
            return await run_in_threadpool(self._page, request, document, language)
        used = None
        if document.path == _IN_FORCE:
            used = await run_in_threadpool(self._terms_in_use.use, DEFAULT)
        graph = SmallGraph(
            name=path.strip("/").replace("/", "-"),
            triples=lambda: self._triples(document, used),
            state=(len(document.triples), used.sequence if used else None),
            what="the ontology",
            headers={
                "Link": self._signposts.of_document(path, kind=OWL.Ontology.value),
                **({"Pledgegraph-Snapshot": str(used.sequence)} if used else {}),
                **({"Cache-Control": _FOREVER} if document.is_fixed else {}),
            },
        )
        return await answer_graph(request, graph, form)

    def _triples(self, document: OntologyDocument, used: TermsInUse | None) -> Iterator[Triple]:
        yield from document.triples
        if used is not None:
            yield from statements_on_use(used, self._terms(document.path))

    def _elsewhere(self, request: Request, path: str, language: PageLanguage) -> Response:
        """The way from an address that somebody guessed, such as ``/def/Commitment``."""
        name = path.removeprefix("/def/")
        ontology = self._ontology(self._documents["/def"])
        if any(term.name == name for terms in ontology.terms.values() for term in terms):
            address = f"{root_of(request)}/def#{name}"
            if language.asked:
                address = with_language(address, language.tag)
            return RedirectResponse(address, 303)
        near = get_close_matches(path[:100], self._documents, cutoff=0.6)
        raise DocumentMissing(
            f"The ontology has no document {path[:100]!r}.",
            remedy=f"There are: {', '.join(self._documents)}.",
            near=near,
        )

    def _page(
        self, request: Request, document: OntologyDocument, language: PageLanguage
    ) -> Response:
        headers = {"Link": self._signposts.of_page(document.path, kind=OWL.Ontology.value)}
        if document.is_fixed:
            headers["Cache-Control"] = _FOREVER
        state: tuple[object, ...] = (document.path, len(document.triples))
        formats = format_links(document.path, (), GRAPH_FORMATS)
        others = [path for path in self._documents if path != document.path]
        if is_version(document):
            used = None
            if not document.is_fixed:
                used = self._terms_in_use.use(language.tag)
                headers["Pledgegraph-Snapshot"] = str(used.sequence)
                state = (*state, used.sequence)
            return self._pages.render(
                request,
                "ontology.html",
                language=language,
                headers=headers,
                state=state,
                formats=formats,
                others=others,
                ontology=self._ontology(document),
                axioms=self._axioms(document),
                most_values=_MOST_VALUES,
                elsewhere=used.elsewhere if used else (),
                unused=used.unused if used else (),
                name_of=lambda iri: short_name(iri, self._base),
                link_of=lambda iri: link_to(iri, self._base),
            )
        return self._pages.render(
            request,
            "statements.html",
            language=language,
            headers=headers,
            state=state,
            formats=formats,
            others=others,
            title=document.path,
            subjects=subjects_of(document.triples, self._base),
        )

    def _axioms(self, document: OntologyDocument) -> tuple[Subject, ...]:
        """What the ontology says that its header and its terms on the page do not show."""
        ontology = self._ontology(document)
        names = {each.iri: each.name for terms in ontology.terms.values() for each in terms}
        header = NamedNode(PG.iri.rstrip("#"))

        def is_shown(said: Triple) -> bool:
            if said.subject == header:
                return said.predicate in _IN_HEADER
            is_term = isinstance(said.subject, NamedNode) and said.subject.value in names
            return is_term and said.predicate in SHOWN_OF_TERMS

        further = (said for said in document.triples if not is_shown(said))
        return subjects_of(further, self._base, taken=set(names.values()))

    def _terms(self, path: str) -> tuple[Term, ...]:
        document = self._documents[path]
        if document.is_fixed:
            return read_terms(document.triples)
        beside = self._documents["/def/alignments"].triples
        concepts = (said for scheme in shipped_schemes().values() for said in scheme)
        return read_terms(
            (*document.triples, *beside), self._documents["/shapes"].triples, concepts
        )

    def _ontology(self, document: OntologyDocument) -> _Ontology:
        known = self._read.get(document.path)
        if known is None:
            known = self._read[document.path] = self._reading(document)
        return known

    def _reading(self, document: OntologyDocument) -> _Ontology:
        said = Statements(document.triples)
        (header,) = [each for each in said.all_subjects() if said.objects(each, OWL.versionIRI)]
        terms = self._terms(document.path)
        return _Ontology(
            title=said.texts(header, DCTERMS.title),
            about=said.texts(header, DCTERMS.description),
            version=version_of(document.triples),
            prior="".join(said.iris(header, OWL.priorVersion)).rpartition("/")[2],
            modified="".join(said.texts_in_any(header, DCTERMS.modified)),
            citation="".join(said.texts_in_any(header, DCTERMS.bibliographicCitation)),
            terms={kind: tuple(t for t in terms if t.kind == kind) for kind in KINDS},
        )


def is_version(document: OntologyDocument) -> bool:
    """Whether a document is a version of the ontology, and not its shapes or alignments."""
    return any(triple.predicate == OWL.versionIRI for triple in document.triples)
