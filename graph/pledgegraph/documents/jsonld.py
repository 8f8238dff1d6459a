"""A document as JSON-LD: framed for application developers, compacted, flattened or expanded.

Framed is what https://www.w3.org/TR/json-ld11-framing/ makes of it with the frame of the
record's class, ``@embed`` being ``@always``: what links here and what is linked stand inside.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Final

from pyoxigraph import BlankNode, Literal, NamedNode, Quad, Triple

from pledgegraph.documents.context import Context, Json, Term, context_at, expanded_value
from pledgegraph.documents.document import Document
from pledgegraph.documents.profiles import Profiles, View
from pledgegraph.errors import TermUnwritable
from pledgegraph.media_types import JSON_LD
from pledgegraph.namespaces import RDF

DEPTH: Final = 3
"""How many levels of incoming links a frame has inside those of the record."""

_TYPE: Final = RDF.type
_LAST: Final = 10_000
"""The place of what no profile orders."""

Subject = NamedNode | BlankNode
Value = Literal | Subject
Node = dict[NamedNode, dict[Value, None]]
"""The values of a node by property, each once whichever graphs say it."""


class JsonLd:
    """Writes documents as JSON-LD; ``context`` is the address that they give for theirs."""

    def __init__(self, profiles: Profiles, context: Context, address: str) -> None:
        self._profiles = profiles
        self._context = context
        self._address = address

    def framed(self, document: Document) -> dict[str, Json]:
        """The record with everything around it inside, from its name down."""
        nodes = _nodes(document.quads)
        misread = self._context.misread(_iris(nodes))
        tree = _Tree(self._profiles, self._context.without(misread), nodes)
        context = context_at(self._address, misread)
        roots = [node for node in (document.record, *document.fragments) if node in tree]
        views = self._profiles.incoming_of(tree.classes(document.record))
        framed = [tree.whole(each, views, (), DEPTH) for each in roots if not tree.tells(each)]
        if len(framed) == 1:
            return {"@context": context, **framed[0]}
        return {"@context": context, "@graph": [*framed]}

    def compacted(self, document: Document) -> dict[str, Json]:
        """The nodes side by side, in short words."""
        nodes = _nodes(document.quads)
        misread = self._context.misread(_iris(nodes))
        tree = _Tree(self._profiles, self._context.without(misread), nodes)
        ordered = sorted(nodes, key=lambda node: (node != document.record, _id(node)))
        context = context_at(self._address, misread)
        return {"@context": context, "@graph": [tree.flat(node) for node in ordered]}

    def expanded(self, document: Document) -> list[Json]:
        """The nodes side by side, with whole IRIs and without a context."""
        return expanded(document.quads)


def expanded(quads: Iterable[Quad]) -> list[Json]:
    """Quads as expanded JSON-LD, without their graphs."""
    found: list[Json] = []
    for node, properties in _nodes(quads).items():
        entry: dict[str, Json] = {"@id": _id(node)}
        for prop, values in properties.items():
            kinds, others = _parted(prop, values)
            if kinds:
                entry["@type"] = [_id(kind) for kind in kinds]
            if others:
                entry[prop.value] = [_expanded(value) for value in others]
        found.append(entry)
    return found


class _Tree:
    """The nodes of a document, to be written one inside the other."""

    def __init__(self, profiles: Profiles, context: Context, nodes: Mapping[Subject, Node]) -> None:
        self._profiles = profiles
        self._context = context
        self._nodes = nodes
        self._told: set[Subject] = set()
        self._pointing: dict[tuple[NamedNode, Subject], list[Subject]] = {}
        for node, properties in nodes.items():
            for prop, values in properties.items():
                for value in values:
                    if not isinstance(value, Literal) and prop != _TYPE:
                        self._pointing.setdefault((prop, value), []).append(node)

    def __contains__(self, node: NamedNode) -> bool:
        return node in self._nodes

    def tells(self, node: NamedNode) -> bool:
        """Whether the node has been told whole by now, inside of another one or by itself."""
        return node in self._told

    def classes(self, node: Subject) -> list[NamedNode]:
        """The classes that the document gives a node."""
        return [
            each for each in self._nodes.get(node, {}).get(_TYPE, ()) if isinstance(each, NamedNode)
        ]

    def whole(
        self,
        node: Subject,
        views: Mapping[NamedNode, View],
        around: tuple[Subject, ...],
        depth: int,
    ) -> dict[str, Json]:
        """A node with its values, and inside it what links to it by the views."""
        here = (*around, node)
        self._told.add(node)

        def linked(prop: NamedNode, value: Subject) -> Json:
            bare = self._profiles.is_bare(prop, inside=bool(around))
            if bare or value in here or value not in self._nodes:
                return self._context.reference(_id(value))
            return self.whole(value, {}, here, depth)

        entry = self._entry(node, linked)
        for path, view in views.items():
            sources = sorted(self._pointing.get((path, node), ()), key=_id)
            inside: list[Json] = []
            for each in sources:
                if each in here:
                    # A text there would be a literal, which nothing comes from.
                    inside.append({"id": self._context.reference(_id(each))})
                else:
                    below = self._profiles.inside(view) if depth else {}
                    inside.append(self.whole(each, below, here, depth - 1))
            if inside:
                entry[self._context.reverse[path.value]] = inside
        return entry

    def flat(self, node: Subject) -> dict[str, Json]:
        """A node with its values, and links to the others."""
        return self._entry(node, lambda _prop, value: self._context.reference(_id(value)))

    def _entry(
        self, node: Subject, linked: Callable[[NamedNode, Subject], Json]
    ) -> dict[str, Json]:
        entry: dict[str, Json] = {"id": self._context.reference(_id(node))}
        properties = self._nodes.get(node, {})
        for prop in sorted(properties, key=self._place):
            kinds, others = _parted(prop, properties[prop])
            if kinds:
                entry["type"] = [*sorted(self._context.kind(_id(kind)) for kind in kinds)]
            for value in others:
                term = self._context.term(prop, value)
                if isinstance(value, Literal):
                    shown = self._context.value(term, value)
                else:
                    shown = linked(prop, value)
                    if term.type != "@id" and isinstance(shown, str):
                        shown = {"id": shown}
                _add(entry, term, value, shown)
        return entry

    def _place(self, prop: NamedNode) -> tuple[int, str]:
        if prop == _TYPE:
            return (-1, "")
        view = self._profiles.outgoing.get(prop)
        return (view.order if view is not None else _LAST, prop.value)


def _nodes(quads: Iterable[Quad]) -> dict[Subject, Node]:
    """The statements by subject; the values of a property in a settled order."""
    nodes: dict[Subject, Node] = {}
    for quad in quads:
        subject, value = quad.subject, quad.object
        if isinstance(value, Triple):
            raise TermUnwritable(f"{JSON_LD.title} cannot write the triple term {value}.")
        if not isinstance(subject, Triple):
            nodes.setdefault(subject, {}).setdefault(quad.predicate, {})[value] = None
    return {
        node: {
            prop: values if len(values) == 1 else dict.fromkeys(sorted(values, key=_settled))
            for prop, values in properties.items()
        }
        for node, properties in nodes.items()
    }


def _settled(value: Value) -> tuple[str, str]:
    return (value.language or "" if isinstance(value, Literal) else "", value.value)


def _add(entry: dict[str, Json], term: Term, value: Value, shown: Json) -> None:
    """Put a value under its key: by language, in a list, or alone as long as it is alone."""
    if term.by_language and isinstance(value, Literal):
        by_language = entry.setdefault(term.name, {})
        if isinstance(by_language, dict):
            _append(by_language, str(value.language), shown, listed=False)
        return
    _append(entry, term.name, shown, listed=term.listed)


def _append(entry: dict[str, Json], key: str, shown: Json, *, listed: bool) -> None:
    there = entry.get(key)
    if there is None:
        entry[key] = [shown] if listed else shown
    elif isinstance(there, list):
        there.append(shown)
    else:
        entry[key] = [there, shown]


def _expanded(value: Value) -> Json:
    return expanded_value(value) if isinstance(value, Literal) else {"@id": _id(value)}


def _parted(prop: NamedNode, values: Iterable[Value]) -> tuple[list[Subject], list[Value]]:
    """The classes, and what stands under the property: somebody may call a text a class."""
    if prop != _TYPE:
        return [], list(values)
    kinds = [value for value in values if not isinstance(value, Literal)]
    return kinds, [value for value in values if isinstance(value, Literal)]


def _id(node: Subject) -> str:
    return node.value if isinstance(node, NamedNode) else f"_:{node.value}"


def _iris(nodes: Mapping[Subject, Node]) -> set[str]:
    """Every IRI that the nodes are told with."""
    terms: set[Subject | None] = {*nodes}
    for properties in nodes.values():
        terms.update(properties)
        for values in properties.values():
            terms.update(v.datatype if isinstance(v, Literal) else v for v in values)
    return {term.value for term in terms if isinstance(term, NamedNode)}
