"""The VoID description of the dataset, with the numbers of one snapshot.

See https://www.w3.org/TR/void/. Partitions by class and by property are section 4.6, linksets
section 5.
Inside of the partition by a class stand those of its properties, and where they lead; datatypes
are told with https://github.com/JervenBolleman/void-generator's terms, which editors know.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from pyoxigraph import Literal, NamedNode, Triple

from pledgegraph.descriptions.class_usage import ClassUse, PropertyUse
from pledgegraph.descriptions.statistics import Linkset, Statistics
from pledgegraph.media_types import GRAPH_FORMATS
from pledgegraph.namespaces import DCTERMS, FOAF, RDF, VOID, VOID_EXT, XSD

LICENCE = NamedNode("https://creativecommons.org/licenses/by/4.0/")
"""Of what the editors wrote, and of nothing else."""


def licences_iri(base: str) -> NamedNode:
    """What says under which licences the dataset stands: each source has its own."""
    return NamedNode(f"{base}/catalog#licences")


def void_graph(base: str, numbers: Statistics, dumps: Iterable[str] = ()) -> Iterator[Triple]:
    """What there is to say of the dataset; ``dumps`` are the IRIs of whole copies of it."""
    document = NamedNode(f"{base}/.well-known/void")
    dataset = NamedNode(f"{base}/.well-known/void#dataset")
    yield Triple(document, RDF.type, VOID.DatasetDescription)
    yield Triple(document, FOAF.primaryTopic, dataset)
    yield Triple(dataset, RDF.type, VOID.Dataset)
    yield Triple(dataset, DCTERMS.title, Literal("Pledgegraph", language="en"))
    yield Triple(dataset, DCTERMS.license, licences_iri(base))
    yield Triple(dataset, FOAF.homepage, NamedNode(f"{base}/"))
    yield Triple(dataset, DCTERMS.isPartOf, NamedNode(f"{base}/catalog"))
    yield Triple(dataset, VOID.sparqlEndpoint, NamedNode(f"{base}/sparql"))
    yield Triple(dataset, VOID.uriSpace, Literal(f"{base}/id/"))
    for name in ("commitments", "actors", "events", "sources", "registers", "frameworks"):
        yield Triple(dataset, VOID.rootResource, NamedNode(f"{base}/{name}"))
    for dump in dumps:
        yield Triple(dataset, VOID.dataDump, NamedNode(dump))
    for form in GRAPH_FORMATS:
        yield Triple(dataset, VOID.feature, NamedNode(form.iri))
    yield Triple(dataset, VOID.triples, _number(numbers.triples))
    yield Triple(dataset, VOID.distinctSubjects, _number(numbers.subjects))
    yield Triple(dataset, VOID.distinctObjects, _number(numbers.objects))
    yield Triple(dataset, VOID.properties, _number(len(numbers.properties)))
    yield Triple(dataset, VOID.classes, _number(len(numbers.classes)))
    vocabularies = {_vocabulary(iri) for iri in (*numbers.properties, *numbers.classes)}
    for vocabulary in sorted(vocabularies - {""}):
        yield Triple(dataset, VOID.vocabulary, NamedNode(vocabulary))
    yield from _partitions(dataset, numbers)
    for linkset in numbers.linksets:
        yield from _linkset(dataset, linkset)


def _partitions(dataset: NamedNode, numbers: Statistics) -> Iterator[Triple]:
    document = dataset.value.partition("#")[0]
    uses = {each.iri: each for each in numbers.uses}
    for place, (iri, count) in enumerate(sorted(numbers.classes.items()), start=1):
        part = NamedNode(f"{document}#class-{place}")
        yield Triple(dataset, VOID.classPartition, part)
        yield Triple(part, VOID["class"], NamedNode(iri))
        yield Triple(part, VOID.entities, _number(count))
        yield from _class_properties(part, uses[iri])
    for place, (iri, count) in enumerate(sorted(numbers.properties.items()), start=1):
        part = NamedNode(f"{document}#property-{place}")
        yield Triple(dataset, VOID.propertyPartition, part)
        yield Triple(part, VOID.property, NamedNode(iri))
        yield Triple(part, VOID.triples, _number(count))


def _class_properties(part: NamedNode, use: ClassUse) -> Iterator[Triple]:
    """What is said of the instances of a class."""
    yield Triple(part, VOID.properties, _number(len(use.properties)))
    for place, each in enumerate(sorted(use.properties, key=lambda use: use.iri), start=1):
        inner = NamedNode(f"{part.value}-property-{place}")
        yield Triple(part, VOID.propertyPartition, inner)
        yield Triple(inner, VOID.property, NamedNode(each.iri))
        yield Triple(inner, VOID.triples, _number(each.triples))
        yield from _targets(inner, each)


def _targets(part: NamedNode, use: PropertyUse) -> Iterator[Triple]:
    """Where a property leads from the instances of a class."""
    for place, (iri, count) in enumerate(sorted(use.classes.items()), start=1):
        target = NamedNode(f"{part.value}-class-{place}")
        yield Triple(part, VOID.classPartition, target)
        yield Triple(target, VOID["class"], NamedNode(iri))
        yield Triple(target, VOID.triples, _number(count))
    for place, (iri, count) in enumerate(sorted(use.datatypes.items()), start=1):
        target = NamedNode(f"{part.value}-datatype-{place}")
        yield Triple(part, VOID_EXT.datatypePartition, target)
        yield Triple(target, VOID_EXT.datatype, NamedNode(iri))
        yield Triple(target, VOID.triples, _number(count))


def _linkset(dataset: NamedNode, linkset: Linkset) -> Iterator[Triple]:
    document = dataset.value.partition("#")[0]
    target = "-".join(linkset.target.partition("//")[2].strip("/").split("/"))
    local = linkset.property.rpartition("#")[2].rpartition("/")[2]
    node = NamedNode(f"{document}#links-{target}-{local}")
    yield Triple(dataset, VOID.subset, node)
    yield Triple(node, RDF.type, VOID.Linkset)
    yield Triple(node, VOID.subjectsTarget, dataset)
    yield Triple(node, VOID.objectsTarget, NamedNode(linkset.target))
    yield Triple(node, VOID.linkPredicate, NamedNode(linkset.property))
    yield Triple(node, VOID.triples, _number(linkset.links))


def _vocabulary(iri: str) -> str:
    """The namespace of a term: up to its hash sign, else to its last slash; empty for none.

    What is no address, such as ``urn:x:9``, has no place that its vocabulary would stand at.
    """
    head, mark, _ = iri.rpartition("#")
    if not mark:
        head, mark, _ = iri.rpartition("/")
    return "" if head.endswith(("/", ":")) or not mark else head + mark


def _number(count: int) -> Literal:
    return Literal(str(count), datatype=XSD.integer)
