"""Records that are one, records that are several, and sources that are no longer believed.

Each is worked out on a snapshot as one change: whole or not at all, through the gate, in the log
with who and why, and to be taken back by `pledgegraph revert`. Every statement stays in the graph
of the source that makes it, with that source's grade and inference; only the IRI in it changes.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Final

from pyoxigraph import Literal, NamedNode, Quad

from pledgegraph.errors import MergeRefused
from pledgegraph.namespaces import DCTERMS, PG, RDF, RDFS, SCHEME
from pledgegraph.store.changes import Change, Scope
from pledgegraph.store.embedded_snapshot import EmbeddedSnapshot
from pledgegraph.store.engine import Snapshot
from pledgegraph.store.system_graphs import graph_of_sources, is_computed
from pledgegraph.writes.loading import SOURCE_CLASSES

_RENAMED: Final = DCTERMS.isReplacedBy
_SOURCE: Final = "id/source/editors-identities"
"""The source that says which IRIs were given up for others."""
_TITLE: Final = "Which records are the same, and which are several"
_ABOUT: Final = (
    "Which identifiers were given up, since they stood for the same thing or for several."
)
_LICENCE: Final = NamedNode("https://creativecommons.org/licenses/by/4.0/")


def merged(
    snapshot: Snapshot,
    gone: NamedNode,
    kept: NamedNode,
    *,
    base: str,
    agent: str,
    reason: str,
    prefer_kept: bool = False,
) -> Change:
    """What makes one record of two: all that is said of ``gone`` is then said of ``kept``.

    With ``prefer_kept``, where one source says something of both under the same property, only
    what it says of ``kept`` stays; names stay in any case.

    Raises:
        MergeRefused: they cannot be one record.
    """
    _refuse_merge(snapshot, gone, kept)
    if not prefer_kept:
        _refuse_two_grades(snapshot, gone, kept)
    moved = {gone: kept, **_parts(snapshot, gone, kept)}
    removed = [*_said_with(snapshot, moved, base)]
    added = []
    for quad in removed:
        fresh = _renamed(quad, moved)
        if fresh.subject == fresh.object:
            # What linked the two would link the one to itself.
            continue
        if prefer_kept and _is_said_otherwise(snapshot, quad, kept, gone):
            continue
        added.append(fresh)
    graph = NamedNode(f"{base}/{_SOURCE}")
    added += [Quad(old, _RENAMED, new, graph) for old, new in moved.items()]
    return _change([*added, *_described(snapshot, graph, base)], removed, agent, reason)


def split(
    snapshot: Snapshot,
    whole: NamedNode,
    parts: Mapping[NamedNode, Sequence[NamedNode]],
    *,
    base: str,
    agent: str,
    reason: str,
) -> Change:
    """What makes several records of one: each part gets what its sources say of the whole.

    What other sources say stays with the whole. Where nothing stays, its IRI leads to the parts.

    Raises:
        MergeRefused: a source says nothing of it, or is named for two parts.
    """
    _refuse_source(snapshot, whole)
    said = [*_said_with(snapshot, {whole: whole}, base)]
    if not said:
        raise MergeRefused(f"Nothing is said of {whole}.", remedy="Check the IRI.")
    place: dict[object, NamedNode] = {}
    for part, sources in parts.items():
        if part == whole:
            raise MergeRefused(f"{part} cannot be a part of itself.", remedy="Name a new IRI.")
        for source in sources:
            if source in place:
                raise MergeRefused(
                    f"{source} is named for two parts.",
                    remedy="A statement goes to one part: name each source once.",
                )
            if all(quad.graph_name != source for quad in said):
                raise MergeRefused(
                    f"{source} says nothing of {whole}.",
                    remedy="See who does with `pledgegraph blame`.",
                )
            place[source] = part
    removed = [quad for quad in said if quad.graph_name in place]
    added = [_renamed(quad, {whole: place[quad.graph_name]}) for quad in removed]
    if len(removed) == len(said):
        graph = NamedNode(f"{base}/{_SOURCE}")
        added += [Quad(whole, _RENAMED, part, graph) for part in parts]
        added += _described(snapshot, graph, base)
    return _change(added, removed, agent, reason)


def retracted(
    snapshot: EmbeddedSnapshot, source: NamedNode, *, base: str, agent: str, reason: str
) -> Change:
    """What takes a source away with all that it alone supports.

    That is its graph, its description, and of other graphs what they say of records that no other
    source describes, and what leads to those or to the source.

    Raises:
        MergeRefused: there is no such source.
    """
    if not any(
        quad.predicate == RDF.type and quad.object in SOURCE_CLASSES
        for quad in snapshot.about([source])
    ):
        raise MergeRefused(f"{source} is no source.", remedy="See the list of sources at /sources.")
    alone = {
        quad.subject
        for quad in snapshot.store.quads_for_pattern(None, RDF.type, None, source)
        if isinstance(quad.subject, NamedNode)
        and all(
            each.graph_name == source or _is_computed(each, base)
            for each in snapshot.about([quad.subject], [RDF.type])
        )
    }
    doomed = [source, *sorted(alone, key=str)]
    others = {
        quad
        for quad in (*snapshot.about(doomed), *snapshot.pointing_at(doomed))
        if quad.graph_name != source and not _is_computed(quad, base)
    }
    return Change(
        agent=agent,
        reason=reason,
        remove=sorted(others, key=str),
        replace=(Scope(source), Scope(graph_of_sources(base), source)),
        sources=_graphs([source, *(quad.graph_name for quad in others)]),
    )


def _refuse_merge(snapshot: Snapshot, gone: NamedNode, kept: NamedNode) -> None:
    if gone == kept:
        raise MergeRefused("A record cannot be merged with itself.", remedy="Name two records.")
    kinds = []
    for record in (gone, kept):
        _refuse_source(snapshot, record)
        said = [*snapshot.about([record])]
        if not said:
            raise MergeRefused(
                f"Nothing is said of {record}.", remedy="Check the IRI, for instance at /search."
            )
        if any(quad.predicate == _RENAMED for quad in said):
            raise MergeRefused(
                f"{record} was given up for another record already.",
                remedy="Name the record that it leads to.",
            )
        if any(True for _ in snapshot.pointing_at([record], [PG.retracts])):
            raise MergeRefused(f"{record} was retracted.", remedy="Take the retraction back first.")
        kinds.append({quad.object for quad in said if quad.predicate == RDF.type})
    if not kinds[0] & kinds[1]:
        raise MergeRefused(
            f"{gone} and {kept} are of different kinds.", remedy="Merge records of one kind only."
        )


def _refuse_two_grades(snapshot: Snapshot, gone: NamedNode, kept: NamedNode) -> None:
    """Refuse where a source vouches for the two to different degrees: no shape would say so."""
    grades = {quad.graph_name: quad.object for quad in snapshot.about([gone], [PG.grade])}
    for quad in snapshot.about([kept], [PG.grade]):
        if grades.get(quad.graph_name, quad.object) != quad.object:
            raise MergeRefused(
                f"{quad.graph_name} grades {gone} and {kept} differently.",
                remedy="Decide which grade is right: --prefer-kept keeps that of the second.",
            )


def _refuse_source(snapshot: Snapshot, record: NamedNode) -> None:
    types = {quad.object for quad in snapshot.about([record], [RDF.type])}
    if types & SOURCE_CLASSES:
        raise MergeRefused(
            f"{record} is a source; what it says stands in a graph of its name.",
            remedy="Load one of the two sources anew, and retract the other one.",
        )


def _parts(snapshot: Snapshot, gone: NamedNode, kept: NamedNode) -> dict[NamedNode, NamedNode]:
    """What has the record's IRI with a fragment, where statements on the record name it."""
    begin = f"{gone.value}#"
    found = {}
    for quad in (*snapshot.about([gone]), *snapshot.pointing_at([gone])):
        for term in (quad.subject, quad.object):
            if isinstance(term, NamedNode) and term.value.startswith(begin):
                found[term] = NamedNode(f"{kept.value}#{term.value[len(begin) :]}")
    return found


