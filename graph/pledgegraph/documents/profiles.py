"""What a document holds, by class of what it is about: read from ``ontology/documents/``."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Final

from pyoxigraph import Literal, NamedNode, Quad, Store, parse

from pledgegraph.namespaces import OWL, PG, RDF, RDFS, SH
from pledgegraph.shipped import shipped

_BARE: Final = NamedNode("https://w3id.org/pledgegraph/documents#bare")

Words = Mapping[str, str]
"""A text by language tag."""


@dataclass(frozen=True, slots=True)
class View:
    """How links by one property are shown, in one direction (a SHACL property shape)."""

    name: str
    """Its key in JSON, where the links come in; the last part of its IRI."""
    path: NamedNode
    incoming: bool
    inside: tuple[str, ...] | None
    """Where what links here is told whole: the names of the views of what links to that."""
    bare: str
    """Where what it links to is told by its IRI alone: ``everywhere``, ``inside`` or nowhere."""
    order: int
    group: NamedNode | None
    words: Words = field(hash=False)

    @property
    def whole(self) -> bool:
        """Whether what links here is told whole, not only by its name."""
        return self.inside is not None


@dataclass(frozen=True, slots=True)
class Profiles:
    """The views by class, and the names of what they show."""

    outgoing: Mapping[NamedNode, View]
    """By property; what is in none of them is shown last."""
    incoming: Mapping[NamedNode, tuple[View, ...]]
    """By class of what the document is about."""
    views: Mapping[str, View]
    """The incoming ones by name."""
    groups: Mapping[NamedNode, Words]
    """The headings, in order."""
    terms: Mapping[NamedNode, Words]
    """The names of the classes and properties of the ontology."""

    def incoming_of(self, classes: Iterable[NamedNode]) -> dict[NamedNode, View]:
        """The incoming links that a document about something of these classes shows, in order."""
        found = {view.path: view for each in classes for view in self.incoming.get(each, ())}
        return dict(sorted(found.items(), key=lambda item: item[1].order))

    def is_bare(self, prop: NamedNode, *, inside: bool) -> bool:
        """Whether links by the property are told by IRI alone; ``inside`` is another's document."""
        view = self.outgoing.get(prop)
        return view is not None and bool(view.bare) and (inside or view.bare == "everywhere")

    def inside(self, view: View) -> dict[NamedNode, View]:
        """The incoming links that are shown of what the view tells whole, in order."""
        found = {self.views[name].path: self.views[name] for name in view.inside or ()}
        return dict(sorted(found.items(), key=lambda item: item[1].order))


@cache
def read_profiles() -> Profiles:
    """The profiles that this release ships; read once."""
    store = Store()
    folder = shipped("ontology")
    for path in sorted(folder.glob("documents/*.ttl")):
        store.bulk_extend(quad for quad in parse(path=path))
    ontology = Store()
    for path in sorted(folder.glob("*.ttl")):
        ontology.bulk_extend(quad for quad in parse(path=path))
    terms = _names(ontology)
    views = {each: _view(store, each, terms) for each in _nodes(store, RDF.type, SH.PropertyShape)}
    incoming: dict[NamedNode, list[View]] = {}
    for shape in _nodes(store, RDF.type, SH.NodeShape):
        shown = [views[each] for each in _objects(store, shape, SH.property)]
        for kind in _objects(store, shape, SH.targetClass):
            incoming.setdefault(kind, []).extend(view for view in shown if view.incoming)
    # What holds of every record holds of each kind of it.
    common = incoming.get(PG.Record, [])
    groups = sorted(
        _nodes(store, RDF.type, SH.PropertyGroup), key=lambda node: _number(store, node, SH.order)
    )
    return Profiles(
        outgoing={view.path: view for view in views.values() if not view.incoming},
        incoming={
            kind: tuple(dict.fromkeys([*shown, *common])) for kind, shown in incoming.items()
        },
        views={view.name: view for view in views.values() if view.incoming},
        groups={each: _words(store, each, RDFS.label) for each in groups},
        terms=terms,
    )


def _view(store: Store, shape: NamedNode, terms: Mapping[NamedNode, Words]) -> View:
    (path,) = store.quads_for_pattern(shape, SH.path, None)
    inverse = [
        quad.object
        for quad in store.quads_for_pattern(None, SH.inversePath, None)
        if quad.subject == path.object
    ]
    reached = inverse[0] if inverse else path.object
    if not isinstance(reached, NamedNode):
        raise TypeError(f"{shape.value} has a path of a kind that is not read here")
    groups = _objects(store, shape, SH.group)
    return View(
        name=shape.value.rpartition("#")[2],
        path=reached,
        incoming=bool(inverse),
        inside=_inside(store, shape),
        bare=_text(store, shape, _BARE),
        order=_number(store, shape, SH.order),
        group=groups[0] if groups else None,
        words=_words(store, shape, SH.name) or terms.get(reached, {}),
    )


def _inside(store: Store, shape: NamedNode) -> tuple[str, ...] | None:
    for node in _objects(store, shape, SH.node):
        return tuple(each.value.rpartition("#")[2] for each in _objects(store, node, SH.property))
    return None


def _names(ontology: Store) -> dict[NamedNode, Words]:
    """The labels of the terms that are ours."""
    kinds = (OWL.Class, OWL.ObjectProperty, OWL.DatatypeProperty)
    return {
        node: _words(ontology, node, RDFS.label)
        for kind in kinds
        for node in _nodes(ontology, RDF.type, kind)
        if node.value.startswith(PG.iri)
    }


def _nodes(store: Store, predicate: NamedNode, value: NamedNode) -> list[NamedNode]:
    return _named(quad.subject for quad in store.quads_for_pattern(None, predicate, value))


def _objects(store: Store, subject: NamedNode, predicate: NamedNode) -> list[NamedNode]:
    return _named(quad.object for quad in store.quads_for_pattern(subject, predicate, None))


def _named(nodes: Iterable[object]) -> list[NamedNode]:
    found = (each for each in nodes if isinstance(each, NamedNode))
    return sorted(dict.fromkeys(found), key=lambda node: node.value)


def _words(store: Store, subject: NamedNode, predicate: NamedNode) -> Words:
    quads: Iterable[Quad] = store.quads_for_pattern(subject, predicate, None)
    return {
        quad.object.language: quad.object.value
        for quad in quads
        if isinstance(quad.object, Literal) and quad.object.language
    }


def _text(store: Store, subject: NamedNode, predicate: NamedNode) -> str:
    quad = next(iter(store.quads_for_pattern(subject, predicate, None)), None)
    return quad.object.value if quad is not None and isinstance(quad.object, Literal) else ""


def _number(store: Store, subject: NamedNode, predicate: NamedNode) -> int:
    (quad,) = store.quads_for_pattern(subject, predicate, None)
    if not isinstance(quad.object, Literal):
        raise TypeError(f"{subject.value} has no number for its order")
    return int(quad.object.value)
