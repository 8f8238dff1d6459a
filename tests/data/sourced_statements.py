"""The files under `data/` as one store, each statement in the graph of its source."""

from __future__ import annotations

from pathlib import Path

from pyoxigraph import Literal, NamedNode, Quad, RdfFormat, Store, parse

from pledgegraph.namespaces import PG, RDF, SCHEMA, SCHEME

DATA = Path(__file__).resolve().parent.parent.parent / "data"
BASE = "http://localhost:8000/"
SOURCE_CLASSES = (PG.Source, PG.EditorialSource, PG.ReferenceSource)


def own_source(quads: list[Quad]) -> NamedNode:
    described = {
        quad.subject
        for quad in quads
        if quad.predicate == RDF.type
        and quad.object in SOURCE_CLASSES
        and isinstance(quad.subject, NamedNode)
    }
    (source,) = described
    return source


def sourced_statements() -> Store:
    store = Store()
    for path in DATA.rglob("*.ttl"):
        quads = list(parse(path=path, format=RdfFormat.TURTLE, base_iri=BASE))
        source = own_source(quads)
        store.extend(Quad(q.subject, q.predicate, q.object, source) for q in quads)
    return store


def node(kind: str, slug: str) -> NamedNode:
    return NamedNode(f"{BASE}id/{kind}/{slug}")


def concept(scheme: str, name: str) -> NamedNode:
    return NamedNode(f"{SCHEME}{scheme}#{name}")


def slug(iri: NamedNode) -> str:
    """What stands after the last / or #."""
    return iri.value.rsplit("/", 1)[1].rsplit("#", 1)[-1]


def nodes(
    data: Store, subject: NamedNode, predicate: NamedNode, graph: NamedNode | None = None
) -> set[NamedNode]:
    found = data.quads_for_pattern(subject, predicate, None, graph)
    return {q.object for q in found if isinstance(q.object, NamedNode)}


def values(
    data: Store, subject: NamedNode, predicate: NamedNode, graph: NamedNode | None = None
) -> set[str]:
    found = data.quads_for_pattern(subject, predicate, None, graph)
    return {q.object.value for q in found if isinstance(q.object, Literal)}


def subjects(
    data: Store, predicate: NamedNode, object_: NamedNode, graph: NamedNode | None = None
) -> set[NamedNode]:
    found = data.quads_for_pattern(None, predicate, object_, graph)
    return {q.subject for q in found if isinstance(q.subject, NamedNode)}


def source_of(data: Store, url: str) -> NamedNode:
    (source,) = (s for s in subjects(data, SCHEMA.url, NamedNode(url)) if "/id/source/" in s.value)
    return source
