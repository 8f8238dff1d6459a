"""Writing a query anew where the engine (pyoxigraph 0.5.13) would plan it badly.

All rests on one equation: ``A . B`` is ``A LATERAL { B }`` where B is a triple, since what A
leaves without a value takes that of B either way. The engine keeps the order of LATERAL.

- Patterns of EXISTS are left as they are written: each is matched against everything, for each
  solution anew, and only then joined.
- Patterns of OPTIONAL are ordered as if nothing had a value from outside, and then asked for
  each solution.
- A subquery of few rows is joined with all that the patterns beside it match.
- What MINUS takes away is computed in whole, be it much.

`docs/decisions/0026-plans.md` tells what it is worth.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import count
from typing import Final

from pledgegraph.sparql.mending.queries import Reader
from pledgegraph.sparql.mending.rendering import walk
from pledgegraph.sparql.mending.tree import Block, Node, Select, Unreadable
from pledgegraph.sparql.planning.ordering import SMALL, Lookup, chained, lookups, ordered

_WORTH: Final = re.compile(
    r"""\b(?:EXISTS|MINUS)\b
    | \bOPTIONAL\s*\{[^{}]*(?:;|\.\s)\s*[^\s{}]
    | \{\s*SELECT\b""",
    re.VERBOSE | re.DOTALL | re.IGNORECASE,
)
"""What is read at all: the reading costs a millisecond or two."""
_FEW: Final = 1000
"""The rows of a subquery that may be looked up one by one whatever they are joined with."""


@dataclass(frozen=True, slots=True)
class Step:
    """One place that was written anew."""

    rule: str
    """``exists``, ``minus``, ``optional`` or ``subquery``."""
    place: int
    """Where it begins in the text."""
    written: str
    """What stands there now."""


@dataclass(frozen=True, slots=True)
class Plan:
    """A query as the engine is asked, and what was done to it."""

    text: str
    steps: tuple[Step, ...] = ()
    left: int = 0
    """How many EXISTS of several patterns had to be left as they are."""


@lru_cache(maxsize=64)
def planned(text: str) -> Plan:
    """The query with the same answers that the engine has sooner; the same text for most.

    It does not tell whether the text is a query.
    """
    if not _WORTH.search(text):
        return Plan(text)
    try:
        reader = Reader(text)
        tree = reader.query()
        planner = _Planner(text)
        return Plan(planner.whole(tree), tuple(planner.steps), planner.left)
    except (Unreadable, RecursionError):
        return Plan(text)


class _Planner:
    """Writes one query anew."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.steps: list[Step] = []
        self.left = 0
        self._names = (f"step_{n}" for n in count(1) if f"step_{n}" not in text)

    def whole(self, tree: Node) -> str:
        rendered = self._select(tree)
        return self.text[: tree.start] + rendered + self.text[tree.end :]

    def _inner(self, node: Node, written: dict[int, str]) -> str:
        """The node, with what some of its children are written as."""
        pieces, place = [], node.start
        for number, child in enumerate(node.children):
            pieces += [self.text[place : child.start], written[number]]
            place = child.end
        return "".join((*pieces, self.text[place : node.end]))

    def _select(self, node: Node) -> str:
        where = node.where if isinstance(node, Select) else None
        written = {
            number: self._group(child, frozenset(), is_root=True)
            if child is where
            else self._other(child, frozenset(), is_safe=True)
            for number, child in enumerate(node.children)
        }
        return self._inner(node, written)

    def _group(
        self, node: Node, outside: frozenset[str], *, is_root: bool = False, in_loop: bool = False
    ) -> str:
        """A group; ``outside`` has a value before it, ``in_loop`` says that it is an EXISTS's."""
        if len(node.children) == 1 and isinstance(node.children[0], Select):
            return self._inner(node, {0: self._select(node.children[0])})
        whole, certain = outside | _variables(node), _certain(node)
        written: dict[int, str] = {}
        known, sure, begun = set(outside), set(outside), False
        for number, child in enumerate(node.children):
            if child.kind == "filter":
                safe = is_root or self._is_apart(child, node, certain)
                written[number] = self._other(child, frozenset(whole), is_safe=safe)
                continue
            if isinstance(child, Block) and in_loop:
                written[number] = self._chain(child, known, begun=begun)
            elif child.kind == "optional" and not in_loop:
                written[number] = self._optional(child, frozenset(sure))
            elif child.kind == "minus" and not in_loop:
                written[number] = self._minus(child, sure)
            else:
                written[number] = self._other(child, outside, in_loop=in_loop)
            known |= _variables(child)
            sure |= _certain_in(child)
            begun = True
        joined = None if in_loop else self._joined(node, written)
        return self._inner(node, written) if joined is None else joined

    def _other(
        self,
        node: Node,
        outside: frozenset[str],
        *,
        in_loop: bool = False,
        is_safe: bool = False,
    ) -> str:
        """Whatever is no block, with the groups in it written anew."""
        if node.kind == "group":
            return self._group(node, outside, in_loop=in_loop)
        if node.kind in ("select", "form"):
            return self._select(node)
        if node.kind == "exists":
            return self._exists(node, outside, is_safe=is_safe)
        if node.kind in ("block", "service"):
            return self.text[node.start : node.end]
        written = {
            number: self._other(child, outside, in_loop=in_loop, is_safe=is_safe)
            for number, child in enumerate(node.children)
        }
        return self._inner(node, written)

    def _exists(self, node: Node, outside: frozenset[str], *, is_safe: bool) -> str:
        group = node.children[0]
        if not _has_several(group):
            return self._inner(node, {0: self._group(group, outside, is_root=True)})
        if not is_safe:
            self.left += 1
            return self.text[node.start : node.end]
        before = len(self.steps)
        written = self._group(group, outside, is_root=True, in_loop=True)
        if written == self.text[group.start : group.end]:
            self.left += 1
        else:
            self.steps[before:] = [Step("exists", node.start, " ".join(written.split()))]
        return self._inner(node, {0: written})

    def _is_apart(self, condition: Node, group: Node, certain: Collection[str]) -> bool:
        """Whether a variable of an EXISTS could not be given a value from beyond its group.

        The engine hands values down into a filter that it takes for cheap; what is written here
        may make it so.
        """
        used = {
            n for part in _exists_in(condition) for n in _names(self.text[part.start : part.end])
        }
        beyond = _names(self.text[: group.start]) | _names(self.text[group.end :])
        return not (used & beyond) - set(certain)

    def _chain(self, block: Block, known: Collection[str], *, begun: bool) -> str:
        found = lookups(block, self.text, lambda: next(self._names))
        if not found or (len(found) == 1 and not begun):
            return self.text[block.start : block.end]
        return chained(ordered(found, known), begun=begun)

    def _optional(self, node: Node, known: frozenset[str]) -> str:
        group = node.children[0]
        patterns = [each for each in group.children if each.kind != "filter"]
        block = patterns[0] if len(patterns) == 1 else None
        if not isinstance(block, Block):
            return self._inner(node, {0: self._group(group, frozenset())})
        found = lookups(block, self.text)
        best = ordered(found, known)
        filters = [each for each in group.children if each.kind == "filter"]
        own = frozenset().union(*(each.variables for each in found))
        closed = all(_mentioned(each) <= own and not [*_exists_in(each)] for each in filters)
        if not closed or not own & known or best == ordered(found, frozenset()):
            return self._inner(node, {0: self._group(group, frozenset())})
        chain = chained(best, begun=False)
        self.steps.append(Step("optional", node.start, f"OPTIONAL {{ {chain} }}"))
        written = {
            number: chain if child is block else self.text[child.start : child.end]
            for number, child in enumerate(group.children)
        }
        return self._inner(node, {0: self._inner(group, written)})

    def _minus(self, node: Node, sure: Collection[str]) -> str:
        """MINUS of one pattern as a look-up for each solution, where the two mean the same.

        They do where what the pattern shares with the rest of the query surely has a value, and is
        something: so the place of the condition in its group makes no difference either.
        """
        group = node.children[0]
        block = group.children[0] if len(group.children) == 1 else None
        found = lookups(block, self.text) if isinstance(block, Block) else []
        beyond = _names(self.text[: node.start]) | _names(self.text[node.end :])
        shared = _names(self.text[node.start : node.end]) & beyond
        is_one = len(found) == 1 and found[0].is_open and found[0].predicate[0] not in "?$"
        if not is_one or not shared or not shared <= set(sure):
            return self._inner(node, {0: self._group(group, frozenset())})
        written = f"FILTER NOT EXISTS {{ {found[0]} }}"
        self.steps.append(Step("minus", node.start, written))
        return written

    def _joined(self, node: Node, written: dict[int, str]) -> str | None:
        """The group with what joins a subquery looked up for each of its rows, where that pays."""
        place, blocks = _subquery_and_blocks(node)
        if place is None or not blocks:
            return None
        parts = [lookups(block, self.text) for block in blocks.values()]
        found = [each for part in parts for each in part]
        select = node.children[place].children[0]
        if not all(parts) or not isinstance(select, Select) or not _is_worth(select, found):
            return None
        chain = chained(ordered(found, _keys(select)), begun=True)
        self.steps.append(Step("subquery", node.children[place].start, chain))
        rest = {**written, place: f"{written[place]} {chain}", **dict.fromkeys(blocks, "")}
        return "{ " + " ".join(rest[number] for number in sorted(rest)) + " }"


def _subquery_and_blocks(group: Node) -> tuple[int | None, dict[int, Block]]:
    """The one subquery that a group begins with, and the triples beside it."""
    selects: list[int] = []
    blocks: dict[int, Block] = {}
    for number, child in enumerate(group.children):
        if isinstance(child, Block):
            blocks[number] = child
        elif _is_subquery(child):
            selects.append(number)
        elif child.kind != "filter":
            break
    return (selects[0] if len(selects) == 1 else None), blocks


def _is_subquery(node: Node) -> bool:
    return node.kind == "group" and len(node.children) == 1 and isinstance(node.children[0], Select)


def _has_several(group: Node) -> bool:
    """Whether a group has more than one pattern that is to be joined."""
    return (
        sum(
            _length(each) if isinstance(each, Block) else 2
            for each in group.children
            if each.kind != "filter"
        )
        > 1
    )


def _is_worth(select: Select, found: list[Lookup]) -> bool:
    """Whether looking up row by row costs no more than matching all, whatever the data are.

    With a row for each value of a variable, no statement is met twice by the first look-up; and
    without a fixed subject or object, matching all means to read all.
    """
    keys = _keys(select)
    order = ordered(found, keys)
    known = set(keys)
    for each in order:
        if not each.variables & known:
            return False
        known |= each.variables
    if select.limit is not None and select.limit <= _FEW:
        known = set(keys)
        sizes = []
        for each in order:
            sizes.append(each.size(known))
            known |= each.variables
        return max(sizes) <= SMALL or all(each.is_open for each in found)
    grouped = select.grouped or frozenset()
    return len(grouped) == 1 and grouped <= keys and all(each.is_open for each in found)


def _keys(select: Select) -> frozenset[str]:
    """The variables of a subquery's rows that surely have a value."""
    where = select.where
    sure = _certain(where) if where is not None else frozenset()
    return frozenset(name for name, _ in select.plain) & sure


def _length(block: Block) -> int:
    """How many triples a block has, those of sequences of properties counted one by one."""
    return sum(len(each.path.children) if each.path.kind == "seq" else 1 for each in block.triples)


def _certain(group: Node) -> frozenset[str]:
    """Variables that have a value in each solution of a group."""
    return frozenset().union(*(_certain_in(child) for child in group.children))


def _certain_in(node: Node) -> frozenset[str]:
    """Variables that have a value in each solution of a part of a group."""
    if isinstance(node, Block):
        return frozenset(_mentioned(node))
    select = node.children[0] if _is_subquery(node) else None
    return _keys(select) if isinstance(select, Select) else frozenset()


def _variables(node: Node) -> set[str]:
    """The variables that a pattern may give a value to."""
    if isinstance(node, Block):
        return _mentioned(node)
    if isinstance(node, Select):
        return set(node.projected) if not node.flag else _mentioned(node)
    if node.kind in ("filter", "minus"):
        return set()
    own = {node.name} if node.kind == "bind" else set()
    if node.kind == "values":
        own = set(node.name.split())
    if node.kind == "graph" and node.name[0] in "?$":
        own = {node.name[1:]}
    return own.union(*(_variables(child) for child in node.children))


def _mentioned(node: Node) -> set[str]:
    """The variables that stand somewhere in a part of a query."""
    found: set[str] = set()
    for each in walk(node):
        if each.kind == "var":
            found.add(each.name)
        if isinstance(each, Block):
            for triple in each.triples:
                found |= {
                    end.name
                    for end in (triple.subject, triple.path, triple.object)
                    if end.kind == "var"
                }
        elif each.kind in ("bind", "values"):
            found |= set(each.name.split())
        elif each.kind == "graph" and each.name[0] in "?$":
            found.add(each.name[1:])
        elif isinstance(each, Select):
            found |= each.projected
    return found


_NAME: Final = re.compile(r"[?$](\w+)")


def _names(text: str) -> set[str]:
    """Whatever looks like a variable."""
    return set(_NAME.findall(text))


def _exists_in(node: Node) -> Iterator[Node]:
    for each in walk(node):
        if each.kind == "exists":
            yield each.children[0]
