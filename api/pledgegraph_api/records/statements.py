"""Reads statements by what they are about. What is odd is left out, and never an error."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date
from decimal import Decimal, InvalidOperation

from pyoxigraph import BlankNode, Literal, NamedNode, Quad, Triple

from pledgegraph.namespaces import RDF, XSD
from pledgegraph.rdf import nearness

Term = NamedNode | BlankNode | Literal | Triple
Span = tuple[date, date]
"""The first and the last day that a date can mean."""


class Statements:
    """What quads say, by subject and property, and by object."""

    def __init__(self) -> None:
        self._said: dict[NamedNode, dict[NamedNode, dict[Term, set[NamedNode]]]] = {}
        self._pointing: dict[tuple[NamedNode, NamedNode], dict[NamedNode, None]] = {}

    def take(self, quads: Iterable[Quad]) -> None:
        """Read these as well."""
        for quad in quads:
            subject, prop, value = quad.subject, quad.predicate, quad.object
            if not isinstance(subject, NamedNode):
                continue
            graphs = (
                self._said.setdefault(subject, {}).setdefault(prop, {}).setdefault(value, set())
            )
            if isinstance(quad.graph_name, NamedNode):
                graphs.add(quad.graph_name)
            if isinstance(value, NamedNode):
                self._pointing.setdefault((prop, value), {})[subject] = None

    def subjects(self) -> list[NamedNode]:
        """All that something was read of."""
        return sorted(self._said, key=lambda each: each.value)

    def terms(self, node: NamedNode, *props: NamedNode) -> list[Term]:
        """The values of the properties, in a settled order."""
        about = self._said.get(node, {})
        found = {value for prop in props for value in about.get(prop, ())}
        return sorted(found, key=str)

    def nodes(self, node: NamedNode, *props: NamedNode) -> list[NamedNode]:
        """Those that are IRIs."""
        return [each for each in self.terms(node, *props) if isinstance(each, NamedNode)]

    def texts(self, node: NamedNode, *props: NamedNode) -> list[Literal]:
        """Those that are literals."""
        return [each for each in self.terms(node, *props) if isinstance(each, Literal)]

    def text(self, node: NamedNode, language: str, *props: NamedNode) -> Literal | None:
        """The literal that a reader of the language is served best by."""
        texts = self.texts(node, *props)
        return min(texts, key=lambda each: nearness(each.language, language), default=None)

    def back(self, node: NamedNode, prop: NamedNode) -> list[NamedNode]:
        """What has the node as value of the property."""
        return sorted(self._pointing.get((prop, node), {}), key=lambda each: each.value)

    def classes(self, node: NamedNode) -> set[NamedNode]:
        """The classes of a node."""
        return set(self.nodes(node, RDF.type))

    def graphs(self, node: NamedNode, *props: NamedNode) -> set[NamedNode]:
        """Which graphs state the properties of a node; any, where none are given."""
        about = self._said.get(node, {})
        return {
            graph
            for prop, values in about.items()
            if not props or prop in props
            for graphs in values.values()
            for graph in graphs
        }

    def stating(self, node: NamedNode, prop: NamedNode, value: Term) -> set[NamedNode]:
        """Which graphs state this of a node."""
        return set(self._said.get(node, {}).get(prop, {}).get(value, ()))

    def properties(self, node: NamedNode, graph: NamedNode) -> set[NamedNode]:
        """Which properties of a node a graph states."""
        return {
            prop
            for prop, values in self._said.get(node, {}).items()
            if any(graph in graphs for graphs in values.values())
        }

    def number(self, node: NamedNode, prop: NamedNode) -> int | None:
        """The largest whole number that is the value."""
        found = [each for text in self.texts(node, prop) if (each := _whole(text)) is not None]
        return max(found, default=None)

    def truths(self, node: NamedNode, prop: NamedNode) -> set[bool]:
        """The truth values."""
        return {
            each.value in ("true", "1")
            for each in self.texts(node, prop)
            if each.datatype == XSD.boolean
        }

    def days(self, node: NamedNode, *props: NamedNode) -> list[date]:
        """The values that are days, the earliest first."""
        return sorted(day for text in self.texts(node, *props) if (day := day_in(text)) is not None)

    def spans(
        self, node: NamedNode, first: Iterable[NamedNode], last: Iterable[NamedNode]
    ) -> list[Span]:
        """The spans between two properties, one for each graph that gives another one."""
        firsts = dict(self._days_by_graph(node, first))
        lasts = dict(self._days_by_graph(node, last))
        found = set()
        for graph in firsts.keys() | lasts.keys():
            begins = firsts.get(graph) or lasts.get(graph)
            ends = lasts.get(graph) or firsts.get(graph)
            if begins and ends:
                found.add((min(*begins, *ends), max(*begins, *ends)))
        return sorted(found)

    def _days_by_graph(
        self, node: NamedNode, props: Iterable[NamedNode]
    ) -> Iterator[tuple[NamedNode | None, list[date]]]:
        found: dict[NamedNode | None, list[date]] = {}
        about = self._said.get(node, {})
        for prop in props:
            for value, graphs in about.get(prop, {}).items():
                day = day_in(value) if isinstance(value, Literal) else None
                if day is not None:
                    for graph in graphs or (None,):
                        found.setdefault(graph, []).append(day)
        yield from found.items()


def day_in(text: Literal) -> date | None:
    """The day that a literal gives; None where it is none, or no date at all."""
    try:
        return date.fromisoformat(text.value[:10]) if text.datatype in _DAYS else None
    except ValueError:
        return None


_DAYS = (XSD.date, XSD.dateTime)


def _whole(text: Literal) -> int | None:
    try:
        number = Decimal(text.value)
        return int(number) if number == number.to_integral_value() else None
    except (InvalidOperation, OverflowError):
        return None
