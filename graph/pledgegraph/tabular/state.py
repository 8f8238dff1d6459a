"""A register as a store holds it: its records by sheet, and what each cell would show."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Final

from pyoxigraph import Literal, NamedNode, Quad, Store

from pledgegraph.namespaces import PG, RDF
from pledgegraph.rdf.language_tags import nearness
from pledgegraph.store.system_graphs import graph_of_sources, is_computed
from pledgegraph.tabular.cells import Cells, Term
from pledgegraph.tabular.columns import PROMISES, SHEETS, Column, Kind, SheetKind
from pledgegraph.tabular.lists import Lists
from pledgegraph.tabular.register import LABELS, Register


@dataclass(slots=True)
class Record:
    """A record of a register, with what the store's sources say of it."""

    node: NamedNode
    sheet: SheetKind
    quads: list[Quad]
    home: NamedNode
    """The graph in which what the register says of it stands."""
    own: list[Quad] = field(default_factory=list)
    """Those of the quads that the register may change."""

    def said(self, column: Column, tag: str = "") -> tuple[list[tuple[NamedNode, Term]], bool]:
        """What a cell holds, and whether it is another source that says so.

        Another's words are shown where the register has none of its own.
        """
        for quads, foreign in ((self.own, False), (self.quads, True)):
            found = {
                (quad.predicate, quad.object): None
                for quad in quads
                if quad.predicate in column.predicates
                and isinstance(quad.object, NamedNode | Literal)
                and _is_of(quad.object, column, tag)
            }
            if found:
                return [
                    (predicate, term)
                    for predicate, term in found
                    if isinstance(term, NamedNode | Literal)
                ], foreign
        return [], False

    def tags(self, column: Column) -> set[str]:
        """The languages in which a column of texts has one."""
        return {
            quad.object.language
            for quad in self.quads
            if quad.predicate == column.predicate
            and isinstance(quad.object, Literal)
            and quad.object.language
        }


_SOURCE: Final = Column("source", Kind.RECORD, of=("source",))


def _is_of(term: object, column: Column, tag: str) -> bool:
    if column.kind is Kind.TEXT:
        return isinstance(term, Literal) and term.language == tag
    if column.kind in (Kind.RECORD, Kind.CONCEPT, Kind.PLACE, Kind.GOAL, Kind.LINK):
        return isinstance(term, NamedNode)
    return isinstance(term, Literal)


