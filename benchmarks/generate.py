"""Made-up commitments data of any size, the same for the same seed, as N-Quads.

Usage: python -m benchmarks.generate --quads 100000 [--seed 1] [--output FILE]

Each source document is a named graph with one commitment, its undertakings and milestones, what
was reported on them (some of it going backwards), what a reviewer found, deadlines that were
moved, money, who did not deliver, events and their outcomes. Makers, hosts and reporters
come from a pool of actors that grows with the data; some act often, most seldom. The data keep to
the shipped shapes: `tests/benchmarks` validates a sample.
"""

from __future__ import annotations

import argparse
import random
import sys
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Final

from pledgegraph.namespaces import DCTERMS, PG, RDF, RDFS, SCHEMA, SCHEME, XSD

BASE: Final = "http://localhost:8000"
_ID: Final = f"{BASE}/id"
_SOURCES: Final = f"<{_ID}/graph/sources>"
_FIRST_DAY: Final = date(2015, 1, 1)
_READ: Final = date(2026, 11, 22)
"""When all sources were read: none tells of a later day."""
_SDG: Final = "http://metadata.un.org/sdg/"

_STATUSES: Final = ("not-started", "planning", "in-progress", "substantially-complete", "completed")
_EVENTS: Final = {"Workshop": "workshop", "SideEvent": "side-event", "Webinar": "webinar",
                  "PeerExchange": "peer-exchange"}  # fmt: skip
_GROUPS: Final = ("persons-with-disabilities", "indigenous-peoples", "lgbt-community", "refugees")
_GRADES: Final = ("high", "high", "medium", "low")
_ROLES: Final = ("participant", "partner", "speaker", "organiser")
_TYPES: Final = ("national-statistical-office", "government", "civil-society", "academia",
                 "un-entity", "private-sector")  # fmt: skip
_COUNTRIES: Final = ("170", "417", "404", "454", "608", "764", "288", "076", "208", "682", "410")
_VERBS: Final = ("publish", "collect", "share", "train", "map", "review", "link", "translate")
_THINGS: Final = ("citizen data", "disability statistics", "survey methods", "open data portals",
                  "community records", "gender statistics", "quality frameworks")  # fmt: skip
_PLACES: Final = ("every district", "two regions", "the capital", "rural areas", "five countries")
_REVIEWER: Final = f"<{_ID}/actor/bench-reviewer>"
_REGISTERS: Final = 10
_SOURCES_PER_ACTOR: Final = 4


def _iri(kind: str, slug: str) -> str:
    return f"<{_ID}/{kind}/{slug}>"


def _concept(scheme: str, name: str) -> str:
    return f"<{SCHEME}{scheme}#{name}>"


def _text(words: str) -> str:
    return f'"{words}"@en'


def _day(day: date) -> str:
    return f'"{day.isoformat()}"^^{XSD.date}'


