"""The named graphs that are no source's own."""

from __future__ import annotations

from pyoxigraph import NamedNode


def graph_of_sources(base: str) -> NamedNode:
    """The graph in which the descriptions of all sources stand."""
    return NamedNode(f"{base}/id/graph/sources")


def computed_graph(base: str) -> NamedNode:
    """The graph that holds what the rules compute; its own IRI describes how."""
    return NamedNode(f"{base}/id/graph/computed/progress")


def is_computed(graph: NamedNode, base: str) -> bool:
    """True for the graphs that rules fill, ``{base}/id/graph/computed/...``."""
    return graph.value.startswith(f"{base}/id/graph/computed/")
