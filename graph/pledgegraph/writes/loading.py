"""From files to one change: which graph each statement goes into, and what it replaces.

A Turtle, N-Triples or RDF/XML file is one source document: it describes one `pg:Source`, its
own. What it says of that source goes into the graph of sources, everything else into the
source's own graph. A TriG or N-Quads file names its graphs itself. What a graph held before
and the file does not say goes; of the graph of sources, what it said of the file's own. Graphs
that rules fill are passed over, so that a dump can be loaded.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain, islice
from pathlib import Path
from typing import Final

from pyoxigraph import BlankNode, Dataset, DefaultGraph, NamedNode, Quad

from pledgegraph.errors import SourceUnclear
from pledgegraph.namespaces import PG, RDF
from pledgegraph.rdf.parsing import Progress, read_quads
from pledgegraph.store.changes import Change, Scope
from pledgegraph.store.normalisation import fresh_names, lasting_names, named
from pledgegraph.store.system_graphs import graph_of_sources, is_computed

SOURCE_CLASSES: Final = frozenset({PG.Source, PG.EditorialSource, PG.ReferenceSource})


@dataclass(frozen=True, slots=True)
class SourceFile:
    """A file to load and, where the caller names it, the source that it is."""

    path: Path
    source: NamedNode | None = None
    shown_as: str | None = None
    """The name that error messages use; the path as given where None."""


def change_from_files(
    files: Sequence[SourceFile],
    *,
    base: str,
    agent: str,
    reason: str,
    progress: Progress | None = None,
) -> Change:
    """One change that brings all the files.

    Raises:
        ReadError: a file cannot be read; nothing is loaded.
        SourceUnclear: a file does not tell which source it is.
    """
    added: list[Iterable[Quad]] = []
    scopes: dict[Scope, None] = {}
    sources: dict[NamedNode, None] = {}
    parts: Counter[str] = Counter()
    for each in files:
        order: dict[BlankNode, int] = {}
        quads = Dataset(_numbered(read_quads(each.path, base=base, progress=progress), order))
        placed = _placed(each, quads, base)
        for scope in placed.scopes:
            scopes[scope] = None
            if scope.subject is None and isinstance(scope.graph, NamedNode):
                sources[scope.graph] = None
        name = lasting_names(base, f"{placed.key} {parts[placed.key]}", order)
        parts[placed.key] += 1
        added.append(named(placed.quads, name) if order else placed.quads)
    return Change(
        agent=agent,
        reason=reason,
        # Not a list: the quads of a file are let go as soon as the gate has had them.
        add=chain.from_iterable(_handed_over(added)),
        replace=tuple(scopes),
        sources=tuple(sources),
    )


def change_from_quads(
    file: SourceFile, quads: Iterable[Quad], *, base: str, agent: str, reason: str, merge: bool
) -> Change:
    """One change that brings the quads of a file that somebody else has read.

    With ``merge`` nothing goes, and blank nodes are none that anybody has named before; else
    it is what `change_from_files` makes of the same file.

    Raises:
        SourceUnclear: the file does not tell which source it is.
    """
    order: dict[BlankNode, int] = {}
    placed = _placed(file, Dataset(_numbered(quads, order)), base)
    name = fresh_names(base) if merge else lasting_names(base, f"{placed.key} 0", order)
    return Change(
        agent=agent,
        reason=reason,
        add=Dataset(named(placed.quads, name)),
        replace=() if merge else placed.scopes,
        sources=tuple(
            scope.graph
            for scope in placed.scopes
            if scope.subject is None and isinstance(scope.graph, NamedNode)
        ),
    )


def _handed_over(parts: list[Iterable[Quad]]) -> Iterator[Iterable[Quad]]:
    """The parts in their order, without keeping them."""
    parts.reverse()
    while parts:
        yield parts.pop()


def _numbered(quads: Iterable[Quad], order: dict[BlankNode, int]) -> Iterator[Quad]:
    """The quads, while ``order`` gets the place at which each blank node first appears."""
    for quad in quads:
        for node in (quad.subject, quad.object, quad.graph_name):
            if isinstance(node, BlankNode):
                order.setdefault(node, len(order))
        yield quad


@dataclass(frozen=True, slots=True)
class _Placed:
    quads: Iterable[Quad]
    scopes: tuple[Scope, ...]
    key: str


def _placed(file: SourceFile, quads: Dataset, base: str) -> _Placed:
    graphs = {quad.graph_name for quad in quads}
    named = [graph for graph in graphs if isinstance(graph, NamedNode)]
    if named and DefaultGraph() not in graphs:
        _refuse_source_option(file)
        ordered = sorted(named, key=lambda graph: graph.value)
        return _Placed(
            (quad for quad in quads if not _is_computed(quad.graph_name, base)),
            tuple(scope for graph in ordered for scope in _scopes(graph, quads, base)),
            ordered[0].value,
        )
    if named:
        raise SourceUnclear(
            f"{_name(file)}: some statements stand in named graphs and some in none.",
            remedy="Put every statement into the graph of the source that says it.",
        )
    source = _source(file, quads)
    sources = graph_of_sources(base)
    # A file that says nothing of its source leaves what is said of it elsewhere.
    described = tuple(Scope(sources, source) for _ in islice(quads.quads_for_subject(source), 1))
    return _Placed(
        (
            Quad(q.subject, q.predicate, q.object, sources if q.subject == source else source)
            for q in quads
        ),
        # A file describes a computed graph; what stands in it is for the rules to say.
        described if is_computed(source, base) else (Scope(source), *described),
        source.value,
    )


def _scopes(graph: NamedNode, quads: Dataset, base: str) -> Iterator[Scope]:
    """What a file replaces that names this graph.

    The graph of sources is everybody's: of it, only what is said of the sources that the file
    describes. What rules compute is for them to say.
    """
    if graph == graph_of_sources(base):
        described = {quad.subject for quad in quads.quads_for_graph_name(graph)}
        for subject in sorted(described, key=str):
            if isinstance(subject, NamedNode):
                yield Scope(graph, subject)
    elif not is_computed(graph, base):
        yield Scope(graph)


def _is_computed(graph: NamedNode | BlankNode | DefaultGraph, base: str) -> bool:
    return isinstance(graph, NamedNode) and is_computed(graph, base)


def _source(file: SourceFile, quads: Dataset) -> NamedNode:
    described = {
        quad.subject
        for kind in SOURCE_CLASSES
        for quad in quads.quads_for_object(kind)
        if quad.predicate == RDF.type and isinstance(quad.subject, NamedNode)
    }
    others = [node for node in described if node != file.source]
    if file.source is not None and not others:
        return file.source
    if file.source is None and len(others) == 1 and isinstance(others[0], NamedNode):
        return others[0]
    if file.source is not None:
        raise SourceUnclear(
            f"{_name(file)} describes another source than {file.source}: {_listed(others)}.",
            remedy="Leave --source out, or describe only that source in the file.",
        )
    if described:
        raise SourceUnclear(
            f"{_name(file)} describes {len(described)} sources: {_listed(others)}.",
            remedy="One file is one source document; split it.",
        )
    raise SourceUnclear(
        f"{_name(file)} does not say which source its statements come from.",
        remedy="Describe the source in the file, as in `<id/source/my-report> a pg:Source ; "
        'rdfs:label "My report"@en .`, or name one that is described already with --source.',
    )


def _refuse_source_option(file: SourceFile) -> None:
    if file.source is not None:
        raise SourceUnclear(
            f"{_name(file)} names its graphs itself, so --source cannot be given for it.",
            remedy="Leave --source out.",
        )


def _name(file: SourceFile) -> str:
    return file.shown_as or str(file.path)


def _listed(nodes: Iterable[object]) -> str:
    return ", ".join(sorted(str(node) for node in nodes))
