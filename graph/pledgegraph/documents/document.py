"""Gathers what the document about a record holds, by the profile of its class."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from pyoxigraph import Literal, NamedNode, Quad

from pledgegraph.documents.labels import LABEL_PROPERTIES, Names
from pledgegraph.documents.profiles import Profiles, View
from pledgegraph.namespaces import RDF
from pledgegraph.store.engine import Snapshot

PAGE: Final = 50
"""Incoming links on one page of a document; an actor or a register may have thousands."""

_TYPE: Final = RDF.type
_DEEPEST: Final = 3
"""How far down parts of parts are told: a commitment, its undertakings, their milestones' notes."""


@dataclass(frozen=True, slots=True)
class Link:
    """A record that links here: ``view`` says by which property, and how it is shown."""

    view: View
    source: NamedNode


@dataclass(frozen=True, slots=True)
class Document:
    """What is told of one record, with the graphs that tell it."""

    record: NamedNode
    sequence: int
    """Of the snapshot."""
    quads: tuple[Quad, ...]
    links: tuple[Link, ...]
    """What links here, on this page, in the order of the profile."""
    inner: Mapping[NamedNode, tuple[Link, ...]]
    """What links to those that are told whole."""
    told: frozenset[NamedNode]
    """The record and what is told whole; parts that lie too deep are not."""
    fragments: tuple[NamedNode, ...]
    """What has the record's IRI with a fragment, and so no document of its own."""
    page: int
    pages: int
    incoming: int
    """How many links come in on all pages."""


def alone(record: NamedNode, sequence: int, said: tuple[Quad, ...]) -> Document:
    """The document that holds what is said of a record itself, and nothing that links to it."""
    return Document(
        record=record,
        sequence=sequence,
        quads=said,
        links=(),
        inner={},
        told=frozenset({record}),
        fragments=(),
        page=1,
        pages=1,
        incoming=0,
    )


def exists(snapshot: Snapshot, record: NamedNode) -> bool:
    """Whether anything is said of it."""
    return next(iter(snapshot.about([record])), None) is not None


def compose(
    snapshot: Snapshot,
    profiles: Profiles,
    names: Names,
    record: NamedNode,
    *,
    page: int = 1,
    size: int = PAGE,
    merged: bool = False,
    parts: Sequence[NamedNode] = (),
) -> Document | None:
    """The document about a record, or one page of it; None where nothing is said of it.

    A ``merged`` one is made in half the time and does not know which graphs say what. ``parts``
    have the record's IRI with a fragment; those that it links to, or that link to it, are found.

    The number of questions asked of the snapshot depends on how deep the profile goes and on how
    many links the page shows, not on how many there are. A page that there is not has no links.
    """
    said = list(snapshot.about([record], merged=merged))
    if not said and not parts:
        return None
    shown = {record: profiles.incoming_of(_classes(said))}
    # Of thousands only those of the page are asked for their graphs.
    pointing = list(snapshot.pointing_at([record], merged=True))
    all_links = _links(shown, pointing).get(record, [])
    links = all_links[(page - 1) * size : page * size]
    making = _made_of(links, pointing) if merged else _saying(snapshot, links, record)
    linked = [*(quad.object for quad in said), *(quad.subject for quad in pointing)]
    fragments = _fragments(record, [*parts, *linked])
    of_fragments = snapshot.about(fragments, merged=merged)
    quads = dict.fromkeys([*said, *making, *of_fragments])
    told = {record, *fragments}
    inner: dict[NamedNode, tuple[Link, ...]] = {}
    level = links
    for _ in range(_DEEPEST):
        shown = _whole(profiles, level, told)
        if not shown:
            break
        told.update(shown)
        quads.update(dict.fromkeys(snapshot.about(list(shown), merged=merged)))
        pointing = list(snapshot.pointing_at(list(shown), merged=merged))
        below = _links(shown, pointing)
        inner |= {node: tuple(here) for node, here in below.items()}
        level = [link for here in below.values() for link in here]
        quads.update(dict.fromkeys(_made_of(level, pointing)))
    neighbours = {
        node
        for quad in quads
        for node in (quad.subject, quad.object)
        if isinstance(node, NamedNode)
        and node not in told
        and quad.predicate != _TYPE
        and (
            node == quad.subject
            or not profiles.is_bare(quad.predicate, inside=quad.subject != record)
        )
    }
    ordered = sorted(neighbours, key=lambda node: node.value)
    quads.update(dict.fromkeys(names.about(snapshot, ordered, merged=merged)))
    return Document(
        record=record,
        sequence=snapshot.sequence,
        quads=tuple(quads),
        links=tuple(links),
        inner=inner,
        told=frozenset(told),
        fragments=fragments,
        page=page,
        pages=max(1, -(-len(all_links) // size)),
        incoming=len(all_links),
    )


def _fragments(record: NamedNode, terms: Iterable[object]) -> tuple[NamedNode, ...]:
    """The parts of a record among the terms."""
    start = f"{record.value}#"
    named = (term for term in terms if isinstance(term, NamedNode))
    found = {node for node in named if node.value.startswith(start)}
    return tuple(sorted(found, key=lambda node: node.value))


def _saying(snapshot: Snapshot, links: Iterable[Link], target: NamedNode) -> Iterator[Quad]:
    """The statements that make the links, one for each graph that says so."""
    for link in links:
        yield from snapshot.about([link.source], [link.view.path], value=target)


def _links(
    shown: Mapping[NamedNode, Mapping[NamedNode, View]], quads: Iterable[Quad]
) -> dict[NamedNode, list[Link]]:
    """The links that are shown, by what they lead to; each once, in a settled order."""
    # Of the same property and source, as a link is; thousands of links take long to compare.
    found: dict[NamedNode, dict[tuple[NamedNode, NamedNode], Link]] = {}
    for quad in quads:
        target = quad.object
        if not (isinstance(target, NamedNode) and isinstance(quad.subject, NamedNode)):
            continue
        view = shown[target].get(quad.predicate)
        if view is not None:
            key = (quad.predicate, quad.subject)
            found.setdefault(target, {})[key] = Link(view, quad.subject)
    return {
        node: sorted(links.values(), key=lambda link: (link.view.order, link.source.value))
        for node, links in found.items()
    }


def _whole(
    profiles: Profiles, links: Iterable[Link], told: set[NamedNode]
) -> dict[NamedNode, dict[NamedNode, View]]:
    """What the links bring along whole, with the views of what links to that in turn."""
    found: dict[NamedNode, dict[NamedNode, View]] = {}
    for link in links:
        if link.view.whole and link.source not in told:
            found.setdefault(link.source, {}).update(profiles.inside(link.view))
    return found


def _made_of(links: Iterable[Link], quads: Iterable[Quad]) -> Iterator[Quad]:
    """The statements, with their graphs, that make the links."""
    wanted = {(link.source, link.view.path) for link in links}
    return (quad for quad in quads if (quad.subject, quad.predicate) in wanted)


def _classes(quads: Iterable[Quad]) -> list[NamedNode]:
    """The classes that are stated; what somebody calls a class and is no IRI is none."""
    kinds = [quad.object for quad in quads if quad.predicate == _TYPE]
    return list(dict.fromkeys(kind for kind in kinds if isinstance(kind, NamedNode)))


def labels_of(quads: Iterable[Quad]) -> Iterator[tuple[NamedNode, Literal]]:
    """The names in the quads, by what they name."""
    for quad in quads:
        if (
            quad.predicate in LABEL_PROPERTIES
            and isinstance(quad.subject, NamedNode)
            and isinstance(quad.object, Literal)
        ):
            yield quad.subject, quad.object
