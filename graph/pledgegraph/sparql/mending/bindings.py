"""Which variables a pattern binds, and whether it minds what comes into it from outside.

A pattern is evaluated for itself and then joined (SPARQL 1.1 Query, section 18.6). An engine may
hand it the values of what it is joined with, as long as that comes to the same.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Final

from pledgegraph.sparql.mending.rendering import walk
from pledgegraph.sparql.mending.tree import Block, Node, Select
from pledgegraph.sparql.terminals import OPAQUE, VARIABLE

_VARIABLES: Final = re.compile(f"{OPAQUE}|{VARIABLE}", re.VERBOSE | re.DOTALL)
_CUT: Final = re.compile(rf"{OPAQUE}|(?P<cut>\b(?:LIMIT|OFFSET)\b)", re.VERBOSE | re.DOTALL | re.I)
_UNDEFINED: Final = re.compile(rf"{OPAQUE}|(?P<undefined>\bUNDEF\b)", re.VERBOSE | re.DOTALL | re.I)
_NOTHING: Final = frozenset[str]()
_OWN: Final = frozenset({"filter", "minus"})
"""What binds nothing."""


class Bindings:
    """What can be told of the variables of the patterns of one text."""

    def __init__(self, text: str) -> None:
        self._text = text

    def mentioned(self, node: Node) -> frozenset[str]:
        """The variables that stand in the text of a node."""
        found = _VARIABLES.finditer(self._text, node.start, node.end)
        return frozenset(match["variable"] for match in found if match["variable"])

    def in_order(self) -> list[str]:
        """All variables of the text, in the order in which it names them first."""
        found = (match["variable"] for match in _VARIABLES.finditer(self._text))
        return list(dict.fromkeys(name for name in found if name))

    def possible(self, nodes: Iterable[Node]) -> frozenset[str]:
        """The variables that solutions of these parts of a group may have values for."""
        return _NOTHING.union(*(self._possible(each) for each in nodes))

    def _possible(self, node: Node) -> frozenset[str]:
        if node.kind in _OWN:
            return _NOTHING
        if isinstance(node, Block):
            return self.mentioned(node)
        if isinstance(node, Select):
            if not node.flag:
                return node.projected
            return _NOTHING if node.where is None else self._possible(node.where)
        own = frozenset(node.name.split()) if node.kind in ("bind", "values") else _NOTHING
        if node.kind == "bind":
            return own
        if node.kind in ("graph", "service") and node.name[0] in "?$":
            own = frozenset({node.name[1:]})
        return own | self.possible(node.children)

    def certain(self, nodes: Iterable[Node]) -> frozenset[str]:
        """The variables that each solution of these parts of a group has values for."""
        return _NOTHING.union(*(self._certain(each) for each in nodes))

    def _certain(self, node: Node) -> frozenset[str]:
        if isinstance(node, Block):
            return self.mentioned(node)
        if isinstance(node, Select):
            inner = _NOTHING if node.where is None else self._certain(node.where)
            return inner if node.flag else inner & {name for name, _ in node.plain}
        if node.kind == "values":
            rows = _UNDEFINED.finditer(self._text, node.start, node.end)
            return _NOTHING if any(each["undefined"] for each in rows) else self._possible(node)
        if node.kind == "union":
            first, *others = (self._certain(each) for each in node.children)
            return first.intersection(*others)
        if node.kind == "graph":
            own = {node.name[1:]} if node.name[0] in "?$" else _NOTHING
            return self.certain(node.children) | own
        return self.certain(node.children) if node.kind in ("group", "lateral") else _NOTHING

    def shows_to_exists(self, group: Node, entry: frozenset[str]) -> bool:
        """Whether an EXISTS in a filter of a group would see a variable that comes in."""
        seen = entry - self.certain(group.children)
        return bool(seen) and any(
            each.kind == "exists" and self.mentioned(each) & seen
            for part in group.children
            if part.kind == "filter"
            for each in walk(part)
        )

    def minds(self, group: Node, entry: frozenset[str], sure: frozenset[str] = _NOTHING) -> bool:
        """Whether a group comes to something else where variables of ``entry`` come in with values.

        The group of an OPTIONAL has a filter that sees what ``sure`` has too.
        """
        certain = sure | self.certain(group.children)
        return any(
            self._minds(each, group.children[:number], entry, certain)
            for number, each in enumerate(group.children)
        )

    def _minds(
        self, node: Node, before: Sequence[Node], entry: frozenset[str], certain: frozenset[str]
    ) -> bool:
        if isinstance(node, Block) or node.kind in ("values", "service"):
            found = False
        elif node.kind == "filter":
            found = bool(self.mentioned(node) & entry - certain)
        elif node.kind == "bind":
            found = bool(self.mentioned(node) & entry - self.certain(before))
        elif isinstance(node, Select):
            found = self._select_minds(node, entry)
        elif node.kind == "optional":
            (group,) = node.children
            sure = self.certain(before)
            unlike = self.possible(group.children) & entry - sure
            found = bool(unlike) or self.minds(group, entry, sure)
        elif node.kind == "minus":
            found = self._minus_minds(node, before, entry)
        else:
            groups = [node] if node.kind == "group" else node.children
            found = any(self.minds(each, entry) for each in groups)
        return found

    def _select_minds(self, node: Select, entry: frozenset[str]) -> bool:
        inside = entry if node.flag else entry & node.projected
        if not inside or node.where is None:
            return False
        cut = _CUT.finditer(self._text, node.where.end, node.end)
        return any(each["cut"] for each in cut) or self.minds(node.where, inside)

    def _minus_minds(self, node: Node, before: Sequence[Node], entry: frozenset[str]) -> bool:
        """Whether MINUS does, which asks what its sides have in common (section 18.5)."""
        (group,) = node.children
        own, sure = self.possible(group.children), self.certain(before)
        if not own & self.possible(before):
            return False  # It takes nothing away, and is left out.
        shares = own & sure & self.certain(group.children)
        return (
            not shares or bool((self.mentioned(group) & entry) - sure) or self.minds(group, entry)
        )
