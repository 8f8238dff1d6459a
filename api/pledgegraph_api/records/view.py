"""What a page tells of a record: its facts, each with the numbers of the sources that state it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from textwrap import shorten
from typing import Final, TypeGuard

from pyoxigraph import BlankNode, Literal, NamedNode, Quad, Triple

from pledgegraph.documents import Document, Link, Names, Profiles, Words
from pledgegraph.namespaces import PG, RDF, XSD
from pledgegraph.rdf import covers, nearness
from pledgegraph.store import Snapshot
from pledgegraph_api.http.languages import DEFAULT
from pledgegraph_api.records.lookup import Found
from pledgegraph_api.records.rdfa import stating, stating_back, stating_class, stating_of
from pledgegraph_api.web.control_chars import printable
from pledgegraph_api.web.links import with_parameters
from pledgegraph_api.web.naming import acronyms_of, best_name, naming, with_acronym
from pledgegraph_api.web.prefixed_names import link_to, short_name
from pledgegraph_api.web.record_paths import record_path
from pledgegraph_api.web.translations import Wording, dated, grouped

_TYPE: Final = RDF.type
_STATUS: Final = PG.currentStatus
_PROMISES: Final = frozenset({PG.Commitment, PG.Undertaking, PG.Milestone, PG.Target})
_LONGEST_NAME: Final = 90
"""Characters of a text that stand for a name."""
_LAST: Final = 10_000
"""The place of what no profile orders."""

_DATE: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_WHOLE: Final = re.compile(r"[+-]?[0-9]{1,24}")
_TRUTH: Final = {"true": "yes", "1": "yes", "false": "no", "0": "no"}

Term = NamedNode | BlankNode | Literal | Triple


@dataclass(frozen=True, slots=True)
class Shown:
    """A value: ``machine`` is how the data have it, where that is not what is shown."""

    text: str
    marks: tuple[int, ...] = ()
    """The numbers of the sources that state it."""
    href: str | None = None
    """Below the root, or whole."""
    language: str = ""
    direction: str = ""
    """Which way the text runs, where it is said."""
    machine: str = ""
    is_date: bool = False
    card: Card | None = None
    """What is told whole."""
    says: Mapping[str, str] = field(default_factory=dict)
    """The attributes that state the fact in the markup."""


@dataclass(frozen=True, slots=True)
class Fact:
    """A property with its values."""

    name: Words
    values: tuple[Shown, ...]
    note: str = ""


@dataclass(frozen=True, slots=True)
class Kind:
    """A class that something is of."""

    name: Words
    says: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Card:
    """Something told whole: its name, what kind of thing it is, and its facts."""

    title: str
    language: str
    href: str | None
    kinds: tuple[Kind, ...]
    facts: tuple[Fact, ...]


@dataclass(frozen=True, slots=True)
class Section:
    """Facts under a heading."""

    id: str
    heading: Words
    facts: tuple[Fact, ...]


class Telling:
    """Turns the statements of one document into what a page shows in a language."""

    def __init__(
        self,
        profiles: Profiles,
        names: Names,
        snapshot: Snapshot,
        document: Document,
        *,
        language: str,
        words: Wording,
        base: str,
        version: int | None = None,
    ) -> None:
        self._version = version
        self._words = words
        self._base = base
        self._profiles = profiles
        self._document = document
        self._language = language
        self._about: dict[NamedNode, dict[NamedNode, dict[Term, list[Quad]]]] = {}
        self._linking: dict[tuple[NamedNode, NamedNode, NamedNode], list[Quad]] = {}
        nodes: dict[NamedNode, None] = {}
        for quad in document.quads:
            if isinstance(quad.subject, NamedNode):
                about = self._about.setdefault(quad.subject, {})
                about.setdefault(quad.predicate, {}).setdefault(quad.object, []).append(quad)
                if isinstance(quad.object, NamedNode):
                    key = (quad.subject, quad.predicate, quad.object)
                    self._linking.setdefault(key, []).append(quad)
                    nodes[quad.object] = None
            if isinstance(quad.graph_name, NamedNode):
                nodes[quad.graph_name] = None
        # What the document tells by IRI alone has a name on the page all the same.
        self._labels: dict[NamedNode, dict[tuple[NamedNode, Literal], None]] = {}
        named = names.about(snapshot, nodes)
        self._kinds: dict[Term, list[NamedNode]] = {}
        for quad in named:
            if quad.predicate == _TYPE and isinstance(quad.object, NamedNode):
                self._kinds.setdefault(quad.subject, []).append(quad.object)
        for node, prop, label in naming([*document.quads, *named]):
            self._labels.setdefault(node, {})[prop, label] = None
        self._acronyms = acronyms_of(snapshot, {document.record: None, **nodes})
        self._sources: dict[NamedNode, int] = {}
        self._inside: list[NamedNode] = [document.record]
        """What is being told, from the outside in."""

    def classes(self, node: NamedNode) -> list[NamedNode]:
        """The classes of a node."""
        kinds = self._about.get(node, {}).get(_TYPE, {})
        return [each for each in kinds if isinstance(each, NamedNode)]

    def card(self, node: NamedNode, links: Sequence[Link], *, whole: bool = True) -> Card:
        """A node with its facts, if it is told whole."""
        title, language = self._name(node)
        kinds = tuple(Kind(self._term(kind), stating_class(kind)) for kind in self.classes(node))
        facts = tuple(fact for _, fact in self._facts(node, links)) if whole else ()
        return Card(title, language, self._href(node), kinds, facts)

    def sections(self) -> tuple[Section, ...]:
        """The facts about the record, under the headings of the profile; none is empty."""
        record = self._document.record
        by_group: dict[NamedNode | None, list[Fact]] = {}
        for group, fact in self._facts(record, self._document.links):
            by_group.setdefault(group, []).append(fact)
        found = [
            Section(group.value.rpartition("#")[2], heading, tuple(by_group[group]))
            for group, heading in self._profiles.groups.items()
            if group in by_group
        ]
        if None in by_group:
            further = {self._language: self._words["further"]}
            found.append(Section("further", further, tuple(by_group[None])))
        return tuple(found)

    def fragments(self) -> tuple[Shown, ...]:
        """What has the record's IRI with a fragment, told whole."""
        return tuple(
            replace(self._value(node, ()), card=self.card(node, ()), says=stating_of(node))
            for node in self._document.fragments
        )

    def sources(self) -> tuple[tuple[int, Shown], ...]:
        """The graphs that state something on the page, by their numbers; to be asked for last."""
        return tuple(
            (
                number,
                Shown(self._name(node)[0], href=self._href(node), language=self._name(node)[1]),
            )
            for node, number in self._sources.items()
        )

    def retraction(self, found: Found) -> dict[str, list[Shown]] | None:
        """Why the record was retracted, and what replaced it."""
        if found.retraction is None:
            return None
        return {
            "reasons": [
                Shown(each.value, language=each.language or "") for each in found.retraction.reasons
            ],
            "replaced_by": [self._value(each, ()) for each in found.retraction.replaced_by],
        }

    def _facts(self, node: NamedNode, links: Sequence[Link]) -> list[tuple[NamedNode | None, Fact]]:
        """What is said of a node and what links to it, in the order of the profile."""
        found: list[tuple[tuple[int, str], NamedNode | None, Fact]] = []
        about = self._about.get(node, {})
        told = {link.view.path for link in self._document.links if link.source == node}
        for prop, values in about.items():
            if prop == _TYPE:
                continue
            view = self._profiles.outgoing.get(prop)
            if prop in told and set(values) == {self._document.record}:
                continue  # the card stands inside the page about it, under this very property
            shown = tuple(
                _stated(self._value(value, quads), prop, value) for value, quads in values.items()
            )
            found.append(
                (
                    (view.order if view else _LAST, prop.value),
                    view.group if view else None,
                    Fact(view.words if view else self._term(prop), self._in_order(shown)),
                )
            )
        if _STATUS not in about and _PROMISES & set(self.classes(node)):
            view = self._profiles.outgoing[_STATUS]
            fact = Fact(
                view.words, (Shown(self._words["not_reported"]),), self._words["not_reported_note"]
            )
            found.append(((view.order, ""), view.group, fact))
        by_view: dict[str, list[Link]] = {}
        for link in links:
            by_view.setdefault(link.view.name, []).append(link)
        for linked in by_view.values():
            view = linked[0].view
            shown = tuple(self._linked(link, node) for link in linked)
            found.append(((view.order, ""), view.group, Fact(view.words, shown)))
        found.sort(key=lambda each: each[0])
        return [(group, fact) for _, group, fact in found]

    def _linked(self, link: Link, node: NamedNode) -> Shown:
        quads = self._linking.get((link.source, link.view.path, node), [])
        says = stating_back(link.view.path, link.source)
        shown = replace(self._value(link.source, quads), says=says)
        if not link.view.whole or link.source not in self._document.told:
            return shown
        if link.source in self._inside:
            return shown  # it is told further out: it is a part of itself
        self._inside.append(link.source)
        card = self.card(link.source, self._document.inner.get(link.source, ()))
        self._inside.pop()
        return replace(shown, card=card)

    def _value(self, value: Term, quads: Sequence[Quad]) -> Shown:
        marks = self._marks(quads)
        if isinstance(value, NamedNode):
            text, language = self._name(value)
            return Shown(text, marks, self._href(value), language)
        if not isinstance(value, Literal):
            return Shown(printable(str(value)), marks)
        text = printable(value.value)
        # What is not of the form that its datatype has is shown as it stands.
        if value.datatype == XSD.date and (day := _day(value.value)):
            return Shown(dated(day, self._language), marks, machine=text, is_date=True)
        if value.datatype == XSD.integer and _WHOLE.fullmatch(value.value):
            return Shown(grouped(int(value.value), self._language), marks, machine=text)
        if value.datatype == XSD.boolean and value.value in _TRUTH:
            return Shown(self._words[_TRUTH[value.value]], marks, machine=text)
        direction = value.direction.value if value.direction is not None else ""
        return Shown(text, marks, language=value.language or "", direction=direction)

    def _marks(self, quads: Iterable[Quad]) -> tuple[int, ...]:
        numbers = set()
        for quad in quads:
            if isinstance(quad.graph_name, NamedNode):
                numbers.add(self._sources.setdefault(quad.graph_name, len(self._sources) + 1))
        return tuple(sorted(numbers))

    def _in_order(self, values: tuple[Shown, ...]) -> tuple[Shown, ...]:
        """What is in the reader's language first."""
        return tuple(
            sorted(
                values,
                key=lambda each: (
                    bool(each.language) and not covers(self._language, each.language),
                    each.language,
                ),
            )
        )

    def _name(self, node: NamedNode) -> tuple[str, str]:
        """What a node is called, and in which language that is; else its IRI, made short."""
        label = best_name(self._labels.get(node, ()), self._language)
        if label is not None:
            name = with_acronym(label.value, self._acronyms.get(node, ()))
            return printable(name), label.language or ""
        terms = self._profiles.terms.get(node)
        if terms:
            tag = self._language if self._language in terms else DEFAULT
            return terms[tag], tag
        return self._described(node)

    def _nearest(self, texts: Iterable[Literal]) -> Literal | None:
        """What serves a reader of the page's language best."""
        return min(texts, key=lambda each: nearness(each.language, self._language), default=None)

    def _described(self, node: NamedNode) -> tuple[str, str]:
        """What stands for a name: how its text begins, else its class and its slug."""
        texts = [each for each in self._about.get(node, {}).get(PG.text, ()) if _is_text(each)]
        text = self._nearest(texts)
        if text is not None:
            start = shorten(printable(text.value), _LONGEST_NAME, placeholder="\u00a0…")
            return start, text.language or ""
        name = printable(short_name(node.value, self._base))
        kinds = [*self.classes(node), *self._kinds.get(node, ())]
        words = next((self._profiles.terms[e] for e in kinds if e in self._profiles.terms), None)
        if words is None or not name.startswith("id/"):
            return name, ""
        tag = self._language if self._language in words else DEFAULT
        return f"{words[tag]}: {name.rpartition('/')[2]}", tag

    def _term(self, prop: NamedNode) -> Words:
        return self._profiles.terms.get(prop) or {DEFAULT: short_name(prop.value, self._base)}

    def _href(self, node: NamedNode) -> str | None:
        """Where its name leads: for a record, to the same version of it as is told here."""
        address = link_to(node.value, self._base)
        if address is None or self._version is None or record_path(node.value, self._base) is None:
            return address
        return with_parameters(address, f"version={self._version}")


def _is_text(value: Term) -> TypeGuard[Literal]:
    return isinstance(value, Literal)


def _stated(shown: Shown, prop: NamedNode, value: Term) -> Shown:
    return replace(shown, says=stating(prop, value, shown.text))


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text) if _DATE.fullmatch(text) else None
    except ValueError:
        return None
