"""What the SPARQL endpoint says of itself: SPARQL 1.1 Service Description.

See https://www.w3.org/TR/sparql11-service-description/
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from pyoxigraph import BlankNode, Literal, NamedNode, Triple
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from pledgegraph.descriptions import description_graphs
from pledgegraph.media_types import FORMATS, GRAPH_FORMATS, Format
from pledgegraph.namespaces import PREFIXES, RDF, RDFS, XSD, Vocabulary
from pledgegraph.results import graph_bytes
from pledgegraph.settings import Settings
from pledgegraph.sparql import extension_functions
from pledgegraph.store import Engine, GraphCounts, OnceASnapshot, RemoteEngine
from pledgegraph_api.http.negotiation import accept_of, choose_among
from pledgegraph_api.sparql.limit_terms import UPDATE_LIMITS, limits_of

SD: Final = Vocabulary("http://www.w3.org/ns/sparql-service-description#")
VOID: Final = Vocabulary("http://rdfs.org/ns/void#")
_ENTAILMENT: Final = Vocabulary("http://www.w3.org/ns/entailment/")
_UPDATES: Final = (
    "For holders of a token. Each request is one change, made whole or not at all. LOAD and "
    "SERVICE are not offered: this service fetches nothing."
)
_DESCRIPTIONS: Final = (
    "The VoID description and the catalogue of questions, of the snapshot that is asked. A query "
    "that names one of the graphs, or a term that only they use, such as void:class or "
    "sh:SPARQLExecutable, sees them, in the default graph too. What others count are the data."
)


class ServiceDescription:
    """Describes the service over an engine, as it is at the newest snapshot.

    ``updates`` says whether it takes any.
    """

    def __init__(
        self,
        settings: Settings,
        engine: Engine,
        counts: OnceASnapshot[GraphCounts],
        *,
        updates: bool,
    ) -> None:
        self._updates = updates
        self._settings = settings
        self._engine = engine
        self._counts = counts
        is_remote = isinstance(engine, RemoteEngine)
        self._functions: Final = () if is_remote else extension_functions()

    async def answer(self, request: Request, name: str | None) -> Response:
        """The description in the format that the client likes best; ``name`` goes first.

        Raises:
            NotAcceptable: no format for graphs will do.
        """
        form = choose_among(
            GRAPH_FORMATS, accept_of(request), name, what="the description of the service"
        )
        return await run_in_threadpool(self._written, form)

    def _written(self, form: Format) -> Response:
        counts = self._counts.current()
        with self._engine.snapshot() as snapshot:
            union = snapshot.default_is_union
        endpoint = f"{self._settings.base}/sparql"
        text = graph_bytes(
            self.statements(counts, union=union),
            form,
            prefixes={**PREFIXES, "sd": SD.iri, "void": VOID.iri, "limit": f"{endpoint}#"},
        )
        return Response(
            text,
            headers={
                "Cache-Control": "no-cache",
                "Content-Type": form.content_type,
                "Pledgegraph-Snapshot": str(counts.sequence),
                "Content-Disposition": f'inline; filename="service.{form.extension}"',
            },
        )

    def statements(self, counts: GraphCounts, *, union: bool) -> Iterator[Triple]:
        """The description; ``union`` says what the default graph is."""
        endpoint = f"{self._settings.base}/sparql"
        service = NamedNode(f"{endpoint}#service")
        yield Triple(service, RDF.type, SD.Service)
        yield Triple(service, SD.endpoint, NamedNode(endpoint))
        yield Triple(service, RDFS.label, Literal("Pledgegraph: SPARQL queries", language="en"))
        yield Triple(service, SD.supportedLanguage, SD.SPARQL11Query)
        yield Triple(service, SD.defaultEntailmentRegime, _ENTAILMENT.Simple)
        if self._settings.service_allow.strip():
            yield Triple(service, SD.feature, SD.BasicFederatedQuery)
        if union:
            yield Triple(service, SD.feature, SD.UnionDefaultGraph)
        if isinstance(self._engine, RemoteEngine):
            for lacking in self._engine.dialect.lacks():
                yield Triple(service, RDFS.comment, Literal(lacking, language="en"))
        for form in FORMATS:
            yield Triple(service, SD.resultFormat, NamedNode(form.iri))
        for function in self._functions:
            yield Triple(service, SD.extensionFunction, function)
            yield Triple(function, RDF.type, SD.Function)
        yield from limits_of(service, endpoint, self._settings)
        yield Triple(service, RDFS.seeAlso, NamedNode(f"{self._settings.base}/.well-known/void"))
        dataset = NamedNode(f"{endpoint}#dataset")
        yield from _dataset(service, dataset, counts)
        yield from _available(service, endpoint, self._settings.base)
        if self._updates:
            yield from self._update_service(dataset, union=union)

    def _update_service(self, dataset: NamedNode, *, union: bool) -> Iterator[Triple]:
        """The service that takes updates.

        It has no sd:inputFormat: that is for RDF which a service fetches, by
        LOAD for example, and this one fetches none.
        """
        endpoint = f"{self._settings.base}/sparql"
        service = NamedNode(f"{endpoint}#update")
        yield Triple(service, RDF.type, SD.Service)
        yield Triple(service, SD.endpoint, NamedNode(f"{self._settings.base}/update"))
        yield Triple(service, RDFS.label, Literal("Pledgegraph: SPARQL updates", language="en"))
        yield Triple(service, RDFS.comment, Literal(_UPDATES, language="en"))
        yield Triple(service, SD.supportedLanguage, SD.SPARQL11Update)
        yield Triple(service, SD.defaultEntailmentRegime, _ENTAILMENT.Simple)
        if union:
            yield Triple(service, SD.feature, SD.UnionDefaultGraph)
        yield Triple(service, SD.defaultDataset, dataset)
        for function in self._functions:
            yield Triple(service, SD.extensionFunction, function)
        yield from limits_of(service, endpoint, self._settings, UPDATE_LIMITS)


def _available(service: NamedNode, endpoint: str, base: str) -> Iterator[Triple]:
    """The graphs that a query sees if it asks for them: those that describe the data."""
    collection = NamedNode(f"{endpoint}#descriptions")
    yield Triple(service, SD.availableGraphs, collection)
    yield Triple(collection, RDF.type, SD.GraphCollection)
    yield Triple(collection, RDFS.comment, Literal(_DESCRIPTIONS, language="en"))
    for place, name in enumerate(description_graphs(base)):
        named = BlankNode(f"d{place}")
        yield Triple(collection, SD.namedGraph, named)
        yield Triple(named, RDF.type, SD.NamedGraph)
        yield Triple(named, SD.name, name)


def _dataset(service: NamedNode, dataset: NamedNode, counts: GraphCounts) -> Iterator[Triple]:
    """What a query sees that names no dataset of its own."""
    yield Triple(service, SD.defaultDataset, dataset)
    yield Triple(dataset, RDF.type, SD.Dataset)
    default = BlankNode("default")
    yield Triple(dataset, SD.defaultGraph, default)
    yield Triple(default, RDF.type, SD.Graph)
    for place, (name, number) in enumerate(counts.graphs.items()):
        # Numbered, so that the same description has the same bytes.
        named, graph = BlankNode(f"n{place}"), BlankNode(f"g{place}")
        yield Triple(dataset, SD.namedGraph, named)
        yield Triple(named, RDF.type, SD.NamedGraph)
        yield Triple(named, SD.name, NamedNode(name))
        yield Triple(named, SD.graph, graph)
        yield Triple(graph, RDF.type, SD.Graph)
        yield Triple(graph, VOID.triples, Literal(str(number), datatype=XSD.integer))
