"""What a constraint asks for, in words: "at least 1 value", "not after pg:endsOn"."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from rdflib import Graph, Literal, URIRef
from rdflib.collection import Collection
from rdflib.namespace import RDF, SH, XSD
from rdflib.term import Node

from pledgegraph.validation.paths import path_at
from pledgegraph.validation.rdflib_terms import from_rdflib
from pledgegraph.validation.term_names import readable

_MANY: Final = 12
_DEEPEST: Final = 3
_DAYS: Final = (XSD.date, XSD.dateTime)
_KINDS: Final = {
    SH.IRI: "an IRI",
    SH.Literal: "a literal",
    SH.BlankNode: "a blank node",
    SH.BlankNodeOrIRI: "an IRI or a blank node",
    SH.IRIOrLiteral: "an IRI or a literal",
    SH.BlankNodeOrLiteral: "a literal or a blank node",
}


class Expectation:
    """The words for one shape's constraints (SHACL section 4)."""

    def __init__(self, graph: Graph, shape: Node, *, depth: int = 0) -> None:
        self._graph = graph
        self._shape = shape
        self._depth = depth

    def of(self, component: str) -> str:
        """What the constraint component of that local name asks for on this shape.

        Empty for a component whose rule only its message can say (a SPARQL query).
        """
        for name, parameter, words in _PHRASES:
            if name == component:
                return words(self, self._values(parameter))
        return ""

    def whole(self) -> str:
        """What all constraints on this shape ask for."""
        if self._depth > _DEEPEST or (isinstance(self._shape, URIRef) and self._depth > 1):
            return f"what {self._term(self._shape)} asks for"
        path = self._graph.value(self._shape, SH.path)
        told: dict[str, None] = {}
        for _, parameter, phrased in _PHRASES:
            values = self._values(parameter)
            if values:
                told.setdefault(phrased(self, values))
        for phrase in self._each(self._values(SH.property)):
            told.setdefault(phrase)
        words = " and ".join(filter(None, told)) or "anything"
        if path is None:
            return words
        return f"{readable(path_at(self._graph, path).n3())}: {words}"

    def count(self, values: list[Node], limit: str) -> str:
        """At least or at most so many values."""
        number = str(values[0])
        return f"{limit} {number} value{'' if number == '1' else 's'}"

    def classes(self, values: list[Node]) -> str:
        """The classes that a value must be an instance of."""
        return f"a value of class {self._list(values, ' and ')}"

    def datatype(self, values: list[Node]) -> str:
        """The datatype that a value must have, and be well-formed in."""
        if values[0] == RDF.langString:
            return "a text with a language"
        name = self._term(values[0])
        return f"{'an' if name[0] in 'aeioux' else 'a'} {name}"

    def node_kind(self, values: list[Node]) -> str:
        """IRI, literal or blank node."""
        return next((words for kind, words in _KINDS.items() if kind in values), "")

    def bound(self, values: list[Node], over_days: str, over_numbers: str) -> str:
        """The end of a range of values; days are not "less" than others but before them."""
        days = isinstance(values[0], Literal) and values[0].datatype in _DAYS
        return f"{over_days if days else over_numbers} {self._term(values[0])}"

    def pair(self, values: list[Node], over_days: str, over_numbers: str) -> str:
        """How a value must compare with those of another property."""
        numbers = [t for t in self._values(SH.datatype) if t not in _DAYS]
        return f"{over_numbers if numbers else over_days} {self._list(values, ' and ')}"

    def length(self, values: list[Node], limit: str) -> str:
        """How long a text may be."""
        number = str(values[0])
        return f"{limit} {number} character{'' if number == '1' else 's'}"

    def pattern(self, values: list[Node]) -> str:
        """The regular expressions that a text must match."""
        flags = "".join(str(flag) for flag in self._values(SH.flags))
        shown = " and ".join(f"/{value}/{flags}" for value in values)
        return f"a text that matches {shown}"

    def languages(self, values: list[Node]) -> str:
        """The languages that a text may be in."""
        return f"a text in {', '.join(str(tag) for tag in Collection(self._graph, values[0]))}"

    def one_of(self, values: list[Node]) -> str:
        """The closed list of values."""
        return f"one of {self._list(list(Collection(self._graph, values[0])), ', ')}"

    def has_value(self, values: list[Node]) -> str:
        """The value that must be among the values."""
        return f"{self._list(values, ' and ')} among the values"

    def same(self, values: list[Node]) -> str:
        """The property that must have the same values."""
        return f"the same values as {self._list(values, ' and ')}"

    def disjoint(self, values: list[Node]) -> str:
        """The property that must not share a value."""
        return f"no value of {self._list(values, ' or ')}"

    def unique_language(self, _values: list[Node]) -> str:
        """At most one text in each language."""
        return "not more than one text in each language"

    def closed(self, _values: list[Node]) -> str:
        """Which properties a node of a closed shape may have."""
        return "no property but those that the shape names"

    def negation(self, values: list[Node]) -> str:
        """What a value must not be."""
        return f"not: {' or '.join(self._each(values))}"

    def combined(self, values: list[Node], word: str) -> str:
        """Shapes of which all, some or one must fit."""
        return ", and ".join(
            sorted(
                word.join(
                    f"({self._nested(shape).whole()})" for shape in Collection(self._graph, each)
                )
                for each in values
            )
        )

    def one_only(self, values: list[Node]) -> str:
        """Shapes of which exactly one must fit."""
        return f"exactly one of {self.combined(values, ', ')}"

    def node(self, values: list[Node]) -> str:
        """The shape that a value must fit."""
        return f"a value with {' and '.join(self._each(values))}"

    def qualified(self, _values: list[Node], limit: str, count: URIRef) -> str:
        """How many values may or must fit a shape."""
        number = self.count(self._values(count), limit)
        inner = self._nested(self._values(SH.qualifiedValueShape)[0]).whole()
        return f"{number} with {inner}"

    def _values(self, parameter: URIRef) -> list[Node]:
        return sorted(self._graph.objects(self._shape, parameter), key=str)

    def _each(self, shapes: list[Node]) -> list[str]:
        # By their words: blank nodes have another order each time that they are read.
        return sorted(self._nested(shape).whole() for shape in shapes)

    def _nested(self, shape: Node) -> Expectation:
        return Expectation(self._graph, shape, depth=self._depth + 1)

    def _list(self, nodes: list[Node], joint: str) -> str:
        shown = joint.join(self._term(node) for node in nodes[:_MANY])
        return f"{shown} and {len(nodes) - _MANY} more" if len(nodes) > _MANY else shown

    def _term(self, node: Node) -> str:
        return readable(str(from_rdflib(node)))


