"""What the page of the ontology tells of the data, as statements beside the ontology's own."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from pyoxigraph import Literal, NamedNode, Triple

from pledgegraph.namespaces import PREFIXES, RDFS, SCHEMA, SCHEME, SKOS
from pledgegraph.ontology import Term
from pledgegraph_api.web.translations import read_wording
from pledgegraph_api.workbench.terms import TermsInUse


def statements_on_use(use: TermsInUse, terms: Iterable[Term]) -> Iterator[Triple]:
    """What is true of the data of one snapshot, for those who read the ontology as RDF.

    Properties of other vocabularies have the classes of whose instances they are stated
    (``schema:domainIncludes``), terms of ours that nothing uses a note that says so
    (``skos:scopeNote``), and properties whose values are of a list that list (``rdfs:seeAlso``).
    """
    for each in use.elsewhere:
        there = NamedNode(each.name.iri)
        if each.name.label and each.name.language is None:
            yield Triple(there, RDFS.label, Literal(each.name.label, language="en"))
        for kind in each.kinds:
            prefix, _, name = kind.partition(":")
            if prefix in PREFIXES:
                yield Triple(there, SCHEMA.domainIncludes, NamedNode(PREFIXES[prefix] + name))
    for iri in sorted(use.unused):
        for tag, wording in read_wording().items():
            note = Literal(wording["term_unused"], language=tag)
            yield Triple(NamedNode(iri), SKOS.scopeNote, note)
    for term in terms:
        for scheme in sorted({value.scheme for value in term.values}):
            yield Triple(NamedNode(term.iri), RDFS.seeAlso, NamedNode(SCHEME + scheme))
