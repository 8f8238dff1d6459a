"""The words that the ontology has, and which of them somebody may have meant."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable
from difflib import SequenceMatcher, get_close_matches
from functools import cached_property, lru_cache
from typing import Final

from pyoxigraph import NamedNode

from pledgegraph.namespaces import (
    DCTERMS,
    ORG,
    OWL,
    PG,
    PROV,
    RDF,
    RDFS,
    SCHEMA,
    SKOS,
)
from pledgegraph.validation.shapes import Shapes

ROOT: Final = "https://w3id.org/pledgegraph/"
_HOST, _NAME = "w3id.org", "pledgegraph"
_PARTS: Final = frozenset({"def", "scheme", "shapes"})
_CLOSE: Final = 0.75
_CLOSE_NAME: Final = 0.85
_CLOSE_HOST: Final = 0.8
_SHORTEST_KIND: Final = 4
_KINDS: Final = frozenset({OWL.Class, RDFS.Class, RDFS.Datatype})
_ALIGNED: Final = frozenset({RDFS.subPropertyOf, RDFS.subClassOf, RDFS.seeAlso})
_READ: Final = frozenset({
    DCTERMS.identifier, DCTERMS.title, DCTERMS.description, DCTERMS.spatial, DCTERMS.license,
    DCTERMS.isReplacedBy, ORG.changedBy, PROV.wasAttributedTo, PROV.wasDerivedFrom,
    SCHEMA.about, SCHEMA.sameAs,
})  # fmt: skip
"""Properties of others that the pages read, beside those that a shape looks at."""
_SPACES_READ: Final = frozenset(each.iri for each in (RDF, RDFS, OWL, SKOS, ORG, PROV, DCTERMS))
_EVERYDAY: Final = {
    "name": RDFS.label,
    "title": RDFS.label,
    "label": RDFS.label,
    "description": DCTERMS.description,
    "alternatename": SKOS.altLabel,
    "homepage": SCHEMA.url,
    "page": SCHEMA.url,
    "url": SCHEMA.url,
}
"""What everyday words for properties are here."""


def namespace(iri: str) -> str:
    """The part up to the last ``#`` or ``/``."""
    return iri[: max(iri.rfind("#"), iri.rfind("/")) + 1]


def _plain(space: str) -> str:
    """A namespace without what is often written wrongly."""
    return _plain_start(space).lower().rstrip("#/")


def _plain_start(iri: str) -> str:
    return re.sub(r"^[a-z]+:/*(www[.])?", "", iri, flags=re.IGNORECASE)