class _Document:
    """One source document's statements, written as they come."""

    def __init__(self, number: int, dice: random.Random) -> None:
        self.number = number
        self.dice = dice
        self.source = _iri("source", f"bench-{number}")
        self.lines: list[str] = []

    def say(self, subject: str, *pairs: tuple[object, str], graph: str | None = None) -> None:
        """Add a statement for each pair of property and value."""
        where = graph or self.source
        self.lines += [f"{subject} {prop} {value} {where} .\n" for prop, value in pairs]

    def grade(self) -> tuple[object, str]:
        return PG.grade, _concept("grade", self.dice.choice(_GRADES))

    def actor(self) -> str:
        """An actor that is known by now; low numbers more often."""
        known = self.number // _SOURCES_PER_ACTOR + 1
        return _iri("actor", f"bench-{int(known * self.dice.random() ** 2) + 1}")

    def promise(self) -> str:
        dice = self.dice
        return f"{dice.choice(_VERBS)} {dice.choice(_THINGS)} in {dice.choice(_PLACES)}"

    def when(self, day: date, until: date | None = None) -> tuple[tuple[object, str], ...]:
        until = until or day
        return (
            (PG.earliest, _day(day)),
            (PG.latest, _day(until)),
            (PG.dateAsPublished, f'"{day:%d/%m/%Y}"'),
        )

    def due(self, day: date) -> tuple[tuple[object, str], ...]:
        return (
            (PG.dueEarliest, _day(day.replace(month=1, day=1))),
            (PG.dueLatest, _day(day.replace(month=12, day=31))),
            (PG.dueAsPublished, f'"{day.year}"'),
        )

    def write(self) -> None:
        """The whole document."""
        dice, number = self.dice, self.number
        made = _FIRST_DAY + timedelta(days=dice.randrange(3600))
        self.describe_source(made)
        if number % _SOURCES_PER_ACTOR == 0:
            self.describe_actor(number // _SOURCES_PER_ACTOR + 1)
        if number == 0:
            self.describe_reviewer()
        if number < _REGISTERS:
            self.describe_register(number + 1)
        maker = self.actor()
        commitment = _iri("commitment", f"bench-{number}")
        self.say(
            commitment,
            (RDF.type, str(PG.Commitment)),
            (RDFS.label, _text(f"To {self.promise()}, {number}")),
            (DCTERMS.description, _text(f"The maker will {self.promise()} and {self.promise()}.")),
            (PG.madeBy, maker),
            (PG.inRegister, _iri("register", f"bench-{number % min(number + 1, _REGISTERS) + 1}")),
            (PG.populationGroup, _concept("population-group", dice.choice(_GROUPS))),
            (PG.sdg, f"<{_SDG}{dice.randrange(1, 18)}>"),
            (DCTERMS.spatial, _concept("m49", dice.choice(_COUNTRIES))),
            self.grade(),
            *self.when(made),
            *self.due(made + timedelta(days=dice.randrange(1100, 2000))),
        )
        self.write_reports(commitment, maker, made, f"bench-{number}")
        assessed = min(made + timedelta(days=dice.randrange(400, 1000)), _READ)
        self.write_assessment(commitment, assessed)
        if dice.random() < 0.3:
            self.write_amount(commitment)
        for part in range(1, dice.randrange(2, 5)):
            self.write_undertaking(commitment, maker, made, part)

    def describe_source(self, made: date) -> None:
        self.say(
            self.source,
            (RDF.type, str(PG.Source)),
            (RDFS.label, _text(f"Made-up source {self.number}")),
            (SCHEMA.url, f"<https://sources.example/{self.number}>"),
            (PG.published, _day(made)),
            (PG.retrieved, _day(_READ)),
            (PG.redistributable, _concept("redistributable", "unknown")),
            graph=_SOURCES,
        )

    def describe_actor(self, number: int) -> None:
        kind = _TYPES[number % len(_TYPES)]
        office = kind == "national-statistical-office"
        self.say(
            _iri("actor", f"bench-{number}"),
            (RDF.type, str(PG.Actor)),
            *([(RDF.type, str(PG.NationalStatisticalOffice))] if office else []),
            (RDFS.label, _text(f"Actor {number}")),
            (PG.actorType, _concept("actor-type", kind)),
            (DCTERMS.spatial, _concept("m49", self.dice.choice(_COUNTRIES))),
        )

    def describe_reviewer(self) -> None:
        self.say(
            _REVIEWER,
            (RDF.type, str(PG.Actor)),
            (RDFS.label, _text("Reviewer")),
            (PG.actorType, _concept("actor-type", "international-organisation")),
        )

    def describe_register(self, number: int) -> None:
        self.say(
            _iri("register", f"bench-{number}"),
            (RDF.type, str(PG.Register)),
            (RDFS.label, _text(f"Register {number}")),
        )

    def write_undertaking(self, commitment: str, maker: str, made: date, part: int) -> None:
        dice, slug = self.dice, f"bench-{self.number}-{part}"
        undertaking = _iri("undertaking", slug)
        self.say(
            undertaking,
            (RDF.type, str(PG.Undertaking)),
            (RDFS.label, _text(f"To {self.promise()}")),
            (PG.partOf, commitment),
            self.grade(),
            *self.due(made + timedelta(days=dice.randrange(740, 1096))),
        )
        if dice.random() < 0.5:
            self.say(
                _iri("milestone", slug),
                (RDF.type, str(PG.Milestone)),
                (RDFS.label, _text(f"First to {self.promise()}")),
                (PG.partOf, undertaking),
                self.grade(),
                *self.due(made + timedelta(days=dice.randrange(370, 731))),
            )
        self.write_reports(undertaking, maker, made, slug)
        if dice.random() < 0.3:
            self.write_move(undertaking, made + timedelta(days=dice.randrange(200, 700)), slug)
        if dice.random() < 0.1:
            self.write_delivery(undertaking, slug)
        if dice.random() < 0.4:
            self.write_event(undertaking, made + timedelta(days=dice.randrange(30, 900)), slug)

    def write_reports(self, promise: str, maker: str, made: date, slug: str) -> None:
        """What was said of a promise over the years, most of it by who made it."""
        reported = made
        for turn in range(self.dice.randrange(6)):
            reported = min(reported + timedelta(days=self.dice.randrange(60, 400)), _READ)
            self.write_report(promise, maker, reported, f"{slug}-{turn}", turn)

    def write_assessment(self, promise: str, found: date) -> None:
        """What the reviewer found, in the reviewer's words too."""
        status = self.dice.choice(_STATUSES)
        self.say(
            _iri("assessment", f"bench-{self.number}"),
            (RDF.type, str(PG.Assessment)),
            (PG.reportsOn, promise),
            (PG.assessor, _REVIEWER),
            (PG.status, _concept("status", status)),
            (PG.statusAsPublished, f'"{status.replace("-", " ").capitalize()}"'),
            (PG.reportKind, _concept("report-kind", "independent")),
            (PG.method, _text("Pages were read.")),
            self.grade(),
            *self.when(found),
        )

    def write_move(self, promise: str, moved: date, slug: str) -> None:
        """A due date that was moved."""
        before = moved + timedelta(days=self.dice.randrange(10, 200))
        after = before + timedelta(days=self.dice.randrange(30, 400))
        self.say(
            _iri("deadline", slug),
            (RDF.type, str(PG.DeadlineChange)),
            (PG.changeOf, promise),
            (PG.previousDueEarliest, _day(before)),
            (PG.previousDueLatest, _day(before)),
            (PG.newDueEarliest, _day(after)),
            (PG.newDueLatest, _day(after)),
            (PG.reason, _text("More time was needed.")),
            self.grade(),
            *self.when(moved),
        )

    def write_amount(self, promise: str) -> None:
        """Money that was promised."""
        self.say(
            _iri("amount", f"bench-{self.number}"),
            (RDF.type, str(PG.Amount)),
            (PG.amountFor, promise),
            (PG.value, f'"{self.dice.randrange(1, 900)}000.0"^^{XSD.decimal}'),
            (PG.currency, '"USD"'),
            (PG.amountKind, _concept("amount-kind", "pledged")),
            self.grade(),
        )

    def write_delivery(self, promise: str, slug: str) -> None:
        """Whether one organisation did its share."""
        done = "true" if self.dice.random() < 0.5 else "false"
        self.say(
            _iri("delivery", slug),
            (RDF.type, str(PG.Delivery)),
            (PG.reportsOn, promise),
            (PG.responsible, self.actor()),
            (PG.criterion, _text("Is the plan public?")),
            (PG.delivered, f'"{done}"^^{XSD.boolean}'),
            self.grade(),
        )

    def write_report(self, promise: str, maker: str, reported: date, slug: str, turn: int) -> None:
        dice = self.dice
        report = _iri("report", slug)
        # One in twelve takes back a step.
        status = _STATUSES[max(0, min(turn, 4) - (2 if dice.random() < 1 / 12 else 0))]
        self.say(
            report,
            (RDF.type, str(PG.StatusReport)),
            (PG.reportsOn, promise),
            (PG.reporter, maker if dice.random() < 0.8 else self.actor()),
            (PG.status, _concept("status", status)),
            (PG.statusAsPublished, f'"{status.replace("-", " ").capitalize()}"'),
            (PG.asOf, _day(reported)),
            (PG.text, _text(f"Went on to {self.promise()}.")),
            self.grade(),
            *self.when(reported),
        )
        if dice.random() < 0.2:
            self.say(
                _iri("evidence", slug),
                (RDF.type, str(PG.Evidence)),
                (PG.evidenceFor, promise),
                (PG.evidenceItem, report),
                (PG.stance, _concept("evidence-stance", "supports")),
                self.grade(),
            )

    def write_event(self, undertaking: str, day: date, slug: str) -> None:
        dice = self.dice
        event, last = _iri("event", slug), day + timedelta(days=dice.randrange(4))
        kind = dice.choice(tuple(_EVENTS))
        host, co_host = self.actor(), self.actor()
        self.say(
            event,
            (RDF.type, str(PG.Event)),
            (RDF.type, f"{PG[kind]}"),
            (PG.eventType, _concept("event-type", _EVENTS[kind])),
            (PG.eventStatus, _concept("event-status", "held" if day <= _READ else "announced")),
            (RDFS.label, _text(f"Meeting to {self.promise()}")),
            (PG.contributesTo, undertaking),
            (PG.host, host),
            (PG.coHost, co_host),
            (PG.startsOn, _day(day)),
            (PG.endsOn, _day(last)),
            (PG.place, _text(f"Town {dice.randrange(500)}")),
            (DCTERMS.spatial, _concept("m49", dice.choice(_COUNTRIES))),
            self.grade(),
            *self.when(day, last),
        )
        others = [(self.actor(), dice.choice(_ROLES)) for _ in range(dice.randrange(4))]
        people = [(host, "host"), (co_host, "co-host"), *others]
        for number, (actor, role) in enumerate(people):
            self.say(
                _iri("participation", f"{slug}-{number}"),
                (RDF.type, str(PG.Participation)),
                (PG.participationIn, event),
                (PG.participant, actor),
                (PG.role, _concept("participation-role", role)),
                self.grade(),
            )
        if dice.random() < 0.7 and last <= _READ:
            self.say(
                _iri("outcome", slug),
                (RDF.type, str(PG.Outcome)),
                (RDFS.label, _text(f"A plan to {self.promise()}")),
                (PG.resultedFrom, event),
                self.grade(),
                *self.when(last),
            )


def documents(quads: int, seed: int = 1) -> Iterator[list[str]]:
    """N-Quads lines, a source document at a time, until there are at least ``quads``."""
    dice = random.Random(seed)  # noqa: S311 -- made-up data, not a secret
    written = number = 0
    while written < quads:
        document = _Document(number, dice)
        document.write()
        yield document.lines
        written += len(document.lines)
        number += 1


def write(path: Path, quads: int, seed: int = 1) -> int:
    """Write the file and say how many quads it has."""
    written = 0
    with path.open("w", encoding="utf-8") as file:
        for lines in documents(quads, seed):
            file.writelines(lines)
            written += len(lines)
    return written


def main() -> int:
    """Write the data to a file or to standard output."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--quads", type=int, default=100_000, help="at least so many")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--output", type=Path, help="a file; standard output without")
    options = parser.parse_args()
    if options.output:
        print(f"{write(options.output, options.quads, options.seed)} quads", file=sys.stderr)
    else:
        for lines in documents(options.quads, options.seed):
            sys.stdout.writelines(lines)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
