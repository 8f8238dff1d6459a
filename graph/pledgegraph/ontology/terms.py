"""The terms of the ontology as people read them: labels, definitions, kin and shapes."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from pyoxigraph import NamedNode, Triple

from pledgegraph.namespaces import OWL, PG, RDF, RDFS, SH, SKOS
from pledgegraph.rdf.triple_index import Node, Statements, Texts, iris_among

_KINDS: Final = (
    ("class", OWL.Class),
    ("computed", PG.ComputedProperty),
    ("relation", OWL.ObjectProperty),
    ("attribute", OWL.DatatypeProperty),
    ("datatype", RDFS.Datatype),
)
"""What a term is called, and the class that makes it that; the first that fits decides."""
_MATCHES: Final = (
    SKOS.exactMatch,
    SKOS.closeMatch,
    SKOS.broadMatch,
    SKOS.relatedMatch,
    OWL.equivalentClass,
    OWL.equivalentProperty,
)

SHOWN_OF_TERMS: Final = frozenset(
    {
        RDFS.label,
        SKOS.definition,
        RDFS.subClassOf,
        RDFS.subPropertyOf,
        RDFS.domain,
        RDFS.range,
        RDFS.seeAlso,
        SKOS.example,
        *_MATCHES,
    }
)
"""The properties that a `Term` tells of."""


@dataclass(frozen=True, slots=True)
class Rule:
    """What a shape asks of the records of a class; ``messages`` say it in words."""

    shape: str
    messages: Texts
    severity: str
    """``Violation``, ``Warning`` or ``Info``."""


@dataclass(frozen=True, slots=True)
class Value:
    """A concept that a property may have as its value."""

    iri: str
    labels: Texts
    definitions: Texts

    @property
    def scheme(self) -> str:
        """The name of its scheme, such as ``stage``."""
        return self.iri.rpartition("/")[2].partition("#")[0]

    @property
    def short(self) -> str:
        """What a query calls it, such as ``stage:expected``."""
        return self.iri.rpartition("/")[2].replace("#", ":")


@dataclass(frozen=True, slots=True)
class Term:
    """A class, a property or a datatype of the ontology."""

    iri: str
    kind: str
    """``class``, ``computed``, ``relation``, ``attribute`` or ``datatype``."""
    labels: Texts
    definitions: Texts
    above: tuple[str, ...]
    """The classes or properties that it is under, here and in other vocabularies."""
    below: tuple[str, ...]
    domains: tuple[str, ...]
    ranges: tuple[str, ...]
    matches: tuple[str, ...]
    see: tuple[str, ...]
    used_by: tuple[str, ...]
    """Of a class, the properties that lead from it or to it."""
    rules: tuple[Rule, ...]
    examples: tuple[str, ...]
    """Queries that show how it is asked for."""
    values: tuple[Value, ...]
    """Of a property, the concepts of the ontology that may be its values; of a class, its own."""

    @property
    def name(self) -> str:
        """What follows the hash sign; the anchor on the page."""
        return self.iri.rpartition("#")[2]


def read_terms(
    ontology: Iterable[Triple], shapes: Iterable[Triple] = (), concepts: Iterable[Triple] = ()
) -> tuple[Term, ...]:
    """Every term of the ``pg:`` namespace, sorted by name, with what the shapes ask of it.

    ``concepts`` are the statements of concept schemes: the values that properties may have.
    """
    said = Statements([*ontology, *shapes, *concepts])
    found = []
    for node in said.all_subjects():
        if isinstance(node, NamedNode) and node.value.startswith(PG.iri):
            kinds = said.objects(node, RDF.type)
            kind = next((name for name, known in _KINDS if known in kinds), None)
            if kind is not None:
                found.append(_term(said, node, kind))
    return tuple(sorted(found, key=lambda term: term.name.casefold()))


def _term(said: Statements, node: NamedNode, kind: str) -> Term:
    is_class = kind == "class"
    kinship = RDFS.subClassOf if is_class else RDFS.subPropertyOf
    used_by = [*said.subjects(RDFS.domain, node), *said.subjects(RDFS.range, node)]
    return Term(
        iri=node.value,
        kind=kind,
        labels=said.texts(node, RDFS.label),
        definitions=said.texts(node, SKOS.definition),
        above=said.iris(node, kinship),
        below=iris_among(said.subjects(kinship, node)),
        domains=said.iris(node, RDFS.domain),
        ranges=said.iris(node, RDFS.range),
        matches=tuple(sorted({iri for each in _MATCHES for iri in said.iris(node, each)})),
        see=said.iris(node, RDFS.seeAlso),
        used_by=iris_among(used_by) if is_class else (),
        rules=tuple(_rules(said, node)) if is_class else (),
        examples=tuple(said.texts_in_any(node, SKOS.example)),
        values=_values(said, [node] if is_class else said.objects(node, RDFS.range)),
    )


def _values(said: Statements, kinds: Iterable[Node]) -> tuple[Value, ...]:
    """The concepts of some classes of ours that are in use, by their IRIs."""
    concepts = {
        each
        for kind in kinds
        if isinstance(kind, NamedNode) and kind.value.startswith(PG.iri)
        for each in said.subjects(RDF.type, kind)
        if isinstance(each, NamedNode)
        and said.objects(each, SKOS.inScheme)
        and not said.objects(each, OWL.deprecated)
    }
    return tuple(
        Value(each.value, said.texts(each, SKOS.prefLabel), said.texts(each, SKOS.definition))
        for each in sorted(concepts, key=lambda each: each.value)
    )


def _rules(said: Statements, node: NamedNode) -> list[Rule]:
    """What the shapes ask of the instances of a class, sorted by their messages."""
    found = []
    for shape in said.subjects(SH.targetClass, node):
        for part in (*said.objects(shape, SH.property), *said.objects(shape, SH.sparql), shape):
            messages = said.texts(part, SH.message)
            if messages:
                found.append(Rule(_name(part, shape), messages, _severity(said, part, shape)))
    return sorted(found, key=lambda rule: rule.messages.get("en", ""))


def _severity(said: Statements, part: Node, shape: Node) -> str:
    given = said.iris(part, SH.severity) or said.iris(shape, SH.severity)
    return given[0].rpartition("#")[2] if given else "Violation"


def _name(part: Node, shape: Node) -> str:
    return next((node.value for node in (part, shape) if isinstance(node, NamedNode)), "")
