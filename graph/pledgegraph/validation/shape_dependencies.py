"""What SHACL shapes look at (SHACL sections 2 to 5), as an automaton over the data."""

from __future__ import annotations

from typing import Final

from rdflib import Graph, URIRef
from rdflib.collection import Collection
from rdflib.namespace import OWL, RDF, RDFS, SH
from rdflib.term import Node

from pledgegraph.validation.dependency_automaton import START, Reach, ReachBuilder
from pledgegraph.validation.paths import path_at
from pledgegraph.validation.query_dependencies import add_query

_TARGETS: Final = (
    SH.targetClass,
    SH.targetNode,
    SH.targetSubjectsOf,
    SH.targetObjectsOf,
)
_PAIRS: Final = (SH.equals, SH.disjoint, SH.lessThan, SH.lessThanOrEquals)
_SHAPES: Final = (SH.node, SH["not"], SH.qualifiedValueShape)
_SHAPE_LISTS: Final = (SH["and"], SH["or"], SH.xone)
_OPAQUE: Final = (SH.target, SH.js, SH.expression, SH.rule)


def reach_of(shapes: Graph) -> Reach:
    """The automaton of a shapes graph."""
    return _ShapesReach(shapes).build()


class _ShapesReach:
    def __init__(self, shapes: Graph) -> None:
        self._graph = shapes
        self._to = ReachBuilder()
        self._sink = self._to.state()
        self._class = self._to.state()
        self._to.edge(self._class, RDFS.subClassOf, self._class)
        self._roles: dict[Node, int] = {}

    def build(self) -> Reach:
        targeted = {
            shape for target in _TARGETS for shape in self._graph.subjects(target, None)
        } | {
            shape
            for kind in (RDFS.Class, OWL.Class)
            for shape in self._graph.subjects(RDF.type, kind)
        }
        # A focus node's types decide which shapes it is judged by.
        self._to.edge(START, RDF.type, self._class)
        for shape in sorted(targeted, key=str):
            for predicate in self._graph.objects(shape, SH.targetSubjectsOf):
                self._to.edge(START, _iri(predicate), self._sink)
            for predicate in self._graph.objects(shape, SH.targetObjectsOf):
                self._to.edge(START, _iri(predicate), self._sink, inverse=True)
            self._to.also(START, self._role(shape))
        for feature in _OPAQUE:
            for shape in self._graph.subjects(feature, None):
                self._to.apart.append(f"{shape} uses sh:{feature.rpartition('#')[2]}")
        for component in self._graph.subjects(RDF.type, SH.ConstraintComponent):
            self._to.apart.append(f"{component} is a constraint component of its own")
        return self._to.finish()

    def _role(self, shape: Node) -> int:
        """The state of a node that the shape is put to; the same however one gets there."""
        if shape not in self._roles:
            self._roles[shape] = self._to.state()
            self._look(shape, self._roles[shape])
        return self._roles[shape]

    def _look(self, shape: Node, focus: int) -> None:
        path = self._graph.value(shape, SH.path)
        values = focus
        if path is not None:
            values = self._to.state()
            self._to.path(focus, path_at(self._graph, path), values)
        for pair in _PAIRS:
            for predicate in self._graph.objects(shape, pair):
                self._to.edge(focus, _iri(predicate), self._sink)
        if (shape, SH["class"], None) in self._graph:
            self._to.edge(values, RDF.type, self._class)
        if self._graph.value(shape, SH.closed) is not None:
            self._to.edge(values, None, self._sink)
        for nested in self._nested(shape):
            self._to.also(values, self._role(nested))
        for constraint in self._graph.objects(shape, SH.sparql):
            add_query(self._to, self._graph, shape, constraint, focus)

    def _nested(self, shape: Node) -> list[Node]:
        found = [
            nested
            for parameter in (*_SHAPES, SH.property)
            for nested in self._graph.objects(shape, parameter)
        ]
        for parameter in _SHAPE_LISTS:
            for each in self._graph.objects(shape, parameter):
                found.extend(Collection(self._graph, each))
        if (shape, SH.qualifiedValueShapesDisjoint, None) in self._graph:
            for parent in self._graph.subjects(SH.property, shape):
                for sibling in self._graph.objects(parent, SH.property):
                    found.extend(self._graph.objects(sibling, SH.qualifiedValueShape))
        return sorted(set(found), key=str)


def _iri(node: Node) -> URIRef:
    return node if isinstance(node, URIRef) else URIRef(str(node))
