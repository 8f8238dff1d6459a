"""Whose row each row of a workbook is: a record's of the register, a new one's, or nobody's."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator

from pyoxigraph import Literal, NamedNode

from pledgegraph.search import fold
from pledgegraph.tabular import words
from pledgegraph.tabular.cells import named_in, parts_of
from pledgegraph.tabular.columns import REPORTS, SHEETS, Kind
from pledgegraph.tabular.desk import Draft
from pledgegraph.tabular.faults import Offer
from pledgegraph.tabular.filling import Filling
from pledgegraph.tabular.layout import Layout
from pledgegraph.tabular.references import slug_of
from pledgegraph.tabular.rows import Row


class Identifying(Filling):
    """Finds out whose rows they are."""

    def _drafts(self, layout: Layout) -> Iterator[Draft]:
        seen: dict[NamedNode, Row] = {}
        contents: dict[bytes, Row] = {}
        titles = self._titles() if any(not row.text("id") for row in layout.rows) else {}
        new: list[Draft] = []
        for row in layout.rows:
            if row.text("id"):
                draft = self._of_known(row, seen)
                if draft is not None:
                    yield draft
                continue
            twin = contents.setdefault(_content(row), row)
            if twin is not row:
                self._fault(
                    "repeated",
                    row,
                    str(row.number),
                    row.any_text(row.sheet.title),
                    f"The row repeats row {twin.number}.",
                    "Delete one of them.",
                )
                continue
            draft = self._of_new(row, titles)
            if draft is not None:
                new.append(draft)
        yield from new

    def _of_known(self, row: Row, seen: dict[NamedNode, Row]) -> Draft | None:
        text = row.text("id")
        node = self._references.identified(text, row.sheet.folders)
        if node is None or not self._state.is_on(node, row.sheet):
            self._unknown_identifier(row, text, node)
            return None
        if node in seen:
            self._fault(
                "repeated",
                row,
                row.place("id"),
                text,
                f"The identifier “{text}” is in row {seen[node].number} too.",
                "Delete one of the rows; for a new record, empty the cell.",
            )
            return None
        seen[node] = row
        if row.text("remove"):
            if row.text("remove").casefold() in words.removals():
                return Draft(row, None, node, is_known=True, remove=True)
            self._fault(
                "list",
                row,
                row.place("remove"),
                row.text("remove"),
                f"“{row.text('remove')}” is not read here.",
                f"Write “{words.removal(self._state.language)}”, or empty the cell.",
            )
            return None
        return Draft(row, None, node, is_known=True)

    def _unknown_identifier(self, row: Row, text: str, node: NamedNode | None) -> None:
        is_known = node is not None and self._references.is_taken(node)
        if is_known:
            message = f"“{text}” is no record of this register that this sheet has."
            remedy = "You may change your own register only. For a new record, empty the cell."
        else:
            message = f"There is no record with the identifier “{text}”."
            remedy = "Put the identifier back as it was; for a new record, empty the cell."
        kind = "foreign" if is_known else "identifier"
        self._fault(kind, row, row.place("id"), text, message, remedy)

    def _titles(self) -> dict[tuple[str, str], NamedNode]:
        """By sheet and folded title the register's records, of those that have one."""
        found: dict[tuple[str, str], NamedNode] = {}
        for sheet in SHEETS.values():
            title = sheet.column(sheet.title)
            if title is None or title.kind is not Kind.TEXT:
                continue
            for record in self._state.each_record(sheet):
                for quad in record.quads:
                    if quad.predicate == title.predicate and isinstance(quad.object, Literal):
                        found.setdefault((sheet.key, fold(quad.object.value)), record.node)
        return found

    def _of_new(self, row: Row, titles: dict[tuple[str, str], NamedNode]) -> Draft | None:
        if row.text("remove"):
            self._fault(
                "identifier",
                row,
                row.place("remove"),
                row.text("remove"),
                "The row has no identifier, so nothing can be removed by it.",
                "Delete the row, or give the identifier of the record.",
            )
            return None
        title = row.any_text(row.sheet.title)
        known = titles.get((row.sheet.key, fold(title))) if title else None
        if known is not None:
            record = self._state.record(known, row.sheet)
            draft = Draft(row, record, known)
            self._filled(draft, trial=True)
            if not draft.cells and not draft.broken:
                # It says what is there: nothing changes, whatever it leaves empty.
                return None
            offer = Offer(self._state.identifier(record), known.value)
            self._fault(
                "known",
                row,
                row.any_place(row.sheet.title),
                title,
                f"“{title}” is in the register already, with other words in its cells.",
                f"To change it write “{offer.write}” into the column “"
                f"{words.heading('id', self._state.language)}”; if it is another one, give it "
                "another title.",
                offer,
            )
            return None
        return Draft(row, None, self._new_node(row))

    def _new_node(self, row: Row) -> NamedNode:
        register = self._state.register.slug
        if row.sheet is REPORTS:
            about = slug_of(named_in(row.text("commitment")).bracketed.rpartition("/")[2])
            about = about or slug_of(row.text("commitment"))
            folder = row.sheet.folders[self._class_of(row)]
            return self._references.free(folder, f"{about or register} {row.text('day')}")
        title = slug_of(row.any_text(row.sheet.title))
        folder = row.sheet.folders[0]
        name = title if row.sheet.key in ("actors", "sources", "events") else f"{register} {title}"
        node = self._references.free(folder, name or f"{register} {folder}")
        names = [text for (key, _), text in row.cells.items() if key == row.sheet.title]
        names += [part for key in ("number", "acronym") for part in parts_of(row.text(key))]
        self._references.bring(node, names)
        return node


def _content(row: Row) -> bytes:
    """Names what stands in a row, in whichever order its columns are."""
    told = [row.sheet.key, *sorted((*at, text) for at, text in row.cells.items())]
    return hashlib.sha256(repr(told).encode("utf-8", "surrogatepass")).digest()
