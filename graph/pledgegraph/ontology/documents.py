"""The documents of the ontology: what each of its addresses holds, in RDF.

A hash namespace has one document for all its terms (Cool URIs for the Semantic Web, section
4.1, https://www.w3.org/TR/cooluris/#hashuri): ``def#Commitment`` is looked up at ``/def``.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from pyoxigraph import NamedNode, RdfFormat, Triple, parse

from pledgegraph.namespaces import OWL
from pledgegraph.ontology.files import earlier_versions
from pledgegraph.rdf.blank_labels import numbered
from pledgegraph.shipped import shipped


@dataclass(frozen=True, slots=True)
class OntologyDocument:
    """One document: ``path`` is its address below the root of the service."""

    path: str
    triples: tuple[Triple, ...]
    is_fixed: bool
    """True for a version that is over: it will never say anything else."""


def ontology_documents() -> dict[str, OntologyDocument]:
    """Every document by its path.

    ``/def`` is the present ontology and ``/def/{number}`` one version of it; ``/def/alignments``
    says how it stands to other vocabularies. ``/shapes`` holds all shapes, ``/shapes/{name}``
    those of one file.
    """
    folder = shipped("ontology")
    present = tuple(_triples([folder / "pledgegraph.ttl", folder / "computed.ttl"]))
    files = sorted((folder / "shapes").glob("*.ttl"))
    documents = (
        OntologyDocument("/def", present, is_fixed=False),
        OntologyDocument(f"/def/{version_of(present)}", present, is_fixed=False),
        *(
            OntologyDocument(f"/def/{number}", tuple(_triples([path])), is_fixed=True)
            for number, path in earlier_versions()
        ),
        OntologyDocument(
            "/def/alignments", tuple(_triples([folder / "alignments.ttl"])), is_fixed=False
        ),
        OntologyDocument("/shapes", tuple(_triples(files)), is_fixed=False),
        *(
            OntologyDocument(f"/shapes/{file.stem}", tuple(_triples([file])), is_fixed=False)
            for file in files
        ),
    )
    return {each.path: each for each in documents}


def version_of(triples: Iterable[Triple]) -> str:
    """The number that an ontology's header gives as its version, such as ``1.0.0``.

    Raises:
        LookupError: it gives none.
    """
    for triple in triples:
        if triple.predicate == OWL.versionIRI and isinstance(triple.object, NamedNode):
            return triple.object.value.rpartition("/")[2]
    raise LookupError("the ontology has no version IRI")


def _triples(files: Iterable[Path]) -> Iterator[Triple]:
    quads = (quad for file in files for quad in parse(path=str(file), format=RdfFormat.TURTLE))
    return numbered(quad.triple for quad in quads)