class State:
    """The records of one register, as one snapshot has them."""

    def __init__(self, store: Store, register: Register, lists: Lists, language: str) -> None:
        self.store = store
        self.register = register
        self.base = register.base
        self.language = language
        self.cells = Cells(lists, language, label=self.label, short=self.short, own=self.owns)
        self._sources = graph_of_sources(self.base)
        self._labels: dict[NamedNode, str] = {}

    def path(self, node: NamedNode) -> str:
        """The identifier of a record: what follows /id/ in its IRI."""
        return node.value.removeprefix(f"{self.base}/id/")

    def short(self, node: NamedNode, column: Column) -> str:
        """The identifier that a column shows: without its folder where there is but one."""
        path = self.path(node)
        folders = column.of
        if len(folders) == 1 and path.startswith(f"{folders[0]}/"):
            return path.removeprefix(f"{folders[0]}/")
        return path

    def identifier(self, record: Record) -> str:
        """What stands in the record's first cell."""
        path = self.path(record.node)
        (folder, *others) = record.sheet.folders
        return path if others else path.removeprefix(f"{folder}/")

    def label(self, node: NamedNode) -> str:
        """What a record is called in the language of the workbook, else in English."""
        if node not in self._labels:
            texts = [
                (quad.object.language or "", quad.object.value)
                for predicate in LABELS
                for quad in self.store.quads_for_pattern(node, predicate, None)
                if isinstance(quad.object, Literal)
            ]
            best = min(
                texts, key=lambda each: (nearness(each[0], self.language), each[1]), default=None
            )
            self._labels[node] = "" if best is None else best[1]
        return self._labels[node]

    def records(self, sheet: SheetKind) -> list[Record]:
        """The register's records of a sheet, by their identifiers."""
        return list(self.each_record(sheet))

    def each_record(self, sheet: SheetKind) -> Iterator[Record]:
        """The same, each let go before the next one comes: a record takes some 10 kB."""
        for node in sorted(self._members[sheet.key], key=lambda each: each.value):
            yield self.record(node, sheet)

    def holds(self, node: NamedNode) -> SheetKind | None:
        """The sheet on which a record of the register stands; None for one that is none."""
        return next((SHEETS[key] for key, nodes in self._members.items() if node in nodes), None)

    def owns(self, node: NamedNode) -> bool:
        """Whether a record stands on one of the register's own sheets."""
        return self.holds(node) is not None

    @cached_property
    def nodes(self) -> frozenset[str]:
        """The IRIs of the register's records."""
        return frozenset(node.value for nodes in self._members.values() for node in nodes)

    def is_on(self, node: NamedNode, sheet: SheetKind) -> bool:
        """Whether a record of the register stands on a sheet."""
        return node in self._members[sheet.key]

    @cached_property
    def promises(self) -> frozenset[NamedNode]:
        """The register's commitments and their parts."""
        return frozenset(
            node
            for key in ("commitments", "undertakings", "milestones", "targets")
            for node in self._members[key]
        )

    def record(self, node: NamedNode, sheet: SheetKind) -> Record:
        """A record with all that is said of it."""
        quads = [
            quad
            for quad in self.store.quads_for_pattern(node, None, None)
            if isinstance(quad.graph_name, NamedNode)
            and not is_computed(quad.graph_name, self.base)
        ]
        own = [quad for quad in quads if self.register.owns(quad)]
        typed = sorted(
            quad.graph_name.value
            for quad in own
            if quad.predicate == RDF.type and isinstance(quad.graph_name, NamedNode)
        )
        home = NamedNode(typed[0]) if typed else self.register.home
        return Record(node, sheet, quads, self._sources if sheet.key == "sources" else home, own)

    def tags(self, records: Iterable[Record], column: Column) -> list[str]:
        """The languages of a column of texts: the workbook's own, then those that there are."""
        found = {tag for record in records for tag in record.tags(column)}
        return [self.language, *sorted(found - {self.language})]

    def shown(self, record: Record, column: Column, tag: str = "") -> tuple[str, bool]:
        """The text of a cell, and whether another source says so."""
        if column.kind is Kind.ID:
            return self.identifier(record), False
        if column.kind in (Kind.VERSION, Kind.REMOVE):
            return "", False
        if column.kind is Kind.SOURCE:
            return self._source(record), False
        if column.kind is Kind.SHOWN_CONCEPT:
            return self._kinds_of_makers(record, column), False
        said, foreign = record.said(column, tag)
        return self.cells.shown(column, said, tag), foreign

    def version(self, record: Record) -> str:
        """Changes with every statement that a cell of the row shows."""
        return version_of(
            (column.key, predicate.value, str(term))
            for column in record.sheet.columns
            for tag in (sorted(record.tags(column)) if column.kind is Kind.TEXT else [""])
            for predicate, term in record.said(column, tag)[0]
        )

    def _source(self, record: Record) -> str:
        if record.home == self.register.home and not record.own:
            return ""
        return self.cells.shown(_SOURCE, [(RDF.type, record.home)])

    def _kinds_of_makers(self, record: Record, column: Column) -> str:
        makers = [quad.object for quad in record.quads if quad.predicate == PG.madeBy]
        kinds = [
            (PG.actorType, quad.object)
            for maker in makers
            if isinstance(maker, NamedNode)
            for quad in self.store.quads_for_pattern(maker, PG.actorType, None)
            if isinstance(quad.object, NamedNode)
        ]
        return self.cells.shown(column, kinds)

    @cached_property
    def _members(self) -> dict[str, set[NamedNode]]:
        found: dict[str, set[NamedNode]] = {key: set() for key in SHEETS}
        commitments = set(self._subjects(PG.inRegister, self.register.iri))
        found["commitments"] = {n for n in commitments if self._is_a(n, PG.Commitment)}
        todo: list[NamedNode] = list(found["commitments"])
        seen = set(todo)
        while todo:
            for part in self._subjects(PG.partOf, todo.pop()):
                if part in seen:
                    continue
                seen.add(part)
                todo.append(part)
                for key in ("undertakings", "milestones", "targets"):
                    if self._is_a(part, SHEETS[key].classes[0]):
                        found[key].add(part)
        promises = found["commitments"].union(*(found[f"{kind}s"] for kind in PROMISES[1:]))
        for promise in promises:
            for account in self._subjects(PG.reportsOn, promise):
                if self._is_own(account, SHEETS["reports"].classes):
                    found["reports"].add(account)
        for key in ("outcomes", "events", "actors"):
            for graph in self.register.owned:
                for quad in self.store.quads_for_pattern(
                    None, RDF.type, SHEETS[key].classes[0], graph
                ):
                    if isinstance(quad.subject, NamedNode):
                        found[key].add(quad.subject)
        found["sources"] = {node for node in self.register.owned if self._is_a(node, PG.Source)} - {
            self.register.home
        }
        return found

    def _subjects(self, predicate: NamedNode, value: NamedNode) -> Iterator[NamedNode]:
        for quad in self.store.quads_for_pattern(None, predicate, value):
            if isinstance(quad.subject, NamedNode) and isinstance(quad.graph_name, NamedNode):
                yield quad.subject

    def _is_a(self, node: NamedNode, kind: NamedNode) -> bool:
        return next(iter(self.store.quads_for_pattern(node, RDF.type, kind)), None) is not None

    def _is_own(self, node: NamedNode, kinds: Sequence[NamedNode]) -> bool:
        return any(
            quad.object in kinds and self.register.owns(quad)
            for quad in self.store.quads_for_pattern(node, RDF.type, None)
        )


def version_of(parts: Iterable[tuple[str, ...]]) -> str:
    """A short name of a row's content, whatever the order of its parts."""
    text = "\n".join(sorted({"\t".join(part) for part in parts}))
    return hashlib.sha256(text.encode()).hexdigest()[:12]
