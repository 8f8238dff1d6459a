"""rdflib as the reference for queries, without the faults of its that are known.

Each fault of rdflib 7 that our random queries meet is mended here, under a name, so that what
differs afterwards is ours to explain.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from decimal import Decimal
from typing import Any, Final
from unittest.mock import patch

import rdflib
from rdflib.plugins.sparql import aggregates, evaluate
from rdflib.plugins.sparql.evalutils import _eval
from rdflib.plugins.sparql.sparql import FrozenBindings, SPARQLError
from rdflib.term import Literal, Variable

Row = tuple[object, ...]
NUMBERS: Final = frozenset({"integer", "decimal", "double", "float"})


class _Reading(aggregates.Accumulator):
    """errors-in-aggregates: rdflib counts an error as a value, and takes others for zero."""

    def __init__(self, aggregation: Any) -> None:
        super().__init__(aggregation)
        self.held: list[Any] = []
        self.failed = False

    def use_row(self, row: FrozenBindings) -> bool:  # noqa: ARG002 -- theirs
        return True

    def dont_care(self, row: FrozenBindings) -> bool:  # noqa: ARG002 -- theirs
        return True

    def update(self, row: FrozenBindings, aggregator: Any) -> None:  # noqa: ARG002 -- theirs
        try:
            value = row if self.expr == "*" else _eval(self.expr, row)
        except Exception:  # noqa: BLE001 -- rdflib raises what it likes
            value = None
        if value is None or isinstance(value, (SPARQLError, Variable)):
            self.failed = True
        elif not self.distinct or all(_term(value) != _term(each) for each in self.held):
            self.held.append(value)

    def set_value(self, bindings: Any) -> None:
        found = self.get_value()
        if found is not None:
            bindings[self.var] = found


class _Count(_Reading):
    def get_value(self) -> Literal:
        return Literal(len(self.held))


class _Sum(_Reading):
    def get_value(self) -> Literal | None:
        total = Literal(0)
        for each in self.held:
            if self.failed or not isinstance(each, Literal) or not is_number(each):
                return None
            total = add(total, each)
        return None if self.failed else total


class _Average(_Sum):
    def get_value(self) -> Literal | None:
        total = super().get_value()
        if total is None or not self.held:
            return total
        value = total.value
        if isinstance(value, float):
            return Literal(value / len(self.held))
        return Literal(Decimal(value) / Decimal(len(self.held)))


def is_number(literal: Literal) -> bool:
    """Whether a literal is a number that is well-formed."""
    return str(literal.datatype).rpartition("#")[2] in NUMBERS and literal.value is not None


def add(one: Literal, two: Literal) -> Literal:
    """numbers-of-two-types: rdflib cannot add a decimal and a double."""
    values = [one.value, two.value]
    if any(isinstance(value, float) for value in values):
        return Literal(float(values[0]) + float(values[1]))
    return Literal(values[0] + values[1])


def _aggregate_join(ctx: Any, agg: Any) -> Iterator[FrozenBindings]:
    """groups-of-nothing: with GROUP BY, no rows make no group (SPARQL 1.1 Query, 18.5.1)."""
    groups: dict[Any, aggregates.Aggregator] = {}
    if agg.p.expr is None:
        groups[True] = aggregates.Aggregator(aggregations=agg.A)
    for row in evaluate.evalPart(ctx, agg.p):
        key: Any = True
        if agg.p.expr is not None:
            key = tuple(_eval(each, row, False) for each in agg.p.expr)  # noqa: FBT003 -- theirs
        if key not in groups:
            groups[key] = aggregates.Aggregator(aggregations=agg.A)
        groups[key].update(row)
    for each in groups.values():
        yield FrozenBindings(ctx, each.get_bindings())


def _join(ctx: Any, join: Any) -> Iterator[Any]:
    """groups-see-outside: rdflib lets a group see what is bound outside (18.6, Join)."""
    right = list(evaluate.evalPart(ctx, join.p2))
    for one in evaluate.evalPart(ctx, join.p1):
        for two in right:
            if one.compatible(two):
                yield one.merge(two)


_ACCUMULATORS: Final = {
    "Aggregate_Count": _Count,
    "Aggregate_Sum": _Sum,
    "Aggregate_Avg": _Average,
}


def answer_of(dataset: rdflib.Dataset, query: str, names: list[str]) -> Counter[Row]:
    """The rows of a SELECT by rdflib, each with how often it comes."""
    classes = {**aggregates.Aggregator.accumulator_classes, **_ACCUMULATORS}
    with (
        patch.object(aggregates.Aggregator, "accumulator_classes", classes),
        patch.object(evaluate, "evalAggregateJoin", _aggregate_join),
        patch.object(evaluate, "evalJoin", _join),
    ):
        found = list(dataset.query(query).bindings)
    return Counter(tuple(_term(row.get(Variable(name))) for name in names) for row in found)


def _term(term: object) -> object:
    if not isinstance(term, Literal):
        return None if term is None else f"<{term}>"
    kind = "langString" if term.language else str(term.datatype or "#string").rpartition("#")[2]
    return term_as_value(str(term), kind, term.language or "")


def term_as_value(text: str, kind: str, language: str) -> object:
    """A literal by its value, in which the engine keeps numbers."""
    if kind not in NUMBERS:
        return (kind, text, language)
    if kind in ("double", "float"):
        return (kind, f"{float(text):.9g}")
    return (kind, f"{Decimal(text):.9f}")
