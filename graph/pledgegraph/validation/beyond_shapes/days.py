"""No statement is of a day that its source could not know: after it was read, or to come."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Final

from pyoxigraph import Literal, NamedNode, Quad

from pledgegraph.namespaces import DCTERMS, PG, RDF
from pledgegraph.store.system_graphs import graph_of_sources, is_computed
from pledgegraph.validation.beyond_shapes.after import After
from pledgegraph.validation.beyond_shapes.finding import finding
from pledgegraph.validation.report import Violation
from pledgegraph.validation.shapes import Shapes

_READING: Final[Mapping[str, str]] = {
    "en": "It is of {day}, after {limit}, when the source was read: it could not tell. Mend the "
    "day, or the pg:retrieved of the source.",
    "es": "Es del {day}, después del {limit}, cuando se leyó la fuente: no podía decirlo. Corrija "
    "el día o el pg:retrieved de la fuente.",
    "fr": "C'est du {day}, après le {limit}, jour où la source a été lue : elle ne pouvait le "
    "dire. Corrigez le jour, ou le pg:retrieved de la source.",
}
_FUTURE: Final[Mapping[str, str]] = {
    "en": "It is of {day}, which is to come. Mend the day.",
    "es": "Es del {day}, que está por venir. Corrija el día.",
    "fr": "C'est du {day}, qui est à venir. Corrigez le jour.",
}
_HELD: Final[Mapping[str, str]] = {
    "en": "The event is said to be held, and begins on {day}, after {limit}. Mend the day, or "
    "write event-status:announced.",
    "es": "Se dice que el evento se celebró y empieza el {day}, después del {limit}. Corrija el "
    "día o escriba event-status:announced.",
    "fr": "L'événement est dit tenu, et commence le {day}, après le {limit}. Corrigez le jour, ou "
    "écrivez event-status:announced.",
}
_HELD_STATUS: Final = NamedNode("https://w3id.org/pledgegraph/scheme/event-status#held")
_STATUS, _READ_ON = PG.eventStatus, PG.retrieved
_ALWAYS: Final = frozenset({
    PG.asOf, PG.announcedEarliest, PG.published, PG.publishedEarliest, _READ_ON,
})  # fmt: skip
"""What is past whenever somebody says it."""
_BEGINS: Final = frozenset({PG.startsOn, PG.earliest})
_HAPPENED: Final = (PG.Account, PG.Measurement, PG.Outcome, PG.Endorsement, PG.Rating)
"""Of what has been when a source speaks of it; for events, the status tells."""
_DATED: Final = _ALWAYS | _BEGINS


class Calendar:
    """What is the latest day that a statement can be of."""

    def __init__(self, shapes: Shapes) -> None:
        self._shapes = shapes
        self._happened = shapes.subclasses(*_HAPPENED)
        days = [_day(t.object) for t in shapes.ontology if t.predicate == DCTERMS.modified]
        self._released = max((day for day in days if day), default="")

    def today(self) -> str:
        """The day that it is somewhere on Earth, and not before the ontology was made.

        A clock that is before that day is wrong; what a source says is not refused for it.
        """
        now: date = datetime.now(UTC).date() + timedelta(days=1)
        return max(now.isoformat(), self._released)

    def late_days(self, after: After) -> Iterator[Violation]:
        """A violation for each statement whose day is after its source was read, or to come.

        Looked at is what the change adds, the events that it says are held, and the graphs of
        sources of which it says anew when they were read.
        """
        today = self.today()
        limits: dict[object, str] = {}
        quads, events = self._touched(after)
        for quad in sorted(quads, key=str):
            day = _day(quad.object)
            if day is None or not self._is_past(quad, after):
                continue
            limit = today if quad.predicate == _READ_ON else _limit(quad, after, limits, today)
            if day > limit:
                yield _late(quad, day, limit, today)
        for event in sorted(events, key=str):
            yield from _not_yet_held(event, after, limits, today)

    def _touched(self, after: After) -> tuple[set[Quad], set[NamedNode]]:
        quads: set[Quad] = set()
        events: set[NamedNode] = set()
        for quad in after.change.added:
            predicate = quad.predicate
            if predicate in _DATED:
                quads.add(quad)
                if predicate in _BEGINS and isinstance(quad.subject, NamedNode):
                    events.add(quad.subject)
            elif predicate == _STATUS and isinstance(quad.subject, NamedNode):
                events.add(quad.subject)
        sources = graph_of_sources(after.base)
        for changed in (after.change.added, after.change.removed):
            for quad in changed.quads_for_graph_name(sources):
                if quad.predicate == _READ_ON and isinstance(quad.subject, NamedNode):
                    for predicate in _DATED:
                        quads.update(after.stored_in(quad.subject, predicate))
                    for each in after.stored_in(quad.subject, _STATUS):
                        if isinstance(each.subject, NamedNode):
                            events.add(each.subject)
        return quads, events

    def _is_past(self, quad: Quad, after: After) -> bool:
        if isinstance(quad.graph_name, NamedNode) and is_computed(quad.graph_name, after.base):
            return False
        return quad.predicate in _ALWAYS or any(
            each.object in self._happened for each in after.of_subject(quad.subject, RDF.type)
        )


def _limit(quad: Quad, after: After, limits: dict[object, str], today: str) -> str:
    """The last day that the quad's source can tell of."""
    graph = quad.graph_name
    if graph == graph_of_sources(after.base):
        return _read_on(quad.subject, after, limits, today)
    return _read_on(graph, after, limits, today)


def _read_on(source: object, after: After, limits: dict[object, str], today: str) -> str:
    if source not in limits and isinstance(source, NamedNode):
        read = [_day(quad.object) for quad in after.of_subject(source, _READ_ON)]
        limits[source] = max((day for day in read if day), default=today)
    return limits.get(source, today)


def _late(quad: Quad, day: str, limit: str, today: str) -> Violation:
    to_come = limit == today or day > today
    return finding(
        "DayIsPast",
        quad.subject,
        quad.predicate,
        quad.object,
        _FUTURE if to_come else _READING,
        day=day,
        limit=limit,
    )


def _not_yet_held(
    event: NamedNode, after: After, limits: dict[object, str], today: str
) -> Iterator[Violation]:
    said = [q for q in after.of_subject(event, _STATUS) if q.object == _HELD_STATUS]
    if not said:
        return
    limit = max(_read_on(quad.graph_name, after, limits, today) for quad in said)
    begins = [
        (day, quad)
        for predicate in _BEGINS
        for quad in after.of_subject(event, predicate)
        if (day := _day(quad.object)) is not None
    ]
    if begins and min(begins, key=lambda each: each[0])[0] > limit:
        day, quad = min(begins, key=lambda each: (each[0], str(each[1])))
        yield finding("HeldIsPast", event, quad.predicate, quad.object, _HELD, day=day, limit=limit)


def _day(node: object) -> str | None:
    """The day that a literal is, as text that sorts by time; None for anything else."""
    if not isinstance(node, Literal):
        return None
    try:
        return date.fromisoformat(node.value).isoformat()
    except ValueError:
        return None
