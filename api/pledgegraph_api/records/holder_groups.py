"""What is connected with an actor, an event, a register or a source: lists by heading.

However much there is, a page shows the newest of it, and only that is read whole.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Final

from pyoxigraph import Literal, NamedNode

from pledgegraph.namespaces import ORG, PG, RDF
from pledgegraph.store import Snapshot, solutions
from pledgegraph_api.records.record_queries import query_of
from pledgegraph_api.records.shown_things import Name, Things, When
from pledgegraph_api.records.statements import Statements, day_in
from pledgegraph_api.web.control_chars import printable

MOST: Final = 30
"""Entries of a list."""
_IN_SOURCE: Final = (
    ("sheet_accounts", frozenset({PG.StatusReport, PG.ProgressNote, PG.Assessment})),
    ("events", frozenset({PG.Event})),
    ("came_of_it", frozenset({PG.Outcome})),
    ("actors", frozenset({PG.Actor})),
)
"""What a source tells of, by heading."""
_HOSTING: Final = (PG.host, PG.coHost)
_OTHER_ROLES: Final = (PG.sponsoredBy, PG.supportedBy, PG.expectedFrom)
_TELLING: Final = (PG.reportsOn, PG.assessor, PG.reporter)
"""What an account without words is named by."""
_DAYS: Final = (PG.asOf, PG.earliest, PG.startsOn, PG.latest, PG.endsOn)


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
class _Link:
    """That a thing is connected with the record, and what says when."""

    target: NamedNode
    roles: tuple[NamedNode, ...]
    dated_by: NamedNode


class Groups:
    """Finds what is connected with one record."""

    def __init__(self, snapshot: Snapshot, record: NamedNode, things: Things) -> None:
        self._snapshot = snapshot
        self._record = record
        self._things = things
        self._in_source: dict[NamedNode, set[NamedNode]] | None = None

    def of(self, kind: NamedNode) -> list[Group]:
        """The lists of a record of a class; those that are empty too."""
        if kind == PG.Actor:
            return [
                self._group("took_part", self._attended()),
                self._group(
                    "other_roles",
                    *(self._plain(prop, named=True, dated=False) for prop in _OTHER_ROLES),
                ),
                self._group("members_of", self._linked(ORG.member, ORG.organization, ORG.role)),
                self._group("members", self._linked(ORG.organization, ORG.member, ORG.role)),
                self._group("parts_and_units", self._plain(PG.partOf, ORG.unitOf)),
                self._group(
                    "successions", self._plain(ORG.originalOrganization, ORG.resultingOrganization)
                ),
                self._group("doubts_heading", self._plain(PG.about, of=PG.Discrepancy)),
            ]
        if kind == PG.Source:
            return [
                self._group(heading, self._shown(self.told_of(classes), dated=heading != "actors"))
                for heading, classes in _IN_SOURCE
            ]
        return [
            self._group(
                "took_part_here", self._linked(PG.participationIn, PG.participant, PG.role)
            ),
            self._group("parts_of_event", self._plain(PG.superEvent)),
            self._group("came_of_it", self._plain(PG.resultedFrom), self._outcomes()),
            self._group("endorsements", self._plain(PG.endorses, PG.atSession)),
            self._group("sheet_accounts", self._telling()),
            self._group("doubts_heading", self._plain(PG.about, of=PG.Discrepancy)),
        ]

    def told_of(self, classes: frozenset[NamedNode]) -> list[NamedNode]:
        """What the source itself tells of, of those classes."""
        if self._in_source is None:
            self._in_source = {}
            rows = solutions(self._snapshot, query_of("told_in_source", self._record), {})
            things = [each for row in rows if isinstance(each := row["thing"], NamedNode)]
            # Asked in the same query, the classes would be looked up for each statement.
            for quad in self._snapshot.about(things, [RDF.type], merged=True):
                if isinstance(quad.subject, NamedNode) and isinstance(quad.object, NamedNode):
                    self._in_source.setdefault(quad.subject, set()).add(quad.object)
        return [thing for thing, kinds in self._in_source.items() if kinds & classes]

    def pointing(self, *props: NamedNode) -> list[NamedNode]:
        """What leads to the record by any of the properties, each once."""
        quads = self._snapshot.pointing_at([self._record], props, merged=True)
        found = {quad.subject for quad in quads if isinstance(quad.subject, NamedNode)}
        return sorted(found, key=lambda each: each.value)

    def _group(self, heading: str, *found: tuple[list[Item], int]) -> Group:
        """One list of several; each comes with how many entries it would have in all."""
        items = [item for shown, _ in found for item in shown]
        ordered = sorted(items, key=lambda each: (each.name.text.casefold(), each.role))
        ordered.sort(key=lambda each: _day(each) or date.min, reverse=True)
        unique = list(dict.fromkeys(ordered))
        twice = len(items) - len(unique)
        shown = tuple(unique[:MOST])
        return Group(heading, shown, sum(number for _, number in found) - twice - len(shown))

    def _plain(
        self,
        *props: NamedNode,
        of: NamedNode | None = None,
        named: bool = False,
        dated: bool = True,
    ) -> tuple[list[Item], int]:
        """What leads here by a property, in a class; ``named`` says the property as the role."""
        nodes = self.pointing(*props)
        if of is not None:
            kinds = self._snapshot.about(nodes, [RDF.type], value=of, merged=True)
            wanted = {quad.subject for quad in kinds}
            nodes = [each for each in nodes if each in wanted]
        role = self._things.term(props[0]).text if named else ""
        return self._shown(nodes, role=role, dated=dated)

    def _attended(self) -> tuple[list[Item], int]:
        """The events that an actor hosted or took part in, in which roles."""
        rows = solutions(self._snapshot, query_of("took_part", self._record), {})
        roles: dict[tuple[NamedNode, ...], set[NamedNode]] = {}
        last: dict[NamedNode, date] = {}
        for row in rows:
            event, link, role, day = row["event"], row["link"], row["role"], row["last"]
            if isinstance(event, NamedNode) and isinstance(link, NamedNode):
                last[event] = (day_in(day) if isinstance(day, Literal) else None) or date.min
                is_node = isinstance(role, NamedNode)
                # Who hosts and co-hosts has two roles, and no participation that holds both.
                key = (event, role if is_node and role in _HOSTING else link)
                roles.setdefault(key, set()).update([role] if is_node else [])
        found = list(
            dict.fromkeys((key[0], tuple(sorted(held, key=str))) for key, held in roles.items())
        )
        newest = set(sorted(last, key=lambda each: (last[each], each.value), reverse=True)[:MOST])
        things = self._things
        self._read(newest)
        things.learn(node for event, held in found if event in newest for node in held)
        items = [
            Item(
                things.name(event),
                ", ".join(
                    (things.term(node) if node in _HOSTING else things.name(node)).text
                    for node in held
                ),
                things.when(event),
            )
            for event, held in found
            if event in newest
        ]
        return items, len(found)

    def _outcomes(self) -> tuple[list[Item], int]:
        """What resulted from a decision that was taken at the record."""
        decisions = self.pointing(PG.atSession)
        quads = self._snapshot.pointing_at(decisions, [PG.resultedFrom], merged=True)
        found = {quad.subject for quad in quads if isinstance(quad.subject, NamedNode)}
        return self._shown(sorted(found, key=lambda each: each.value))

    def _telling(self) -> tuple[list[Item], int]:
        """The accounts that tell of the record, by their texts."""
        nodes = self.pointing(PG.concerns)
        shown = self._newest(nodes)
        self._read(shown)
        things = self._things
        items = []
        for each in shown:
            name = things.name(each)
            text = things.said.text(each, things.language, PG.text)
            if text is not None:
                told = printable(text.value)
                name = replace(name, text=told, language=text.language or "")
            items.append(Item(name, "", things.when(each)))
        return items, len(nodes)

    def _shown(
        self, nodes: Sequence[NamedNode], *, role: str = "", dated: bool = True
    ) -> tuple[list[Item], int]:
        shown = self._newest(nodes) if dated else list(nodes[:MOST])
        self._read(shown)
        names, when = self._things.name, self._things.when
        return [Item(names(each), role, when(each) if dated else None) for each in shown], len(
            nodes
        )

    def _linked(self, here: NamedNode, there: NamedNode, role: NamedNode) -> tuple[list[Item], int]:
        """What is at the other end of the links that lead here, such as memberships.

        The link has the date.
        """
        links = self.pointing(here)
        ends = Statements()
        ends.take(self._snapshot.about(links, [there, role], merged=True))
        found = dict.fromkeys(
            _Link(target, tuple(ends.nodes(link, role)), link)
            for link in links
            for target in ends.nodes(link, there)
        )
        newest = set(self._newest(list(dict.fromkeys(each.dated_by for each in found))))
        shown = [each for each in found if each.dated_by in newest]
        things = self._things
        self._read([each.dated_by for each in shown])
        things.learn([node for each in shown for node in (each.target, *each.roles)])
        items = [
            Item(
                things.name(each.target),
                ", ".join(things.name(node).text for node in each.roles),
                things.when(each.dated_by),
            )
            for each in shown
        ]
        return items, len(found)

    def _newest(self, nodes: Sequence[NamedNode]) -> list[NamedNode]:
        """As many as a list has; those of the last days, where there are more."""
        if len(nodes) <= MOST:
            return list(nodes)
        days = Statements()
        days.take(self._snapshot.about(nodes, _DAYS, merged=True))
        by_day = {each: (days.days(each, *_DAYS) or [date.min])[-1] for each in nodes}
        return sorted(nodes, key=lambda each: by_day[each], reverse=True)[:MOST]

    def _read(self, nodes: Iterable[NamedNode]) -> None:
        known = list(dict.fromkeys(nodes))
        self._things.said.take(self._snapshot.about(known))
        said = self._things.said
        told = (each for node in known for each in said.nodes(node, *_TELLING))
        self._things.learn([*known, *told])


def _day(item: Item) -> date | None:
    return item.when.day if item.when else None
