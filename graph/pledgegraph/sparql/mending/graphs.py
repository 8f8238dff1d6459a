"""``GRAPH ?g`` where the engine evaluates what stands in it once, over all graphs.

A pattern in ``GRAPH ?g`` is evaluated in each named graph for itself, and ``?g`` is bound to the
graph (SPARQL 1.1 Query, section 18.6, evaluation of Graph). The engine (pyoxigraph 0.5.13) hands
the variable down to the triples instead. So a subquery is evaluated over all graphs at once and
loses ``?g``; VALUES alone and another GRAPH do not bind it; MINUS sees it as a shared variable.
There the graphs are named one by one.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from pledgegraph.sparql.mending.rendering import Rendering, Scope, walk, within
from pledgegraph.sparql.mending.tree import Block, Node, Select

MOST_GRAPHS: Final = 1_000
_MOST_TEXT: Final = 3_000_000
"""Characters of what is written for one GRAPH."""
_EMPTY: Final = "empty"
_CARRIED: Final = "carried"
_LOOSE: Final = "loose"


class Graphs(Rendering):
    """Puts GRAPH right."""

    def graph(self, node: Node, scope: Scope) -> str:
        """GRAPH with a name or a variable."""
        if node.name[0] not in "?$":
            return self.inner(node, within(scope, graph=node.name))
        (body,) = node.children
        if not depends_on_graph(body, node.name[1:]):
            return self.inner(node, within(scope, graph=node.name))
        return self._one_by_one(node, body, scope)

    def _one_by_one(self, node: Node, body: Node, scope: Scope) -> str:
        name = node.name[1:]
        given = scope.parameters.get(name) or scope.replacing.get(name)
        graphs = [given] if given else self.dataset.named()
        if len(graphs) > MOST_GRAPHS:
            raise self.refuse(
                node,
                f"{node.name} would have to be each of {len(graphs):,} graphs, and "
                f"{MOST_GRAPHS:,} is the most for a pattern such as this",
                "Name the graphs with FROM NAMED, or count without a subquery: SELECT ?g "
                "(COUNT(*) AS ?n) { GRAPH ?g { ... } } GROUP BY ?g.",
            )
        if not graphs:
            return f"{{ {self.inner(node, scope)} FILTER(false) }}"
        binds = any(
            (each.kind == "bind" and each.name == name)
            or (each.kind == "values" and name in each.name.split())
            for each in walk(body)
        )
        place = f"\x00{name}\x00"  # stands for the graph until it is written
        inside = within(scope, graph="?")
        if not binds:
            inside = replace(inside, replacing={**scope.replacing, name: place})
        each_graph = self.render(body, inside)
        branch = f"{{ GRAPH {place} {each_graph} VALUES ?{name} {{ {place} }} }}"
        if len(branch) * len(graphs) > _MOST_TEXT:
            raise self.refuse(
                node,
                f"{node.name} would have to be each of {len(graphs):,} graphs, in a pattern that "
                "is too long for that",
                "Name the graphs with FROM NAMED, or write fewer GRAPH inside one another.",
            )
        return f"{{ {' UNION '.join(branch.replace(place, graph) for graph in graphs)} }}"

    def subquery(self, select: Select, scope: Scope) -> Scope:
        """The scope of what stands in a SELECT: other variables are its own."""
        seen = select.projected
        parameters = {name: term for name, term in scope.parameters.items() if name in seen}
        return replace(scope, parameters=parameters, replacing={})


def depends_on_graph(body: Node, name: str) -> bool:
    """Whether a pattern in ``GRAPH ?name`` must be evaluated graph by graph to be right."""
    try:
        return _state(body, name) == _LOOSE
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
