"""What pages count of commitments: how far each is, who reported, and when it is due.

Of the newest snapshot it is read once for all commitments. Of an earlier version, and of a copy
with a change laid in, it is read for those alone that are asked for.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from pyoxigraph import NamedNode

from pledgegraph.namespaces import PG, RDF, SCHEME
from pledgegraph.store import Engine, OnceASnapshot, Snapshot, solutions
from pledgegraph_api.progress.standing import age_of
from pledgegraph_api.progress.terms import FRESHNESS
from pledgegraph_api.records.statements import Statements
from pledgegraph_api.web.control_chars import printable

_COUNTED: Final = (
    PG.currentStatus,
    PG.currentStatusAsPublished,
    PG.currentStatusReport,
    PG.lastReport,
    PG.lastReportLatest,
    PG.lastReportOn,
    PG.lastNote,
    PG.reportingKnown,
    PG.finalDueDate,
    PG.inRegister,
    PG.madeBy,
)
_ENDS: Final = frozenset(
    NamedNode(f"{SCHEME}status#{name}") for name in ("completed", "withdrawn", "superseded")
)
_KNOWN: Final = ("undated", "others-reported", "no-report-known")
_EVERY: Final = f"SELECT ?commitment {{ ?commitment a {PG.Commitment} }}"


@dataclass(frozen=True, slots=True)
class Tally:
    """What is counted of one commitment."""

    record: NamedNode
    registers: tuple[NamedNode, ...]
    makers: tuple[NamedNode, ...]
    statuses: tuple[NamedNode, ...]
    """The maker's, in our scheme."""
    word: str
    """The maker's own word for it, where that has none in our scheme; may be empty."""
    status_reports: tuple[NamedNode, ...]
    last_own: tuple[date, date] | None
    """What the date of the maker's last report can mean."""
    own_on_part: bool
    """Whether that report is on parts only, and rolls up."""
    last_note: date | None
    """The first day that the latest account of anybody can be of."""
    known: str
    """What is known of reporting where the maker has given no dated report."""
    due: date | None
    is_computed: bool
    """Whether the data say what was computed of it; not yet in versions just after a load."""

    @property
    def state(self) -> NamedNode | str | None:
        """The maker's status in our scheme, else in its own word."""
        return self.statuses[0] if self.statuses else self.word or None

    @property
    def has_ended(self) -> bool:
        """Whether the maker says that it is over."""
        return any(each in _ENDS for each in self.statuses)

    @property
    def told_last(self) -> tuple[date, str]:
        """By which the last told comes first."""
        days = (self.last_own[0] if self.last_own else date.min, self.last_note or date.min)
        return max(days), self.record.value

    def freshness(self, today: date) -> str:
        """The class of the scheme of freshness that it is in on a day."""
        if self.has_ended:
            return "ended"
        return age_of(self.last_own[0].isoformat(), today) if self.last_own else self.known

    def is_overdue(self, today: date) -> bool:
        """Whether its due date has passed on a day without an end."""
        return self.due is not None and self.due < today and not self.has_ended


class Tallies:
    """Finds the tallies of commitments."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._held = OnceASnapshot(engine, _of_all)

    def of(self, snapshot: Snapshot, records: Iterable[NamedNode]) -> list[Tally]:
        """Those of the records that are commitments, each once. Blocks."""
        wanted = dict.fromkeys(records)
        if snapshot.version and snapshot.version == self._engine.version():
            every = self._held.of(snapshot)
            return [tally for each in wanted if (tally := every.get(each)) is not None]
        kinds = snapshot.about(list(wanted), [RDF.type], value=PG.Commitment, merged=True)
        commitments = {quad.subject for quad in kinds}
        return read_tallies(snapshot, [each for each in wanted if each in commitments])


def read_tallies(snapshot: Snapshot, commitments: Sequence[NamedNode]) -> list[Tally]:
    """The tally of each commitment, in that order."""
    said = Statements()
    # Who says so does not matter here, and the union is read in half the time.
    said.take(snapshot.about(commitments, _COUNTED, merged=True))
    return [_tally(said, each) for each in commitments]


def _of_all(snapshot: Snapshot) -> Mapping[NamedNode, Tally]:
    rows = solutions(snapshot, _EVERY, {})
    every = [each for row in rows if isinstance(each := row["commitment"], NamedNode)]
    return {tally.record: tally for tally in read_tallies(snapshot, list(dict.fromkeys(every)))}


def _tally(said: Statements, node: NamedNode) -> Tally:
    first, last = said.days(node, PG.lastReport), said.days(node, PG.lastReportLatest)
    notes, due = said.days(node, PG.lastNote), said.days(node, PG.finalDueDate)
    words = said.texts(node, PG.currentStatusAsPublished)
    own = (first[-1], max(first[-1], last[-1] if last else first[-1])) if first else None
    return Tally(
        node,
        registers=tuple(said.nodes(node, PG.inRegister)),
        makers=tuple(said.nodes(node, PG.madeBy)),
        statuses=tuple(said.nodes(node, PG.currentStatus)),
        word=printable(words[0].value) if words else "",
        status_reports=tuple(said.nodes(node, PG.currentStatusReport)),
        last_own=own,
        own_on_part=own is not None and node not in said.nodes(node, PG.lastReportOn),
        last_note=notes[-1] if notes else None,
        known=_known(said, node),
        due=due[-1] if due else None,
        is_computed=bool(said.nodes(node, PG.reportingKnown)),
    )


def _known(said: Statements, node: NamedNode) -> str:
    names = [each.value.removeprefix(FRESHNESS) for each in said.nodes(node, PG.reportingKnown)]
    return next((each for each in names if each in _KNOWN), "no-report-known")
