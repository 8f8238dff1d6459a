"""The shapes of queries that are known to be slow in the engine; docs/performance.md has why."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from rdflib.paths import MulPath, Path
from rdflib.plugins.sparql.parserutils import CompValue
from rdflib.term import BNode, Variable

from pledgegraph.explain.algebra import Reading, walked
from pledgegraph.explain.algebra_text import parts_of
from pledgegraph.explain.explanation import SlowShape


def slow_shapes(reading: Reading, *, exists_left: int = 0) -> Iterator[SlowShape]:
    """What in a query is known to be slow, each kind of thing once.

    ``exists_left`` is how many EXISTS of several patterns are asked as they are written.
    """
    seen: set[tuple[str, str]] = set()
    for node in walked(reading.algebra):
        for shape in (
            *_products(node, reading),
            *_paths(node, reading),
            *_negations(node, reading, exists_left),
        ):
            if (shape.name, shape.detail) not in seen:
                seen.add((shape.name, shape.detail))
                yield shape
    yield from _unbounded(reading)


def _products(node: CompValue, reading: Reading) -> Iterator[SlowShape]:
    """Patterns that share no variable: each solution of one goes with each of the other."""
    remedy = "Connect them by a variable, or ask two queries."
    if node.name == "BGP":
        groups = _connected([triple for triple in node.triples if _variables(triple)])
        if len(groups) > 1:
            parts = " and ".join(reading.text.shortened(group[0]) for group in groups[:2])
            yield SlowShape(
                "cross-product",
                f"{len(groups)} groups of patterns share no variable, such as {parts}: their "
                "numbers of solutions multiply.",
                remedy,
            )
    if node.name in ("Join", "LeftJoin"):
        one, other = bound_in(node.p1), bound_in(node.p2)
        if one and other and not one & other and _has_patterns(node.p1) and _has_patterns(node.p2):
            yield SlowShape(
                "cross-product",
                f"Two groups share no variable ({_listed(one)}; {_listed(other)}): their numbers "
                "of solutions multiply.",
                remedy,
            )


def _paths(node: CompValue, reading: Reading) -> Iterator[SlowShape]:
    """Paths of any length between two variables."""
    if node.name != "BGP":
        return
    for triple in node.triples:
        subject, path, value = triple
        ends_open = isinstance(subject, Variable | BNode) and isinstance(value, Variable | BNode)
        if ends_open and isinstance(path, Path) and _is_unbounded(path):
            yield SlowShape(
                "unbounded-path",
                f"The path {reading.text.shortened(triple)} has no fixed end, and is "
                "followed from every node that fits.",
                "Name one of its ends, or bind it by a pattern with few solutions.",
            )


def _negations(node: CompValue, reading: Reading, left: int) -> Iterator[SlowShape]:
    """NOT EXISTS where the engine asks its pattern anew for each solution."""
    if node.name != "Builtin_NOTEXISTS":
        return
    inner = node.graph
    patterns = [triple for each in walked(inner) if each.name == "BGP" for triple in each.triples]
    own = bound_in(inner)
    inside = {id(each) for each in walked(inner)}
    outside: set[Any] = set()
    for each in walked(reading.algebra):
        if each.name in ("BGP", "values") and id(each) not in inside:
            outside |= bound_in(each)
    if own & outside and not left:
        return  # a few look-ups for each solution
    for each in walked(inner):
        if each.name == "Filter" and (outer := used_in(each.expr) - own):
            yield SlowShape(
                "correlated-not-exists",
                f"A filter within NOT EXISTS uses {_listed(outer)} from outside "
                f"({reading.text.shortened(each.expr)}), so it is computed anew for each solution.",
                "For the latest of something, join with a subquery that takes its MAX.",
            )
            return
    if len(patterns) > 1 and left:
        yield SlowShape(
            "not-exists-of-several",
            f"NOT EXISTS holds {len(patterns)} patterns and is asked for each solution.",
            "MINUS with the same patterns is computed once, and is faster.",
        )


def _unbounded(reading: Reading) -> Iterator[SlowShape]:
    """What has to hold everything, or sends everything."""
    parts = list(walked(reading.algebra))
    limited = any(each.name == "Slice" and each.length is not None for each in parts)
    if any(each.name == "OrderBy" for each in parts) and not limited:
        yield SlowShape(
            "order-without-limit",
            "Every solution is held until all are sorted.",
            "Add a LIMIT, or sort on your side.",
        )
    triples = [triple for each in parts if each.name == "BGP" for triple in each.triples]
    open_ones = [each for each in triples if len(_variables(each)) == len(each)]
    if triples and open_ones == triples and not limited and all(p.name != "values" for p in parts):
        yield SlowShape(
            "everything",
            f"The pattern {reading.text.shortened(triples[0])} fits every statement.",
            "Name the property, or add a LIMIT; a dump has everything.",
        )


def _connected(triples: list[Any]) -> list[list[Any]]:
    """The triples in groups that share no variable with each other."""
    groups: list[tuple[set[Any], list[Any]]] = []
    for triple in triples:
        names, members = _variables(triple), [triple]
        apart = []
        for group in groups:
            if group[0] & names:
                names |= group[0]
                members = group[1] + members
            else:
                apart.append(group)
        groups = [*apart, (names, members)]
    return [members for _, members in groups]


def _variables(triple: tuple[Any, Any, Any]) -> set[Any]:
    return {part for part in triple if isinstance(part, Variable | BNode)}


def bound_in(node: CompValue) -> set[Any]:
    """The variables that a pattern may bind; those of filters are not bound."""
    if node.name == "BGP":
        return set().union(*(_variables(triple) for triple in node.triples))
    if node.name == "Project":
        return set(node.PV)
    if node.name == "values":
        return {name for row in node.res for name in row}
    found: set[Any] = set()
    for name in ("p", "p1", "graph", "p2"):
        if isinstance(node.get(name), CompValue) and not (node.name == "Minus" and name == "p2"):
            found |= bound_in(node[name])
    for name in ("var", "term"):
        if isinstance(node.get(name), Variable):
            found.add(node[name])
    return found


def used_in(expression: Any) -> set[Any]:
    """The variables that stand in an expression."""
    if isinstance(expression, Variable):
        return {expression}
    if isinstance(expression, CompValue):
        return set().union(*(used_in(value) for _, value in parts_of(expression)))
    if isinstance(expression, list | tuple):
        return set().union(*(used_in(value) for value in expression))
    return set()


def _has_patterns(node: CompValue) -> bool:
    return any(each.name == "BGP" and each.triples for each in walked(node))


def _is_unbounded(path: Path) -> bool:
    if isinstance(path, MulPath):
        return path.mod in ("*", "+")
    parts = [getattr(path, "arg", None), *getattr(path, "args", ())]
    return any(isinstance(part, Path) and _is_unbounded(part) for part in parts)


def _listed(names: set[Any]) -> str:
    return ", ".join(sorted(f"?{name}" for name in names if isinstance(name, Variable))) or "none"
