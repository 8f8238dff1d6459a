"""Expressions over numbers, some of which the engine cannot hold or casts wrongly."""

from __future__ import annotations

from typing import Final

from pledgegraph.datatypes import INTEGERS
from pledgegraph.namespaces import XSD
from pledgegraph.sparql.mending.function_kinds import NO_NUMBER
from pledgegraph.sparql.mending.functions import CALCULATE, CAST, COMPARE, IS_IN, ROUNDED
from pledgegraph.sparql.mending.regular import ERROR, LONGEST, Regular
from pledgegraph.sparql.mending.rendering import Scope
from pledgegraph.sparql.mending.tree import ARITHMETIC, Node

_LARGEST: Final = 19
"""Digits of the least number that may have more than 64 bits."""
_COMPARISONS: Final = frozenset({"<", ">", "<=", ">=", "!=", "="})
_ROUNDINGS: Final = frozenset(["ABS", "CEIL", "FLOOR", "ROUND", "ISNUMERIC"])
_EXACT: Final = frozenset(XSD[name].value for name in ("integer", "decimal"))
_INEXACT: Final = frozenset(XSD[name].value for name in ("double", "float"))
_CASTS: Final = {
    XSD[name].value: name
    for name in (
        *("integer", "decimal", "double", "float", "boolean"),
        *("date", "time", "dateTime", "duration", "dayTimeDuration", "yearMonthDuration"),
        *("gYear", "gYearMonth", "gMonth", "gMonthDay", "gDay"),
    )
}
_NUMERIC: Final = _EXACT | _INEXACT | {XSD[name].value for name in (*INTEGERS, "boolean")}
_FLOATING: Final = ", ".join(f"<{each}>" for each in sorted(_INEXACT))
_HALVES: Final = frozenset(XSD[f"{name}Duration"].value for name in ("dayTime", "yearMonth"))
_DURATIONS: Final = ", ".join(f"<{each}>" for each in sorted({*_HALVES, XSD.duration.value}))
_TELLING: Final = "(nteger|Long|decimal|boolean|double|float)$"
"""Datatypes of which more can be told than the engine does."""
_BLANKS_AROUND: Final = r"^[ \\t\\r\\n]|[ \\t\\r\\n]$"
_KINDS: Final = frozenset(
    ["var", "number", "boolean", "aggregate", "binary", "unary", "in", "exists"]
)
"""Expressions that may have a number or a boolean for their value."""


