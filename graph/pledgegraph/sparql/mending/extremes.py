"""ORDER BY, MIN and MAX of numbers that the engine (pyoxigraph 0.5.13) cannot hold.

To it such a number is a text, which it puts behind all numbers. So it is ordered by the decimal or
the double that is nearest, which the engine puts in its place, and those that come to the same
double by all their digits.

A number and a text are compared as texts, two numbers by their values. So 9 < 10 < "5x" < 9: the
engine puts 10 before 9, or panics. First comes of what kind a value is (`_kind`), and then what
can be compared.
"""

from __future__ import annotations

from typing import Final

from pledgegraph.namespaces import RDF, XSD
from pledgegraph.sparql.mending.bindings import Bindings
from pledgegraph.sparql.mending.functions import DIGITS, EXTREME
from pledgegraph.sparql.mending.numeric import Numeric
from pledgegraph.sparql.mending.regular import LONGEST
from pledgegraph.sparql.mending.rendering import Scope, walk
from pledgegraph.sparql.mending.tree import Node, Select

_EXACT: Final = f"<{XSD.integer.value}>, <{XSD.decimal.value}>"
_NEVER_LARGE: Final = frozenset({"COUNT", "GROUP_CONCAT"})
_SEPARATOR: Final = "|"
_NUMBERS: Final = frozenset({"SUM", "AVG"})
_ZONE: Final = "(Z|[+-][0-9][0-9]:[0-9][0-9])$"


class Extremes(Numeric):
    """Puts right what comes first and what comes last."""

    bindings: Bindings
    bound_last: list[list[str]]
    """For each SELECT around, what its pattern binds at its end; see `bound`."""
    selects: list[Select]
    """The SELECTs around."""

    def may_have_columns(self, select: Select) -> bool:
        """Whether a new variable in the pattern of a SELECT is not seen outside of it."""
        raise NotImplementedError

    def order(self, node: Node, scope: Scope) -> str:
        """A condition of ORDER BY; its name is its direction."""
        (child,) = node.children
        written = self.render(child, scope)
        bare = self.bare(child)
        meant = self._meant(bare)
        is_small = meant.kind == "aggregate" and meant.name in _NEVER_LARGE
        if is_small or not self.may_be_number(meant) or len(written) > LONGEST:
            return self.inner(node, scope)
        digits = (
            f"COALESCE(IF(isNumeric({written}), 0, IF(DATATYPE({written}) IN ({_EXACT}), "
            f"{DIGITS}({written}), 0)), 0)"
        )
        is_number = meant.kind == "aggregate" and meant.name in _NUMBERS
        keys = [_near(written), digits]
        if not is_number:
            keys = [_kind(written), _comparable(written), digits]
        if bare.kind == "var" and self._binds(bare.name, scope):
            keys = [self.bound("order", key) for key in keys]
        direction = node.name or "ASC"
        return " ".join(f"{direction}({key})" for key in keys)

    def _meant(self, node: Node) -> Node:
        """What a SELECT gives the name of a variable to, or the expression itself."""
        select = self.selects[-1]
        if node.kind != "var" or select.where is None:
            return node
        named = [each for each in select.children if each.end <= select.where.start]
        for (name, _), expression in zip(select.named, named, strict=False):
            if name == node.name:
                return self.bare(expression)
        return node

    def _binds(self, name: str, scope: Scope) -> bool:
        """Whether what is to be ordered by can be told for each row before they are ordered.

        The engine calculates it anew each time that it compares two rows.
        """
        select = self.selects[-1]
        return (
            name not in scope.parameters
            and select.where is not None
            and select.grouped is None
            and not any(each.kind in ("aggregate", "values") for each in _beside_pattern(select))
            and name in self.bindings.possible([select.where])
            and self.may_have_columns(select)
        )

    def bound(self, prefix: str, written: str) -> str:
        """A new variable, which has an expression's value at the end of the SELECT's pattern."""
        number = sum(len(each) for each in self.bound_last)
        name = f"{prefix}_{number}"
        while name in self.text:
            name += "_"
        self.bound_last[-1].append(f"BIND({written} AS ?{name})")
        return f"?{name}"

    def extreme(self, node: Node, scope: Scope) -> str:
        """MIN or MAX."""
        (argument,) = node.children
        written = self.render(argument, scope)
        if not self.may_be_number(argument) or len(written) > LONGEST:
            return self.inner(node, scope)
        nearest = f"{node.name}({_near(written)})"
        text = f'CONCAT(STR({written}), "^", STR(DATATYPE({written})))'
        beyond = (
            f'GROUP_CONCAT(DISTINCT COALESCE(IF({_is_beyond(written)}, {text}, ""), ""); '
            f'SEPARATOR = "{_SEPARATOR}")'
        )
        return f'IF({beyond} IN ("", "{_SEPARATOR}"), {nearest}, ' + (
            f'{EXTREME}("{node.name}", {nearest}, {beyond}))'
        )


def _beside_pattern(select: Select) -> list[Node]:
    """All that is in a SELECT but not in its pattern."""
    return [each for child in select.children if child is not select.where for each in walk(child)]


def _kind(written: str) -> str:
    """A text by which values that cannot be compared stand apart, in the order of section 15.1.

    Numbers and texts come before other literals; of these each datatype is for itself, what has
    no value there apart from what has, and, but for moments, what has a time zone.
    """
    moment = f"<{XSD.dateTime.value}>"
    zone = f'IF(DATATYPE({written}) != {moment} && REGEX(STR({written}), "{_ZONE}"), "z", "")'
    other = (
        f'CONCAT("6", STR(DATATYPE({written})), IF(COALESCE({written} <= {written}, false), '
        f'"", "?"), {zone})'
    )
    is_text = f"DATATYPE({written}) IN (<{XSD.string.value}>, <{RDF.langString.value}>)"
    beyond = f'IF(isNumeric({_near(written)}), "4", {other})'
    literal = (
        f'IF(isNumeric({written}), "4", IF({is_text}, "5", '
        f"IF(DATATYPE({written}) IN ({_EXACT}), {beyond}, {other})))"
    )
    node = f'IF(isBlank({written}), "1", IF(isIRI({written}), "2", "7"))'
    return f'COALESCE({literal}, {node}, "0")'


def _comparable(written: str) -> str:
    """The value as it compares with others of its kind, if it has one."""
    moment, duration = f"<{XSD.dateTime.value}>", f"<{XSD.duration.value}>"
    zoned = (
        f'IF(REGEX(STR({written}), "{_ZONE}"), {written}, '
        f'STRDT(CONCAT(STR({written}), "Z"), {moment}))'
    )
    other = (
        f"IF(DATATYPE({written}) = {moment}, {zoned}, "
        f"IF(DATATYPE({written}) = {duration}, STR({written}), {_near(written)}))"
    )
    return f"COALESCE(IF(isNumeric({written}), {written}, {other}), {written})"


def _is_beyond(written: str) -> str:
    """Whether a value is of xsd:integer or xsd:decimal, and no number to the engine."""
    return f"DATATYPE({written}) IN ({_EXACT}) && !isNumeric({written})"


def _near(written: str) -> str:
    """The value, or a number near it that the engine can hold."""
    decimal, double = (f"<{kind.value}>(STR({written}))" for kind in (XSD.decimal, XSD.double))
    near = f"COALESCE({decimal}, {double})"
    return f"COALESCE(IF({_is_beyond(written)}, {near}, {written}), {written})"
