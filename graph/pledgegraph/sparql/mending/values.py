"""Expressions that the engine gives no value, or a wrong one."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Final

from pledgegraph.datatypes import DERIVED_INTEGERS
from pledgegraph.namespaces import RDF, XSD
from pledgegraph.sparql.mending.extremes import Extremes
from pledgegraph.sparql.mending.function_kinds import BOOLEAN, PLAIN, STRINGS
from pledgegraph.sparql.mending.functions import IS_SOUND, TRUTH, WHOLE
from pledgegraph.sparql.mending.regular import ERROR, LONGEST
from pledgegraph.sparql.mending.rendering import Scope, walk
from pledgegraph.sparql.mending.tree import ARITHMETIC, Node, Select
from pledgegraph.sparql.terminals import OPAQUE, SPACE

_LOGICAL: Final = frozenset({"&&", "||"})
_MAY_BE_UNSOUND: Final = frozenset(
    {
        *(XSD[name].value for name in ("double", "float", *DERIVED_INTEGERS)),
        RDF.langString.value,
        RDF.dirLangString.value,
    }
)
"""Datatypes of which the engine takes some texts that have no value, or no language."""
_BLANK_NODES: Final = re.compile(
    rf"{OPAQUE} | (?P<call>(?<![\w?$:.\-])BNODE {SPACE} \( {SPACE} (?!\)))",
    re.VERBOSE | re.DOTALL | re.IGNORECASE,
)
"""The calls of BNODE with a text."""
_COLLAPSED: Final = frozenset(XSD[name].value for name in DERIVED_INTEGERS)

_SELECT_STAR: Final = re.compile(r"\bSELECT\s*(?:(?:DISTINCT|REDUCED)\s*)?\*", re.IGNORECASE)
_OTHER_STAR: Final = re.compile(r"\b(?:DESCRIBE|DISTINCT)\s*\*", re.IGNORECASE)
"""Where a new variable would be seen, and the columns cannot be named."""


class Values(Extremes):
    """Puts expressions right."""

    needs_names: Node | None
    """See `Triples`."""

    def __init__(self, *args: object) -> None:
        super().__init__(*args)  # type: ignore[arg-type]
        self.bound_last: list[list[str]] = [[]]
        self.aliases: list[frozenset[str]] = [frozenset()]
        self.selects: list[Select] = []
        self.named_columns: set[int] = set()
        """Where the SELECTs begin whose ``*`` must not show what orders their rows."""

    def filter(self, node: Node, scope: Scope) -> str:
        """FILTER and HAVING: what has to be true."""
        (inner,) = node.children
        if inner.kind == "brackets":
            (condition,) = inner.children
            before = self.copy(node.start, condition.start, scope)
            return before + self.true(condition, scope) + self.copy(condition.end, node.end, scope)
        if self._is_boolean(inner):
            return self.inner(node, scope)
        return f"{self.copy(node.start, inner.start, scope)}({self.true(inner, scope)})"

    def true(self, node: Node, scope: Scope) -> str:
        """An expression where a boolean is wanted (section 17.2.2)."""
        written = self.render(node, scope)
        if self._is_boolean(node):
            return written
        if len(written) > LONGEST:
            return f"{TRUTH}({written})"
        return f"COALESCE(IF({written}, true, false), {TRUTH}({written}))"

    def _is_boolean(self, node: Node) -> bool:
        if node.kind == "brackets":
            return self._is_boolean(node.children[0])
        if node.kind == "binary":
            return node.name not in ARITHMETIC
        if node.kind == "unary":
            return node.name == "!"
        if node.kind == "call":
            return node.name in BOOLEAN or self.iri(node.name) == XSD.boolean.value
        return node.kind in ("boolean", "exists", "in")

    def binary(self, node: Node, scope: Scope) -> str:
        """Two operands."""
        if node.name in _LOGICAL:
            return self._logical(node, scope)
        if node.name in ARITHMETIC:
            return self.arithmetic(node, scope)
        self._require_kept_datatype(node.children)
        return self.comparison(node, scope)

    def _logical(self, node: Node, scope: Scope) -> str:
        """``&&`` and ``||``, of which there may be thousands in a row."""
        pieces: list[str] = []
        while node.kind == "binary" and node.name in _LOGICAL:
            left, right = node.children
            pieces += [self.true(right, scope), self.copy(left.end, right.start, scope)]
            node = left
        pieces.append(self.true(node, scope))
        return "".join(reversed(pieces))

    def unary(self, node: Node, scope: Scope) -> str:
        """``!``, ``-`` or ``+``."""
        if node.name != "!":
            return self.arithmetic(node, scope)
        (operand,) = node.children
        return f"!({self.true(operand, scope)})"

    def brackets(self, node: Node, scope: Scope) -> str:
        """An expression in parentheses."""
        inner = self.bare(node)
        if inner.kind in ("binary", "unary") and inner.name in ARITHMETIC:
            return self.arithmetic(node, scope)
        return self.inner(node, scope)

    def aggregate(self, node: Node, scope: Scope) -> str:
        """COUNT of an expression; SUM, AVG, MIN, MAX and GROUP_CONCAT."""
        if not node.children:
            return self.inner(node, scope)
        if node.name in ("MIN", "MAX"):
            return self.extreme(node, scope)
        (argument,) = node.children
        written = self.render(argument, scope)
        before = self.copy(node.start, argument.start, scope)
        after = self.copy(argument.end, node.end, scope)
        if node.name == "COUNT" and self.bare(argument).kind != "var":
            return before + self._counted(argument, written) + after
        if node.name == "GROUP_CONCAT":
            return self._concatenated(node, argument, written, before, after)
        if node.name in ("SUM", "AVG") and len(written) <= LONGEST:
            large = (
                f"COALESCE({written} + 0.0, IF(DATATYPE({written}) = <{XSD.integer.value}>, "
                f"<{XSD.decimal.value}>(STR({written})), {ERROR}))"
            )
            sure = f"{before}{large}{after}"
            sure = f"{WHOLE}({sure})" if node.name == "SUM" else sure
            return f"COALESCE({before}{written}{after}, {sure})"
        return before + written + after

    def _concatenated(
        self, node: Node, argument: Node, written: str, before: str, after: str
    ) -> str:
        """GROUP_CONCAT: of any terms, as a string without a language (section 18.5.1.7).

        DISTINCT looks at the terms, not at their texts. So each text carries a mark of what
        term it is of, and the marks are taken away in the end.
        """
        bare = self.bare(argument)
        if bare.kind == "call" and bare.name in PLAIN:
            return f"{before}{written}{after}"
        if bare.kind == "call" and bare.name in STRINGS:
            return f"STR({before}{written}{after})"
        if not node.flag:
            return f"{before}STR({written}){after}"
        if len(written) > LONGEST:
            raise self.refuse(
                argument,
                "The expression in GROUP_CONCAT(DISTINCT ...) is too long",
                "Give it a name in the pattern, BIND(... AS ?text), and concatenate that.",
            )
        mark = (
            f'CONCAT("\ufdd0", IF(ISLITERAL({written}), '
            f'CONCAT(STR(DATATYPE({written})), "@", LANG({written}), "@", LANGDIR({written})), '
            '""), "\ufdd1")'
        )
        whole = f"{before}CONCAT(STR({written}), {mark}){after}"
        return f'REPLACE(STR({whole}), "\ufdd0[^\ufdd1]*\ufdd1", "")'

    def _counted(self, argument: Node, written: str) -> str:
        """The variable that is counted in the place of an expression.

        One that is an error is not counted (section 18.5.1.2); to the engine it makes the
        whole number an error. A variable without a value is left out by both.
        """
        used = {each.name for each in walk(argument) if each.kind == "var"}
        if used & self.aliases[-1]:
            raise self.refuse(
                argument,
                "COUNT is of an expression with a variable that GROUP BY names",
                "Give the expression a name in the pattern, BIND(... AS ?counted), and count that.",
            )
        return self.bound("counted", written)

    def select(self, node: Node, scope: Scope) -> str:
        """A SELECT; what counts or orders its rows is bound at the end of its pattern."""
        if not isinstance(node, Select):
            raise TypeError(node.kind)
        self._require_groups_first(node)
        inside = self.subquery(node, scope) if node.name != "outermost" else scope
        self.bound_last.append([])
        self.aliases.append(node.aliases)
        self.selects.append(node)
        pieces: list[str] = []
        place, pattern = node.start, -1
        for child in node.children:
            pieces.append(self.copy(place, child.start, inside))
            if child is node.where:
                pattern = len(pieces)
            pieces.append("" if child is node.where else self.render(child, inside))
            place = child.end
        pieces.append(self.copy(place, node.end, inside))
        bound = self.bound_last.pop()
        self.aliases.pop()
        self.selects.pop()
        if node.where is not None:
            where = self.render(node.where, inside)
            pieces[pattern] = f"{{ {where} {' '.join(bound)} }}" if bound else where
        if node.start in self.named_columns:
            pieces[0] = self._named(node, pieces[0])
        elif self.needs_names is not None and (node.flag or node.name == "outermost"):
            pieces[0] = self._with_names(node, pieces[0], self.needs_names)
        return "".join(pieces)

    def _require_groups_first(self, node: Select) -> None:
        """Refuse a HAVING that reads what SELECT names: that comes later (section 18.2.4)."""
        names = {name for name, _ in node.named} - (node.grouped or frozenset())
        for each in node.having:
            if any(part.kind == "exists" for part in walk(each)):
                continue
            for name in sorted(names & self.bindings.mentioned(each)):
                raise self.refuse(
                    each,
                    f"In HAVING, ?{name} has no value yet, since SELECT gives it later",
                    f"Write in its place the expression that SELECT names ?{name}, such as "
                    "HAVING (COUNT(*) > 1).",
                )

    def _with_names(self, node: Select, head: str, triples: Node) -> str:
        """The head of a SELECT with the names of its columns in the place of ``*``."""
        if self._is_seen_elsewhere():
            names = []
        elif not node.flag:
            return head
        else:
            names = self._columns(node)
        if not names:
            raise self.refuse(
                triples,
                "A property that is negated with `!` stands between two terms, and `*` has no "
                "column for it",
                "Name the columns, ask with ASK, or count: SELECT (COUNT(*) AS ?n) { ... }.",
            )
        return self._named(node, head)

    def _named(self, node: Select, head: str) -> str:
        place = node.star - node.start
        names = " ".join(f"?{name}" for name in self._columns(node))
        return f"{head[:place]} {names} {head[place + 1 :]}"

    def _columns(self, node: Select) -> list[str]:
        shown = self.bindings.possible(node.children)
        return [name for name in self.bindings.in_order() if name in shown]

    def _is_seen_elsewhere(self) -> bool:
        """Whether the text has a ``*`` that is not that of a SELECT."""
        return _OTHER_STAR.search(_SELECT_STAR.sub(" ", self.text)) is not None

    def may_have_columns(self, select: Select) -> bool:
        """Whether a new variable in the pattern of a SELECT is not seen outside of it."""
        if self._is_seen_elsewhere():
            return False
        if select.flag:
            self.named_columns.add(select.start)
        return True

    def call(self, node: Node, scope: Scope) -> str:
        """The call of a function."""
        if node.name == "IF" and node.children:
            condition, *rest = node.children
            written = [self.true(condition, scope), *(self.render(each, scope) for each in rest)]
            return f"IF({', '.join(written)})"
        if node.name == "BOUND" and any(each.name in scope.replacing for each in node.children):
            return "true"
        if node.name == "STRDT":
            return self._typed(node, scope)
        if node.name == "BNODE" and node.children:
            return self._blank_node(node, scope)
        if node.name in ("REGEX", "REPLACE"):
            return self.regular(node, scope)
        found = self.cast_or_rounding(node, scope)
        return self.inner(node, scope) if found is None else found

    def _typed(self, node: Node, scope: Scope) -> str:
        """STRDT; an error where the engine would make what is no literal."""
        native = self.inner(node, scope)
        text, datatype = node.children
        bare = self.bare(datatype)
        if bare.kind == "iri" and self.iri(bare.name) not in _MAY_BE_UNSOUND:
            return native
        text_written, datatype_written = self.render(text, scope), self.render(datatype, scope)
        if len(text_written) + len(datatype_written) > LONGEST:
            raise self.refuse(
                node,
                "The expressions in STRDT are too long",
                "Give them names in the pattern, BIND(... AS ?text), and use those.",
            )
        return f"IF({IS_SOUND}({text_written}, {datatype_written}), {native}, {ERROR})"

    def _blank_node(self, node: Node, scope: Scope) -> str:
        """BNODE of a text: in each solution a blank node of its own (section 17.4.2.9).

        The engine takes the text for its label. A new one each time is right where no other call
        may have the same text.
        """
        if len([each for each in _BLANK_NODES.finditer(self.text) if each["call"]]) > 1:
            raise self.refuse(
                node,
                "BNODE with a text stands in the query more than once",
                "Make each blank node once, BIND(BNODE() AS ?node), and use its name.",
            )
        (text,) = node.children
        is_text = f"DATATYPE({self.render(text, scope)}) = <{XSD.string.value}>"
        return f"IF({is_text}, BNODE(), {ERROR})"

    def in_list(self, node: Node, scope: Scope) -> str:
        """``IN`` and ``NOT IN``."""
        self._require_kept_datatype(node.children)
        return self.members(node, scope)

    def exists(self, node: Node, scope: Scope) -> str:
        """A pattern in a condition; the engine gives parameters no value there."""
        inside = replace(
            scope,
            parameters={},
            in_exists=True,
            outside=self.outside(node),
            entry=frozenset(),
        )
        return self.inner(node, inside)

    def _is_datatype_of_data(self, node: Node) -> bool:
        """Whether it is the datatype of a variable; what is computed has the right one."""
        if node.kind != "call" or node.name != "DATATYPE" or not node.children:
            return False
        return self.bare(node.children[0]).kind == "var"

    def _require_kept_datatype(self, operands: list[Node]) -> None:
        """Refuse to look for a datatype that the store keeps as xsd:integer."""
        bare = [self.bare(each) for each in operands]
        if not any(self._is_datatype_of_data(each) for each in bare):
            return
        for each in bare:
            name = self.iri(each.name) if each.kind == "iri" else ""
            if name in _COLLAPSED or name == XSD.dateTimeStamp.value:
                kept = "dateTime" if name == XSD.dateTimeStamp.value else "integer"
                local = name.rpartition("#")[2]
                raise self.refuse(
                    each,
                    f"No value has the datatype xsd:{local} here: it is kept as xsd:{kept}",
                    f"Compare with xsd:{kept}, and with bounds if they matter.",
                )