_Words = Callable[[Expectation, list[Node]], str]
_PHRASES: Final[tuple[tuple[str, URIRef, _Words], ...]] = (
    ("ClassConstraintComponent", SH["class"], Expectation.classes),
    ("DatatypeConstraintComponent", SH.datatype, Expectation.datatype),
    ("NodeKindConstraintComponent", SH.nodeKind, Expectation.node_kind),
    ("MinCountConstraintComponent", SH.minCount, lambda e, v: e.count(v, "at least")),
    ("MaxCountConstraintComponent", SH.maxCount, lambda e, v: e.count(v, "at most")),
    (
        "MinExclusiveConstraintComponent",
        SH.minExclusive,
        lambda e, v: e.bound(v, "after", "more than"),
    ),
    (
        "MinInclusiveConstraintComponent",
        SH.minInclusive,
        lambda e, v: e.bound(v, "not before", "not less than"),
    ),
    (
        "MaxExclusiveConstraintComponent",
        SH.maxExclusive,
        lambda e, v: e.bound(v, "before", "less than"),
    ),
    (
        "MaxInclusiveConstraintComponent",
        SH.maxInclusive,
        lambda e, v: e.bound(v, "not after", "not more than"),
    ),
    ("MinLengthConstraintComponent", SH.minLength, lambda e, v: e.length(v, "at least")),
    ("MaxLengthConstraintComponent", SH.maxLength, lambda e, v: e.length(v, "at most")),
    ("PatternConstraintComponent", SH.pattern, Expectation.pattern),
    ("LanguageInConstraintComponent", SH.languageIn, Expectation.languages),
    ("UniqueLangConstraintComponent", SH.uniqueLang, Expectation.unique_language),
    ("InConstraintComponent", SH["in"], Expectation.one_of),
    ("HasValueConstraintComponent", SH.hasValue, Expectation.has_value),
    ("EqualsConstraintComponent", SH.equals, Expectation.same),
    ("DisjointConstraintComponent", SH.disjoint, Expectation.disjoint),
    ("LessThanConstraintComponent", SH.lessThan, lambda e, v: e.pair(v, "before", "less than")),
    (
        "LessThanOrEqualsConstraintComponent",
        SH.lessThanOrEquals,
        lambda e, v: e.pair(v, "not after", "not more than"),
    ),
    ("NotConstraintComponent", SH["not"], Expectation.negation),
    ("AndConstraintComponent", SH["and"], lambda e, v: e.combined(v, " and ")),
    ("OrConstraintComponent", SH["or"], lambda e, v: e.combined(v, " or ")),
    ("XoneConstraintComponent", SH.xone, Expectation.one_only),
    ("NodeConstraintComponent", SH.node, Expectation.node),
    (
        "QualifiedMinCountConstraintComponent",
        SH.qualifiedMinCount,
        lambda e, v: e.qualified(v, "at least", SH.qualifiedMinCount),
    ),
    (
        "QualifiedMaxCountConstraintComponent",
        SH.qualifiedMaxCount,
        lambda e, v: e.qualified(v, "at most", SH.qualifiedMaxCount),
    ),
    ("ClosedConstraintComponent", SH.closed, Expectation.closed),
)