class Words:
    """The terms of an ontology by their names, and what is near to a wrong one."""

    def __init__(self, shapes: Shapes, base: str) -> None:
        self._shapes = shapes
        self._base = base

    @cached_property
    def properties(self) -> dict[str, NamedNode]:
        """Our properties by their local names; those are what has a range."""
        return self._ours(t.subject for t in self._shapes.ontology if t.predicate == RDFS.range)

    @cached_property
    def classes(self) -> dict[str, NamedNode]:
        """Our classes by their local names."""
        return self._ours(
            t.subject
            for t in self._shapes.ontology
            if t.predicate == RDF.type and t.object in _KINDS
        )

    def known(self, term: NamedNode) -> bool:
        """Whether the ontology describes the term."""
        return term in self._shapes.described

    def is_kind(self, term: object) -> bool:
        """Whether the term is a class that a record here can be of."""
        return isinstance(term, NamedNode) and (
            term in self._kinds or term.value.startswith(PG.iri)
        )

    def reads(self, predicate: NamedNode) -> bool:
        """Whether a list, a question or a shape reads statements with the predicate."""
        return (
            predicate in self.looked_at
            or self.known(predicate)
            or namespace(predicate.value) in _SPACES_READ
        )

    @cached_property
    def _kinds(self) -> frozenset[NamedNode]:
        return frozenset({SKOS.Concept, SKOS.ConceptScheme, OWL.Ontology})

    def kind_named(self, iri: str) -> NamedNode | None:
        """The class of which records with such an IRI are, as its ``/id/commitment/`` says."""
        kind = iri.rpartition("/id/")[2].partition("/")[0]
        return self._by_kind(kind)

    @lru_cache(maxsize=256)  # noqa: B019 - one object for the life of the program
    def _by_kind(self, kind: str) -> NamedNode | None:
        named = {name.lower(): node for name, node in self.classes.items()}
        if kind in named or len(kind) < _SHORTEST_KIND:
            return named.get(kind)
        found = [node for name, node in named.items() if name.endswith(kind)]
        found += [node for name, node in named.items() if name.startswith(kind)]
        return found[0] if len(found) == 1 else None

    def meant(self, term: NamedNode, *, is_class: bool = False) -> tuple[NamedNode, ...]:
        """Our terms that stand for a term which is not ours, best first."""
        space = namespace(term.value)
        local = term.value[len(space) :]
        candidates = self.classes if is_class else self.properties
        if (local in candidates) and (self.near(space) or space.startswith(ROOT)):
            return (candidates[local],)
        found = list(self._counterparts.get((_plain(space), local), ()))
        if not is_class and local.lower() in _EVERYDAY and not found:
            found.append(_EVERYDAY[local.lower()])
        if not found:
            lower = {name.lower(): node for name, node in candidates.items()}
            if term.value.startswith(PG.iri) or self.near(space) or space.startswith(ROOT):
                names = get_close_matches(local.lower()[:100], lower, n=2, cutoff=_CLOSE)
                found += [lower[name] for name in names]
                found += self._counterparts_named.get(local, ())
            elif local.lower() in lower:
                found.append(lower[local.lower()])
        return tuple(dict.fromkeys(found))

    @lru_cache(maxsize=4096)  # noqa: B019 - one object for the life of the program
    def near(self, space: str) -> bool:
        """Whether a namespace looks like ours and is not: http for https, www, a letter off."""
        if space.startswith((ROOT, f"{self._base}/")) or not space.lower().startswith("http"):
            return False
        host, _, path = _plain(space).partition("/")
        name, _, rest = path.partition("/")
        name = re.sub(r"#.*|[-_]", "", name)
        if SequenceMatcher(None, name, _NAME).ratio() < _CLOSE_NAME:
            return False
        close = SequenceMatcher(None, host, _HOST).ratio() >= _CLOSE_HOST
        return close or rest.partition("/")[0] in _PARTS

    def moved(self, iri: str) -> str:
        """The IRI that one in a namespace near ours would be in ours."""
        return ROOT + _plain_start(iri).partition("/")[2].partition("/")[2]

    @cached_property
    def looked_at(self) -> frozenset[NamedNode]:
        """The properties that a shape or a question reads."""
        from rdflib import SH, URIRef  # noqa: PLC0415 - the shapes have loaded it by now

        paths = {
            NamedNode(str(node))
            for node in self._shapes.graph.objects(None, SH.path)
            if isinstance(node, URIRef)
        }
        return frozenset(paths | _READ)

    @cached_property
    def _counterparts(self) -> dict[tuple[str, str], list[NamedNode]]:
        """Our terms by the terms of others that they are aligned with."""
        found: dict[tuple[str, str], list[NamedNode]] = defaultdict(list)
        for triple in self._shapes.ontology:
            ours, theirs = triple.subject, triple.object
            if (
                triple.predicate in _ALIGNED
                and isinstance(ours, NamedNode)
                and isinstance(theirs, NamedNode)
                and ours.value.startswith(PG.iri)
                and not theirs.value.startswith(PG.iri)
            ):
                space = namespace(theirs.value)
                found[_plain(space), theirs.value[len(space) :]].append(ours)
        return found

    @cached_property
    def _counterparts_named(self) -> dict[str, list[NamedNode]]:
        """The same by the local names of schema.org's terms alone."""
        return {
            local: found
            for (space, local), found in self._counterparts.items()
            if space == _plain(SCHEMA.iri)
        }

    @staticmethod
    def _ours(nodes: Iterable[object]) -> dict[str, NamedNode]:
        return {
            node.value[len(PG.iri) :]: node
            for node in nodes
            if isinstance(node, NamedNode) and node.value.startswith(PG.iri)
        }
