"""How change sets are told in RDF: a Linked Data Event Stream of them, paged as TREE says.

See https://w3id.org/ldes/specification and https://treecg.github.io/specification/.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from pyoxigraph import BlankNode, Literal, NamedNode, Triple

from pledgegraph.namespaces import DCTERMS, RDF, RDFS, XSD, Vocabulary
from pledgegraph.store import Header

LDES: Final = Vocabulary("https://w3id.org/ldes#")
TREE: Final = Vocabulary("https://w3id.org/tree#")
CS: Final = Vocabulary("http://purl.org/vocab/changeset/schema#")

PATH: Final = "/changes"


@dataclass(frozen=True, slots=True)
class Onward:
    """A way from a page to another one; ``since`` is the time that its members begin with."""

    page: str
    since: str | None = None


class ChangeVocabulary:
    """The statements about change sets and pages of them, under a base IRI."""

    def __init__(self, base: str) -> None:
        self._stream = NamedNode(f"{base}{PATH}")
        self._own = Vocabulary(f"{base}{PATH}#")

    @property
    def prefixes(self) -> dict[str, str]:
        """Short names for what the statements use."""
        return {"ldes": LDES.iri, "tree": TREE.iri, "cs": CS.iri, "change": self._own.iri}

    def node(self, sequence: int) -> NamedNode:
        """The identifier of a change set."""
        return NamedNode(f"{self._stream.value}/{sequence}")

    def page(
        self, address: str, headers: Iterable[Header], onward: Iterable[Onward]
    ) -> Iterator[Triple]:
        """A page of the stream: its members, and the ways on from it."""
        stream, page = self._stream, NamedNode(address)
        yield Triple(stream, RDF.type, LDES.EventStream)
        yield Triple(stream, LDES.timestampPath, CS.createdDate)
        yield Triple(stream, TREE.view, stream)
        yield Triple(page, RDF.type, TREE.Node)
        if page != stream:
            yield Triple(page, DCTERMS.isPartOf, stream)
        for number, each in enumerate(onward):
            # Numbered, so that the same page has the same bytes.
            relation = BlankNode(f"r{number}")
            yield Triple(page, TREE.relation, relation)
            yield Triple(relation, TREE.node, NamedNode(each.page))
            if each.since is None:
                yield Triple(relation, RDF.type, TREE.Relation)
            else:
                yield Triple(relation, RDF.type, TREE.GreaterThanOrEqualToRelation)
                yield Triple(relation, TREE.path, CS.createdDate)
                yield Triple(relation, TREE.value, Literal(each.since, datatype=XSD.dateTime))
        for header in headers:
            yield Triple(stream, TREE.member, self.node(header.sequence))
            yield from self.change(header)

    def change(self, header: Header) -> Iterator[Triple]:
        """What is known of one change set; its statements stand in its patch."""
        node = self.node(header.sequence)
        yield Triple(node, RDF.type, CS.ChangeSet)
        yield Triple(node, self._own.sequence, _integer(header.sequence))
        time = header.time.isoformat()
        yield Triple(node, CS.createdDate, Literal(time, datatype=XSD.dateTime))
        yield Triple(node, CS.creatorName, Literal(header.agent))
        yield Triple(node, CS.changeReason, Literal(header.reason))
        for source in header.sources:
            yield Triple(node, DCTERMS.source, NamedNode(source))
        yield Triple(node, self._own.added, _integer(header.added))
        yield Triple(node, self._own.removed, _integer(header.removed))
        yield Triple(node, RDFS.seeAlso, NamedNode(f"{node.value}.rdfp"))


def _integer(number: int) -> Literal:
    return Literal(str(number), datatype=XSD.integer)
