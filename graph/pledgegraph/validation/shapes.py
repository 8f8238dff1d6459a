"""The shapes and the ontology that data are checked against, read once."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from hashlib import sha256
from pathlib import Path

from pyoxigraph import BlankNode, NamedNode, RdfFormat, Triple, parse
from rdflib import Graph, URIRef
from rdflib.term import Node

from pledgegraph.errors import ReadError
from pledgegraph.namespaces import RDFS
from pledgegraph.validation.rdflib_terms import graph_of


@dataclass(frozen=True)
class Shapes:
    """A set of SHACL shapes, with the ontology and schemes that they speak of."""

    graph: Graph
    """The shapes graph (SHACL section 1.5); nobody changes it."""
    ontology: tuple[Triple, ...] = ()
    """Classes, properties, alignments and concepts; joined to the data for validation."""
    digest: str = ""
    """What tells the shapes' files from others, in hexadecimal; empty where there are none."""

    @classmethod
    def read(cls, folder: Path) -> Shapes:
        """What stands in an ontology folder.

        Shapes are ``shapes/*.ttl``; the ontology is ``*.ttl``, ``schemes/*.ttl`` and
        ``mappings/*.ttl``.

        Raises:
            ReadError: a file is not Turtle, or there are no shapes.
        """
        rules = sorted(folder.glob("shapes/*.ttl"))
        if not rules:
            raise ReadError(
                "There are no shapes to check against.",
                file=str(folder / "shapes"),
                remedy="Give a folder with Turtle files under `shapes/`.",
            )
        words = [
            path
            for pattern in ("*.ttl", "schemes/*.ttl", "mappings/*.ttl")
            for path in sorted(folder.glob(pattern))
        ]
        return cls(graph_of(_triples(rules)), tuple(dict.fromkeys(_triples(words))), _digest(rules))

    @cached_property
    def described(self) -> frozenset[NamedNode | BlankNode | Triple]:
        """The nodes that the ontology makes statements on."""
        return frozenset(triple.subject for triple in self.ontology)

    @cached_property
    def _below(self) -> dict[NamedNode, list[NamedNode]]:
        below: dict[NamedNode, list[NamedNode]] = {}
        for triple in self.ontology:
            lower, predicate, upper = triple
            if (
                predicate == RDFS.subClassOf
                and isinstance(lower, NamedNode)
                and isinstance(upper, NamedNode)
            ):
                below.setdefault(upper, []).append(lower)
        return below

    def subclasses(self, *classes: NamedNode) -> frozenset[NamedNode]:
        """The classes and all classes below them (`rdfs:subClassOf`) in the ontology."""
        found: set[NamedNode] = set()
        waiting = deque(classes)
        while waiting:
            each = waiting.popleft()
            if each not in found:
                found.add(each)
                waiting.extend(self._below.get(each, ()))
        return frozenset(found)

    def named(self, shape: Node) -> Node:
        """The shape itself if it has an IRI, else the nearest shape with one around it."""
        seen = {shape}
        waiting = deque([shape])
        while waiting:
            node = waiting.popleft()
            if isinstance(node, URIRef):
                return node
            for outer in sorted(set(self.graph.subjects(None, node)) - seen, key=str):
                seen.add(outer)
                waiting.append(outer)
        return shape


def _digest(files: Iterable[Path]) -> str:
    found = sha256()
    for file in files:
        found.update(sha256(file.read_bytes()).digest())
    return found.hexdigest()


def _triples(files: Iterable[Path]) -> Iterable[Triple]:
    for file in files:
        try:
            # Renamed, so that two files may use the same label for two blank nodes.
            quads = list(parse(path=file, format=RdfFormat.TURTLE, rename_blank_nodes=True))
        except SyntaxError as error:
            raise ReadError(
                error.msg, file=file.name, line=error.lineno, column=error.offset
            ) from error
        for quad in quads:
            yield quad.triple
