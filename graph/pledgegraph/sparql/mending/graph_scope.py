"""What a pattern in ``GRAPH ?g`` does with ``?g``, and with a graph that holds nothing."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Container
from typing import Final

from pledgegraph.sparql.mending.bindings import Bindings
from pledgegraph.sparql.mending.rendering import walk
from pledgegraph.sparql.mending.tree import Block, Node
from pledgegraph.sparql.terminals import OPAQUE, VARIABLE

_VARIABLES: Final = re.compile(f"{OPAQUE}|{VARIABLE}", re.VERBOSE | re.DOTALL)
_EMPTY: Final = "empty"
_CARRIED: Final = "carried"
_LOOSE: Final = "loose"


def depends_on_graph(body: Node, name: str, *, in_exists: bool = False) -> bool:
    """Whether a pattern in ``GRAPH ?name`` must be evaluated graph by graph to be right.

    In EXISTS a path of length zero holds for what comes from outside, be it in a graph or not.
    """
    try:
        return _state(body, name) == _LOOSE or (in_exists and _is_of_paths(body))
    except _Certainly:
        return True


class _Certainly(Exception):
    """It must."""


def _state(group: Node, name: str) -> str:
    """Whether what a group comes to carries the graph's name; ``empty`` if nothing is in it."""
    state = _EMPTY
    for each in group.children:
        kind = each.kind
        if kind == "block":
            state = _CARRIED
        elif kind in ("select", "lateral", "service"):
            raise _Certainly
        elif kind == "values":
            state = _CARRIED if state == _CARRIED else _LOOSE
        elif kind == "graph":
            inner_is_same = each.name[1:] == name and each.name[0] in "?$"
            state = _CARRIED if state == _CARRIED or inner_is_same else _LOOSE
        elif kind in ("group", "union"):
            members = [each] if kind == "group" else each.children
            state = _joined(state, {_state(member, name) for member in members})
        elif kind == "optional":
            if state == _LOOSE or (state == _EMPTY and _state(each.children[0], name) == _LOOSE):
                raise _Certainly
            _state(each.children[0], name)
        elif kind == "minus":
            _state(each.children[0], name)
            if state != _CARRIED or not _bound(group, each.start) & _bound(each.children[0]):
                raise _Certainly
        else:
            _look_into_exists(each, name)
    return state


def _is_of_paths(body: Node) -> bool:
    """Whether some triples of a pattern are paths that may all have length zero."""
    return any(
        isinstance(each, Block) and all(triple.path.flag for triple in each.triples)
        for each in walk(body)
    )


def _joined(state: str, branches: set[str]) -> str:
    """The state of a group and of a union, joined."""
    if state == _CARRIED or branches == {_CARRIED}:
        return _CARRIED
    return _LOOSE if state == _LOOSE or _LOOSE in branches else _EMPTY


def _look_into_exists(node: Node, name: str) -> None:
    for each in walk(node):
        if each.kind == "exists":
            _state(each.children[0], name)


def _bound(group: Node, until: int | None = None) -> set[str]:
    """Variables that are bound in every solution of a group, as far as is easily seen."""
    found: set[str] = set()
    for each in group.children:
        if until is not None and each.start >= until:
            break
        if isinstance(each, Block):
            for triple in each.triples:
                ends = (triple.subject, triple.path, triple.object)
                found.update(end.name for end in ends if end.kind == "var")
        elif each.kind == "group":
            found |= _bound(each)
    return found


def counts_ways(body: Node, known: frozenset[str], text: str) -> bool:
    """Whether a path with ``+`` may have both of its ends known, while its graph is not.

    There the engine counts the ways from one to the other, and the answer is a set (section 9.3).
    ``known`` may have values from elsewhere.
    """
    times = Counter(m["variable"] for m in _VARIABLES.finditer(text, body.start, body.end))
    return any(
        all(
            end.kind != "var" or end.name in known or times[end.name] > 1
            for end in (triple.subject, triple.object)
        )
        and any(each.kind == "repeat" and each.name == "+" for each in walk(triple.path))
        for block in walk(body)
        if isinstance(block, Block)
        for triple in block.triples
    )


def read_without_value(group: Node, name: str, text: str, *, bound: bool = False) -> Node | None:
    """The first condition that reads a variable which no pattern of its group can bind."""
    binds = bound or any(_may_bind(each, name, text) for each in group.children)
    for each in group.children:
        if each.kind in ("filter", "bind"):
            sees = binds if each.kind == "filter" else bound
            if not sees and _mentions(each.children[0], name, text):
                return each
        found = None
        if each.kind in ("group", "union"):
            members = [each] if each.kind == "group" else each.children
            for member in members:
                found = found or read_without_value(member, name, text)
        elif each.kind in ("optional", "minus", "graph"):
            seen = bound and each.kind == "optional"
            found = read_without_value(each.children[0], name, text, bound=seen)
        if found is not None:
            return found
        bound = bound or _may_bind(each, name, text)
    return None


def reads_value(
    group: Node,
    name: str,
    bindings: Bindings,
    terms: Container[str],
    *,
    is_sure: bool = False,
    is_elsewhere: bool = False,
) -> bool:
    """Whether a pattern in ``GRAPH ?name`` comes to something else where ``?name`` has its value.

    It has none there: the name of the graph is joined with what the pattern comes to. To hand it
    down before is the same for triples, and not for what may be without it. ``terms`` are variables
    that terms are written for; ``is_sure`` says that ``?name`` has a value where the group is a
    condition of an OPTIONAL; ``is_elsewhere`` that the group is about another graph.
    """
    for number, each in enumerate(group.children):
        if name not in bindings.mentioned(each):
            continue
        before = is_sure or name in bindings.certain(group.children[:number])
        if isinstance(each, Block):
            found = _is_end_of_empty_path(each, name, terms, is_elsewhere=is_elsewhere)
        elif each.kind == "filter":
            found = not is_sure and name not in bindings.certain(group.children)
        elif each.kind == "bind":
            found = each.name == name or not before
        elif each.kind in ("optional", "minus"):
            is_condition = before and each.kind == "optional"
            found = not before or reads_value(
                each.children[0],
                name,
                bindings,
                terms,
                is_sure=is_condition,
                is_elsewhere=is_elsewhere,
            )
        else:
            groups = [each] if each.kind == "group" else each.children
            elsewhere = is_elsewhere or each.kind == "graph"
            found = each.kind in ("group", "union", "graph") and any(
                reads_value(member, name, bindings, terms, is_elsewhere=elsewhere)
                for member in groups
            )
        if found:
            return True
    return False


def _is_end_of_empty_path(
    block: Block, name: str, terms: Container[str], *, is_elsewhere: bool
) -> bool:
    """Whether a path that may have length zero has the variable at an end, and a term at the other.

    It holds for that term, be it in the graph or not (section 18.4); in another graph it would
    hold for the name of the graph.
    """
    for triple in block.triples:
        ends = (triple.subject, triple.object)
        if triple.path.flag and any(end.kind == "var" and end.name == name for end in ends):
            others = (end for end in ends if end.kind != "var" or end.name in terms)
            if is_elsewhere or any(others):
                return True
    return False


def _may_bind(node: Node, name: str, text: str) -> bool:
    if node.kind == "bind":
        return node.name == name
    return node.kind not in ("filter", "minus") and _mentions(node, name, text)


def _mentions(node: Node, name: str, text: str) -> bool:
    return any(
        match["variable"] == name for match in _VARIABLES.finditer(text, node.start, node.end)
    )
