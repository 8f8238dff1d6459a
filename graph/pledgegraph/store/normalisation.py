"""The gate: what every quad passes before it becomes part of a change set.

Blank nodes get IRIs (RDF 1.1 Concepts, section 3.5), because a log, a revert and a mirror must
be able to name what they speak of. Literals get the form that the engine gives them anyway
(``"1.50"`` becomes ``"1.5"``), so that a difference is one of meaning.
"""

from __future__ import annotations

import hashlib
import re
import uuid
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace

from pyoxigraph import BlankNode, Dataset, DefaultGraph, Literal, NamedNode, Quad, Store, Triple

from pledgegraph.datatypes import LITERAL_INSTEAD, why_no_literal
from pledgegraph.errors import GraphClosed, TermRefused
from pledgegraph.namespaces import XSD
from pledgegraph.store.changes import Change, ChangeSet, Scope

_USUAL = {
    XSD.integer: re.compile(r"0|-?[1-9][0-9]{0,14}"),
    XSD.date: re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}"),
}
"""Texts that the engine keeps as they are: most typed literals, and none that need be asked for."""

Subject = NamedNode | BlankNode
Namer = Callable[[BlankNode], NamedNode]


class EngineForm:
    """Literals as the engine stores them; asks the engine once for each distinct one."""

    def __init__(self) -> None:
        self._scratch = Store()
        self._known: dict[Literal, Literal] = {}

    def __call__(self, literal: Literal) -> Literal:
        """The literal that comes back from a store into which ``literal`` went.

        Raises:
            TermRefused: the engine would make a number of what is none, or it is a text whose
                datatype asks for a language, without one.
        """
        usual = _USUAL.get(literal.datatype)
        if usual is not None and usual.fullmatch(literal.value):
            return literal
        found = self._known.get(literal)
        if found is None:
            reason = why_no_literal(literal)
            if reason is not None:
                raise TermRefused(
                    f"{reason}.",
                    term=literal,
                    remedy=LITERAL_INSTEAD,
                )
            probe = NamedNode("urn:probe")
            self._scratch.add(Quad(probe, probe, literal))
            (stored,) = self._scratch
            self._scratch.remove(stored)
            if not isinstance(stored.object, Literal):
                raise AssertionError("a literal came back as another kind of term")
            found = self._known[literal] = stored.object
        return found


def fresh_names(base: str) -> Namer:
    """Names blank nodes that nobody has named before: the same one for the same node."""
    return _names(base, uuid.uuid4().hex, {})


def lasting_names(base: str, scope: str, order: dict[BlankNode, int]) -> Namer:
    """Names blank nodes by ``scope`` and ``order``, the place of their first appearance.

    The same file loaded twice gets the same names, so that the second load changes nothing.
    """
    return _names(base, hashlib.sha256(scope.encode()).hexdigest()[:32], order)


def _names(base: str, prefix: str, order: dict[BlankNode, int]) -> Namer:
    def name(node: BlankNode) -> NamedNode:
        number = order.setdefault(node, len(order))
        return NamedNode(f"{base}/.well-known/genid/{prefix}-{number}")

    return name


def named(quads: Iterable[Quad], name: Namer) -> Iterator[Quad]:
    """The quads with IRIs in place of blank nodes."""
    for quad in quads:
        subject, value, graph = quad.subject, quad.object, quad.graph_name
        if (
            isinstance(subject, BlankNode)
            or isinstance(value, BlankNode)
            or isinstance(graph, BlankNode)
        ):
            yield Quad(
                name(subject) if isinstance(subject, BlankNode) else subject,
                quad.predicate,
                name(value) if isinstance(value, BlankNode) else value,
                name(graph) if isinstance(graph, BlankNode) else graph,
            )
        else:
            yield quad


def settled(quads: Iterable[Quad], name: Namer, form: EngineForm) -> Iterator[Quad]:
    """The quads without blank nodes and with literals in the engine's form.

    Raises:
        GraphClosed: a quad stands in the default graph.
        TermRefused: a quad holds a triple term, or a text with a base direction.
    """
    for quad in named(quads, name):
        subject, graph, value = quad.subject, quad.graph_name, quad.object
        for term in (subject, value):
            if isinstance(term, Triple):
                raise TermRefused(
                    "A triple inside a triple (RDF 1.2) cannot be stored.",
                    term=term,
                    remedy="Give the statement a node of its own, as pg:Claim does.",
                )
        if isinstance(value, Literal) and value.direction is not None:
            raise TermRefused(
                f"The text {value} has a base direction (RDF 1.2), which cannot be stored.",
                term=value,
                remedy=f"Write it with its language alone, @{value.language}: pages find out the "
                "direction of each text.",
            )
        if isinstance(graph, DefaultGraph):
            raise GraphClosed(
                "The default graph is the union of all named graphs and cannot be written.",
                remedy="Name the graph: the IRI of the source that says it.",
            )
        yield in_form(quad, form)


def in_form(quad: Quad, form: EngineForm) -> Quad:
    """The quad with its literal in the engine's form.

    The engine keeps strings; language tags are lower case from the parser on.
    """
    value = quad.object
    if isinstance(value, Literal) and value.language is None and value.datatype != XSD.string:
        return Quad(quad.subject, quad.predicate, form(value), quad.graph_name)
    return quad


def _storable(quads: Iterable[Quad], form: EngineForm) -> Iterator[Quad]:
    """Those quads that a store can hold, in the engine's form."""
    for quad in quads:
        try:
            yield in_form(quad, form)
        except TermRefused:
            continue


def settle(change: Change, base: str, form: EngineForm) -> Change:
    """The change with what it adds settled; blank nodes that are left get fresh names.

    What it removes is brought into the engine's form only: a quad that cannot be stored is not
    there, and to remove what is not there changes nothing (SPARQL 1.1 Update, section 3.1.2,
    https://www.w3.org/TR/sparql11-update/#deleteData).
    """
    return replace(
        change,
        add=Dataset(settled(change.add, fresh_names(base), form)),
        remove=Dataset(_storable(change.remove, form)),
    )


def in_engine_form(change: Change, form: EngineForm) -> Change:
    """The change with its literals in the engine's form, and all else as it is.

    A store takes ``"1"^^xsd:short`` for the ``1`` that it holds: without this, to remove the one
    and add the other would leave neither.
    """
    return replace(
        change,
        add=Dataset(in_form(quad, form) for quad in change.add),
        remove=Dataset(_storable(change.remove, form)),
    )


def difference(store: Store, change: Change) -> ChangeSet:
    """What ``change``, its quads settled already, comes to in this store."""
    new = change.add if isinstance(change.add, Dataset) else Dataset(change.add)
    removed = Dataset()
    for quad in _in_scopes(store, change.replace):
        if quad not in new:
            removed.add(quad)
    for quad in change.remove:
        if quad not in new and quad in store:
            removed.add(quad)
    if not _knows(store, new) or not any(quad in store for quad in new):
        # Nothing is copied: a large change takes 1 kB for each quad.
        return ChangeSet(added=new, removed=removed)
    return ChangeSet(Dataset(quad for quad in new if quad not in store), removed)


def _in_scopes(store: Store, scopes: Iterable[Scope]) -> Iterator[Quad]:
    for scope in scopes:
        yield from store.quads_for_pattern(scope.subject, None, None, scope.graph)


def _knows(store: Store, new: Dataset) -> bool:
    """True when the store has one of the graphs already; most loads bring new graphs only."""
    return any(
        next(store.quads_for_pattern(None, None, None, graph), None) is not None
        for graph in {quad.graph_name for quad in new}
    )
