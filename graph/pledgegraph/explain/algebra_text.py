"""Parts of an algebra as a person would write them."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable
from typing import Any, Final

from rdflib.namespace import XSD, NamespaceManager
from rdflib.paths import (
    AlternativePath,
    InvPath,
    MulPath,
    NegatedPath,
    Path,
    SequencePath,
)
from rdflib.plugins.sparql.parserutils import CompValue
from rdflib.term import BNode, Literal, URIRef, Variable

EXISTS: Final = {"Builtin_EXISTS": "EXISTS {...}", "Builtin_NOTEXISTS": "NOT EXISTS {...}"}

_PLAIN: Final = frozenset({XSD.integer, XSD.decimal, XSD.boolean})
_COMPARISONS: Final = (
    "RelationalExpression",
    "AdditiveExpression",
    "MultiplicativeExpression",
)
_JOINED: Final = {"ConditionalAndExpression": " && ", "ConditionalOrExpression": " || "}
_FIXED: Final = {
    "TrueFilter": "true",
    # rdflib keeps no more of it.
    "InversePath": "^...",
    **EXISTS,
}
_LONGEST: Final = 300
"""Characters of an expression that are shown."""


class AlgebraText:
    """Writes terms, paths and expressions with the prefixes of a query."""

    def __init__(self, prefixes: NamespaceManager) -> None:
        self._prefixes = prefixes

    def shortened(self, value: Any) -> str:
        """The text of it, cut where it is very long."""
        text = self.of(value)
        return text if len(text) <= _LONGEST else text[:_LONGEST] + " ..."

    def of(self, value: Any) -> str:
        """The text of a term, a path, an expression, or several of them."""
        if isinstance(value, Variable | URIRef | Literal | BNode):
            return self._term(value)
        if isinstance(value, Path):
            return self._path(value)
        if isinstance(value, CompValue):
            return _FIXED.get(value.name) or self._expression(value)
        if isinstance(value, Iterable) and not isinstance(value, str):
            return " ".join(self.of(each) for each in value)
        return str(value)

    def _term(self, term: Variable | URIRef | Literal | BNode) -> str:
        if isinstance(term, URIRef):
            return str(term.n3(self._prefixes))
        if isinstance(term, Literal) and term.datatype in _PLAIN:
            return str(term)
        return str(term.n3())

    def _path(self, path: Path) -> str:
        if isinstance(path, MulPath):
            inner = self.of(path.path)
            return f"({inner}){path.mod}" if isinstance(path.path, Path) else f"{inner}{path.mod}"
        if isinstance(path, InvPath):
            return f"^{self.of(path.arg)}"
        if isinstance(path, NegatedPath):
            return f"!({'|'.join(self.of(each) for each in path.args)})"
        if isinstance(path, SequencePath | AlternativePath):
            between = "/" if isinstance(path, SequencePath) else "|"
            return "(" + between.join(self.of(each) for each in path.args) + ")"
        return str(path)

    def _expression(self, node: CompValue) -> str:
        if node.name == "OrderCondition":
            return f"{node.order or 'ASC'}({self.of(node.expr)})"
        if node.name.startswith("Aggregate_"):
            what = f"{node.distinct or ''} {self.of(node.vars)}".strip()
            name = node.name.removeprefix("Aggregate_").upper()
            return f"{name}({what}) AS {self.of(node.res)}"
        if node.name in _COMPARISONS:
            return self._comparison(node)
        if node.name in _JOINED:
            parts = [node.expr, *node.other]
            return "(" + _JOINED[node.name].join(self.of(each) for each in parts) + ")"
        values = [each for key, each in parts_of(node) if key != "_vars"]
        flat = [each for value in values for each in (value if type(value) is list else [value])]
        inside = [self.of(each) for each in flat]
        name = node.name.removeprefix("Builtin_")
        return f"{name}({', '.join(each for each in inside if each)})"

    def _comparison(self, node: CompValue) -> str:
        operators = node.op if isinstance(node.op, list) else [node.op]
        others = node.other if isinstance(node.other, list) else [node.other]
        pairs = zip(operators, others, strict=False)
        rest = " ".join(f"{each} {self.of(value)}" for each, value in pairs)
        return f"{self.of(node.expr)} {rest}"


def parts_of(node: CompValue) -> list[tuple[str, Any]]:
    """What a part of an algebra is made of; its own ``items`` may be one of its parts."""
    return list(OrderedDict.items(node))
