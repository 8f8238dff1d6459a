"""Writes as clients ask for them: an update, or one graph put, merged, patched or deleted.

Each becomes one change: worked out in a process that can be killed, then through the gate and
into the changes log like any other. SPARQL 1.1 Update and the Graph Store HTTP Protocol
(https://www.w3.org/TR/sparql11-http-rdf-update/) say what each means.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from pyoxigraph import BlankNode, DefaultGraph, NamedNode, Quad

from pledgegraph.errors import GraphClosed, InputError
from pledgegraph.media_types import Format
from pledgegraph.rdf.address_slips import slips_in_body
from pledgegraph.rdf.kept_datatypes import changed_datatypes
from pledgegraph.rdf.parsing import BODY
from pledgegraph.rdf.term_places import refusals_placed
from pledgegraph.store.changes import Change, Receipt, Scope
from pledgegraph.store.commit_permit import Permit
from pledgegraph.store.engine import AddressedSnapshot, Condition, Engine
from pledgegraph.store.graph_states import GraphStates, Guard
from pledgegraph.store.system_graphs import graph_of_sources, is_computed
from pledgegraph.store.update_evaluation import Difference, Graph, Update
from pledgegraph.workers.write_worker import WriteWorker
from pledgegraph.writes.loading import SourceFile, change_from_quads

_COMPUTED: Final = "Change what it is computed from; the rules follow every change."


@dataclass(frozen=True, slots=True)
class Attribution:
    """Who makes a change, and why."""

    agent: str
    reason: str
    key: str = ""
    """What the client knows the change again by; see `pledgegraph.store.log.idempotency`."""


@dataclass(frozen=True, slots=True)
class Payload:
    """A document of RDF that a client sends."""

    body: bytes
    form: Format

    def text(self) -> bytes:
        """The document as it was sent."""
        return self.body


class Writes:
    """Makes the changes that clients ask for; every method waits until it is done."""

    def __init__(self, engine: Engine, worker: WriteWorker) -> None:
        self._engine = engine
        self._worker = worker

    def update(
        self,
        text: str,
        by: Attribution,
        permit: Permit,
        *,
        default_graphs: Sequence[NamedNode] = (),
        named_graphs: Sequence[NamedNode] = (),
        guard: Guard | None = None,
    ) -> Receipt:
        """Make what an update says; the graphs are those that its WHERE reads.

        ``guard`` is shown the graphs that it names as those to change, and those that it changes.

        Raises:
            UpdateSyntaxError, UpdateRefused, ChangeTooLarge: it cannot be made.
            GraphClosed: it writes where nobody may.
            ValidationFailed: what it would leave breaks a shape.
        """
        update = Update(text, self._base, self._gated, tuple(default_graphs), tuple(named_graphs))
        named: frozenset[NamedNode] = frozenset()

        def condition(change: Change, states: GraphStates) -> None:
            if guard is not None:
                guard(_graphs(change) | named, states)

        by_itself = self._worker.update(update, permit=permit)
        if by_itself is not None:
            named = by_itself.named
            change = self._change(by_itself, by)
            made = self._engine.update(change, permit=permit, condition=condition)
            return _warned(made, text.encode(), by_itself.added)

        found = Difference()

        def compute(snapshot: AddressedSnapshot) -> Change:
            nonlocal named, found
            with self._engine.workspace() as folder:
                worked_out = self._worker.update(
                    update, permit=permit, snapshot=snapshot.address["path"], folder=str(folder)
                )
            found = worked_out or Difference()
            named = found.named
            return self._change(found, by)

        made = self._engine.update_from(compute, permit=permit, condition=condition)
        return _warned(made, text.encode(), found.added)

    def patch(
        self, graph: Graph, text: str, by: Attribution, permit: Permit, guard: Guard | None = None
    ) -> Receipt:
        """Make what an update says of one graph, which is the only one that it sees.

        Raises:
            GraphClosed: it touches another graph, or one that nobody may write.
        """
        self._refuse_closed(graph)
        update = Update(text, self._base, gated=False)
        name = graph if isinstance(graph, NamedNode) else None

        def compute(snapshot: AddressedSnapshot) -> Change:
            found = self._worker.patch(
                update, name, permit=permit, snapshot=snapshot.address["path"]
            )
            return self._change(found, by)

        return self._engine.update_from(compute, permit=permit, condition=_for(graph, guard))

    def put(
        self,
        graph: Graph,
        payloads: Sequence[Payload],
        by: Attribution,
        permit: Permit,
        guard: Guard | None = None,
    ) -> Receipt:
        """Let a graph hold what the payloads say, and nothing else."""
        return self._store(graph, payloads, by, permit, guard, merge=False)

    def merge(
        self,
        graph: Graph,
        payloads: Sequence[Payload],
        by: Attribution,
        permit: Permit,
        guard: Guard | None = None,
    ) -> Receipt:
        """Let a graph hold what the payloads say as well."""
        return self._store(graph, payloads, by, permit, guard, merge=True)

    def delete(
        self, graph: Graph, by: Attribution, permit: Permit, guard: Guard | None = None
    ) -> Receipt:
        """Take away all that a graph holds, and behind a gate what is said of its source."""
        self._refuse_closed(graph)
        scopes = [Scope(graph)]
        if self._gated and isinstance(graph, NamedNode):
            scopes.append(Scope(graph_of_sources(self._base), graph))
        change = Change(
            agent=by.agent, reason=by.reason, replace=tuple(scopes), sources=_sources([graph])
        )
        return self._engine.update(change, permit=permit, condition=_for(graph, guard))

    def create(
        self,
        payloads: Sequence[Payload],
        by: Attribution,
        permit: Permit,
        guard: Guard | None = None,
    ) -> tuple[NamedNode, Receipt]:
        """Bring payloads in as a graph whose IRI the client does not say; returns that.

        Behind a gate it is the source that they describe, elsewhere a new one.

        Raises:
            SourceUnclear: they do not tell which source it is.
        """
        if not self._gated:
            graph = NamedNode(f"{self._base}/graphs/{uuid.uuid4()}")
            return graph, self.merge(graph, payloads, by, permit, guard)
        change = self._placed(None, payloads, by, permit, merge=True)
        if not change.sources:
            raise GraphClosed("The payload describes a graph that rules fill.", remedy=_COMPUTED)
        graph = change.sources[0]
        with refusals_placed((BODY, each.text) for each in payloads):
            made = self._engine.update(change, permit=permit, condition=_for(graph, guard))
        return graph, _warned(made, _text(payloads), change.add)

    def _store(
        self,
        graph: Graph,
        payloads: Sequence[Payload],
        by: Attribution,
        permit: Permit,
        guard: Guard | None,
        *,
        merge: bool,
    ) -> Receipt:
        self._refuse_closed(graph)
        if self._gated and graph != graph_of_sources(self._base):
            change = self._placed(graph, payloads, by, permit, merge=merge)
        else:
            base = graph.value if isinstance(graph, NamedNode) and not self._gated else self._root
            change = Change(
                agent=by.agent,
                reason=by.reason,
                add=_in_graph(self._read(payloads, base, permit), graph),
                replace=() if merge else (Scope(graph),),
                sources=_sources([graph]),
            )
        with refusals_placed((BODY, each.text) for each in payloads):
            made = self._engine.update(change, permit=permit, condition=_for(graph, guard))
        return _warned(made, _text(payloads), change.add)

    def _placed(
        self,
        graph: Graph | None,
        payloads: Sequence[Payload],
        by: Attribution,
        permit: Permit,
        *,
        merge: bool,
    ) -> Change:
        """Payloads where `pledgegraph load` would put them: they may describe their own source."""
        source = graph if isinstance(graph, NamedNode) else None
        return change_from_quads(
            SourceFile(Path(BODY), source, shown_as="The payload"),
            self._read(payloads, self._root, permit),
            base=self._base,
            agent=by.agent,
            reason=by.reason,
            merge=merge,
        )

    def _read(self, payloads: Sequence[Payload], base: str, permit: Permit) -> tuple[Quad, ...]:
        """What the payloads say, as the RDF merge of their graphs."""
        # Nodes of two documents are not the same for having the same label.
        renamed = len(payloads) > 1
        quads: list[Quad] = []
        for each in payloads:
            found = self._worker.read(
                each.body, each.form, base=base, renamed=renamed, permit=permit
            )
            quads += found.added
        return tuple(quads)

    @property
    def _base(self) -> str:
        return self._engine.base

    @property
    def _gated(self) -> bool:
        return self._engine.gated

    @property
    def _root(self) -> str:
        return f"{self._base}/"

    def _change(self, found: Difference, by: Attribution) -> Change:
        """The change that a difference comes to; what rules compute follows by itself."""
        for quad in found.added:
            if self._gated:
                self._refuse_closed(quad.graph_name)
        removed = [quad for quad in found.removed if not self._is_computed(quad.graph_name)]
        return Change(
            agent=by.agent,
            reason=by.reason,
            add=found.added,
            remove=removed,
            sources=_sources(quad.graph_name for quad in (*found.added, *removed)),
            key=by.key,
        )

    def _is_computed(self, graph: Graph | BlankNode) -> bool:
        return isinstance(graph, NamedNode) and is_computed(graph, self._base)

    def _refuse_closed(self, graph: Graph | BlankNode) -> None:
        """Refuse to write where nobody may.

        Raises:
            GraphClosed: it is the union of all graphs, or one that rules fill.
        """
        if not self._gated:
            return
        if isinstance(graph, DefaultGraph):
            raise GraphClosed(
                "The default graph is the union of all named graphs and cannot be written.",
                remedy="Name the graph: the IRI of the source that says it.",
            )
        if self._is_computed(graph):
            raise GraphClosed("Rules fill this graph; it cannot be written.", remedy=_COMPUTED)


def _text(payloads: Sequence[Payload]) -> bytes:
    return b"\n".join(each.body for each in payloads)


def _warned(receipt: Receipt, text: bytes, quads: Iterable[Quad]) -> Receipt:
    """The receipt with warnings: of relative IRIs that look like addresses, and of datatypes."""
    found = [*map(str, slips_in_body(text, quads)), *changed_datatypes(text)]
    return replace(receipt, warnings=tuple(found)) if found else receipt


def _for(graph: Graph, guard: Guard | None) -> Condition | None:
    """What guards one graph, as the condition of the change of that graph."""
    return None if guard is None else lambda _, states: guard((graph,), states)


def _graphs(change: Change) -> set[Graph]:
    """The graphs in which a change adds and removes quads, by its own words."""
    found = (quad.graph_name for quad in (*change.add, *change.remove))
    return {graph for graph in found if not isinstance(graph, BlankNode)}


def _in_graph(quads: Iterable[Quad], graph: Graph) -> list[Quad]:
    found = []
    for quad in quads:
        if not isinstance(quad.graph_name, DefaultGraph):
            raise InputError(
                "The payload names graphs itself.",
                remedy="Send one graph, or write several with /update.",
            )
        found.append(Quad(quad.subject, quad.predicate, quad.object, graph))
    return found


def _sources(graphs: Iterable[Graph | BlankNode]) -> tuple[NamedNode, ...]:
    named = {graph for graph in graphs if isinstance(graph, NamedNode)}
    return tuple(sorted(named, key=lambda graph: graph.value))
