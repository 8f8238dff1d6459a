"""The check of a workbook against one snapshot: what is amiss, and what it would come to."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Final, cast

from pyoxigraph import Literal, NamedNode, Quad, Store

from pledgegraph.namespaces import PG, RDFS, SCHEME
from pledgegraph.reconcile import Matcher
from pledgegraph.search import SearchIndex
from pledgegraph.setup.engine_choice import Gatekeeper
from pledgegraph.shipped import shipped
from pledgegraph.store.changes import Change, ChangeSet
from pledgegraph.store.engine import QueryResult, Snapshot, Substitutions
from pledgegraph.store.log.applying import apply
from pledgegraph.store.normalisation import EngineForm, difference, settle
from pledgegraph.store.query_evaluation import evaluate
from pledgegraph.store.rules import Rules, read_rules
from pledgegraph.store.update_evaluation import WorkingCopy
from pledgegraph.tabular.copies.guard import Guard
from pledgegraph.tabular.copies.since import Since
from pledgegraph.tabular.desk import Plan
from pledgegraph.tabular.faults import Fault, Offer, sentence
from pledgegraph.tabular.layout import Layout, lay_out, untagged
from pledgegraph.tabular.lists import Lists
from pledgegraph.tabular.plan import Planner, Progress
from pledgegraph.tabular.reading import Sent, read
from pledgegraph.tabular.register import Register, new_register, register_named, registers_in
from pledgegraph.tabular.report import AnswerChange, WorkbookReport
from pledgegraph.tabular.state import State

if TYPE_CHECKING:
    from pledgegraph.validation import Violation

_ANSWERS: Final = (
    PG.currentStatus,
    PG.currentStatusAsPublished,
    PG.lastReportLatest,
    PG.reportingKnown,
)


@dataclass(frozen=True, slots=True)
class Checked:
    """The report, and the statements of which it tells."""

    report: WorkbookReport
    added: Collection[Quad] = ()
    removed: Collection[Quad] = ()


class _Opened:
    """A store as the search index reads it."""

    def __init__(self, store: Store, base: str, sequence: int) -> None:
        self._store = store
        self._base = base
        self.sequence = sequence

    def query(self, text: str, *, substitutions: Substitutions | None = None) -> QueryResult:
        """The answer to a query."""
        return evaluate(self._store, text, base=self._base, substitutions=substitutions)


@dataclass(frozen=True, slots=True)
class Against:
    """What a workbook is checked against."""

    store: Store
    base: str
    sequence: int
    validator: str
    changes: Path
    """The log that led to the store."""
    folder: Path
    """An empty one, on the disk of the store, to try the change in."""
    day: date


def check(
    sent: Sent,
    register: str,
    against: Against,
    *,
    language: str | None = None,
    progress: Progress | None = None,
) -> Checked:
    """Check what was sent for a register; nothing is changed.

    Raises:
        InputError: it is nothing that can be read.
    """
    layout = lay_out(read(sent))
    untagged(layout)
    tongue = language or layout.language
    found = _register(register, layout, against)
    if isinstance(found, Fault):
        faults = (*layout.faults, found)
        report = WorkbookReport(
            register, against.sequence, len(layout.rows), faults, tuple(layout.notes)
        )
        return Checked(replace(report, language=tongue))
    lists = Lists(against.store)
    state = State(against.store, found, lists, layout.language)

    @cache
    def matcher() -> Matcher:
        opened = _Opened(against.store, against.base, against.sequence)
        return Matcher(SearchIndex(cast(Snapshot, opened), against.base), against.base)

    since = Since.read(against.changes, layout.copied, against.sequence, state.nodes)
    plan = Planner(against.store, state, matcher, Guard(state, since)).plan(
        layout, against.day, progress
    )
    matcher.cache_clear()
    take = settle(Change(agent="", reason="", remove=plan.take), against.base, EngineForm())
    change_set = difference(against.store, replace(take, add=plan.add))
    broken, doubtful = _judged(plan, change_set, against, tongue)
    report = WorkbookReport(
        register=register,
        sequence=against.sequence,
        rows_read=len(layout.rows),
        faults=(*plan.faults, *broken),
        notes=(*plan.notes, *doubtful),
        rows=tuple(plan.rows),
        added=len(change_set.added),
        removed=len(change_set.removed),
        language=tongue,
        unguarded=plan.unguarded,
    )
    if report.stops:
        return Checked(report)
    del plan, take, layout
    report = replace(
        report,
        receipt=receipt_of(register, change_set),
        answers=tuple(_answers(state, lists, change_set, against, tongue)),
    )
    return Checked(report, change_set.added, change_set.removed)


def receipt_of(register: str, change_set: ChangeSet) -> str:
    """Names what would be done to a register."""
    digest = hashlib.sha256(register.encode())
    for sign, quads in (("+", change_set.added), ("-", change_set.removed)):
        for line in sorted(str(quad) for quad in quads):
            digest.update(f"{sign}{line}\n".encode())
    return digest.hexdigest()[:32]


def _register(slug: str, layout: Layout, against: Against) -> Register | Fault:
    """The register; one that there is not yet where the workbook names it."""
    said = layout.facts.get("register", "").strip()
    if said and said != slug:
        return Fault(
            "file",
            "",
            "",
            said,
            f"The workbook is of the register “{said}”, and was sent for “{slug}”.",
            "Send it for its own register.",
        )
    found = register_named(against.store, against.base, slug)
    if found is not None:
        return found
    name = layout.facts.get("name", "").strip()
    if name:
        return new_register(against.store, against.base, slug, name, layout.language)
    known = registers_in(against.store, against.base)
    offers = tuple(Offer(each) for each in known if slug in each or each in slug)
    remedy = f"Is it {sentence(offer.write for offer in offers)}? " if offers else ""
    return Fault(
        "file",
        "",
        "",
        slug,
        f"There is no register “{slug}”.",
        f"{remedy}To begin a new one, write its name on the sheet “About”, beside “Name of the "
        "register”.",
        offers,
    )


def _judged(
    plan: Plan, change_set: ChangeSet, against: Against, language: str
) -> tuple[list[Fault], list[Fault]]:
    """What the gate finds, at the cells that say it."""
    from pledgegraph.validation import Severity  # noqa: PLC0415 -- slow to load

    if not change_set:
        return [], []
    results = Gatekeeper(against.validator, against.base).report(against.store, change_set).results
    faults: dict[tuple[str, str, str], Fault] = {}
    notes: dict[tuple[str, str, str], Fault] = {}
    for result in results:
        if _bare(result.focus) in plan.broken or _bare(result.value) in plan.broken:
            continue  # It follows from what is told already.
        place = _place(plan, result)
        stops = result.severity is Severity.VIOLATION
        if place is None and not stops:
            continue
        sheet, cell = place or ("", "")
        message = result.message(language)
        if place is None:
            message = f"{_bare(result.focus).removeprefix(f'{against.base}/id/')}: {message}"
        fault = Fault("rule", sheet, cell, _plain(result.value), message, "")
        (faults if stops else notes).setdefault((sheet, cell, message), fault)
    return list(faults.values()), list(notes.values())


def _place(plan: Plan, result: Violation) -> tuple[str, str] | None:
    focus, path, value = _bare(result.focus), _bare(result.path or ""), _bare(result.value)
    for key in ((focus, path), (focus, ""), (value, ""), (value, path)):
        if found := plan.places.find(*key):
            return found
    return None


def _bare(term: str | None) -> str:
    return (term or "").removeprefix("<").removesuffix(">")


def _plain(term: str | None) -> str:
    return _bare(term).strip('"')


def _answers(
    state: State, lists: Lists, change_set: ChangeSet, against: Against, language: str
) -> Iterator[AnswerChange]:
    """The answers that would change, found by making the change in a copy and asking the rules."""
    if not change_set:
        return
    copy = WorkingCopy(against.store, against.folder).store
    apply(copy, change_set, merge=True)
    rules = Rules(read_rules(shipped("ontology") / "rules"), against.base)
    touched: dict[NamedNode, None] = {}
    for computed in rules.derive(copy, change_set):
        apply(copy, computed, merge=True)
        for quad in (*computed.removed, *computed.added):
            if quad.predicate in _ANSWERS and isinstance(quad.subject, NamedNode):
                touched[quad.subject] = None
        del computed  # before the next layer is worked out
    before, after = (_Told(store, lists, language) for store in (against.store, copy))
    for node in sorted(touched, key=str):
        for question, told in (("reporting", _Told.reporting), ("status", _Told.status)):
            old, new = told(before, node), told(after, node)
            if old != new:
                title = state.label(node) or _Told.name(after, node)
                yield AnswerChange(node.value, title or state.path(node), question, old, new)


class _Told:
    """What a store answers of a promise, in words."""

    def __init__(self, store: Store, lists: Lists, language: str) -> None:
        self._store = store
        self._lists = lists
        self._language = language

    def _values(self, node: NamedNode, predicate: NamedNode) -> list[NamedNode | Literal]:
        found = {q.object for q in self._store.quads_for_pattern(node, predicate, None)}
        return sorted((v for v in found if isinstance(v, NamedNode | Literal)), key=str)

    def name(self, node: NamedNode) -> str:
        """What it is called."""
        return next((v.value for v in self._values(node, RDFS.label)), "")

    def reporting(self, node: NamedNode) -> str:
        """When its maker last reported, or what else is known of that."""
        days = self._values(node, PG.lastReportLatest)
        if days:
            return f"reported {days[-1].value}"
        return self._words(self._values(node, PG.reportingKnown), "freshness") or "—"

    def status(self, node: NamedNode) -> str:
        """Its status by its maker's word."""
        found = self._words(self._values(node, PG.currentStatus), "status", "assessment")
        words = [v.value for v in self._values(node, PG.currentStatusAsPublished)]
        return found or ", ".join(words) or "not reported"

    def _words(self, values: Iterable[NamedNode | Literal], *schemes: str) -> str:
        members: Mapping[NamedNode, object] = self._lists.of(*schemes).members
        return ", ".join(
            self._lists.of(*schemes).members[v].label(self._language)
            if v in members
            else v.value.removeprefix(SCHEME)
            for v in values
            if isinstance(v, NamedNode)
        )
