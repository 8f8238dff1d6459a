"""ORDER BY, MIN and MAX of numbers that the engine (pyoxigraph 0.5.13) cannot hold.

To it such a number is a text, which it puts behind all numbers. So it is ordered by the decimal or
the double that is nearest, which the engine puts in its place, and those that come to the same
double by all their digits.
"""

from __future__ import annotations

from typing import Final

from pledgegraph.namespaces import XSD
from pledgegraph.sparql.mending.functions import DIGITS, EXTREME
from pledgegraph.sparql.mending.numeric import Numeric
from pledgegraph.sparql.mending.regular import LONGEST
from pledgegraph.sparql.mending.rendering import Scope
from pledgegraph.sparql.mending.tree import Node

_EXACT: Final = f"<{XSD.integer.value}>, <{XSD.decimal.value}>"
_NEVER_LARGE: Final = frozenset({"COUNT", "GROUP_CONCAT"})
_SEPARATOR: Final = "|"


class Extremes(Numeric):
    """Puts right what comes first and what comes last."""

    def order(self, node: Node, scope: Scope) -> str:
        """A condition of ORDER BY; its name is its direction."""
        (child,) = node.children
        written = self.render(child, scope)
        bare = self.bare(child)
        is_small = bare.kind == "aggregate" and bare.name in _NEVER_LARGE
        if is_small or not self.may_be_number(child) or len(written) > LONGEST:
            return self.inner(node, scope)
        direction = node.name or "ASC"
        digits = f"COALESCE(IF({_is_beyond(written)}, {DIGITS}({written}), 0), 0)"
        return f"{direction}({_near(written)}) {direction}({digits})"

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


def _is_beyond(written: str) -> str:
    """Whether a value is of xsd:integer or xsd:decimal, and no number to the engine."""
    return f"DATATYPE({written}) IN ({_EXACT}) && !isNumeric({written})"


def _near(written: str) -> str:
    """The value, or a number near it that the engine can hold."""
    decimal, double = (f"<{kind.value}>(STR({written}))" for kind in (XSD.decimal, XSD.double))
    near = f"COALESCE({decimal}, {double})"
    return f"COALESCE(IF({_is_beyond(written)}, {near}, {written}), {written})"
