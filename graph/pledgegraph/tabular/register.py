"""A register: its records, and the graphs that whoever keeps it may change.

A register owns the graphs of the sources that say `pg:inRegister` of it and of no other register,
and one more that bears its name, in which its records stand that come by workbook. What other
sources say of its commitments is theirs.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date

from pyoxigraph import Literal, NamedNode, Quad, Store

from pledgegraph.namespaces import DCTERMS, PG, RDF, RDFS, SCHEME, SKOS, XSD
from pledgegraph.rdf.language_tags import nearness
from pledgegraph.store.engine import Snapshot
from pledgegraph.store.system_graphs import graph_of_sources


@dataclass(frozen=True, slots=True)
class Register:
    """A register of a store."""

    slug: str
    iri: NamedNode
    labels: Mapping[str, str]
    """By language."""
    home: NamedNode
    """The graph of its own, in which new records stand."""
    owned: frozenset[NamedNode]
    """The graphs that it may change, the home among them."""
    base: str

    def label(self, language: str) -> str:
        """What it is called in a language, else in English."""
        tag = min(self.labels, key=lambda each: nearness(each, language), default=None)
        return self.slug if tag is None else self.labels[tag]

    def owns(self, quad: Quad) -> bool:
        """Whether who keeps it may add or remove the quad.

        Of the graph of all sources that is what is said of its own.
        """
        if quad.graph_name == graph_of_sources(self.base):
            return quad.subject in self.owned
        return quad.graph_name in self.owned


def register_named(store: Store, base: str, slug: str) -> Register | None:
    """The register of that name; None where there is none."""
    iri = NamedNode(f"{base}/id/register/{slug}")
    if next(iter(store.quads_for_pattern(iri, RDF.type, PG.Register)), None) is None:
        return None
    labels = {
        quad.object.language or "": quad.object.value
        for quad in store.quads_for_pattern(iri, RDFS.label, None)
        if isinstance(quad.object, Literal)
    }
    return _register(store, base, slug, labels)


def register_exists(snapshot: Snapshot, base: str, slug: str) -> bool:
    """Whether there is a register of that name."""
    iri = NamedNode(f"{base}/id/register/{slug}")
    found = snapshot.about([iri], [RDF.type], value=PG.Register)
    return next(iter(found), None) is not None


def new_register(store: Store, base: str, slug: str, name: str, language: str) -> Register:
    """One that there is not yet."""
    return _register(store, base, slug, {language: name})


def registers_in(store: Store, base: str) -> list[str]:
    """The names of all registers."""
    under = f"{base}/id/register/"
    return sorted(
        {
            quad.subject.value.removeprefix(under)
            for quad in store.quads_for_pattern(None, RDF.type, PG.Register)
            if isinstance(quad.subject, NamedNode) and quad.subject.value.startswith(under)
        }
    )


def _register(store: Store, base: str, slug: str, labels: Mapping[str, str]) -> Register:
    iri = NamedNode(f"{base}/id/register/{slug}")
    home = NamedNode(f"{base}/id/source/register-{slug}")
    sources = graph_of_sources(base)
    owned = {home}
    for quad in store.quads_for_pattern(None, PG.inRegister, iri, sources):
        source = quad.subject
        if isinstance(source, NamedNode) and {
            each.object for each in store.quads_for_pattern(source, PG.inRegister, None, sources)
        } == {iri}:
            owned.add(source)
    return Register(slug, iri, labels, home, frozenset(owned), base)


def home_quads(store: Store, register: Register, day: date) -> Iterator[Quad]:
    """What describes the register's own source, and the register, where nothing does yet."""
    sources = graph_of_sources(register.base)
    if next(iter(store.quads_for_pattern(register.home, RDF.type, None, sources)), None) is None:
        for predicate, value in (
            (RDF.type, PG.Source),
            (RDFS.label, Literal(f"Register: {register.label('en')}", language="en")),
            (
                DCTERMS.description,
                Literal("What those who keep the register have entered.", language="en"),
            ),
            (PG.inRegister, register.iri),
            (PG.redistributable, NamedNode(f"{SCHEME}redistributable#unknown")),
            (PG.retrieved, Literal(day.isoformat(), datatype=XSD.date)),
        ):
            yield Quad(register.home, predicate, value, sources)
    if next(iter(store.quads_for_pattern(register.iri, RDF.type, None)), None) is None:
        yield Quad(register.iri, RDF.type, PG.Register, register.home)
        ungraded = NamedNode(f"{SCHEME}grade#ungraded")
        yield Quad(register.iri, PG.grade, ungraded, register.home)
        for language, name in register.labels.items():
            text = Literal(name, language=language)
            yield Quad(register.iri, RDFS.label, text, register.home)
            yield Quad(register.iri, DCTERMS.title, text, register.home)


LABELS = (RDFS.label, SKOS.prefLabel)
"""The properties that tell what a record is called."""
