"""The concept schemes of the ontology's namespace, as a snapshot holds them.

Data may add concepts to some of them (`docs/decisions/0002-vocabulary.md`), so the snapshot is
asked and not the shipped files.
"""

from __future__ import annotations

import io
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

from pyoxigraph import NamedNode, RdfFormat, Triple, Variable, parse

from pledgegraph.media_types import JSON, N_TRIPLES
from pledgegraph.namespaces import DCTERMS, SCHEME, SKOS
from pledgegraph.rdf.blank_labels import numbered
from pledgegraph.rdf.triple_index import Statements, Texts
from pledgegraph.shipped import shipped
from pledgegraph.store.engine import Snapshot

_HERE: Final = Path(__file__).resolve().parent
_MATCHES: Final = (
    SKOS.exactMatch,
    SKOS.closeMatch,
    SKOS.broadMatch,
    SKOS.narrowMatch,
    SKOS.relatedMatch,
)

SHOWN_OF_SCHEMES: Final = frozenset(
    {SKOS.prefLabel, SKOS.definition, SKOS.notation, SKOS.broader, *_MATCHES}
)
"""The properties that a `Concept` tells of."""


@dataclass(frozen=True, slots=True)
class Concept:
    """A concept as people read it."""

    iri: str
    notations: tuple[str, ...]
    labels: Texts
    definitions: Texts
    broader: tuple[str, ...]
    matches: tuple[str, ...]

    @property
    def name(self) -> str:
        """What follows the hash sign; the anchor on the page."""
        return self.iri.rpartition("#")[2]


@dataclass(frozen=True, slots=True)
class ConceptScheme:
    """A scheme with its concepts, sorted by their notation."""

    iri: str
    labels: Texts
    definitions: Texts
    concepts: tuple[Concept, ...]


@cache
def shipped_schemes() -> Mapping[str, tuple[Triple, ...]]:
    """What this release ships of each scheme of the ontology, by name.

    For a snapshot that does not hold them, such as an empty one: their IRIs lead here too. They
    are read once.
    """
    found: dict[str, tuple[Triple, ...]] = {}
    for folder in ("schemes", "mappings"):
        for path in sorted((shipped("ontology") / folder).glob("*.ttl")):
            quads = parse(path=str(path), format=RdfFormat.TURTLE)
            triples = tuple(numbered(quad.triple for quad in quads))
            for triple in triples:
                if triple.object == SKOS.ConceptScheme and isinstance(triple.subject, NamedNode):
                    found[triple.subject.value.removeprefix(SCHEME)] = triples
    return found


def scheme_names(snapshot: Snapshot) -> Mapping[str, Texts]:
    """The schemes by name, such as ``status``, with their labels by language."""
    held = io.BytesIO()
    query = (_HERE / "queries" / "concept_schemes.rq").read_text(encoding="utf-8")
    snapshot.query(query).serialise(held, JSON)
    found: dict[str, dict[str, str]] = {}
    for row in json.loads(held.getvalue())["results"]["bindings"]:
        name = row["scheme"]["value"].removeprefix(SCHEME)
        found.setdefault(name, {})[row["label"].get("xml:lang", "")] = row["label"]["value"]
    return found


def scheme_triples(snapshot: Snapshot, name: str) -> tuple[Triple, ...]:
    """All that is said of the scheme of that name and of its concepts; empty if there is none.

    Raises:
        ValueError: no scheme can have that name.
    """
    held = io.BytesIO()
    query = (_HERE / "queries" / "concept_scheme.rq").read_text(encoding="utf-8")
    scheme = NamedNode(SCHEME + name)
    snapshot.query(query, substitutions={Variable("scheme"): scheme}).serialise(held, N_TRIPLES)
    quads = parse(held.getvalue(), format=RdfFormat.N_TRIPLES)
    # Sorted, so that the same scheme has the same bytes.
    return tuple(sorted({quad.triple for quad in quads}, key=str))


def read_scheme(triples: Iterable[Triple], name: str) -> ConceptScheme:
    """The scheme of that name, read out of its statements."""
    said = Statements(triples)
    scheme = NamedNode(SCHEME + name)
    members = said.subjects(SKOS.inScheme, scheme)
    concepts = [_concept(said, each) for each in members if isinstance(each, NamedNode)]
    definitions = said.texts(scheme, SKOS.definition) or said.texts(scheme, DCTERMS.description)
    return ConceptScheme(
        iri=scheme.value,
        labels=said.texts(scheme, SKOS.prefLabel),
        definitions=definitions,
        concepts=tuple(sorted(concepts, key=lambda each: (each.notations, each.iri))),
    )


def _concept(said: Statements, node: NamedNode) -> Concept:
    return Concept(
        iri=node.value,
        notations=tuple(sorted(set(said.texts_in_any(node, SKOS.notation)))),
        labels=said.texts(node, SKOS.prefLabel),
        definitions=said.texts(node, SKOS.definition),
        broader=said.iris(node, SKOS.broader),
        matches=tuple(sorted({iri for each in _MATCHES for iri in said.iris(node, each)})),
    )
