"""What the page of a promise answers: was it kept, who says so, and what is not known."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable
from dataclasses import replace
from datetime import date
from typing import Any, Final

from pyoxigraph import NamedNode

from pledgegraph.documents import Names, Profiles
from pledgegraph.namespaces import DCTERMS, PG, RDFS, SCHEME
from pledgegraph.store import Snapshot
from pledgegraph_api.progress.standing import age_of
from pledgegraph_api.progress.terms import FRESHNESS
from pledgegraph_api.records.accounts import MOST, Accounts, Entry, passed_on_by
from pledgegraph_api.records.promise_answer import Answer, Measure, Rating, Row
from pledgegraph_api.records.promise_facts import PROMISES, PromiseFacts, read_promise
from pledgegraph_api.records.shown_things import Name, Things, When
from pledgegraph_api.web.control_chars import printable
from pledgegraph_api.web.translations import Wording, dated, grouped, months, spanned

_MONTHS: Final = 12
_FACTS: Final = (
    PG.sponsoredBy,
    PG.supportedBy,
    PG.expectedFrom,
    PG.populationGroup,
    PG.dataType,
    PG.theme,
    PG.sdg,
    DCTERMS.spatial,
    PG.stage,
    PG.replaces,
    PG.supersededBy,
    PG.continues,
    PG.continuedBy,
)
"""Properties whose values stand in a line below the answer."""
_DUE: Final = ((PG.dueEarliest,), (PG.dueLatest,), (PG.dueAsPublished,))
_ANNOUNCED: Final = (
    (PG.announcedEarliest,),
    (PG.announcedLatest,),
    (PG.announcedAsPublished,),
)


def answer_for(
    snapshot: Snapshot,
    promise: NamedNode,
    names: Names,
    profiles: Profiles,
    *,
    language: str,
    words: Wording,
    base: str,
    version: int | None,
    today: date,
) -> Answer:
    """What is known of the promise on a day."""
    facts = read_promise(snapshot, promise)
    things = Things(
        facts.said,
        snapshot,
        names,
        profiles,
        language=language,
        words=words,
        base=base,
        version=version,
    )
    return _Answering(facts, things, today).answer()


class _Answering:
    def __init__(self, facts: PromiseFacts, things: Things, today: date) -> None:
        self._facts = facts
        self._said = facts.said
        self._things = things
        self._today = today
        self._accounts = Accounts(facts, things)

    def answer(self) -> Answer:
        facts, said, things = self._facts, self._said, self._things
        promise = facts.promise
        original = things.original(
            said.graphs(promise, DCTERMS.description), said.graphs(promise, RDFS.label)
        )
        accounts = self._accounts.of(promise)
        maker = self._current(promise)
        found = self._latest_of_each(accounts)
        rows = tuple(self._row(part) for part in facts.parts if self._is_promise(part))
        timeline = self._accounts.timeline()
        dated_ones = [each for each in timeline if each.day is not None]
        undated = [each for each in timeline if each.day is None]
        shown = [*dated_ones[:MOST], *undated[:MOST]]
        beside = {reply.node for each in shown for reply in each.replies}
        own_days = said.days(promise, PG.lastReport)
        due = things.when(promise, *_DUE)
        final = said.days(promise, PG.finalDueDate)
        announced = things.when(promise, *_ANNOUNCED)
        makers = things.names(promise, PG.madeBy)
        completed = said.days(promise, PG.completedOn)
        late = said.truths(promise, PG.completedLate)
        states = self._part_states()
        ratings = self._ratings(promise)
        reviewed = bool(ratings) or any(each.voice == "assessor" for each in accounts)
        missing = [
            name
            for name, known in (
                ("missing_status", maker or found or states),
                ("missing_due", due or final),
                ("missing_maker", makers),
                ("missing_day", announced),
                (
                    "missing_assessed_status" if reviewed else "missing_assessment",
                    [each for each in found if each.voice == "assessor"],
                ),
            )
            if not known
        ]
        ended = bool(completed) or any(self._is_end(each) for each in maker)
        return Answer(
            name=things.name(promise),
            whole=things.names(promise, PG.partOf),
            registers=things.names(promise, PG.inRegister),
            maker=maker,
            found=found,
            **self._reporting(promise, own_days),
            completed=self._on(completed[-1]) if completed else None,
            late=late.pop() if len(late) == 1 else None,
            due=due or (self._on(final[-1]) if final else None),
            due_day=final[-1] if final else None,
            due_passed=bool(final) and final[-1] < self._today and not ended,
            parts_completed=said.truths(promise, PG.allPartsCompleted) == {True},
            part_states=states,
            parts=len(rows),
            parts_told=sum(1 for row in rows if row.evidence or row.maker or row.others),
            missing=tuple(missing),
            makers=makers,
            at=things.names(promise, PG.announcedAt),
            announced=announced or self._of_event(promise),
            inferred=things.inferred(promise),
            facts=self._lines(promise),
            quote=self._quote(promise),
            original=original,
            outside=things.outside(promise) or (original.url if original else None),
            rows=rows,
            measures=self._measures(),
            ratings=ratings,
            amounts=self._amounts(),
            timeline=_told_once(dated_ones[:MOST], beside),
            undated=_told_once(undated[:MOST], beside),
            more=max(0, len(dated_ones) - MOST) + max(0, len(undated) - MOST),
            doubts=self._doubts(),
            originals=tuple(things.originals()),
            events=said.number(promise, PG.eventCount) or 0,
            outcomes=said.number(promise, PG.outcomeCount) or 0,
        )

    def _current(self, promise: NamedNode) -> tuple[Entry, ...]:
        """The accounts that give the maker's current status, by the rules of the methodology."""
        reports = self._said.nodes(promise, PG.currentStatusReport)
        told: dict[str, Entry] = {}
        for each in reports:
            entry = self._accounts.entry(each)
            if entry.status is not None:
                told.setdefault(entry.status.text, entry)
        return tuple(told.values())

    def _part_states(self) -> tuple[tuple[Name, int], ...]:
        told = [state for part in self._facts.parts for state in self._current(part)[:1]]
        counted = Counter(entry.status for entry in told if entry.status is not None)
        return tuple(counted.most_common())

    def _latest_of_each(self, accounts: list[Entry]) -> tuple[Entry, ...]:
        """The newest account of each other voice that says how far the promise is."""
        found: dict[tuple[str, ...], Entry] = {}
        for entry in accounts:
            if entry.voice != "maker" and entry.states and entry.status is not None:
                found.setdefault((entry.voice, *(who.text for who in entry.who)), entry)
        return tuple(found.values())

    def _is_end(self, entry: Entry) -> bool:
        ends = ("completed", "withdrawn", "superseded")
        iris = {f"{SCHEME}status#{name}" for name in ends}
        return bool(iris & {each.value for each in self._said.nodes(entry.node, PG.status)})

    def _reporting(self, promise: NamedNode, own: list[date]) -> dict[str, Any]:
        things, said = self._things, self._said
        below = self._facts.below
        others = [entry for entry in self._accounts.of(*below) if entry.voice != "maker"]
        newest = next((each.when for each in others if each.day), None)
        told: dict[str, Any] = {
            "last_own": None,
            "own_on_part": False,
            "age": "",
            "freshness": None,
            "last_others": newest,
        }
        if own:
            day = own[-1]
            between = self._today.year * _MONTHS + self._today.month
            between -= day.year * _MONTHS + day.month + (self._today.day < day.day)
            last = said.days(promise, PG.lastReportLatest)
            span = self._span(day, last[-1] if last else day)
            ended = any(self._is_end(each) for each in self._current(promise))
            known = "ended" if ended else age_of(day.isoformat(), self._today)
            told |= {
                "last_own": span,
                "own_on_part": promise not in said.nodes(promise, PG.lastReportOn),
                "age": months(between, things.language) if between > 0 else "",
                "freshness": things.name(NamedNode(f"{FRESHNESS}{known}")),
                "reporting": "dated",
            }
            return told
        has_own = any(said.nodes(each, PG.makersReport) for each in below)
        return told | {"reporting": "undated" if has_own else "others" if others else "none"}

    def _row(self, part: NamedNode) -> Row:
        facts, said, things = self._facts, self._said, self._things
        whole = facts.beneath(part)
        accounts = self._accounts.of(*whole)
        position = said.number(part, PG.position)
        deliveries = [
            said.truths(each, PG.delivered)
            for each in facts.bearing(PG.reportsOn, *whole)
            if PG.Delivery in said.classes(each)
        ]
        counts = [said.number(part, each) for each in (PG.eventCount, PG.outcomeCount)]
        items = {each for node in whole for each in said.nodes(node, PG.hasEvidence)}
        return Row(
            things.name(part),
            "" if position is None else grouped(position, things.language),
            things.when(part, *_DUE),
            tuple(things.name(each) for each in facts.parts_of(part)),
            next((each for each in accounts if each.voice == "maker"), None),
            next((each for each in accounts if each.voice != "maker"), None),
            (sum(1 for each in deliveries if each == {True}), len(deliveries))
            if deliveries
            else None,
            counts[0] or 0,
            counts[1] or 0,
            said.number(part, PG.evidenceCount) or len(items),
        )

    def _measures(self) -> tuple[Measure, ...]:
        facts, said, things = self._facts, self._said, self._things
        found = []
        for node in sorted(facts.below, key=lambda each: each.value):
            if PG.Target not in said.classes(node):
                continue
            units = said.texts(node, PG.unit)
            unit = f" {printable(units[0].value)}" if units else ""
            targets = self._figures(node, PG.targetValue)
            bases = self._figures(node, PG.baselineAsPublished, PG.baselineValue)
            measured = tuple(
                (
                    self._figures(each, PG.value) + unit,
                    things.when(each),
                    things.original(said.graphs(each)),
                )
                for each in facts.bearing(PG.ofTarget, node)
            )
            name = things.name(node)
            due = things.when(node, *_DUE)
            found.append(Measure(name, bases, targets + unit if targets else "", due, measured))
        return tuple(found)

    def _figures(self, node: NamedNode, *props: NamedNode) -> str:
        """The figures that sources give, as numbers are written in the language."""
        shown = []
        for text in self._said.texts(node, *props):
            try:
                shown.append(grouped(int(text.value), self._things.language))
            except ValueError:
                shown.append(printable(text.value))
        return " / ".join(dict.fromkeys(shown))

    def _ratings(self, promise: NamedNode) -> tuple[Rating, ...]:
        said, things = self._said, self._things
        found = []
        for node in self._facts.bearing(PG.rates, promise):
            axes = said.nodes(node, PG.ratingAxis)
            values = said.nodes(node, PG.ratingValue)
            words = said.texts(node, PG.ratingAsPublished)
            if axes and (values or words):
                value = things.name(values[0]) if values else Name(printable(words[0].value))
                whole = [node, *said.nodes(node, PG.partOf)]
                who = things.names(node, PG.assessor)
                told_by = passed_on_by(things, *whole)
                found.append(Rating(things.name(axes[0]), value, who, told_by))
        return tuple(sorted(found, key=lambda each: each.axis.text))

    def _amounts(self) -> tuple[Name, ...]:
        found = []
        for node in self._facts.bearing(PG.amountFor, *self._facts.below):
            money = " ".join(each.value for each in self._said.texts(node, PG.currency))
            figure = self._figures(node, PG.value, PG.amountAsPublished)
            kinds = self._things.names(node, PG.amountKind)
            kind = f" ({kinds[0].text})" if kinds else ""
            if figure:
                text = f"{printable(money)} {figure}{kind}".strip()
                found.append(Name(text, "", self._things.href(node)))
        return tuple(found)

    def _doubts(self) -> tuple[tuple[Name, Name | None], ...]:
        said, things = self._said, self._things
        around = [each for each in said.subjects() if PG.Discrepancy in said.classes(each)]
        found = []
        for node in around:
            text = said.text(node, things.language, PG.note)
            note = None if text is None else Name(printable(text.value), text.language or "")
            found.append((things.name(node), note))
        return tuple(found)

    def _lines(self, promise: NamedNode) -> tuple[tuple[Name, tuple[Name, ...]], ...]:
        things = self._things
        lines = ((things.term(prop), things.names(promise, prop)) for prop in _FACTS)
        return tuple((name, values) for name, values in lines if values)

    def _quote(self, promise: NamedNode) -> Name | None:
        text = self._said.text(promise, self._things.language, DCTERMS.description, PG.text)
        return None if text is None else Name(printable(text.value), text.language or "")

    def _of_event(self, promise: NamedNode) -> When | None:
        for event in self._said.nodes(promise, PG.announcedAt):
            when = self._things.when(event)
            if when is not None:
                return when
        return None

    def _on(self, day: date) -> When:
        return When(dated(day, self._things.language), day)

    def _span(self, first: date, last: date) -> When:
        return When(spanned(first, last, self._things.language), last)

    def _is_promise(self, part: NamedNode) -> bool:
        return bool(self._said.classes(part) & PROMISES)


def _told_once(entries: Iterable[Entry], beside: Collection[NamedNode]) -> tuple[Entry, ...]:
    """The entries; a reply whose words stand beside the assessment has them there alone."""
    return tuple(replace(each, text=None) if each.node in beside else each for each in entries)
