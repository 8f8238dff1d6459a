"""Who said what of a promise, and when: the entries of its timeline."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from typing import Final, Literal

from pyoxigraph import NamedNode

from pledgegraph.namespaces import DCTERMS, PG
from pledgegraph_api.records.promise_facts import PromiseFacts
from pledgegraph_api.records.shown_things import Inferred, Name, Original, Things, When
from pledgegraph_api.web.control_chars import printable

_ACCOUNTS: Final = frozenset({PG.ProgressNote, PG.StatusReport, PG.Assessment, PG.Account})
EntryVoice = Literal["maker", "assessor", "others", "event", "outcome", "deadline"]
"""Who tells, or what it is."""
MOST: Final = 60
"""Entries that a page shows."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the timeline."""

    node: NamedNode
    voice: EntryVoice
    when: When | None
    title: Name | None
    text: Name | None
    status: Name | None
    """In the words of our scheme, else in its own."""
    word: str
    """Its own word, where that is not ours."""
    outlook: Name | None
    who: tuple[Name, ...]
    parts: tuple[Name, ...]
    """The parts that it is about."""
    things: tuple[Name, ...]
    """Events and outcomes that it tells of."""
    source: Original | None
    inferred: Inferred
    told_by: tuple[Name, ...] = ()
    """Who passes on what an assessor found, where that is somebody else."""
    by_page: bool = False
    """Whether nobody in person tells, but a page of the register."""
    states: bool = False
    """Whether it says how far the promise is."""
    answers: tuple[Name, ...] = ()
    """The assessments that it replies to, by who assessed and when."""
    replies: tuple[Entry, ...] = ()
    """What the maker has replied to it, the oldest first."""

    @property
    def day(self) -> date | None:
        """The last day that its date can mean."""
        return self.when.day if self.when else None


