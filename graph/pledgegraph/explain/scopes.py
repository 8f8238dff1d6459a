"""Conditions in a group that use a variable which has no value there.

Groups are evaluated by themselves, from the inside out (SPARQL 1.1 Query, section 18.2.2): a BIND
or FILTER in braces, in a side of a UNION, in OPTIONAL or in a subquery does not see what is bound
outside of them. Only the FILTER that stands directly in an OPTIONAL sees the pattern before it,
and EXISTS sees everything.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from rdflib.plugins.sparql.parserutils import CompValue
from rdflib.term import Variable

from pledgegraph.explain.algebra import Reading
from pledgegraph.explain.algebra_text import EXISTS, parts_of
from pledgegraph.explain.explanation import SlowShape
from pledgegraph.explain.slow_patterns import bound_in


def out_of_scope(reading: Reading) -> Iterator[SlowShape]:
    """Each condition, with the variables that are bound outside of its group only."""
    seen: set[tuple[str, str]] = set()
    everywhere = _bound_anywhere(reading.algebra)
    for node in _outside_exists(reading.algebra):
        expression = node.get("expr")
        if node.name not in ("Extend", "Filter", "LeftJoin") or expression is None:
            continue
        sides = [node[name] for name in ("p", "p1", "p2") if isinstance(node.get(name), CompValue)]
        here = set().union(*(bound_in(each) for each in sides))
        for variable in sorted((_named(expression) - here) & everywhere):
            if node.name == "Extend" and variable == node.var:
                continue
            shown = reading.text.shortened(expression)
            if (variable, shown) not in seen:
                seen.add((variable, shown))
                yield _outside(variable, "BIND" if node.name == "Extend" else "FILTER", shown)


def _outside(variable: str, word: str, shown: str) -> SlowShape:
    effect = "its result is empty" if word == "BIND" else "it lets no row pass that needs the value"
    return SlowShape(
        "variable-out-of-scope",
        f"?{variable} has no value in {word} {shown}: it is bound outside of the group in which "
        f"that stands (OPTIONAL, UNION, MINUS, a subquery or braces), and a group does not "
        f"see what is outside of it. So {effect}.",
        f"Put the {word} behind the group, or bind ?{variable} in the group as well.",
    )


def _outside_exists(node: Any) -> Iterator[CompValue]:
    """Every part of an algebra, but those in EXISTS, which see what is outside."""
    if isinstance(node, CompValue):
        if node.name in EXISTS:
            return
        yield node
        for _, value in parts_of(node):
            yield from _outside_exists(value)
    elif isinstance(node, list | tuple | set):
        for value in node:
            yield from _outside_exists(value)


def _bound_anywhere(algebra: CompValue) -> set[Any]:
    """What patterns, VALUES and BIND of the query give a value to."""
    found: set[Any] = set()
    for node in _outside_exists(algebra):
        if node.name in ("BGP", "values"):
            found |= bound_in(node)
        elif node.name == "Extend":
            found.add(node.var)
    return {each for each in found if isinstance(each, Variable) and not each.startswith("__")}


def _named(expression: Any) -> set[Any]:
    """The variables that an expression needs; what it foresees to have no value is left out."""
    if isinstance(expression, Variable):
        return {expression}
    if isinstance(expression, CompValue):
        if expression.name in (*EXISTS, "Builtin_COALESCE", "Builtin_BOUND"):
            return set()
        parts = [value for key, value in parts_of(expression) if key != "_vars"]
        return set().union(*(_named(value) for value in parts))
    if isinstance(expression, list | tuple):
        return set().union(*(_named(value) for value in expression))
    return set()
