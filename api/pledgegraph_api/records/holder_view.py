"""What the page of an actor, an event or a register answers: what was promised, and what of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Final
from urllib.parse import urlencode

from pyoxigraph import Literal, NamedNode

from pledgegraph.documents import Names, Profiles
from pledgegraph.namespaces import DCTERMS, ORG, PG, RDF, RDFS, SCHEMA, SCHEME, SKOS, XSD
from pledgegraph.store import Snapshot, solutions
from pledgegraph_api.records.commitment_lines import Sum, count_commitments
from pledgegraph_api.records.shown_things import Inferred, Name, Things, When
from pledgegraph_api.records.statements import Statements
from pledgegraph_api.web.control_chars import printable
from pledgegraph_api.web.translations import Wording, day_of

_MOST: Final = 60
"""Entries of a list."""
_HELD: Final = NamedNode(f"{SCHEME}event-status#held")
_COUNTS: Final = {
    PG.Actor: (PG.rollsUpTo, "sum_actor"),
    PG.Register: (PG.inRegister, "sum_register"),
    PG.Event: (PG.announcedAt, "sum_event"),
    PG.Framework: (PG.alignedWith, "sum_framework"),
    PG.Source: (RDF.type, "sum_source"),
}
"""By class the property by which commitments lead to the record, and the message that counts."""
HOLDERS: Final = frozenset(_COUNTS)
"""Classes whose pages sum up commitments."""
_LISTED_BY: Final = {PG.Actor: "actor", PG.Register: "register"}
"""By class the filter by which the list of commitments has those of the record."""
_TOLD: Final = Path(__file__).resolve().with_name("queries") / "told_in_source.rq"
_SOURCE: Final = "<urn:x-source>"
_IN_SOURCE: Final = (
    ("sheet_accounts", frozenset({PG.StatusReport, PG.ProgressNote, PG.Assessment})),
    ("events", frozenset({PG.Event})),
    ("came_of_it", frozenset({PG.Outcome})),
    ("actors", frozenset({PG.Actor})),
)
"""What a source tells of, by heading."""
_FACTS: Final = (
    PG.actorType,
    PG.eventType,
    DCTERMS.spatial,
    PG.place,
    PG.host,
    PG.coHost,
    PG.publishedBy,
    PG.published,
    PG.retrieved,
    PG.inRegister,
    DCTERMS.license,
    PG.licenceAsStated,
    PG.redistributable,
    PG.partOf,
    ORG.unitOf,
    PG.superEvent,
    PG.attendanceAsPublished,
    PG.represents,
)
_OTHER_ROLES: Final = (PG.sponsoredBy, PG.supportedBy, PG.expectedFrom)


@dataclass(frozen=True, slots=True)
class Item:
    """An entry of a list: a thing, how it is connected, and when."""

    name: Name
    role: str
    when: When | None


@dataclass(frozen=True, slots=True)
class Group:
    """A list under a heading; ``heading`` is a message."""

    heading: str
    items: tuple[Item, ...]
    more: int


@dataclass(frozen=True, slots=True)
class Holder:
    """What the page says above all statements."""

    heading: str
    """The message that says how many commitments there are."""
    kind: str
    """``actor``, ``event``, ``register``, ``framework`` or ``source``."""
    name: Name
    list_address: str
    """Where the same commitments are listed, with filters; empty where no list has just these."""
    sum: Sum
    also: tuple[Name, ...]
    when: When | None
    states: tuple[Name, ...]
    """How an event stands: held, announced."""
    is_over: bool
    """Whether an event's day has passed without a word that it was held."""
    facts: tuple[tuple[Name, tuple[Name, ...]], ...]
    links: tuple[str, ...]
    text: Name | None
    inferred: Inferred
    groups: tuple[Group, ...]


def holder_for(
    snapshot: Snapshot,
    record: NamedNode,
    classes: set[NamedNode],
    names: Names,
    profiles: Profiles,
    *,
    language: str,
    words: Wording,
    base: str,
    version: int | None,
    today: date,
) -> Holder:
    """What is known of the record on a day."""
    said = Statements()
    said.take(snapshot.about([record]))
    things = Things(
        said,
        snapshot,
        names,
        profiles,
        language=language,
        words=words,
        base=base,
        version=version,
    )
    kind = next(each for each in _COUNTS if each in classes)
    return _Holding(snapshot, record, kind, things, today).holder()


