"""``GRAPH ?g`` where the engine evaluates what stands in it once, over all graphs.

A pattern in ``GRAPH ?g`` is evaluated in each named graph for itself, and ``?g`` is bound to the
graph (SPARQL 1.1 Query, section 18.6, evaluation of Graph). The engine (pyoxigraph 0.5.13) hands
the variable down to the triples instead. So a subquery is evaluated over all graphs at once and
loses ``?g``; VALUES alone and another GRAPH do not bind it; MINUS sees it as a shared
variable; BIND gives it another value. There the graphs are named one by one.

In the pattern ``?g`` is a variable like any other. So ``GRAPH ?g { ?s ?p ?o FILTER(?g = <g>) }``
has no row: it has no value there yet. Most engines give it one; whoever writes so expects that,
and is told where to put the FILTER instead.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from pledgegraph.sparql.mending.bindings import Bindings
from pledgegraph.sparql.mending.graph_scope import (
    counts_ways,
    depends_on_graph,
    read_without_value,
    reads_value,
)
from pledgegraph.sparql.mending.rendering import Rendering, Scope, walk, within
from pledgegraph.sparql.mending.tree import Node, Select
from pledgegraph.sparql.terminals import LABELS

MOST_GRAPHS: Final = 1_000
_MOST_TEXT: Final = 3_000_000
"""Characters of what is written for one GRAPH."""


class Graphs(Rendering):
    """Puts GRAPH right."""

    bindings: Bindings

    def graph(self, node: Node, scope: Scope) -> str:
        """GRAPH with a name or a variable."""
        (body,) = node.children
        name = node.name[1:] if node.name[0] in "?$" else ""
        if not name:
            written = self.inner(node, within(scope, graph=node.name))
            if not depends_on_graph(body, "", in_exists=scope.in_exists) or self._is_there(
                node.name
            ):
                return written
            return f"{{ {written} FILTER(false) }}"
        given = scope.parameters.get(name) or scope.replacing.get(name) or ""
        if not given and not scope.in_exists:
            self._require_value(body, name)
        terms = scope.parameters.keys() | scope.replacing.keys()
        is_free = reads_value(body, name, self.bindings, terms)
        known = scope.entry | scope.outside | terms
        is_together = not depends_on_graph(body, name, in_exists=scope.in_exists)
        if not is_free and is_together and not counts_ways(body, known, self.text):
            before = self.made_subqueries
            written = self.inner(node, within(scope, graph=node.name))
            if self.made_subqueries == before:
                return written
        if given:
            # What stands for a graph until it is written is one of those that there are.
            is_there = given[0] == "\x00" or self._is_there(given)
            graphs = [given] if is_there else []
        else:
            graphs = list(self.dataset.named())
        return self._one_by_one(node, body, scope, graphs, is_free=is_free)

    def _is_there(self, graph: str) -> bool:
        """Whether a graph is one of the dataset's (section 18.6: else nothing is in it at all)."""
        return self.resolved(graph) in self.dataset.named()

    def _require_value(self, body: Node, name: str) -> None:
        misused = read_without_value(body, name, self.text)
        if misused is not None:
            raise self.refuse(
                misused,
                f"Within its own GRAPH, ?{name} has no value yet",
                f"Put what reads it behind the braces of GRAPH: {{ GRAPH ?{name} {{ ... }} "
                f"FILTER(... ?{name} ...) }}.",
            )

    def _one_by_one(
        self, node: Node, body: Node, scope: Scope, graphs: list[str], *, is_free: bool
    ) -> str:
        name = node.name[1:]
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
        unnamed = sum(graph.startswith("_:") for graph in graphs)
        if unnamed:
            raise self.refuse(
                node,
                f"{node.name} would have to be each graph, and {unnamed:,} of them have no IRI",
                "Name the graphs with FROM NAMED, or load them again under IRIs.",
            )
        is_free = is_free or any(
            (each.kind == "bind" and each.name == name)
            or (each.kind == "values" and name in each.name.split())
            or (isinstance(each, Select) and name in self.bindings.possible([each]))
            for each in walk(body)
        )
        place = f"\x00{name}\x00"  # stands for the graph until it is written
        inside = within(scope, graph="?")
        if is_free:
            # What VALUES says behind the pattern may be handed into it.
            inside = replace(inside, entry=scope.entry | {name})
        else:
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
        copies = [branch.replace(place, graph) for graph in graphs]
        if len(copies) > 1 and "_:" in branch:
            copies = [self._with_own_labels(copy, number) for number, copy in enumerate(copies)]
        return f"{{ {' UNION '.join(copies)} }}"

    def _with_own_labels(self, copy: str, number: int) -> str:
        """A copy of a pattern whose labels of blank nodes no other copy has (section 19.6)."""
        end = f"_copy{number}"
        while end in self.text:
            end += "_"
        return LABELS.sub(lambda m: m[0] + end if m["label"] else m[0], copy)

    def subquery(self, select: Select, scope: Scope) -> Scope:
        """The scope of what stands in a SELECT: other variables are its own."""
        seen = select.projected
        parameters = {name: term for name, term in scope.parameters.items() if name in seen}
        entry = scope.entry if select.flag else scope.entry & seen
        return replace(scope, parameters=parameters, replacing={}, entry=entry)
