"""Reads the manifests of the W3C's suites.

See https://www.w3.org/2001/sw/DataAccess/tests/README
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from pyoxigraph import (
    BlankNode,
    Dataset,
    Literal,
    NamedNode,
    Quad,
    RdfFormat,
    parse,
)

from pledgegraph.namespaces import RDF, RDFS, Vocabulary

ROOT: Final = "http://conformance.example/"
"""Stands for the folder of the suites in IRIs."""
MF: Final = Vocabulary("http://www.w3.org/2001/sw/DataAccess/tests/test-manifest#")
QT: Final = Vocabulary("http://www.w3.org/2001/sw/DataAccess/tests/test-query#")
UT: Final = Vocabulary("http://www.w3.org/2009/sparql/tests/test-update#")

Node = NamedNode | BlankNode


@dataclass(frozen=True, slots=True)
class Data:
    """What a store holds before or after a test: files for the default and the named graphs."""

    default: tuple[str, ...] = ()
    named: tuple[tuple[str, str], ...] = ()
    """The IRI of the graph, and that of the file."""

    def __bool__(self) -> bool:
        return bool(self.default or self.named)


@dataclass(frozen=True, slots=True)
class Case:
    """One test; files are given by IRIs below `ROOT`."""

    name: str
    """The fragment of its IRI."""
    kind: str
    query: str
    data: Data
    result: str | None = None
    after: Data = field(default_factory=Data)
    """For updates."""
    lax: bool = False
    """Whether rows may be repeated."""


class Suites:
    """The unpacked suites."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def text(self, iri: str) -> str:
        """A file; some are not UTF-8 and must be refused as they are, hence as Latin-1."""
        return self.content(iri).decode("utf-8")

    def content(self, iri: str) -> bytes:
        """The bytes of a file."""
        return (self._folder / iri.removeprefix(ROOT)).read_bytes()

    def quads(self, iri: str) -> list[Quad]:
        """What an RDF file says."""
        form = RdfFormat.from_extension(iri.rpartition(".")[2]) or RdfFormat.TURTLE
        return list(parse(self.content(iri), format=form, base_iri=iri, rename_blank_nodes=True))

    def cases(self, folder: str) -> Iterator[Case]:
        """The tests of one manifest, in its order."""
        base = f"{ROOT}{folder}/manifest.ttl"
        graph = _Graph(self.quads(base))
        for entry in graph.list_at(graph.subject_of(MF.entries), MF.entries):
            yield graph.case(entry)


class _Graph:
    def __init__(self, quads: list[Quad]) -> None:
        self._graph = Dataset(quads)

    def all(self, subject: object, predicate: NamedNode) -> list[object]:
        if not isinstance(subject, NamedNode | BlankNode):
            return []
        found = self._graph.quads_for_subject(subject)
        return [quad.object for quad in found if quad.predicate == predicate]

    def one(self, subject: object, predicate: NamedNode) -> object | None:
        return next(iter(self.all(subject, predicate)), None)

    def subject_of(self, predicate: NamedNode) -> Node:
        (quad,) = self._graph.quads_for_predicate(predicate)
        assert isinstance(quad.subject, NamedNode | BlankNode)
        return quad.subject

    def list_at(self, subject: Node, predicate: NamedNode) -> Iterator[Node]:
        rest = self.one(subject, predicate)
        while rest is not None and rest != RDF.nil:
            first = self.one(rest, RDF.first)
            assert isinstance(first, NamedNode | BlankNode)
            yield first
            rest = self.one(rest, RDF.rest)

    def case(self, entry: Node) -> Case:
        action = self.one(entry, MF.action)
        result = self.one(entry, MF.result)
        kind = self.one(entry, RDF.type)
        query = self.one(action, QT.query) or self.one(action, UT.request) or action
        assert isinstance(entry, NamedNode)
        assert isinstance(kind, NamedNode)
        return Case(
            entry.value.rpartition("#")[2],
            kind.value.removeprefix(MF.iri),
            query.value if isinstance(query, NamedNode) else "",
            self._data(action),
            result.value if isinstance(result, NamedNode) else None,
            self._data(result),
            lax=self.one(entry, MF.resultCardinality) == MF.LaxCardinality,
        )

    def _data(self, node: object) -> Data:
        default = [*self.all(node, QT.data), *self.all(node, UT.data)]
        named = [self._named(each) for each in self.all(node, QT.graphData)]
        named += [self._named(each) for each in self.all(node, UT.graphData)]
        return Data(
            tuple(each.value for each in default if isinstance(each, NamedNode)), tuple(named)
        )

    def _named(self, node: object) -> tuple[str, str]:
        """A named graph: the file itself, or a file and the name that it goes by."""
        file = self.one(node, UT.graph) or self.one(node, QT.graph)
        label = self.one(node, RDFS.label)
        if isinstance(file, NamedNode) and isinstance(label, Literal):
            return label.value, file.value
        assert isinstance(node, NamedNode)
        return node.value, node.value
