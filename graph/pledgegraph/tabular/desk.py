"""What everybody needs who works on the rows of a workbook, and what comes of the rows."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from pyoxigraph import Dataset, NamedNode, Quad, Store

from pledgegraph.reconcile import Matcher
from pledgegraph.tabular.cells import Unreadable
from pledgegraph.tabular.faults import Fault, Offer
from pledgegraph.tabular.references import References
from pledgegraph.tabular.report import CellChange, RowChange
from pledgegraph.tabular.rows import Row
from pledgegraph.tabular.state import Record, State


@dataclass(slots=True)
class Draft:
    """A row on its way to statements."""

    row: Row
    record: Record | None
    """What the register holds of it; None for a new one, and before it is read."""
    node: NamedNode
    is_known: bool = False
    """Whether the register has a record that is to be read."""
    remove: bool = False
    broken: bool = False
    """Whether a fault was found in it."""
    add: list[Quad] = field(default_factory=list)
    take: list[Quad] = field(default_factory=list)
    cells: list[CellChange] = field(default_factory=list)


class Places:
    """Where a workbook says what.

    It is worked out when somebody asks: most of what a large workbook says nobody asks for.
    """

    def __init__(self) -> None:
        self._rows: dict[str, tuple[Row, tuple[CellChange, ...]]] = {}
        self._others: dict[str, tuple[str, str]] = {}

    def of_row(self, draft: Draft) -> None:
        """Let a row be found by its record; the first one where several are of one."""
        self._rows.setdefault(draft.node.value, (draft.row, tuple(draft.cells)))

    def of_other(self, node: NamedNode, place: tuple[str, str]) -> None:
        """Let a cell be found by a record that has no row."""
        self._others[node.value] = place

    def find(self, subject: str, predicate: str = "") -> tuple[str, str] | None:
        """The sheet and the cell that say so of a record; without a property those of its row."""
        if subject not in self._rows:
            return None if predicate else self._others.get(subject)
        row, changed = self._rows[subject]
        if not predicate:
            return row.name, str(row.number)
        says = [
            row.place(column.key, tag)
            for column, tag in row.pairs()
            if any(each.value == predicate for each in column.predicates)
        ]
        # Where several cells can say it, it is the last one that says something else than before.
        now = [cell.cell for cell in changed if cell.cell in says]
        return (row.name, (now[-1:] or says)[0]) if says else None


@dataclass(slots=True)
class Plan:
    """What a workbook comes to."""

    faults: list[Fault]
    notes: list[Fault]
    rows: list[RowChange] = field(default_factory=list)
    add: Dataset = field(default_factory=Dataset)
    """As a store holds it; see `pledgegraph.store.normalisation`."""
    take: list[Quad] = field(default_factory=list)
    places: Places = field(default_factory=Places)
    unguarded: int = 0
    """Rows that change a record of which is not known what it said when they were copied."""
    broken: set[str] = field(default_factory=set)
    """Records in whose rows a fault was found already."""


class Desk:
    """The store, the register and the plan that is being made."""

    def __init__(self, store: Store, state: State, matcher: Callable[[], Matcher]) -> None:
        self._store = store
        self._state = state
        self._references = References(store, state, matcher)
        self._plan = Plan([], [])

    def _unreadable(
        self, draft: Draft, key: str, tag: str, text: str, error: Unreadable, *, trial: bool
    ) -> None:
        draft.broken = True
        if not trial:
            place = draft.row.place(key, tag)
            self._fault(error.kind, draft.row, place, text, str(error), error.remedy, *error.offers)

    def _fault(  # noqa: PLR0917 -- as a sentence has them
        self,
        kind: str,
        row: Row,
        cell: str,
        found: str,
        message: str,
        remedy: str,
        *offers: Offer,
    ) -> None:
        self._plan.faults.append(Fault(kind, row.name, cell, found, message, remedy, offers))
