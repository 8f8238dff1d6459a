"""What an update comes to: run on a copy, and compared with what was there.

The engine's ``update`` tells nothing of what it changed. So it runs on a writable copy of a
snapshot, and the difference of the graphs that it can touch is the change. INSERT DATA and
DELETE DATA name their quads themselves: they need neither copy nor comparison.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import zip_longest
from pathlib import Path
from typing import Final
from uuid import uuid4

from pyoxigraph import (
    DefaultGraph,
    NamedNode,
    Quad,
    QuerySolutions,
    RdfFormat,
    Store,
    parse,
)

from pledgegraph.datatypes import LITERAL_INSTEAD
from pledgegraph.errors import ChangeTooLarge, GraphClosed, UpdateRefused
from pledgegraph.media_types import N_TRIPLES
from pledgegraph.sparql.codepoint_escapes import plain_text
from pledgegraph.sparql.dataset_clauses import unique
from pledgegraph.sparql.lexer import query_words
from pledgegraph.sparql.service_clauses import calls_service
from pledgegraph.sparql.update_lexer import Kind, Operation, operations
from pledgegraph.sparql.update_syntax import checked_pieces
from pledgegraph.sparql.valueless_literals import valueless_literal
from pledgegraph.store.mended_evaluation import run_mended
from pledgegraph.store.query_evaluation import DEEPEST_QUERY, EmbeddedResult
from pledgegraph.store.union_graph import forget_empty

_DATA: Final = frozenset({Kind.INSERT_DATA, Kind.DELETE_DATA})

Graph = NamedNode | DefaultGraph


@dataclass(frozen=True, slots=True)
class Update:
    """An update and the dataset that its request names (Protocol, section 2.2.3)."""

    text: str
    base: str
    gated: bool
    """Whether the default graph is the union of all named graphs, and closed."""
    default_graphs: tuple[NamedNode, ...] = ()
    named_graphs: tuple[NamedNode, ...] = ()

    @property
    def names_dataset(self) -> bool:
        """Whether the request names graphs for WHERE to read."""
        return bool(self.default_graphs or self.named_graphs)


@dataclass(frozen=True, slots=True)
class Difference:
    """The quads that an update removes, and those that it adds."""

    removed: tuple[Quad, ...] = ()
    added: tuple[Quad, ...] = ()
    named: frozenset[NamedNode] = frozenset()
    """The graphs that the update says it may change, whether or not it changes them."""


def named_graphs(found: Iterable[Operation]) -> frozenset[NamedNode]:
    """The graphs that the operations name as those that they may change."""
    return frozenset(graph for operation in found for graph in operation.graphs or ())


class WorkingCopy:
    """A writable copy of a snapshot, made of hard links in an empty ``folder``."""

    def __init__(self, snapshot: Store, folder: Path) -> None:
        snapshot.backup(folder / "store")
        self.store: Final = Store(folder / "store")
        self.folder: Final = folder


def read_update(update: Update) -> list[Operation]:
    """The operations of an update.

    Raises:
        UpdateSyntaxError: it is not SPARQL 1.1 Update.
        UpdateRefused: it asks for something that is not offered.
        GraphClosed: it would write to the default graph, which is the union of the others.
    """
    text, base_iri = plain_text(update.text), f"{update.base}/"
    if calls_service(text):
        raise UpdateRefused(
            "SERVICE is not offered here.",
            remedy="Ask the other endpoint yourself and put its answer into a VALUES block.",
        )
    misspelt = valueless_literal(text)
    if misspelt is not None:
        raise UpdateRefused(misspelt, remedy=LITERAL_INSTEAD)
    words = query_words(text)
    if words.depth > DEEPEST_QUERY:
        raise UpdateRefused(
            f"The update nests brackets {words.depth} deep; {DEEPEST_QUERY} is the most.",
            remedy="Write it with fewer nested groups.",
        )
    found = operations(text, checked_pieces(text, base=base_iri), base=base_iri)
    for operation in found:
        if update.names_dataset and operation.names_dataset:
            raise UpdateRefused(
                "Both the request and the update name the graphs to read.",
                remedy="Leave using-graph-uri and using-named-graph-uri out of the request, or "
                "WITH and USING out of the update.",
            )
        if update.gated and operation.writes_default:
            raise GraphClosed(
                "The default graph is the union of all named graphs and cannot be written.",
                remedy="Say in which graph: GRAPH <...> { ... } around the triples, or WITH <...>.",
            )
    return found


def data_difference(update: Update, found: Sequence[Operation], *, most: int) -> Difference | None:
    """What an update of INSERT DATA and DELETE DATA alone comes to; None for another one.

    Raises:
        ChangeTooLarge: it names more than ``most`` quads.
    """
    if any(operation.kind not in _DATA for operation in found):
        return None
    added: dict[Quad, None] = {}
    removed: dict[Quad, None] = {}
    for operation in found:
        scratch = Store()
        if operation.kind is Kind.INSERT_DATA:
            scratch.update(operation.text, base_iri=f"{update.base}/")
            coming, going = added, removed
        else:
            scratch.update(operation.inserting, base_iri=f"{update.base}/")
            coming, going = removed, added
        for quad in scratch:
            going.pop(quad, None)
            coming[quad] = None
        _refuse_many(len(removed) + len(added), most)
    return Difference(tuple(removed), tuple(added), named_graphs(found))


def evaluated_difference(
    update: Update,
    found: Sequence[Operation],
    snapshot: Store,
    copy: WorkingCopy,
    *,
    most: int,
) -> Difference:
    """What an update comes to in a snapshot of which there is a copy to run it on.

    Raises:
        UpdateRefused: an operation fails, such as CLEAR of a graph that there is not.
        ChangeTooLarge: it changes more than ``most`` quads.
    """
    store, folder = copy.store, copy.folder
    for number, operation in enumerate(found, start=1):
        reads_union = update.gated and operation.reads_default and not update.names_dataset
        if reads_union and number > 1:
            _fill_default(store, folder / "union.nt")
        try:
            _run(store, operation, update)
        except SyntaxError as error:
            # Only where its words were read wrongly, and USING was put into the wrong place.
            raise UpdateRefused(
                f"Operation {number} cannot be read surely.",
                remedy="Put a space between any two words, and around `<` and `>` that compare.",
            ) from error
        except RuntimeError as error:
            raise UpdateRefused(
                f"Operation {number} failed: {str(error).rstrip('.')}.",
                remedy="Nothing was changed. SILENT lets CLEAR, DROP, CREATE, ADD, COPY and MOVE "
                "pass where there is nothing to do.",
            ) from error
        if operation.kind is not Kind.MANAGEMENT:
            # What CREATE and CLEAR leave empty is kept up to the end of the request.
            emptied = store.named_graphs() if operation.graphs is None else operation.graphs
            forget_empty(store, list(emptied))
    graphs, named = _touched(found, gated=update.gated), named_graphs(found)
    if graphs is not None:
        difference = _compared(snapshot, store, graphs, folder, named, most=most)
        grown = len(difference.added) - len(difference.removed)
        if _size(store, update) - _size(snapshot, update) == grown:
            return difference
        # The text was read wrongly; then everything is looked at.
    everything: set[Graph] = {*snapshot.named_graphs(), *store.named_graphs()}  # type: ignore[arg-type]
    if not update.gated:
        everything.add(DefaultGraph())
    return _compared(snapshot, store, everything, folder, named, most=most)


def _run(store: Store, operation: Operation, update: Update) -> None:
    """Run one operation on the copy.

    Several graphs make one default graph, their merge (Update, section 3.1.3; Protocol, section
    2.2.3). The engine puts them side by side, so that what two of them say counts twice.
    """
    default = unique(operation.merges or update.default_graphs) if operation.where >= 0 else ()
    merge = NamedNode(f"urn:uuid:{uuid4()}")
    try:
        if len(default) > 1:
            for graph in default:
                store.bulk_extend(
                    Quad(quad.subject, quad.predicate, quad.object, merge)
                    for quad in store.quads_for_pattern(None, None, None, graph)
                )
            default = (merge,)
        if operation.merging:
            operation = operation.over(default[0])
            text = operation.text
        else:
            text = operation.using(default, unique(update.named_graphs))
        run_mended(store, text, f"{update.base}/")
    finally:
        if merge in default:
            store.remove_graph(merge)


def patched_difference(
    update: Update, found: Sequence[Operation], snapshot: Store, graph: Graph, *, most: int
) -> Difference:
    """What an update comes to of which one graph is the default graph, and the only one.

    Raises:
        UpdateRefused: it names another graph, or fails.
        ChangeTooLarge: it changes more than ``most`` quads.
    """
    elsewhere = any(op.graphs or op.graphs is None or op.names_dataset for op in found)
    store = Store()
    before = set()
    for quad in snapshot.quads_for_pattern(None, None, None, graph):
        before.add(quad)
        store.add(Quad(quad.subject, quad.predicate, quad.object))
    try:
        for operation in found:
            run_mended(store, operation.text, f"{update.base}/")
    except RuntimeError as error:
        raise UpdateRefused(f"The update failed: {str(error).rstrip('.')}.") from error
    if elsewhere or any(not isinstance(quad.graph_name, DefaultGraph) for quad in store):
        raise GraphClosed(
            "A patch can touch no other graph than the one that it is sent to.",
            remedy="Write the patterns without GRAPH, WITH and USING: the graph is the default "
            "graph. Updates of several graphs go to /update.",
        )
    after = {Quad(quad.subject, quad.predicate, quad.object, graph) for quad in store}
    removed, added = tuple(before - after), tuple(after - before)
    _refuse_many(len(removed) + len(added), most)
    return Difference(removed, added)


def _fill_default(store: Store, file: Path) -> None:
    """Make the default graph of the copy the union of the others, as it is in the snapshot.

    The engine's ``update`` has no switch for it, and USING with every graph is slow.
    """
    store.clear_graph(DefaultGraph())
    union = store.query("CONSTRUCT { ?s ?p ?o } WHERE { GRAPH ?g { ?s ?p ?o } }")
    with file.open("wb") as output:
        EmbeddedResult(union).serialise(output, N_TRIPLES)
    store.bulk_load(path=file, format=RdfFormat.N_TRIPLES)


def _touched(found: Iterable[Operation], *, gated: bool) -> set[Graph] | None:
    """The graphs that the operations can change; None for any."""
    graphs: set[Graph] = set() if gated else {DefaultGraph()}
    for operation in found:
        if operation.graphs is None:
            return None
        graphs |= operation.graphs
    return graphs


def _size(store: Store, update: Update) -> int:
    """How many quads there are; behind a gate, the union of the graphs does not count."""
    if not update.gated:
        return len(store)
    answer = store.query("SELECT (COUNT(*) AS ?n) WHERE { GRAPH ?g { ?s ?p ?o } }")
    if not isinstance(answer, QuerySolutions):
        raise TypeError("the query is a SELECT")
    (row,) = answer
    return int(row["n"].value)


def _compared(
    before: Store,
    after: Store,
    graphs: Iterable[Graph],
    folder: Path,
    named: frozenset[NamedNode],
    *,
    most: int,
) -> Difference:
    removed: list[Quad] = []
    added: list[Quad] = []
    files = [folder / "before", folder / "after"]
    for graph in graphs:
        for store, file in zip((before, after), files, strict=True):
            store.dump(file, RdfFormat.N_TRIPLES, from_graph=graph)
        gone, come = _different_lines(*files, most=most - len(removed) - len(added))
        removed += _quads(gone, graph)
        added += _quads(come, graph)
    return Difference(tuple(removed), tuple(added), named)


def _different_lines(before: Path, after: Path, *, most: int) -> tuple[set[bytes], set[bytes]]:
    """The lines of one file that are not in the other.

    Both stores keep quads in the same order, so what is in step is let go at once; the result
    is right for any order.
    """
    only_before: set[bytes] = set()
    only_after: set[bytes] = set()
    with before.open("rb") as left, after.open("rb") as right:
        for old, new in zip_longest(left, right):
            if old == new:
                continue
            if old is not None:
                if old in only_after:
                    only_after.discard(old)
                else:
                    only_before.add(old)
            if new is not None:
                if new in only_before:
                    only_before.discard(new)
                else:
                    only_after.add(new)
    _refuse_many(len(only_before) + len(only_after), most)
    return only_before, only_after


def _quads(lines: Iterable[bytes], graph: Graph) -> Iterator[Quad]:
    for quad in parse(b"".join(lines), format=RdfFormat.N_TRIPLES):
        yield Quad(quad.subject, quad.predicate, quad.object, graph)


def _refuse_many(number: int, most: int) -> None:
    if number > most:
        raise ChangeTooLarge(f"The change has more quads than the {most:,} that one may have.")
