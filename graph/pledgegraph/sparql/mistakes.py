"""Mistakes that are no wrong token: a prefix that is not declared, a variable bound twice.

The engine says of them what its parser tried last. They are looked for in the tree of the query.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import pairwise
from typing import Final

from pledgegraph.sparql.mending.expressions import AGGREGATES
from pledgegraph.sparql.mending.queries import Reader
from pledgegraph.sparql.mending.rendering import walk
from pledgegraph.sparql.mending.scanner import Scanner
from pledgegraph.sparql.mending.tree import Node, Select, Unreadable
from pledgegraph.sparql.terminals import OPAQUE, VARIABLE

_VARIABLES: Final = re.compile(f"{OPAQUE}|{VARIABLE}", re.VERBOSE | re.DOTALL)
_LABEL: Final = re.compile(rf"{OPAQUE}|(?P<label>_:\w(?:[\w\-.]*[\w\-])?)", re.VERBOSE | re.DOTALL)
_BUILTINS: Final = frozenset(
    """STR LANG LANGMATCHES LANGDIR DATATYPE BOUND IRI URI BNODE RAND ABS CEIL FLOOR ROUND CONCAT
    STRLEN UCASE LCASE ENCODE_FOR_URI CONTAINS STRSTARTS STRENDS STRBEFORE STRAFTER YEAR MONTH DAY
    HOURS MINUTES SECONDS TIMEZONE TZ NOW UUID STRUUID MD5 SHA1 SHA256 SHA384 SHA512 COALESCE IF
    STRLANG STRLANGDIR STRDT SAMETERM ISIRI ISURI ISBLANK ISLITERAL ISNUMERIC HASLANG HASLANGDIR
    REGEX SUBSTR REPLACE TRIPLE SUBJECT PREDICATE OBJECT ISTRIPLE ADJUST""".split()  # noqa: SIM905 -- a list would be a page
)
"""The functions of SPARQL, and those of the engine."""


def mistake_in(text: str, *, update: bool = False) -> tuple[int, str] | None:
    """Where the mistake is, and what; None where it is of another sort.

    >>> mistake_in("SELECT * { ?s ex:p ?o }")
    (14, 'the prefix ex: is not declared')
    """
    found = _undeclared(text)
    if found is not None or update:
        return found
    try:
        tree = Reader(text).query()
    except (Unreadable, RecursionError):
        return None
    return next(_Search(text).mistakes(tree), None)


def _undeclared(text: str) -> tuple[int, str] | None:
    declared: set[str] = set()
    try:
        scanner = Scanner(text)
        while scanner.kind != "end":
            if scanner.take_word("PREFIX") and scanner.kind == "name":
                declared.add(scanner.advance())
                continue
            if scanner.kind == "name":
                prefix = scanner.piece.partition(":")[0] + ":"
                if prefix not in declared:
                    return scanner.start, f"the prefix {prefix} is not declared"
            elif scanner.kind == "end":
                break
            scanner.advance()
    except Unreadable:
        return None
    return None


class _Search:
    def __init__(self, text: str) -> None:
        self._text = text

    def mistakes(self, tree: Node) -> Iterator[tuple[int, str]]:
        """All of them, in no order."""
        nodes = walk(tree)
        for node in nodes:
            if node.kind == "group":
                yield from self._in_group(node)
            elif node.kind == "values":
                yield from self._in_values(node)
            elif isinstance(node, Select) and node.kind == "select":
                yield from self._in_select(node)
        yield from self._labels(nodes)

    def _in_group(self, group: Node) -> Iterator[tuple[int, str]]:
        bound: set[str] = set()
        for each in group.children:
            yield from self._in_expression(each)
            if each.kind == "bind" and each.name in bound:
                yield (
                    self._last(each, each.name),
                    f"?{each.name} has a value already, and BIND needs a new variable",
                )
            bound |= self._visible(each)

    def _in_expression(self, element: Node) -> Iterator[tuple[int, str]]:
        """An aggregate in FILTER or BIND; a function that there is not."""
        todo = list(element.children) if element.kind in ("filter", "bind") else []
        for each in todo:
            if each.kind == "aggregate":
                yield (
                    each.start,
                    f"{each.name} cannot stand in {element.kind.upper()}; use HAVING, or a "
                    "subquery",
                )
            if each.kind == "call" and each.name.isidentifier() and each.name not in _BUILTINS:
                name = self._text[each.start : each.start + len(each.name)]
                yield each.start, f"there is no function {name}"
            todo += each.children if each.kind != "exists" else []

    def _last(self, node: Node, name: str) -> int:
        places = [
            match.start()
            for match in _VARIABLES.finditer(self._text, node.start, node.end)
            if match["variable"] == name
        ]
        return places[-1] if places else node.start

    def _visible(self, node: Node) -> set[str]:
        """The variables that a pattern may bind (section 18.2.1)."""
        if node.kind == "block":
            found = _VARIABLES.finditer(self._text, node.start, node.end)
            return {match["variable"] for match in found if match["variable"]}
        if node.kind == "values":
            return set(node.name.split())
        if node.kind in ("filter", "minus"):
            return set()
        if isinstance(node, Select) and not node.flag:
            return set(node.projected)
        inner = [node.where] if isinstance(node, Select) and node.where else node.children
        seen = {name for each in inner for name in self._visible(each)}
        if node.kind == "bind":
            return {node.name}
        if node.kind in ("graph", "service") and node.name[0] in "?$":
            seen.add(node.name[1:])
        return seen

    def _in_values(self, values: Node) -> Iterator[tuple[int, str]]:
        columns = len(values.name.split())
        try:
            scanner = Scanner(self._text, values.start)
            while not scanner.is_op("{"):
                scanner.advance()
            while scanner.end < values.end:
                if not scanner.is_op("("):
                    scanner.advance()
                    continue
                start, number = scanner.start, 0
                while not scanner.is_op(")"):
                    scanner.advance()
                    is_part = scanner.kind in ("tag", "op") or self._is_datatype(scanner)
                    number += not is_part
                if number != columns:
                    yield start, f"VALUES names {columns} variables, and this row has {number}"
        except Unreadable:
            return

    def _is_datatype(self, scanner: Scanner) -> bool:
        return self._text[: scanner.start].rstrip().endswith("^^")

    def _in_select(self, select: Select) -> Iterator[tuple[int, str]]:
        seen = self._visible(select.where) if select.where else set()
        for name, place in select.named:
            if name in seen:
                yield place, f"?{name} has a value already, and AS needs a new variable"
            seen.add(name)
        where = select.where
        outside = [each for child in select.children if child is not where for each in walk(child)]
        groups = select.grouped is not None
        if not groups and not any(each.name in AGGREGATES for each in outside):
            return
        if select.flag:
            yield select.start, "`*` cannot be asked for beside GROUP BY or an aggregate"
        keys = select.grouped or frozenset()
        for name, place in select.plain:
            if name not in keys:
                yield place, f"?{name} is neither in GROUP BY nor in an aggregate such as SAMPLE"
        named: set[str] = set()
        for child, (name, _) in zip(select.children, select.named, strict=False):
            for each in _outside_of_aggregates(child):
                if each.name in named:
                    what = f"?{each.name} is named in the same SELECT, beside an aggregate"
                    yield each.start, f"{what}; write its expression again"
                elif each.name not in keys:
                    what = f"?{each.name} is neither in GROUP BY nor in an aggregate"
                    yield each.start, f"{what} such as SAMPLE"
            named.add(name)

    def _labels(self, nodes: list[Node]) -> Iterator[tuple[int, str]]:
        used: dict[str, int] = {}
        for group in (each for each in nodes if each.kind == "group"):
            number = group.start
            for before, each in pairwise([group, *group.children]):
                if each.kind != "block":
                    continue
                if before.kind not in ("block", "filter"):
                    number = each.start
                for match in _LABEL.finditer(self._text, each.start, each.end):
                    label = match["label"]
                    if label and used.setdefault(label, number) != number:
                        yield (
                            match.start(),
                            f"the blank node {label} is in another pattern already; use a variable",
                        )


def _outside_of_aggregates(node: Node) -> Iterator[Node]:
    """The variables of an expression that stand in no aggregate and in no pattern."""
    if node.kind == "var":
        yield node
    if node.kind not in ("aggregate", "exists"):
        for child in node.children:
            yield from _outside_of_aggregates(child)
