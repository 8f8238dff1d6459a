"""The solutions of a query as a table for people."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Final

from pyoxigraph import (
    BlankNode,
    Literal,
    NamedNode,
    QueryResultsFormat,
    QuerySolutions,
    Triple,
    parse_query_results,
)

from pledgegraph.datatypes import INTEGERS
from pledgegraph.namespaces import RDF, XSD
from pledgegraph_api.web.control_chars import printable
from pledgegraph_api.web.prefixed_names import link_to, short_name

MOST_CELLS: Final = 20_000
"""A table of more is slow to lay out."""

_SHORT: Final = 16

_NAMES: Final = ("Name", "Label")
"""``x`` and ``xName`` are shown as one column."""
_PLAIN: Final = frozenset({XSD.string, RDF.langString, RDF.dirLangString, XSD.date, XSD.boolean})
_NUMBERS: Final = frozenset(XSD[name] for name in ("decimal", "double", "float", *INTEGERS))

Term = NamedNode | BlankNode | Literal | Triple


@dataclass(frozen=True, slots=True)
class Cell:
    """One value."""

    text: str
    href: str | None = None
    iri: str | None = None
    """The IRI that it stands for, whatever is shown of it."""
    label: str = ""
    """What the thing is called, where the answer or the graph says so."""
    label_language: str | None = None
    """Where it has one."""
    label_direction: str = ""
    language: str | None = None
    direction: str = ""
    """``ltr`` or ``rtl``, where the text says so (RDF 1.2); else browsers find it out."""
    datatype: str = ""
    """The short name of the datatype, where it is not plain from the text."""
    is_number: bool = False

    @property
    def is_short(self) -> bool:
        """Whether it is better kept on one line, as dates and numbers are."""
        return not self.label and len(self.text) <= _SHORT


@dataclass(frozen=True, slots=True)
class Table:
    """Columns and rows; an empty cell is None."""

    columns: tuple[str, ...]
    rows: tuple[tuple[Cell | None, ...], ...]


def table_of(
    results: bytes,
    *,
    base: str,
    columns: Sequence[str] = (),
    echoed: Collection[str] = (),
    told: Collection[str] = (),
    most_rows: int,
) -> tuple[Table, bool]:
    """The table that SPARQL Results TSV holds, and whether all of the rows are in it.

    ``columns`` gives their order; others follow. Those in ``echoed``, which only repeat what
    was asked for, are left out where they are empty; those in ``told``, which the page tells in
    words, always.
    """
    solutions = parse_query_results(results, format=QueryResultsFormat.TSV)
    if not isinstance(solutions, QuerySolutions):
        raise TypeError("a truth value is no table")
    there = [variable.value for variable in solutions.variables]
    most = min(most_rows, MOST_CELLS // max(len(there), 1))
    rows: list[dict[str, Term]] = []
    whole = True
    for solution in solutions:
        if len(rows) == most:
            whole = False
            break
        bound = zip(there, solution, strict=True)
        rows.append({name: term for name, term in bound if term is not None})
    order = [name for name in columns if name in there]
    order += [name for name in there if name not in order]
    order = [name for name in order if name not in echoed or any(name in row for row in rows)]
    order = [name for name in order if name not in told]
    labels = _label_columns(order, rows)
    shown = tuple(name for name in order if name not in labels.values())
    return Table(
        shown,
        tuple(tuple(_cell(row, name, labels.get(name), base) for name in shown) for row in rows),
    ), whole


def _label_columns(order: Sequence[str], rows: Sequence[dict[str, Term]]) -> dict[str, str]:
    """Which columns name the things in which others."""
    found = {}
    for name in order:
        label = next((name + ending for ending in _NAMES if name + ending in order), None)
        if label and not any(isinstance(row.get(name), Literal) for row in rows):
            found[name] = label
    return found


def _cell(row: dict[str, Term], name: str, label: str | None, base: str) -> Cell | None:
    term = row.get(name)
    called = row.get(label) if label else None
    label_text = printable(called.value) if isinstance(called, Literal) else ""
    label_language = called.language if isinstance(called, Literal) else None
    label_direction = direction_of(called)
    if term is None:
        if not label_text:
            return None
        return Cell(label_text, language=label_language, direction=label_direction)
    if isinstance(term, NamedNode):
        return Cell(
            printable(short_name(term.value, base)),
            link_to(term.value, base),
            iri=term.value,
            label=label_text,
            label_language=label_language,
            label_direction=label_direction,
        )
    if isinstance(term, Literal):
        return Cell(
            printable(term.value),
            language=term.language,
            direction=direction_of(term),
            datatype="" if _is_plain(term) else short_name(term.datatype.value, base),
            is_number=term.datatype in _NUMBERS,
        )
    return Cell(
        printable(str(term)),
        label=label_text,
        label_language=label_language,
        label_direction=label_direction,
    )


def direction_of(term: Term | None) -> str:
    """The base direction that a text says it has, as HTML writes it; empty without one."""
    if not isinstance(term, Literal) or term.direction is None:
        return ""
    return term.direction.value


def _is_plain(literal: Literal) -> bool:
    return literal.datatype in _PLAIN or literal.datatype in _NUMBERS
