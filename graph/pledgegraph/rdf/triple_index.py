"""A few statements to look things up in, by subject and by object."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

from pyoxigraph import BlankNode, Literal, NamedNode, Triple

Texts = Mapping[str, str]
"""Language tag to text; the empty tag where there is none."""
Node = NamedNode | BlankNode | Literal | Triple


class Statements:
    """Triples in memory. Not for a whole store: the engine has indexes of its own."""

    def __init__(self, triples: Iterable[Triple]) -> None:
        self._out: dict[Node, dict[NamedNode, list[Node]]] = defaultdict(lambda: defaultdict(list))
        self._in: dict[Node, dict[NamedNode, list[Node]]] = defaultdict(lambda: defaultdict(list))
        for triple in triples:
            self._out[triple.subject][triple.predicate].append(triple.object)
            self._in[triple.object][triple.predicate].append(triple.subject)

    def all_subjects(self) -> Sequence[Node]:
        """Every node that something is said of."""
        return [node for node, said in self._out.items() if said]

    def objects(self, subject: Node, predicate: NamedNode) -> Sequence[Node]:
        """What the property leads to."""
        return self._out[subject][predicate] if subject in self._out else ()

    def subjects(self, predicate: NamedNode, value: Node) -> Sequence[Node]:
        """What leads to the value by the property."""
        return self._in[value][predicate] if value in self._in else ()

    def iris(self, subject: Node, predicate: NamedNode) -> tuple[str, ...]:
        """The IRIs that the property leads to, each once, sorted."""
        return iris_among(self.objects(subject, predicate))

    def texts(self, subject: Node, predicate: NamedNode) -> Texts:
        """The texts of a property by their language."""
        return {
            each.language or "": each.value
            for each in self.objects(subject, predicate)
            if isinstance(each, Literal)
        }

    def texts_in_any(self, subject: Node, predicate: NamedNode) -> list[str]:
        """The texts of a property, whatever their language or datatype."""
        return [
            each.value for each in self.objects(subject, predicate) if isinstance(each, Literal)
        ]


def iris_among(nodes: Iterable[Node]) -> tuple[str, ...]:
    """The IRIs among the nodes, each once, sorted."""
    return tuple(sorted({node.value for node in nodes if isinstance(node, NamedNode)}))
