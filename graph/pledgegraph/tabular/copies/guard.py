"""Whether somebody else has changed a row's record since the row was copied."""

from __future__ import annotations

from dataclasses import dataclass

from pyoxigraph import NamedNode

from pledgegraph.store.system_graphs import is_computed
from pledgegraph.tabular.columns import SHOWS_OTHERS
from pledgegraph.tabular.copies.since import Since
from pledgegraph.tabular.rows import Row
from pledgegraph.tabular.state import Record, State


@dataclass(frozen=True, slots=True)
class Guard:
    """Guards the rows of one workbook.

    A row of an older release has a name of its content in the column “Version”, which counts
    before what the file says.
    """

    state: State
    since: Since | None
    """None where the file does not say which state it is a copy of, or that is not known."""

    def knows(self, row: Row) -> bool:
        """Whether it can be told what the row was copied from."""
        return row.keyed or self.since is not None or bool(row.text("version"))

    def is_overtaken(self, row: Row, record: Record) -> bool:
        """Whether the record says something else by now in the columns of its sheet."""
        if said := row.text("version"):
            return said != self.state.version(record)
        then = self._then(record)
        return then is not None and self.state.version(then) != self.state.version(record)

    def is_as_copied(self, row: Row, record: Record) -> bool:
        """Whether every cell of a row shows what the record said when the copy was made."""
        then = self._then(record)
        return then is not None and all(
            row.text(column.key, tag) == self.state.shown(then, column, tag)[0]
            for column, tag in row.pairs()
            if column.kind not in SHOWS_OTHERS
        )

    def _then(self, record: Record) -> Record | None:
        if self.since is None or not self.since.touches(record.node.value):
            return None
        quads = [
            quad
            for quad in self.since.before(record.node.value, record.quads)
            if isinstance(quad.graph_name, NamedNode)
            and not is_computed(quad.graph_name, self.state.base)
        ]
        own = [quad for quad in quads if self.state.register.owns(quad)]
        return Record(record.node, record.sheet, quads, record.home, own)