class Numeric(Regular):
    """Puts comparisons, calculations and casts right."""

    def comparison(self, node: Node, scope: Scope) -> str:
        """``<``, ``=`` and the like."""
        left, right = node.children
        sign = self.copy(left.end, right.start, scope)
        if not self._may_matter(node) or all(map(self._is_small, node.children)):
            return self.inner(node, scope)
        one, two = self.render(left, scope), self.render(right, scope)
        native = f"{one}{sign}{two}"
        if node.name in ("<=", ">=") and not any(map(self._is_constant, node.children)):
            # To the engine NaN is as large as itself.
            native = f"IF({native}, {one} = {one}, false)"
        fallback = f'{COMPARE}("{node.name}", {one}, {two})'
        if len(one) + len(two) > LONGEST:
            return fallback
        return f"COALESCE({native}, {self._guarded(fallback, node.children, scope)})"

    def _may_matter(self, node: Node) -> bool:
        may_be = [self.may_be_number(each) for each in node.children]
        if node.name in ("=", "!=") and any(may_be):
            return all(
                may or self.bare(each).kind == "string"
                for may, each in zip(may_be, node.children, strict=True)
            )
        return node.name in _COMPARISONS and all(may_be)

    def _guarded(self, fallback: str, operands: list[Node], scope: Scope) -> str:
        """A call where one of the operands has such a type that it can tell more."""
        tests = [
            f'REGEX(STR(DATATYPE({self.render(each, scope)})), "{_TELLING}")'
            for each in operands
            if not self._is_constant(each) and self.may_be_number(each)
        ]
        return f"IF({' || '.join(tests)}, {fallback}, {ERROR})" if tests else fallback

    def members(self, node: Node, scope: Scope) -> str:
        """``IN`` and ``NOT IN``."""
        sought, *members = node.children
        if not members:
            # The engine asks for the truth of what is sought.
            return "true" if node.flag else "false"
        native = self.inner(node, scope)
        is_literal = self.may_be_number(sought) or self.bare(sought).kind == "string"
        others = (self.may_be_number(each) or self.bare(each).kind == "string" for each in members)
        may_matter = is_literal and any(others)
        if not may_matter or all(map(self._is_small, node.children)):
            return native
        call = f"{IS_IN}({', '.join(self.render(each, scope) for each in node.children)})"
        if len(call) > LONGEST:
            return native
        found = [sought, *(each for each in members if self.may_be_number(each))]
        guarded = self._guarded(f"!{call}" if node.flag else call, found, scope)
        return f"COALESCE({native}, {guarded})"

    def _is_constant(self, node: Node) -> bool:
        """Whether it is a number that stands in the query, or a truth value."""
        return self.bare(node).kind in ("number", "boolean")

    def _is_small(self, node: Node) -> bool:
        """Whether it is a number that the engine can hold."""
        node = self.bare(node)
        return node.kind == "number" and len(node.name) < _LARGEST

    def may_be_number(self, node: Node) -> bool:
        node = self.bare(node)
        if node.kind == "call":
            return node.name not in NO_NUMBER
        if node.kind == "string":
            return self.iri(node.name.removeprefix("^^").strip()) in _NUMERIC
        return node.kind in _KINDS

    def number(self, node: Node, scope: Scope) -> str:
        """A number; the engine reads one of 64 bits and a sign as a negation, which is an error."""
        digits = node.name.lstrip("+-")
        if len(digits) < _LARGEST or not digits.replace(".", "", 1).isdigit():
            return self.inner(node, scope)
        kind = "decimal" if "." in digits else "integer"
        return f'"{node.name.lstrip("+")}"^^<{XSD[kind].value}>'

    def arithmetic(self, node: Node, scope: Scope) -> str:
        """A calculation, as a whole: by the engine if it can, else by `calculate`.

        The engine orders the operands of ``+`` by name and knows ``date + duration`` in one order
        only; and it has no integers of more than 64 bits.
        """
        leaves: list[str] = []
        native: list[str] = []
        program: list[str] = []
        self._calculation(node, scope, native, program, leaves)
        fallback = ", ".join([f'{CALCULATE}("{" ".join(program)}"', *leaves]) + ")"
        written = "".join(native)
        return fallback if len(written) > LONGEST else f"COALESCE({written}, {fallback})"

    def _calculation(
        self, node: Node, scope: Scope, native: list[str], program: list[str], leaves: list[str]
    ) -> None:
        if node.kind == "brackets":
            inner = self.bare(node)
            if inner.kind in ("binary", "unary") and inner.name in ARITHMETIC:
                native.append("(")
                self._calculation(inner, scope, native, program, leaves)
                native.append(")")
                return
        if node.kind == "binary" and node.name in ARITHMETIC:
            chain: list[Node] = []
            while node.kind == "binary" and node.name in ARITHMETIC:
                chain.append(node)
                node = node.children[0]
            self._calculation(node, scope, native, program, leaves)
            for each in reversed(chain):
                native.append(f" {each.name} ")
                self._calculation(each.children[1], scope, native, program, leaves)
                program.append(each.name)
            return
        if node.kind == "unary" and node.name in "+-":
            # `+` is of numbers (section 17.3); the engine and COALESCE would keep anything.
            native.append(" - " if node.name == "-" else "(")
            self._calculation(node.children[0], scope, native, program, leaves)
            native += [] if node.name == "-" else [" * 1)"]
            program.append("neg" if node.name == "-" else "pos")
            return
        leaf = self.render(node, scope)
        native.append(leaf)
        program.append(str(len(leaves)))
        leaves.append(leaf)

    def cast_or_rounding(self, node: Node, scope: Scope) -> str | None:
        """A cast, a rounding or a test of a number; None where it is something else."""
        if len(node.children) != 1:
            return None
        (child,) = node.children
        if node.name in _ROUNDINGS:
            return self._rounding(node, child, scope)
        target = self.iri(node.name)
        if target not in _CASTS:
            return None
        argument = self.render(child, scope)
        native = f"<{target}>({argument})"
        call = f'{CAST}("{_CASTS[target]}", {argument})'
        if len(native) > LONGEST:
            return call
        bare = self.bare(child)
        if target in _EXACT and (bare.kind != "string" or bare.name):
            # What the engine makes of 1e6 is 999999.
            native = f"IF(DATATYPE({argument}) IN ({_FLOATING}), {ERROR}, {native})"
        elif target in _INEXACT:
            # It takes "inf" for a number, and has no value for " INF ".
            infinite = f'"INF"^^<{target}>'
            native = f"IF(ABS({native}) < {infinite}, {native}, {ERROR})"
        elif target not in _NUMERIC:
            # Of dates and the like it knows all but those with blanks around them, and halves.
            unknown = f'REGEX(STR({argument}), "{_BLANKS_AROUND}")'
            if target in _HALVES:
                unknown = f"{unknown} || DATATYPE({argument}) IN ({_DURATIONS})"
            call = f"IF({unknown}, {call}, {ERROR})"
        return f"COALESCE({native}, {call})"

    def _rounding(self, node: Node, child: Node, scope: Scope) -> str:
        argument = self.render(child, scope)
        native = f"{node.name}({argument})"
        if len(native) > LONGEST:
            return native
        call = f'{ROUNDED}("{node.name}", {argument})'
        if node.name != "ISNUMERIC":
            return f"COALESCE({native}, {call})"
        guarded = self._guarded(call, [child], scope)
        return f"({native} || COALESCE({guarded}, false))"