class Accounts:
    """What was told of a promise and its parts."""

    def __init__(self, facts: PromiseFacts, things: Things) -> None:
        self._facts = facts
        self._things = things
        said = facts.said
        self._own = {
            each for promise in facts.below for each in said.nodes(promise, PG.makersReport)
        }
        self._entries: dict[NamedNode, Entry] = {}
        told = facts.bearing(PG.reportsOn, *facts.below)
        self._accounts = [each for each in told if said.classes(each) & _ACCOUNTS]

    def entry(self, node: NamedNode) -> Entry:
        """An account as a line."""
        known = self._entries.get(node)
        if known is None:
            known = self._entries[node] = replace(self._entry(node), replies=self._replies(node))
        return known

    def _replies(self, node: NamedNode) -> tuple[Entry, ...]:
        said = self._facts.said
        if PG.Assessment not in said.classes(node):
            return ()
        found = newest_first([self._entry(each) for each in said.back(node, PG.repliesTo)])
        return tuple(reversed(found))

    def _assessment(self, node: NamedNode) -> Name:
        """An assessment as those that reply to it name it."""
        things = self._things
        when = things.when(node)
        who = things.names(node, PG.assessor) or things.names(node, PG.reporter)
        told = [*([when.text] if when else ()), *(each.text for each in who)]
        name = things.name(node)
        return Name(" · ".join(told), "", name.href) if told else name

    def _entry(self, node: NamedNode) -> Entry:
        said, things = self._facts.said, self._things
        statuses = said.nodes(node, PG.status)
        words = said.texts(node, PG.statusAsPublished)
        outlooks = said.nodes(node, PG.outlook)
        about = set(said.nodes(node, PG.reportsOn))
        status = things.name(statuses[0]) if statuses else None
        word = printable(words[0].value) if words else ""
        same = status is not None and word.lower() == status.text.lower()
        return Entry(
            node,
            self.voice(node),
            things.when(node),
            None,
            self._text(node),
            status or (Name(word) if word else None),
            word if status is not None and not same else "",
            things.name(outlooks[0]) if outlooks else None,
            things.names(node, PG.assessor) or things.names(node, PG.reporter),
            tuple(things.name(each) for each in self._facts.below if self._is_part(each, about)),
            things.names(node, PG.concerns),
            things.original(said.graphs(node, PG.reportsOn), said.graphs(node)),
            things.inferred(node),
            told_by=passed_on_by(things, node),
            by_page=self._by_page(node),
            states=bool(statuses or words or said.nodes(node, PG.publishedStatus)),
            answers=tuple(self._assessment(each) for each in said.nodes(node, PG.repliesTo)),
        )

    def voice(self, node: NamedNode) -> EntryVoice:
        """Who tells: the maker itself, an independent assessor, or anybody else."""
        if node in self._own:
            return "maker"
        said = self._facts.said
        assessed = PG.Assessment in said.classes(node) or said.nodes(node, PG.assessor)
        return "assessor" if assessed else "others"

    def _by_page(self, node: NamedNode) -> bool:
        """Whether an account of the maker's is told by no one on a page that is not its own."""
        said = self._facts.said
        if node not in self._own or said.nodes(node, PG.reporter, PG.onBehalfOf):
            return False
        makers = {each for promise in self._facts.below for each in said.nodes(promise, PG.madeBy)}
        pages = said.graphs(node, PG.reportsOn)
        return not any(makers & set(said.nodes(page, PG.publishedBy)) for page in pages)

    def of(self, *promises: NamedNode) -> list[Entry]:
        """What was told of the promises themselves, the newest first, what has no day last."""
        wanted = set(promises)
        said = self._facts.said
        found = [
            self.entry(each)
            for each in self._accounts
            if wanted & set(said.nodes(each, PG.reportsOn))
        ]
        return newest_first(found)

    def timeline(self) -> list[Entry]:
        """Accounts, events, outcomes and moved deadlines, the newest first."""
        facts, said = self._facts, self._facts.said
        entries = [self.entry(each) for each in self._accounts]
        told = {thing for each in self._accounts for thing in said.nodes(each, PG.concerns)}
        events = [
            *facts.bearing(PG.contributesTo, *facts.below),
            *(
                item
                for each in facts.bearing(PG.evidenceFor, *facts.below)
                for item in said.nodes(each, PG.evidenceItem)
                if PG.Event in said.classes(item)
            ),
        ]
        outcomes = [
            *facts.bearing(PG.resultedFrom, *facts.below, *events),
            *(
                item
                for each in facts.bearing(PG.evidenceFor, *facts.below)
                for item in said.nodes(each, PG.evidenceItem)
                if PG.Outcome in said.classes(item)
            ),
        ]
        entries += [self._thing(e, "event") for e in dict.fromkeys(events) if e not in told]
        entries += [self._thing(e, "outcome") for e in dict.fromkeys(outcomes) if e not in told]
        moved = facts.bearing(PG.changeOf, *facts.below)
        entries += [self._moved(each) for each in moved]
        return newest_first(entries)

    def _is_part(self, promise: NamedNode, about: set[NamedNode]) -> bool:
        return promise != self._facts.promise and promise in about

    def _text(self, node: NamedNode) -> Name | None:
        text = self._facts.said.text(node, self._things.language, PG.text, DCTERMS.description)
        return None if text is None else Name(printable(text.value), text.language or "")

    def _thing(self, node: NamedNode, voice: EntryVoice) -> Entry:
        said, things = self._facts.said, self._things
        return Entry(
            node, voice, things.when(node), things.name(node), self._text(node), None, "", None,
            (), (), (), things.original(said.graphs(node)), things.inferred(node),
        )  # fmt: skip

    def _moved(self, node: NamedNode) -> Entry:
        said, things = self._facts.said, self._things
        old = things.when(
            node, (PG.previousDueEarliest,), (PG.previousDueLatest,), (PG.previousDueAsPublished,)
        )
        new = things.when(node, (PG.newDueEarliest,), (PG.newDueLatest,), (PG.newDueAsPublished,))
        sentence = things.words["deadline_moved"].format(
            old=old.text if old else "?", new=new.text if new else "?"
        )
        reason = said.text(node, things.language, PG.reason)
        text = None if reason is None else Name(printable(reason.value), reason.language or "")
        promises = said.nodes(node, PG.changeOf)
        return Entry(
            node, "deadline", things.when(node), Name(sentence), text, None, "", None, (),
            tuple(things.name(each) for each in promises if each != self._facts.promise), (),
            things.original(said.graphs(node)), things.inferred(node),
        )  # fmt: skip


def passed_on_by(things: Things, *nodes: NamedNode) -> tuple[Name, ...]:
    """Who reports findings that are an assessor's; nobody where the assessor does itself."""
    found = dict.fromkeys(
        teller
        for node in nodes
        if (assessors := things.names(node, PG.assessor))
        for teller in things.names(node, PG.reporter)
        if teller not in assessors
    )
    return tuple(found)


def newest_first(entries: list[Entry]) -> list[Entry]:
    """The entries by their days, the newest first; what has none comes last."""
    entries.sort(key=lambda each: each.node.value)
    entries.sort(key=lambda each: each.day or date.min, reverse=True)
    return entries
