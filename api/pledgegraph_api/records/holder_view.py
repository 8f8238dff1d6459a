"""What the page of an actor, an event or a register answers: what was promised, and what of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Final

from pyoxigraph import Literal, NamedNode

from pledgegraph.documents import Names, Profiles
from pledgegraph.namespaces import DCTERMS, ORG, PG, RDF, RDFS, SCHEMA, SCHEME, SKOS, XSD
from pledgegraph.store import Snapshot
from pledgegraph_api.records.commitment_lines import Sum, count_commitments
from pledgegraph_api.records.count_ways import CountWays
from pledgegraph_api.records.holder_groups import Group, Groups
from pledgegraph_api.records.record_queries import query_of
from pledgegraph_api.records.shown_things import Inferred, Name, Things, When
from pledgegraph_api.records.statements import Statements
from pledgegraph_api.records.tallies import Tallies, Tally
from pledgegraph_api.web.control_chars import printable
from pledgegraph_api.web.translations import Wording, day_of

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
_LISTED_BY: Final = {
    PG.Actor: "actor",
    PG.Register: "register",
    PG.Event: "event",
    PG.Framework: "framework",
}
"""By class the filter by which the list of commitments has those of the record."""
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
    way: CountWays
    """Where what is counted of them is listed."""
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
    tallies: Tallies,
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
    return _Holding(snapshot, record, kind, things, tallies=tallies, today=today).holder(version)


class _Holding:
    def __init__(
        self,
        snapshot: Snapshot,
        record: NamedNode,
        kind: NamedNode,
        things: Things,
        *,
        tallies: Tallies,
        today: date,
    ) -> None:
        self._snapshot = snapshot
        self._record = record
        self._kind = kind
        self._things = things
        self._tallies = tallies
        self._said = things.said
        self._today = today
        self._groups = Groups(snapshot, record, things)

    def holder(self, version: int | None) -> Holder:
        record, said, things = self._record, self._said, self._things
        when = things.when(record)
        states = said.nodes(record, PG.eventStatus)
        held = _HELD in states
        counted_by, heading = _COUNTS[self._kind]
        told = self._counted(counted_by)
        # A query would find none by what was not computed yet.
        is_asked = version is None or all(each.is_computed for each in told)
        way = self._way(version, is_asked=is_asked)
        is_event = self._kind == PG.Event
        text = said.text(record, things.language, DCTERMS.description, PG.text)
        return Holder(
            heading=heading,
            kind=self._kind.value.rpartition("#")[2].lower(),
            name=things.name(record),
            list_address=way() if version is None and way.name else "",
            way=way,
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
            groups=tuple(each for each in self._groups.of(self._kind) if each.items),
        )

    def _way(self, version: int | None, *, is_asked: bool) -> CountWays:
        query = ""
        if self._kind == PG.Source:
            query = query_of("commitments_of_source", self._record)
        name = _LISTED_BY.get(self._kind, "") if is_asked else ""
        return CountWays(name, self._record, self._today, version, query)

    def _counted(self, prop: NamedNode) -> list[Tally]:
        """The commitments that count to the record, each once."""
        if self._kind == PG.Source:
            found = self._groups.told_of(frozenset({PG.Commitment}))
        elif self._kind == PG.Actor:
            found = [*self._groups.pointing(PG.madeBy), *self._groups.pointing(prop)]
        else:
            found = self._groups.pointing(prop)
        return self._tallies.of(self._snapshot, found)

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
