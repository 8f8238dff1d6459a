"""Brings a store to what the changes log says."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Final

from pyoxigraph import Quad, Store

from pledgegraph.long_work import LongWork, long_work
from pledgegraph.store.changes import ChangeSet
from pledgegraph.store.log.changes_log import ChangesLog
from pledgegraph.store.log.record import Record
from pledgegraph.store.union_graph import Graph, forget_empty, merged
from pledgegraph.store.union_graph import remove as remove_merged

_BULK: Final = 50_000
"""From so many quads on, sorted files are written to the store at once (RocksDB ingestion)."""


def apply(store: Store, change_set: ChangeSet, *, merge: bool) -> None:
    """Bring the store to the state after the change set; doing it twice does no harm.

    With ``merge`` the default graph is kept as the union of the named ones.
    """
    emptied = _remove(store, change_set.removed, merge=merge)
    _add(store, lambda: change_set.added, len(change_set.added), merge=merge)
    forget_empty(store, emptied)


def replay(store: Store, record: Record, *, merge: bool, work: LongWork | None = None) -> None:
    """Bring the store to the state after a record of the changes log; see `apply`.

    Where it is ``work`` that may take long, the statements are counted.
    """
    removed: Iterable[Quad] = record.removed()
    added: Callable[[], Iterable[Quad]] = record.added
    if work is not None:
        counted = work.counted
        removed, added = counted(removed), lambda: counted(record.added())
    emptied = _remove(store, removed, merge=merge)
    _add(store, added, record.header().added, merge=merge)
    forget_empty(store, emptied)


def undo(store: Store, record: Record, *, merge: bool) -> None:
    """Bring the store from the state after a record to the one before it; see `apply`."""
    emptied = _remove(store, record.added(), merge=merge)
    _add(store, record.removed, record.header().removed, merge=merge)
    forget_empty(store, emptied)


def _remove(store: Store, quads: Iterable[Quad], *, merge: bool) -> set[Graph]:
    """Remove the quads; return the graphs that they stood in."""
    graphs: set[Graph] = set()
    for quad in quads:
        graphs.add(quad.graph_name)
        if merge:
            remove_merged(store, quad)
        else:
            store.remove(quad)
    return graphs


def _add(store: Store, quads: Callable[[], Iterable[Quad]], count: int, *, merge: bool) -> None:
    put = store.extend if count < _BULK else store.bulk_extend
    put(quads())
    if merge:
        put(merged(quads()))


def replay_all(store: Store, log: ChangesLog, shown: int, last: int, *, merge: bool) -> None:
    """Replay what the log has after a change set, with a word on it where that takes long."""
    if shown == last:
        return
    with long_work("Replaying the changes log") as work:
        for record in log.after(shown):
            header = record.header()
            # What is added is read once more for the union of the graphs.
            steps = header.removed + header.added * (2 if merge else 1)
            work.begin(f"Replaying change set {record.sequence} of {last}", steps)
            replay(store, record, merge=merge, work=work)
