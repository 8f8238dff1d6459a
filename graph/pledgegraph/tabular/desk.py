"""What everybody needs who works on the rows of a workbook, and what comes of the rows."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from pyoxigraph import NamedNode, Quad, Store

from pledgegraph.reconcile import Matcher
from pledgegraph.tabular.cells import Unreadable
from pledgegraph.tabular.faults import Fault, Offer
from pledgegraph.tabular.layout import Row
from pledgegraph.tabular.references import References
from pledgegraph.tabular.report import CellChange, RowChange
from pledgegraph.tabular.state import Record, State


@dataclass(slots=True)
class Draft:
    """A row on its way to statements."""

    row: Row
    record: Record | None
    """What the register holds of it; None for a new one."""
    node: NamedNode
    remove: bool = False
    broken: bool = False
    """Whether a fault was found in it."""
    add: list[Quad] = field(default_factory=list)
    take: list[Quad] = field(default_factory=list)
    cells: list[CellChange] = field(default_factory=list)


@dataclass(slots=True)
class Plan:
    """What a workbook comes to."""

    faults: list[Fault]
    notes: list[Fault]
    rows: list[RowChange] = field(default_factory=list)
    add: list[Quad] = field(default_factory=list)
    take: list[Quad] = field(default_factory=list)
    places: dict[tuple[str, str], tuple[str, str]] = field(default_factory=dict)
    """By subject and property (empty for the row) the sheet and cell that says so."""
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
