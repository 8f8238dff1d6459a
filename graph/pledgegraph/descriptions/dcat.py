"""The DCAT description of the catalogue: the dataset, one for each register, and the service.

See https://www.w3.org/TR/vocab-dcat-3/.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from urllib.parse import quote

from pyoxigraph import Literal, NamedNode, Triple

from pledgegraph.descriptions.statistics import RegisterCard, Statistics
from pledgegraph.descriptions.void import LICENCE, licences_iri
from pledgegraph.media_types import CSV, JSON, JSON_LD, Format
from pledgegraph.namespaces import DCAT, DCTERMS, FOAF, PROV, RDF, SPDX, VOID, XSD
from pledgegraph.release import release

_MEDIA_TYPES: Final = "https://www.iana.org/assignments/media-types/"
_PROTOCOL: Final = NamedNode("https://www.w3.org/TR/sparql11-protocol/")
_PUBLIC: Final = NamedNode("http://publications.europa.eu/resource/authority/access-right/PUBLIC")
DATASET_DESCRIPTION: Final = (
    "Public commitments on data: who promised what, what they did, what came of it, "
    "and who says so."
)
_RIGHTS: Final = (
    "The editors' own words are under CC BY 4.0. Facts are told from the sources; the description "
    "of each source says under which licence it stands, as far as that is known."
)


@dataclass(frozen=True, slots=True)
class Copy:
    """A file that holds the whole dataset."""

    iri: str
    media_type: str
    compression: str
    """The media type of the compression; empty where there is none."""
    size: int
    """In bytes, as it is downloaded."""
    sha256: str
    sequence: int
    """The snapshot that it holds."""


def catalog_graph(
    base: str,
    numbers: Statistics,
    *,
    issued: datetime | None = None,
    modified: datetime | None = None,
    copies: Sequence[Copy] = (),
) -> Iterator[Triple]:
    """What there is to say of the catalogue; ``issued`` and ``modified`` are the times of the first
    and of the last change.
    """
    catalog = NamedNode(f"{base}/catalog")
    whole = NamedNode(f"{base}/catalog#dataset")
    publisher = _publisher(base)
    yield from _licences(base)
    yield Triple(publisher, RDF.type, FOAF.Agent)
    yield Triple(publisher, FOAF.name, Literal("The Pledgegraph contributors"))
    yield from _described(base, catalog, DCAT.Catalog, "Pledgegraph", DATASET_DESCRIPTION)
    yield Triple(catalog, FOAF.homepage, NamedNode(f"{base}/"))
    yield Triple(catalog, DCAT.dataset, whole)
    yield Triple(catalog, DCAT.service, _service(base))
    yield from _described(
        base, whole, DCAT.Dataset, "Pledgegraph, all statements", DATASET_DESCRIPTION
    )
    yield from _whole(base, whole, numbers, copies)
    for predicate, time in ((DCTERMS.issued, issued), (DCTERMS.modified, modified)):
        if time is not None:
            when = Literal(time.isoformat(), datatype=XSD.dateTime)
            yield Triple(catalog, predicate, when)
            yield Triple(whole, predicate, when)
    yield from _service_graph(base, whole)
    for register in numbers.registers:
        yield Triple(catalog, DCAT.dataset, NamedNode(_register_iri(base, register)))
        yield from _register(base, register)


def _licences(base: str) -> Iterator[Triple]:
    """Of the dataset as a whole: each source has its own, and only what is ours is CC BY."""
    node = licences_iri(base)
    yield Triple(node, RDF.type, DCTERMS.LicenseDocument)
    yield Triple(node, DCTERMS.title, Literal("Licences, source by source", language="en"))
    yield Triple(node, DCTERMS.description, Literal(_RIGHTS, language="en"))
    yield Triple(node, DCTERMS.references, LICENCE)
    yield Triple(node, DCTERMS.references, NamedNode(f"{base}/id/graph/sources"))


def _described(
    base: str, node: NamedNode, kind: NamedNode, title: str, about: str
) -> Iterator[Triple]:
    publisher = _publisher(base)
    yield Triple(node, RDF.type, kind)
    yield Triple(node, DCTERMS.title, Literal(title, language="en"))
    yield Triple(node, DCTERMS.description, Literal(about, language="en"))
    yield Triple(node, DCTERMS.publisher, publisher)
    yield Triple(node, DCTERMS.creator, publisher)
    yield Triple(node, DCTERMS.license, licences_iri(base))


def _whole(
    base: str, whole: NamedNode, numbers: Statistics, copies: Sequence[Copy]
) -> Iterator[Triple]:
    yield Triple(whole, RDF.type, VOID.Dataset)
    yield Triple(whole, DCTERMS.identifier, Literal(whole.value))
    yield Triple(whole, DCTERMS.rights, Literal(_RIGHTS, language="en"))
    yield Triple(whole, DCTERMS.accessRights, _PUBLIC)
    yield Triple(whole, DCTERMS.conformsTo, NamedNode("https://w3id.org/pledgegraph/def"))
    yield Triple(whole, DCAT.landingPage, NamedNode(f"{base}/"))
    yield Triple(whole, DCAT.version, Literal(str(numbers.sequence)))
    yield Triple(whole, VOID.triples, Literal(str(numbers.triples), datatype=XSD.integer))
    yield Triple(whole, PROV.wasDerivedFrom, NamedNode(f"{base}/id/graph/sources"))
    yield Triple(whole, PROV.has_provenance, NamedNode(f"{base}/changes"))
    yield Triple(
        whole,
        DCTERMS.bibliographicCitation,
        Literal(
            f"The Pledgegraph contributors. Pledgegraph {release()}, "
            f"snapshot {numbers.sequence}. {base}/",
            language="en",
        ),
    )
    for keyword in ("commitments", "citizen data", "official statistics", "linked data"):
        yield Triple(whole, DCAT.keyword, Literal(keyword, language="en"))
    asked = NamedNode(f"{base}/catalog#sparql")
    yield Triple(whole, DCAT.distribution, asked)
    yield Triple(asked, RDF.type, DCAT.Distribution)
    yield Triple(asked, DCTERMS.title, Literal("By SPARQL", language="en"))
    yield Triple(asked, DCTERMS.license, licences_iri(base))
    yield Triple(asked, DCAT.accessURL, NamedNode(f"{base}/sparql"))
    yield Triple(asked, DCAT.accessService, _service(base))
    yield Triple(asked, DCAT.mediaType, _media_type(JSON.media_type))
    for copy in copies:
        yield from _copy(base, whole, copy)


def _copy(base: str, whole: NamedNode, copy: Copy) -> Iterator[Triple]:
    node = NamedNode(copy.iri)
    checksum = NamedNode(f"{copy.iri}#checksum")
    yield Triple(whole, DCAT.distribution, node)
    yield Triple(node, RDF.type, DCAT.Distribution)
    yield Triple(
        node,
        DCTERMS.title,
        Literal(f"All statements of snapshot {copy.sequence}, a file", language="en"),
    )
    yield Triple(node, DCTERMS.license, licences_iri(base))
    yield Triple(node, DCAT.accessURL, node)
    yield Triple(node, DCAT.downloadURL, node)
    yield Triple(node, DCAT.mediaType, _media_type(copy.media_type))
    if copy.compression:
        yield Triple(node, DCAT.compressFormat, _media_type(copy.compression))
    yield Triple(node, DCAT.byteSize, Literal(str(copy.size), datatype=XSD.nonNegativeInteger))
    yield Triple(node, SPDX.checksum, checksum)
    yield Triple(checksum, RDF.type, SPDX.Checksum)
    yield Triple(checksum, SPDX.algorithm, SPDX.checksumAlgorithm_sha256)
    yield Triple(checksum, SPDX.checksumValue, Literal(copy.sha256, datatype=XSD.hexBinary))


def _service_graph(base: str, whole: NamedNode) -> Iterator[Triple]:
    node = _service(base)
    yield from _described(
        base, node, DCAT.DataService, "SPARQL 1.1 endpoint", "Answers SPARQL queries."
    )
    yield Triple(node, DCAT.endpointURL, NamedNode(f"{base}/sparql"))
    yield Triple(node, DCAT.endpointDescription, NamedNode(f"{base}/openapi.json"))
    yield Triple(node, DCAT.servesDataset, whole)
    yield Triple(node, DCTERMS.conformsTo, _PROTOCOL)


def _register(base: str, register: RegisterCard) -> Iterator[Triple]:
    node = NamedNode(_register_iri(base, register))
    name = register.label or register.name
    yield from _described(
        base,
        node,
        DCAT.Dataset,
        f"Commitments of the register: {name}",
        f"The {register.commitments} commitments that are published in this register.",
    )
    yield Triple(node, DCTERMS.identifier, Literal(node.value))
    yield Triple(node, DCTERMS.isPartOf, NamedNode(f"{base}/catalog#dataset"))
    yield Triple(node, DCTERMS.subject, NamedNode(register.iri))
    yield Triple(node, DCAT.landingPage, NamedNode(register.iri))
    yield Triple(node, DCAT.keyword, Literal("commitments", language="en"))
    for form in (JSON_LD, CSV):
        yield from _part(base, node, register, form)


def _part(base: str, node: NamedNode, register: RegisterCard, form: Format) -> Iterator[Triple]:
    """The collection of the register's commitments in one format."""
    part = NamedNode(f"{node.value}-{form.name}")
    value = quote(register.name, safe="")
    address = NamedNode(f"{base}/commitments?register={value}&format={form.name}")
    yield Triple(node, DCAT.distribution, part)
    yield Triple(part, RDF.type, DCAT.Distribution)
    yield Triple(part, DCTERMS.title, Literal(f"In {form.title}, page by page", language="en"))
    yield Triple(part, DCTERMS.license, licences_iri(base))
    yield Triple(part, DCAT.accessURL, address)
    yield Triple(part, DCAT.mediaType, _media_type(form.media_type))


def _register_iri(base: str, register: RegisterCard) -> str:
    return f"{base}/catalog#register-{quote(register.name, safe='')}"


def _publisher(base: str) -> NamedNode:
    return NamedNode(f"{base}/catalog#publisher")


def _service(base: str) -> NamedNode:
    return NamedNode(f"{base}/catalog#service")


def _media_type(name: str) -> NamedNode:
    return NamedNode(_MEDIA_TYPES + name)
