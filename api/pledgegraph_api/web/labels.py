"""What the things are called that a page shows by their IRIs, in the page's language."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from pyoxigraph import Literal, NamedNode

from pledgegraph.store import Engine, solutions
from pledgegraph_api.web.control_chars import printable
from pledgegraph_api.web.naming import best_name
from pledgegraph_api.web.record_paths import records_at
from pledgegraph_api.web.result_table import Cell, Table, direction_of

_QUERY: Final = Path(__file__).with_name("queries") / "labels_of_things.rq"
_PLACE: Final = "<urn:x-things>"
_MOST: Final = 5_000
"""Things that are looked up for one page."""


@dataclass(frozen=True, slots=True)
class Name:
    """What something is called, and the tag of the language that is."""

    text: str
    language: str


class Labels:
    """Finds labels in the newest snapshot."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._query = _QUERY.read_text(encoding="utf-8")

    def labelled(self, table: Table, language: str) -> Table:
        """The table with labels beside the IRIs that have none yet. Blocks.

        Raises:
            QueryError: the labels cannot be had.
        """
        cells = [cell for row in table.rows for cell in row if cell and cell.iri and not cell.label]
        found = self._find({cell.iri for cell in cells if cell.iri}, language)

        def told(cell: Cell | None) -> Cell | None:
            label = found.get(cell.iri or "") if cell and not cell.label else None
            if cell is None or label is None:
                return cell
            spoken = label.language if label.language != language else None
            return replace(
                cell,
                label=printable(label.value),
                label_language=spoken,
                label_direction=direction_of(label),
            )

        return replace(table, rows=tuple(tuple(told(cell) for cell in row) for row in table.rows))

    def names(self, iris: Iterable[str], language: str) -> dict[str, Literal]:
        """What each thing is called that has a name, in the language or the nearest. Blocks.

        Raises:
            QueryError: the labels cannot be had.
        """
        usable = sorted(set(iris))
        found: dict[str, Literal] = {}
        for start in range(0, len(usable), _MOST):
            found |= self._find(usable[start : start + _MOST], language)
        return found

    def of_pages(self, pages: Iterable[str], base: str, language: str) -> dict[str, Name]:
        """What the records are called that pages of ours are about, by the pages' paths. Blocks.

        Raises:
            QueryError: the labels cannot be had.
        """
        meant = {page: [record.value for record in records_at(page, base)] for page in pages}
        found = self.names((iri for iris in meant.values() for iri in iris), language)
        return {
            page: Name(printable(label.value), label.language or "")
            for page, iris in meant.items()
            if (label := next((found[iri] for iri in iris if iri in found), None)) is not None
        }

    def _find(self, iris: Iterable[str], language: str) -> dict[str, Literal]:
        """The label of each thing that has one, all by one query."""
        terms = [str(NamedNode(iri)) for iri in sorted(iris)[:_MOST]]
        if not terms:
            return {}
        # A term as N-Triples writes it is a term of SPARQL, and nothing else.
        query = self._query.replace(_PLACE, " ".join(terms))
        with self._engine.snapshot() as snapshot:
            rows = list(solutions(snapshot, query, {}))
        named: dict[str, list[tuple[NamedNode, Literal]]] = {}
        for solution in rows:
            thing, naming, label = solution["thing"], solution["naming"], solution["label"]
            if (
                isinstance(thing, NamedNode)
                and isinstance(naming, NamedNode)
                and isinstance(label, Literal)
            ):
                named.setdefault(thing.value, []).append((naming, label))
        best = {iri: best_name(names, language) for iri, names in named.items()}
        return {iri: label for iri, label in best.items() if label is not None}
