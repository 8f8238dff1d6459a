"""The algebra of a query, which rdflib knows and the engine does not show.

rdflib parses and translates here; it evaluates nothing.

See https://www.w3.org/TR/sparql11-query/#sparqlAlgebra
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, Final

from rdflib.paths import (
    AlternativePath,
    InvPath,
    MulPath,
    NegatedPath,
    Path,
    SequencePath,
)
from rdflib.plugins.sparql.algebra import translateQuery
from rdflib.plugins.sparql.parser import parseQuery
from rdflib.plugins.sparql.parserutils import CompValue
from rdflib.term import BNode, URIRef, Variable

from pledgegraph.explain.algebra_text import EXISTS, AlgebraText, parts_of
from pledgegraph.explain.explanation import Operator, Pattern

_INPUTS: Final = ("p", "p1", "p2", "graph")


class Reading:
    """A query that rdflib has read."""

    def __init__(self, text: str, base: str, columns: Sequence[str] = ()) -> None:
        """Parse the query; ``columns`` are those of its answer, in their order.

        Raises:
            Exception: rdflib cannot read it; of which kind is left open by rdflib.
        """
        query = translateQuery(parseQuery(text), base=base)
        self.algebra: Final[CompValue] = query.algebra
        self._columns: Final = columns
        self.text: Final = AlgebraText(query.prologue.namespace_manager)
        """Writes parts of it."""

    def tree(self) -> Operator:
        """The algebra, the operator that is applied last at the top."""
        return self._operator(self.algebra)

    def patterns(self) -> Iterator[Pattern]:
        """The triple patterns, in the order of the algebra; those of filters too."""
        for each in walked(self.algebra):
            if each.name == "BGP":
                for triple in each.triples:
                    yield self._pattern(triple)

    def _operator(self, node: CompValue) -> Operator:
        inputs = [node[name] for name in _INPUTS if isinstance(node.get(name), CompValue)]
        below = [self._operator(each) for each in inputs]
        if node.name == "BGP":
            below = [Operator("Triple", self._pattern(each).text) for each in node.triples]
        for condition in (node.get("expr"), node.get("A")):
            below += [self._operator(each) for each in _graphs_in(condition)]
        return Operator(node.name, self._details(node), tuple(below))

    def _details(self, node: CompValue) -> str:
        told = []
        if node.get("PV") is not None and node.name == "Project":
            # rdflib does not keep the order of what a `*` stands for.
            same = set(self._columns) == {str(each) for each in node.PV}
            names = self._columns if same else [str(each) for each in node.PV]
            told.append(" ".join(f"?{name}" for name in names))
        if isinstance(node.get("term"), Variable | URIRef):
            told.append(self.text.of(node.term))
        if node.name in ("Filter", "LeftJoin", "Extend", "Group", "OrderBy") and node.get("expr"):
            told.append(self.text.shortened(node.expr))
        if node.name == "Extend":
            told.append(f"AS {self.text.of(node.var)}")
        if node.name == "AggregateJoin":
            told.append(self.text.shortened(node.A))
        if node.name == "Slice":
            told.append(f"LIMIT {node.length}" if node.length is not None else "")
            told.append(f"OFFSET {node.start}" if node.start else "")
        if node.name == "values":
            told.append(f"{len(node.res)} rows")
        return " ".join(each for each in told if each and each != "true")

    def _pattern(self, triple: tuple[Any, Any, Any]) -> Pattern:
        properties, any_property = _properties(triple[1])
        return Pattern(
            " ".join(self.text.of(each) for each in triple),
            tuple(str(each) for each in properties),
            any_property,
            is_path=isinstance(triple[1], Path) and not isinstance(triple[1], NegatedPath),
        )


def walked(node: Any) -> Iterator[CompValue]:
    """Every part of an algebra, expressions included, the outer before the inner."""
    if isinstance(node, CompValue):
        yield node
        # rdflib leaves the pattern of EXISTS in the node as it was parsed, beside the algebra.
        inside = [node.graph] if node.name in EXISTS else [value for _, value in parts_of(node)]
        for value in inside:
            yield from walked(value)
    elif isinstance(node, list | tuple | set):
        for value in node:
            yield from walked(value)


def _graphs_in(expression: Any) -> Iterator[CompValue]:
    """The patterns of EXISTS and NOT EXISTS within an expression, those within them left out."""
    if isinstance(expression, CompValue):
        if expression.name in EXISTS:
            yield expression.graph
            return
        for value in [value for _, value in parts_of(expression)]:
            yield from _graphs_in(value)
    elif isinstance(expression, list | tuple):
        for value in expression:
            yield from _graphs_in(value)


def _properties(path: Any) -> tuple[list[URIRef], bool]:
    """The properties that a path needs, and whether it may take any."""
    if isinstance(path, URIRef):
        return [path], False
    if isinstance(path, MulPath):
        return _properties(path.path)
    if isinstance(path, InvPath):
        return _properties(path.arg)
    if isinstance(path, SequencePath | AlternativePath):
        found = [_properties(each) for each in path.args]
        return [each for some, _ in found for each in some], any(open_ for _, open_ in found)
    return [], isinstance(path, Variable | NegatedPath | BNode)
