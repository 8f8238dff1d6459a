"""One made-up record in place of all, for rules that ask the same query of every record.

An engine puts the query of a SPARQL constraint (SHACL section 5) to each focus node by itself,
at 25 microseconds for each. Where the query looks at the node's triples one by one, and at either
their predicate or their value, it finds nothing anywhere if it finds nothing in one record that
has every predicate and every value that there are. Only if it does is the rule put to all.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import chain, islice
from typing import Final

from pyoxigraph import NamedNode, Triple
from rdflib import Graph, URIRef, Variable
from rdflib.namespace import RDF, RDFS, SH
from rdflib.plugins.sparql.algebra import translateGroupGraphPattern, translateQuery
from rdflib.plugins.sparql.parser import parseQuery
from rdflib.plugins.sparql.parserutils import CompValue
from rdflib.term import Node

from pledgegraph.errors import ShapesUnusable

TARGETS: Final = (SH.targetClass, SH.targetNode, SH.targetSubjectsOf, SH.targetObjectsOf)
"""How a shape says what it is about (SHACL section 2.1.3)."""

_OTHER: Final = NamedNode("urn:x-pledgegraph:anything")
_PART: Final = 50
_HARMLESS: Final = frozenset({
    *TARGETS, RDF.type, RDFS.label, SH.sparql, SH.message, SH.severity, SH.name, SH.description,
})  # fmt: skip
"""What may stand in a shape that has no constraint but those that ask queries."""
_CHANGING: Final = frozenset({"Builtin_RAND", "Builtin_UUID", "Builtin_STRUUID", "Builtin_BNODE"})
_OPERATORS: Final = frozenset(
    {"ConditionalAndExpression", "ConditionalOrExpression", "RelationalExpression", "UnaryNot"}
)


@dataclass(frozen=True)
class Screens:
    """Shapes that put the rules to the made-up record."""

    graph: Graph
    shapes: Mapping[Node, URIRef]
    """For each screen the shape whose rule it puts."""

    def passed(self, results: Graph) -> set[URIRef]:
        """The shapes that no record can break, by the results on the made-up one."""
        failed = {
            results.value(result, SH.sourceShape) for result in results.objects(None, SH.result)
        }
        return {shape for screen, shape in self.shapes.items() if screen not in failed}


def screens_of(shapes: Graph) -> Screens:
    """A screen for each shape that can be put to one record in place of all."""
    graph = Graph(bind_namespaces="none")
    for triple in shapes:
        graph.add(triple)
    for target in TARGETS:
        graph.remove((None, target, None))
    found: dict[Node, URIRef] = {}
    for shape in sorted(set(shapes.subjects(SH.sparql, None)), key=str):
        constraints = list(shapes.objects(shape, SH.sparql))
        if (
            isinstance(shape, URIRef)
            and set(shapes.predicates(shape, None)) <= _HARMLESS
            and all(_is_foldable(shapes, constraint) for constraint in constraints)
        ):
            screen = URIRef(f"{_OTHER.value}:screen:{len(found)}")
            graph.add((screen, RDF.type, SH.NodeShape))
            graph.add((screen, SH.targetSubjectsOf, URIRef(_OTHER.value)))
            for constraint in constraints:
                graph.add((screen, SH.sparql, constraint))
            found[screen] = shape
    return Screens(graph, found)


def folded(data: Iterable[Triple]) -> list[Triple]:
    """The made-up record: every predicate and every value of the data.

    It comes in parts, since an engine takes more than linear time for one node's many triples.
    """
    predicates, values = set(), set()
    for triple in data:
        predicates.add(triple.predicate)
        values.add(triple.object)
    pairs = chain(
        ((predicate, _OTHER) for predicate in predicates), ((_OTHER, value) for value in values)
    )
    found: list[Triple] = []
    while part := list(islice(pairs, _PART)):
        record = NamedNode(f"{_OTHER.value}:{len(found)}")
        found.append(Triple(record, _OTHER, _OTHER))
        found.extend(Triple(record, predicate, value) for predicate, value in part)
    return found


def _is_foldable(shapes: Graph, constraint: Node) -> bool:
    """Whether the query is ``$this ?predicate ?value`` with a filter on one of the two.

    What it may ask of that one is more than a record says only by NOT EXISTS: the made-up record
    stands alone with the ontology, where less exists than among all data.
    """
    if (constraint, SH.prefixes, None) in shapes:
        return False
    try:
        select = translateQuery(parseQuery(str(shapes.value(constraint, SH.select)))).algebra
    except Exception as error:
        # rdflib raises nothing more special.
        raise ShapesUnusable(
            f"The query of a SPARQL constraint cannot be read: {error}",
            remedy="Mend its `sh:select`.",
        ) from error
    part = select.p.p if select.p.name == "Distinct" else select.p
    if part.name != "Project" or part.p.name != "Filter" or part.p.p.name != "BGP":
        return False
    triples = part.p.p.triples
    if len(triples) != 1 or triples[0][0] != Variable("this"):
        return False
    free = set(triples[0][1:])
    asked = _variables(part.p.expr)
    return (
        len(free) == len(triples[0]) - 1
        and all(isinstance(each, Variable) for each in free)
        and Variable("this") not in free | asked
        and len(asked & free) == 1
        and all(_asks_one(conjunct, asked & free) for conjunct in _conjuncts(part.p.expr))
    )


def _conjuncts(part: object) -> Iterable[object]:
    if isinstance(part, CompValue) and part.name == "ConditionalAndExpression":
        for each in (part.expr, *part.other):
            yield from _conjuncts(each)
    else:
        yield part


def _asks_one(part: object, free: set[Variable]) -> bool:
    """Whether the answer of a filter's part depends on that variable alone."""
    if isinstance(part, CompValue) and part.name == "Builtin_NOTEXISTS":
        inner = part.graph
        if inner.name == "GroupGraphPatternSub":
            inner = translateGroupGraphPattern(inner)
        return _all_about(inner, free)
    return _is_simple(part) and _variables(part) <= free


def _all_about(part: CompValue, free: set[Variable]) -> bool:
    """Whether a pattern is made of nothing but triples with that variable as their subject."""
    if part.name == "Join":
        return _all_about(part.p1, free) and _all_about(part.p2, free)
    return part.name == "BGP" and all(triple[0] in free for triple in part.triples)


def _is_simple(part: object) -> bool:
    """Whether an expression looks at nothing but its variables, and says the same each time."""
    if isinstance(part, CompValue):
        known = part.name in _OPERATORS or part.name.startswith("Builtin_")
        return (
            known
            and part.name not in _CHANGING
            and not part.name.endswith("EXISTS")
            and all(_is_simple(each) for each in part.values())
        )
    return all(_is_simple(each) for each in part) if isinstance(part, list | tuple) else True


def _variables(part: object) -> set[Variable]:
    match part:
        case Variable():
            return {part}
        case CompValue():
            return set().union(*(_variables(each) for each in part.values()))
        case list() | tuple():
            return set().union(*(_variables(each) for each in part))
    return set()