def _said_with(snapshot: Snapshot, nodes: Iterable[NamedNode], base: str) -> Iterator[Quad]:
    """The statements of sources on the nodes, and those that lead to them, each once."""
    among = [*nodes]
    seen = set()
    for quad in (*snapshot.about(among), *snapshot.pointing_at(among)):
        if quad not in seen and not _is_computed(quad, base):
            seen.add(quad)
            yield quad


def _is_said_otherwise(snapshot: Snapshot, quad: Quad, kept: NamedNode, gone: NamedNode) -> bool:
    """Whether the same graph says something of the record that stays under the same property."""
    if quad.subject != gone or quad.predicate in (RDF.type, RDFS.label):
        return False
    there = snapshot.about([kept], [quad.predicate])
    return any(each.graph_name == quad.graph_name and each.object != quad.object for each in there)


def _renamed(quad: Quad, moved: Mapping[NamedNode, NamedNode]) -> Quad:
    subject, value = quad.subject, quad.object
    if isinstance(subject, NamedNode):
        subject = moved.get(subject, subject)
    if isinstance(value, NamedNode):
        value = moved.get(value, value)
    return Quad(subject, quad.predicate, value, quad.graph_name)


def _described(snapshot: Snapshot, source: NamedNode, base: str) -> list[Quad]:
    """What describes the source of renames, where nothing does yet."""
    if any(True for _ in snapshot.about([source], [RDF.type])):
        return []
    graph = graph_of_sources(base)
    said = (
        (RDF.type, PG.EditorialSource),
        (RDF.type, PG.Source),
        (RDFS.label, Literal(_TITLE, language="en")),
        (DCTERMS.description, Literal(_ABOUT, language="en")),
        (DCTERMS.license, _LICENCE),
        (PG.redistributable, NamedNode(f"{SCHEME}redistributable#yes")),
    )
    return [Quad(source, predicate, value, graph) for predicate, value in said]


def _change(added: Sequence[Quad], removed: Sequence[Quad], agent: str, reason: str) -> Change:
    touched = _graphs(quad.graph_name for quad in (*added, *removed))
    return Change(agent=agent, reason=reason, add=added, remove=removed, sources=touched)


def _is_computed(quad: Quad, base: str) -> bool:
    return isinstance(quad.graph_name, NamedNode) and is_computed(quad.graph_name, base)


def _graphs(graphs: Iterable[object]) -> tuple[NamedNode, ...]:
    named = {graph for graph in graphs if isinstance(graph, NamedNode)}
    return tuple(sorted(named, key=lambda graph: graph.value))
