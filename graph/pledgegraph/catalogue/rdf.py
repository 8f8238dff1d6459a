"""The catalogue in RDF: each question as a SHACL executable with its parameters.

The terms are those of SHACL Advanced Features (https://www.w3.org/TR/shacl-af/) and, for
``schema:target``, of the examples that the SIB's tools read: a client that knows them lists our
questions in its own editor. Such a client takes ``rdfs:comment`` for what the query is about, once
a query: so it is the question in English, and ``dcterms:description`` has it in all languages.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final

from pyoxigraph import BlankNode, Literal, NamedNode, Triple

from pledgegraph.catalogue.questions import TODAY, Parameter, Question, Words, catalogue
from pledgegraph.namespaces import DCTERMS, OWL, PREFIXES, RDF, RDFS, SCHEMA, SH, SKOS, XSD
from pledgegraph.rdf.blank_labels import numbered

_DATATYPES: Final = {"date": XSD.date, "integer": XSD.integer, "string": XSD.string}


def catalogue_graph(base: str, questions: Iterable[Question] | None = None) -> Iterator[Triple]:
    """What there is to say of each question; those of the shipped catalogue where none are given.

    A question is ``{base}/queries/{id}``, one of its parameters ``{base}/queries/{id}#{name}``.
    """
    return numbered(_catalogue(base, catalogue() if questions is None else questions))


def _catalogue(base: str, questions: Iterable[Question]) -> Iterator[Triple]:
    whole = NamedNode(f"{base}/queries")
    yield Triple(whole, RDFS.label, Literal("Catalogue of questions", language="en"))
    yield from _prefixes(whole)
    for question in questions:
        node = NamedNode(f"{whole.value}/{question.id}")
        yield Triple(whole, DCTERMS.hasPart, node)
        yield from _question(node, question, base)


def _prefixes(whole: NamedNode) -> Iterator[Triple]:
    """The prefixes of the service (SHACL, section 5.2.1). The queries declare their own."""
    yield Triple(whole, RDF.type, OWL.Ontology)
    for prefix, namespace in PREFIXES.items():
        node = NamedNode(f"{whole.value}#prefix-{prefix}")
        yield Triple(whole, SH.declare, node)
        yield Triple(node, SH.prefix, Literal(prefix))
        yield Triple(node, SH.namespace, Literal(namespace, datatype=XSD.anyURI))


def _question(node: NamedNode, question: Question, base: str) -> Iterator[Triple]:
    graph = question.answers_with_a_graph
    yield Triple(node, RDF.type, SH.SPARQLExecutable)
    yield Triple(
        node, RDF.type, SH.SPARQLConstructExecutable if graph else SH.SPARQLSelectExecutable
    )
    yield Triple(node, DCTERMS.identifier, Literal(question.id))
    yield from _words(node, RDFS.label, question.title)
    yield from _words(node, DCTERMS.description, question.question)
    yield Triple(node, RDFS.comment, Literal(question.question["en"], language="en"))
    yield from _words(node, SKOS.scopeNote, question.limits)
    yield Triple(node, SH.construct if graph else SH.select, Literal(question.query))
    yield Triple(node, SCHEMA.target, NamedNode(f"{base}/sparql"))
    for order, parameter in enumerate(question.parameters):
        name = NamedNode(f"{node.value}#{parameter.name}")
        yield Triple(node, SH.parameter, name)
        yield Triple(name, SH.order, Literal(order))
        yield from _parameter(name, parameter, base)


def _parameter(node: NamedNode, parameter: Parameter, base: str) -> Iterator[Triple]:
    yield Triple(node, RDF.type, SH.Parameter)
    # A parameter's variable is the local name of its path (SHACL, section 6.2.1).
    yield Triple(node, SH.path, node)
    yield Triple(node, SH.name, Literal(parameter.name))
    yield from _words(node, RDFS.label, parameter.label)
    yield Triple(node, SH.optional, Literal(value=True))
    yield from _words(node, SH.description, parameter.description)
    if parameter.type == "iri":
        yield Triple(node, SH.nodeKind, SH.IRI)
    else:
        yield Triple(node, SH.datatype, _DATATYPES[parameter.type])
    if parameter.type == "iri" and parameter.class_iri is not None:
        yield Triple(node, SH["class"], parameter.class_iri)
    if parameter.least is not None:
        yield Triple(node, SH.minInclusive, Literal(parameter.least))
    if parameter.most is not None:
        yield Triple(node, SH.maxInclusive, Literal(parameter.most))
    if parameter.default not in (None, TODAY):
        yield Triple(node, SH.defaultValue, parameter.term(parameter.default or "", base))
    if parameter.example is not None:
        yield Triple(node, SKOS.example, Literal(parameter.example))
    if parameter.choices:
        choices = [parameter.term(choice, base) for choice in parameter.choices]
        yield from _list(node, SH["in"], choices)


def _words(node: NamedNode, predicate: NamedNode, words: Words) -> Iterator[Triple]:
    for language, text in words.items():
        yield Triple(node, predicate, Literal(text, language=language))


def _list(
    node: NamedNode | BlankNode, predicate: NamedNode, items: list[NamedNode | Literal]
) -> Iterator[Triple]:
    """An RDF list (RDF Schema, section 5.2)."""
    for item in items:
        cell = BlankNode()
        yield Triple(node, predicate, cell)
        yield Triple(cell, RDF.first, item)
        node, predicate = cell, RDF.rest
    yield Triple(node, predicate, RDF.nil)
