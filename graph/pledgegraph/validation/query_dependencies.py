"""What a SPARQL constraint (SHACL section 5) looks at, from its triple patterns."""

from __future__ import annotations

from itertools import product
from typing import Final

from rdflib import BNode, Graph, URIRef, Variable
from rdflib.namespace import SH
from rdflib.paths import Path
from rdflib.plugins.sparql.algebra import translateGroupGraphPattern, translateQuery
from rdflib.plugins.sparql.parser import parseQuery
from rdflib.plugins.sparql.parserutils import CompValue
from rdflib.term import Node

from pledgegraph.errors import ShapesUnusable
from pledgegraph.validation.dependency_automaton import ReachBuilder
from pledgegraph.validation.paths import path_at

_Pattern = tuple[Node, Node | Path, Node]
_Patterns = tuple[_Pattern, ...]
_THIS: Final = Variable("this")
_MOST_READINGS: Final = 256


class _LooksElsewhereError(Exception):
    """The query has a part that is not about the graph that is validated."""


def add_query(to: ReachBuilder, shapes: Graph, shape: Node, constraint: Node, focus: int) -> None:
    """Add what a constraint's query looks at, seen from its focus node ``$this``.

    Each triple pattern is an edge from the variable that is known first. Patterns that hang
    together with ``$this`` by no variable look at the whole dataset; that is noted in
    ``to.apart``.

    Raises:
        ShapesUnusable: the query is not SPARQL.
    """
    text = str(shapes.value(constraint, SH.select) or "")
    path = shapes.value(shape, SH.path)
    if path is not None:
        text = text.replace("$PATH", path_at(shapes, path).n3())
    try:
        query = translateQuery(parseQuery(text), initNs=_prefixes(shapes, constraint)).algebra
    except Exception as error:
        # rdflib raises nothing more special for a prefix that is not declared.
        raise ShapesUnusable(
            f"The SPARQL constraint of {shape} is not a query: {error}",
            remedy="Mend its `sh:select`, and declare its prefixes with `sh:prefixes`.",
        ) from error
    try:
        local = all(_add_patterns(to, list(each), focus) for each in _readings(_body(query)))
    except _LooksElsewhereError:
        local = False
    if not local:
        to.apart.append(f"the SPARQL constraint of {shape} looks beyond what hangs on $this")


def _add_patterns(to: ReachBuilder, left: list[_Pattern], focus: int) -> bool:
    """Add patterns that are all to hold; false if some hang together with no other."""
    states: dict[Node, int] = {_THIS: focus}
    while left:
        # Forward where possible: a thing has few properties, but may be pointed to by many.
        forward = next((n for n, each in enumerate(left) if each[0] in states), None)
        chosen = (
            next((n for n, each in enumerate(left) if each[2] in states), None)
            if forward is None
            else forward
        )
        if chosen is None:
            return False
        subject, predicate, value = left.pop(chosen)
        inverse = forward is None
        here, there = (value, subject) if inverse else (subject, value)
        if there not in states:
            target = to.state()
            if isinstance(there, Variable | BNode):
                states[there] = target
        else:
            target = states[there]
        if isinstance(predicate, URIRef | Path):
            to.path(states[here], predicate, target, inverse=inverse)
        else:
            to.edge(states[here], None, target, inverse=inverse)
            if predicate not in states and not inverse:
                states[predicate] = to.state()
                to.predicates(states[here], states[predicate])
    return True


def _body(query: CompValue) -> CompValue:
    """The group pattern of a SELECT, below its own projection."""
    part = query
    while part.name != "Project":
        part = part.p
    return part.p  # type: ignore[no-any-return]


def _readings(part: object) -> list[_Patterns]:  # noqa: PLR0911 - one for each kind of pattern
    """The sets of patterns of which one holds for a solution.

    A UNION gives one for each branch; what is OPTIONAL, or stands in EXISTS or MINUS, binds
    nothing for certain, so that there is one with it and one without it.
    """
    match part:
        case CompValue(name="BGP"):
            return [tuple(tuple(triple) for triple in part.triples)]
        case CompValue(name="Union"):
            return _readings(part.p1) + _readings(part.p2)
        case CompValue(name="LeftJoin" | "Minus"):
            return _both(_readings(part.p1), _perhaps(_readings(part.p2) + _readings(part.expr)))
        case CompValue(name="Builtin_EXISTS" | "Builtin_NOTEXISTS"):
            inner = part.graph
            if inner.name == "GroupGraphPatternSub":
                inner = translateGroupGraphPattern(inner)
            return _perhaps(_readings(inner))
        case CompValue(name="Graph" | "ServiceGraphPattern" | "Project"):
            raise _LooksElsewhereError
        case CompValue():
            return _both(*(_readings(inner) for inner in part.values()))
        case list() | tuple():
            return _both(*(_readings(inner) for inner in part))
    return [()]


def _perhaps(readings: list[_Patterns]) -> list[_Patterns]:
    return list(dict.fromkeys([(), *readings]))


def _both(*parts: list[_Patterns]) -> list[_Patterns]:
    count = 1
    for part in parts:
        count *= len(part)
    if count > _MOST_READINGS:
        raise _LooksElsewhereError
    return list(dict.fromkeys(sum(choice, ()) for choice in product(*parts)))


def _prefixes(shapes: Graph, constraint: Node) -> dict[str, str]:
    return {
        str(shapes.value(declaration, SH.prefix)): str(shapes.value(declaration, SH.namespace))
        for holder in shapes.objects(constraint, SH.prefixes)
        for declaration in shapes.objects(holder, SH.declare)
    }