class _Holding:
    def __init__(
        self, snapshot: Snapshot, record: NamedNode, kind: NamedNode, things: Things, today: date
    ) -> None:
        self._snapshot = snapshot
        self._record = record
        self._kind = kind
        self._things = things
        self._said = things.said
        self._today = today
        self._in_source: dict[NamedNode, set[NamedNode]] | None = None

    def holder(self) -> Holder:
        record, said, things = self._record, self._said, self._things
        when = things.when(record)
        states = said.nodes(record, PG.eventStatus)
        held = _HELD in states
        counted_by, heading = _COUNTS[self._kind]
        told = self._counted(counted_by)
        is_event = self._kind == PG.Event
        text = said.text(record, things.language, DCTERMS.description, PG.text)
        return Holder(
            heading=heading,
            kind=self._kind.value.rpartition("#")[2].lower(),
            name=things.name(record),
            list_address=self._list_address(),
            sum=count_commitments(
                self._snapshot,
                things,
                told,
                today=self._today,
                maker=record if self._kind == PG.Actor else None,
            ),
            also=self._other_names(),
            when=when if is_event else None,
            states=tuple(things.name(each) for each in ([_HELD] if held else states)),
            is_over=is_event
            and not held
            and when is not None
            and when.day is not None
            and when.day < self._today,
            facts=self._facts(),
            links=self._links(),
            text=None if text is None else Name(printable(text.value), text.language or ""),
            inferred=things.inferred(record),
            groups=tuple(each for each in self._groups() if each.items),
        )

    def _list_address(self) -> str:
        name = _LISTED_BY.get(self._kind)
        return f"/commitments?{urlencode({name: self._record.value})}" if name else ""

    def _counted(self, prop: NamedNode) -> list[NamedNode]:
        """The commitments that count to the record, each once."""
        if self._kind == PG.Source:
            return self._told_of(frozenset({PG.Commitment}))
        found = self._pointing(prop)
        if self._kind == PG.Actor:
            found = list(dict.fromkeys([*self._pointing(PG.madeBy), *found]))
        kinds = Statements()
        kinds.take(self._snapshot.about(found, [RDF.type], value=PG.Commitment, merged=True))
        return [each for each in found if kinds.classes(each)]

    def _told_of(self, classes: frozenset[NamedNode]) -> list[NamedNode]:
        """What the source itself tells of, of those classes."""
        if self._in_source is None:
            self._in_source = {}
            # A term as N-Triples writes it is a term of SPARQL, and nothing else.
            query = _TOLD.read_text(encoding="utf-8").replace(_SOURCE, str(self._record))
            rows = solutions(self._snapshot, query, {})
            things = [each for row in rows if isinstance(each := row["thing"], NamedNode)]
            # Asked in the same query, the classes would be looked up for each statement.
            for quad in self._snapshot.about(things, [RDF.type], merged=True):
                if isinstance(quad.subject, NamedNode) and isinstance(quad.object, NamedNode):
                    self._in_source.setdefault(quad.subject, set()).add(quad.object)
        return [thing for thing, kinds in self._in_source.items() if kinds & classes]

    def _pointing(self, *props: NamedNode) -> list[NamedNode]:
        quads = self._snapshot.pointing_at([self._record], props, merged=True)
        found = {quad.subject for quad in quads if isinstance(quad.subject, NamedNode)}
        return sorted(found, key=lambda each: each.value)

    def _other_names(self) -> tuple[Name, ...]:
        own = self._things.name(self._record).text
        found = self._said.texts(self._record, RDFS.label, SKOS.prefLabel, SKOS.altLabel)
        named = [Name(printable(each.value), each.language or "") for each in found]
        return tuple(
            dict.fromkeys(each for each in named if not own.lower().startswith(each.text.lower()))
        )

    def _facts(self) -> tuple[tuple[Name, tuple[Name, ...]], ...]:
        found = []
        for prop in _FACTS:
            values = tuple(
                self._things.name(each) if isinstance(each, NamedNode) else self._text(each)
                for each in self._said.terms(self._record, prop)
                if isinstance(each, NamedNode | Literal)
            )
            if values:
                found.append((self._things.term(prop), values))
        return tuple(found)

    def _text(self, text: Literal) -> Name:
        """A literal, a day as the language writes it."""
        if text.datatype == XSD.date:
            return Name(day_of(printable(text.value), self._things.language))
        return Name(printable(text.value), text.language or "")

    def _links(self) -> tuple[str, ...]:
        """Addresses of the record outside."""
        terms = self._said.terms(self._record, SCHEMA.url, SCHEMA.sameAs)
        texts = [each.value for each in terms if isinstance(each, NamedNode | Literal)]
        safe = [each for each in texts if each.lower().startswith(("http://", "https://"))]
        return tuple(dict.fromkeys(safe))

    def _groups(self) -> list[Group]:
        if self._kind == PG.Actor:
            events = (*self._events(PG.host), *self._events(PG.coHost))
            joined = self._linked(PG.participant, PG.participationIn, PG.role, dated_by_target=True)
            return [
                self._group("took_part", [*events, *joined]),
                self._group("other_roles", self._roles()),
                self._group("members_of", self._linked(ORG.member, ORG.organization, ORG.role)),
                self._group("members", self._linked(ORG.organization, ORG.member, ORG.role)),
                self._group("parts_and_units", self._plain(PG.partOf, ORG.unitOf)),
                self._group(
                    "successions", self._plain(ORG.originalOrganization, ORG.resultingOrganization)
                ),
                self._group("doubts_heading", self._plain(PG.about, of=PG.Discrepancy)),
            ]
        if self._kind == PG.Source:
            return [self._of_source(heading, classes) for heading, classes in _IN_SOURCE]
        return [
            self._group(
                "took_part_here", self._linked(PG.participationIn, PG.participant, PG.role)
            ),
            self._group("parts_of_event", self._plain(PG.superEvent)),
            self._group("came_of_it", self._outcomes()),
            self._group("endorsements", self._plain(PG.endorses, PG.atSession)),
            self._group("sheet_accounts", self._telling()),
            self._group("doubts_heading", self._plain(PG.about, of=PG.Discrepancy)),
        ]

    def _of_source(self, heading: str, classes: frozenset[NamedNode]) -> Group:
        nodes = self._told_of(classes)
        self._read(nodes[: _MOST * 2])
        names = self._things
        dated = heading != "actors"
        items = [
            Item(names.name(each), "", names.when(each) if dated else None)
            for each in nodes[: _MOST * 2]
        ]
        group = self._group(heading, items)
        return replace(group, more=max(0, len(nodes) - len(group.items)))

    def _group(self, heading: str, items: Sequence[Item]) -> Group:
        ordered = sorted(items, key=lambda each: (each.name.text.casefold(), each.role))
        ordered.sort(key=lambda each: _day(each) or date.min, reverse=True)
        unique = list(dict.fromkeys(ordered))
        return Group(heading, tuple(unique[:_MOST]), max(0, len(unique) - _MOST))

    def _read(self, nodes: Sequence[NamedNode]) -> None:
        self._said.take(self._snapshot.about(nodes))
        self._things.learn(nodes)

    def _plain(self, *props: NamedNode, of: NamedNode | None = None) -> list[Item]:
        """What leads here by a property, with its date."""
        nodes = self._pointing(*props)
        self._read(nodes)
        wanted = [each for each in nodes if of is None or of in self._said.classes(each)]
        return [Item(self._things.name(each), "", self._things.when(each)) for each in wanted]

    def _outcomes(self) -> list[Item]:
        """What resulted from the record, or from a decision that was taken at it."""
        decisions = self._pointing(PG.atSession)
        quads = self._snapshot.pointing_at(decisions, [PG.resultedFrom], merged=True)
        found = {quad.subject for quad in quads if isinstance(quad.subject, NamedNode)}
        nodes = sorted(found, key=lambda each: each.value)
        self._read(nodes)
        of_decisions = [
            Item(self._things.name(each), "", self._things.when(each)) for each in nodes
        ]
        return [*self._plain(PG.resultedFrom), *of_decisions]

    def _telling(self) -> list[Item]:
        """The accounts that tell of the record, by their texts."""
        nodes = self._pointing(PG.concerns)
        self._read(nodes)
        things = self._things
        return [
            Item(
                replace(things.name(each), text=printable(text.value), language=text.language or "")
                if (text := self._said.text(each, things.language, PG.text))
                else things.name(each),
                "",
                things.when(each),
            )
            for each in nodes
        ]

    def _events(self, prop: NamedNode) -> list[Item]:
        role = self._things.term(prop).text
        return [Item(each.name, role, each.when) for each in self._plain(prop)]

    def _linked(
        self, here: NamedNode, there: NamedNode, role: NamedNode, *, dated_by_target: bool = False
    ) -> list[Item]:
        """What is at the other end of the links that lead here, such as memberships."""
        links = self._pointing(here)
        self._read(links)
        targets = [each for link in links for each in self._said.nodes(link, there)]
        if dated_by_target:
            self._read(list(dict.fromkeys(targets)))
        else:
            self._things.learn(targets)
        found = []
        for link in links:
            roles = ", ".join(each.text for each in self._things.names(link, role))
            for target in self._said.nodes(link, there):
                when = self._things.when(target if dated_by_target else link)
                found.append(Item(self._things.name(target), roles, when))
        return found

    def _roles(self) -> list[Item]:
        """Commitments of others in which the record has a part."""
        found = []
        for prop in _OTHER_ROLES:
            role = self._things.term(prop).text
            found += [Item(each.name, role, None) for each in self._plain(prop)]
        return found


def _day(item: Item) -> date | None:
    return item.when.day if item.when else None
