"""Labels of blank nodes that are the same each time the same statements are read or made."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from pyoxigraph import BlankNode, Literal, NamedNode, Triple

Node = NamedNode | BlankNode | Literal | Triple


def numbered(triples: Iterable[Triple], *, prefix: str = "b") -> Iterator[Triple]:
    """The triples with their blank nodes called by the order in which they first come.

    The parser, and whoever makes some, gives them names by chance: the same graph would have other
    bytes in each process, under one strong entity tag.
    """
    labels: dict[BlankNode, BlankNode] = {}

    def named(node: Node) -> Node:
        if isinstance(node, BlankNode):
            return labels.setdefault(node, BlankNode(f"{prefix}{len(labels)}"))
        return renamed(node) if isinstance(node, Triple) else node

    def renamed(triple: Triple) -> Triple:
        subject, value = named(triple.subject), named(triple.object)
        if isinstance(subject, NamedNode | BlankNode):
            return Triple(subject, triple.predicate, value)
        return triple

    return (renamed(triple) for triple in triples)
