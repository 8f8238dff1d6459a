"""What a steward may see and change: what belongs to which register."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path
from typing import Final

from pyoxigraph import NamedNode

from pledgegraph.settings import Settings
from pledgegraph.store import Engine, Header, OnceASnapshot, Snapshot, solutions
from pledgegraph_api.desk.sessions import Session
from pledgegraph_api.errors import RecordMissing
from pledgegraph_api.progress.ledger import Commitment, Ledger, Ledgers
from pledgegraph_api.web.labels import Labels, Name
from pledgegraph_api.web.record_paths import records_at

_SLUG: Final = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,98}[a-z0-9])?")
_QUERIES: Final = Path(__file__).parent / "queries"


def own_register(session: Session, slug: str) -> str:
    """The name of a register that the session may change.

    Raises:
        RecordMissing: it may not, whether or not there is one.
    """
    if not _SLUG.fullmatch(slug) or not session.may(slug):
        raise RecordMissing("There is no such register for you to change.")
    return slug


class Rights:
    """Answers for the newest snapshot. Every method blocks."""

    def __init__(self, settings: Settings, engine: Engine, ledgers: Ledgers) -> None:
        self._base = settings.base
        self._ledgers = ledgers
        self._labels = Labels(engine)
        self._engine = engine
        self._graphs = OnceASnapshot(engine, self._read)

    def name(self, kind: str, slug: str, language: str) -> tuple[str, str]:
        """What a record is called and in which language that is; both empty where unknown."""
        iri = f"{self._base}/id/{kind}/{slug}"
        label = self._labels.names([iri], language).get(iri)
        return (label.value, label.language or "") if label is not None else ("", "")

    def page_names(self, pages: Iterable[str], language: str) -> Mapping[str, Name]:
        """What the records are called that pages are about, by the pages' paths."""
        return self._labels.of_pages(pages, self._base, language)

    def ledger(self) -> Ledger:
        """All commitments."""
        return self._ledgers.current()

    def ledger_about(self, name: str) -> Ledger:
        """The commitment of that name alone, if there is one: for who asks of one, not of many."""
        return self._ledgers.about(self._record(name))

    def registers(self, session: Session) -> list[str]:
        """The names of the registers that the session may change.

        An editor's are those that there are; a token's for registers may be yet to come.
        """
        known: set[str] = set()
        if session.is_editor:
            prefix = f"{self._base}/id/register/"
            with self._engine.snapshot() as snapshot:
                rows = list(solutions(snapshot, _read("registers_in_use.rq"), {}))
            registers = (row["register"] for row in rows)
            known = {
                each.value.removeprefix(prefix)
                for each in registers
                if isinstance(each, NamedNode) and each.value.startswith(prefix)
            }
        return sorted(known | {*session.token.registers})

    def covers(self, session: Session, commitment: Commitment) -> bool:
        """Whether the commitment is in a register that the session may change."""
        prefix = f"{self._base}/id/register/"
        named = (each.removeprefix(prefix) for each in commitment.registers)
        return session.is_editor or any(session.may(name) for name in named)

    def own_makers(self, session: Session, commitment: Commitment) -> list[str]:
        """The IRIs of those makers of the commitment as whom the session may report."""
        mine = {f"{self._base}/id/actor/{name}" for name in session.token.makers}
        return [each for each in commitment.makers if each in mine]

    def reports_on(self, session: Session, commitment: Commitment) -> bool:
        """Whether the session may report on the commitment, as its maker or as its steward."""
        return self.covers(session, commitment) or bool(self.own_makers(session, commitment))

    def commitment(self, name: str) -> Commitment | None:
        """The commitment of that name."""
        return next(iter(self.ledger_about(name).commitments), None)

    def _record(self, name: str) -> NamedNode:
        return NamedNode(f"{self._base}/id/commitment/{name}")

    def sees_page(self, session: Session, page: str) -> bool:
        """Whether errors reported on a page are for this steward."""
        if session.is_editor:
            return True
        records = dict.fromkeys(records_at(page, self._base))
        among = (each for record in records for each in self._ledgers.about(record).commitments)
        return any(self.covers(session, each) for each in among)

    def takes_back(self, session: Session, header: Header) -> bool:
        """Whether the change set is the steward's to take back."""
        if session.is_editor:
            return True
        if not header.sources:
            return False
        registers = self._graphs.current()
        prefix = f"{self._base}/id/register/"

        reports = f"{self._base}/id/source/report-"

        def is_own(graph: str) -> bool:
            home = graph.removeprefix(f"{self._base}/id/source/register-")
            if home != graph and session.may(home):
                return True
            of = registers.get(graph, frozenset())
            if not of and graph.startswith(reports):
                # What the form brought was taken back; its name says what it was about.
                about = self.commitment(graph.removeprefix(reports).rpartition("-")[0])
                of = frozenset(about.registers if about else ())
            return bool(of) and all(session.may(each.removeprefix(prefix)) for each in of)

        return all(is_own(graph) for graph in header.sources)

    def _read(self, snapshot: Snapshot) -> Mapping[str, frozenset[str]]:
        found: dict[str, set[str]] = {}
        said: dict[str, set[str]] = {}
        for row in solutions(snapshot, _read("graphs_of_registers.rq"), {}):
            graph, register = row["graph"], row["register"]
            if isinstance(graph, NamedNode) and isinstance(register, NamedNode):
                among = found if row["said"] is None else said
                among.setdefault(graph.value, set()).add(register.value)
        # What a workbook may change of a register is told by sources alone; so it is here.
        return {graph: frozenset(registers) for graph, registers in {**found, **said}.items()}


@cache
def _read(name: str) -> str:
    return (_QUERIES / name).read_text(encoding="utf-8")
