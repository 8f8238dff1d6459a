"""The vocabularies by name, as pyoxigraph nodes are made from them."""

from __future__ import annotations

from typing import Final

from pyoxigraph import NamedNode


class Vocabulary:
    """A namespace: ``PG.Commitment`` or ``DCTERMS["type"]`` is the node of that term."""

    __slots__ = ("iri",)

    def __init__(self, iri: str) -> None:
        self.iri: Final = iri

    def __getitem__(self, name: str) -> NamedNode:
        return NamedNode(self.iri + name)

    def __getattr__(self, name: str) -> NamedNode:
        if name.startswith("_"):
            raise AttributeError(name)
        return NamedNode(self.iri + name)


PG = Vocabulary("https://w3id.org/pledgegraph/def#")
SCHEME: Final = "https://w3id.org/pledgegraph/scheme/"
RDF = Vocabulary("http://www.w3.org/1999/02/22-rdf-syntax-ns#")
RDFS = Vocabulary("http://www.w3.org/2000/01/rdf-schema#")
OWL = Vocabulary("http://www.w3.org/2002/07/owl#")
XSD = Vocabulary("http://www.w3.org/2001/XMLSchema#")
SKOS = Vocabulary("http://www.w3.org/2004/02/skos/core#")
SH = Vocabulary("http://www.w3.org/ns/shacl#")
PROV = Vocabulary("http://www.w3.org/ns/prov#")
ORG = Vocabulary("http://www.w3.org/ns/org#")
DCTERMS = Vocabulary("http://purl.org/dc/terms/")
DCAT = Vocabulary("http://www.w3.org/ns/dcat#")
SCHEMA = Vocabulary("https://schema.org/")
VOID = Vocabulary("http://rdfs.org/ns/void#")
VOID_EXT = Vocabulary("http://ldf.fi/void-ext#")
FOAF = Vocabulary("http://xmlns.com/foaf/0.1/")
SPDX = Vocabulary("http://spdx.org/rdf/terms#")

PREFIXES: Final[dict[str, str]] = {
    "pg": PG.iri,
    "rdf": RDF.iri,
    "rdfs": RDFS.iri,
    "owl": OWL.iri,
    "xsd": XSD.iri,
    "skos": SKOS.iri,
    "sh": SH.iri,
    "prov": PROV.iri,
    "org": ORG.iri,
    "dcterms": DCTERMS.iri,
    "dcat": DCAT.iri,
    "schema": SCHEMA.iri,
}
"""The prefixes that Turtle answers are written with, and that messages shorten IRIs by."""
