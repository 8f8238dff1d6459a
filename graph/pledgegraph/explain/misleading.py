"""What in a query gives another answer than its author is likely to expect, by the standard."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, Final

from rdflib.plugins.sparql.parserutils import CompValue
from rdflib.term import Variable

from pledgegraph.explain.algebra import Reading, walked
from pledgegraph.explain.algebra_text import EXISTS
from pledgegraph.explain.explanation import SlowShape
from pledgegraph.explain.slow_patterns import bound_in, used_in

_STRICT: Final = {
    "Aggregate_Max": "MAX",
    "Aggregate_Min": "MIN",
    "Aggregate_Sum": "SUM",
    "Aggregate_Avg": "AVG",
    "Aggregate_GroupConcat": "GROUP_CONCAT",
}
"""The aggregates that have no value when one of their rows has none (section 18.5.1)."""
_FORGIVING: Final = {
    "Builtin_COALESCE",
    "Builtin_IF",
    "Builtin_BOUND",
    "ConditionalOrExpression",
    *EXISTS,
}
"""What can have a value though a variable in it has none."""


def misleading(reading: Reading) -> Iterator[SlowShape]:
    """What in a query is likely to be meant otherwise, each thing once."""
    seen: set[tuple[str, str]] = set()
    for node in walked(reading.algebra):
        if node.name != "AggregateJoin":
            continue
        keys = {each for each in node.p.get("expr") or () if isinstance(each, Variable)}
        pattern = node.p.p
        sometimes = bound_in(pattern) - _always(pattern, keys) - keys
        for each in node.A:
            name = _STRICT.get(each.name)
            for variable in sorted(_needed(each.get("vars")) & sometimes):
                if name and (name, variable) not in seen:
                    seen.add((name, variable))
                    yield _aggregate(name, variable)


def _aggregate(name: str, variable: str) -> SlowShape:
    return SlowShape(
        "aggregate-over-optional",
        f"{name} has no value as soon as one row of its group has no ?{variable}, and ?{variable} "
        "stands in OPTIONAL or in one side of a UNION: the standard wants it so.",
        f"Take {name} in a subquery without the OPTIONAL, or write COALESCE(?{variable}, ...) "
        "with the value that such rows are to count as.",
    )


def _always(node: Any, keys: set[Variable]) -> set[Any]:
    """The variables that have a value in every row of a group, or in none of its rows."""
    rule = _RULES.get(node.name)
    if rule is not None:
        return rule(node, keys)
    if not isinstance(node.get("p"), CompValue):
        return bound_in(node)
    graph = {node.get("term")} & bound_in(node)
    return _always(node.p, keys) | graph


def _left_join(node: CompValue, keys: set[Variable]) -> set[Any]:
    """What is optional for the keys of the group alone is the same in all its rows."""
    sure = _always(node.p1, keys)
    shared = (bound_in(node.p2) | used_in(node.get("expr"))) & bound_in(node.p1)
    return sure | _always(node.p2, keys) if shared and shared <= keys else sure


def _extend(node: CompValue, keys: set[Variable]) -> set[Any]:
    sure = _always(node.p, keys)
    return sure | {node.var} if _needed(node.expr) <= sure | _computed(node) else sure


def _values(node: CompValue, _: set[Variable]) -> set[Any]:
    rows = [{name for name, value in row.items() if value != "UNDEF"} for row in node.res]
    return set.intersection(*rows) if rows else set()


_RULES: Final[dict[str, Callable[[CompValue, set[Variable]], set[Any]]]] = {
    "LeftJoin": _left_join,
    "Extend": _extend,
    "values": _values,
    "Union": lambda node, keys: _always(node.p1, keys) & _always(node.p2, keys),
    "Join": lambda node, keys: _always(node.p1, keys) | _always(node.p2, keys),
    "Minus": lambda node, keys: _always(node.p1, keys),
    "Filter": lambda node, keys: _always(node.p, keys) | _demanded(node.expr),
    "Project": lambda node, keys: _always(node.p, keys) & set(node.PV),
    "AggregateJoin": lambda node, _: {each.res for each in node.A},
}


def _computed(node: CompValue) -> set[Any]:
    """The results of the aggregates that a subquery's columns are made of."""
    below = (each for each in walked(node.p) if each.name == "AggregateJoin")
    return {each.res for group in below for each in group.A}


def _needed(expression: Any) -> set[Any]:
    """The variables without which an expression has no value."""
    if isinstance(expression, CompValue):
        if expression.name in _FORGIVING:
            return set()
        parts = [value for key, value in dict.items(expression) if key != "_vars"]
        return set().union(*(_needed(value) for value in parts))
    if isinstance(expression, list | tuple):
        return set().union(*(_needed(value) for value in expression))
    return {expression} if isinstance(expression, Variable) else set()


def _demanded(condition: Any) -> set[Any]:
    """The variables that have a value in each row that passes a filter."""
    if isinstance(condition, CompValue):
        if condition.name == "Builtin_BOUND":
            return {condition.arg}
        if condition.name == "ConditionalAndExpression":
            return set().union(*(_demanded(each) for each in [condition.expr, *condition.other]))
    return _needed(condition)
