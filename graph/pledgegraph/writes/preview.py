"""The data as they would be after a change that nobody has made."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Final

from pyoxigraph import Store

from pledgegraph.shipped import shipped
from pledgegraph.store.changes import Change
from pledgegraph.store.embedded_snapshot import EmbeddedSnapshot
from pledgegraph.store.engine import AddressedSnapshot, Engine
from pledgegraph.store.log.applying import apply
from pledgegraph.store.normalisation import EngineForm, difference, settle
from pledgegraph.store.rules import Rules, read_rules
from pledgegraph.store.snapshots import Lease
from pledgegraph.store.update_evaluation import WorkingCopy

_THERE: Final = "CURRENT"
"""A file that every store has."""


@contextmanager
def laid_in(
    engine: Engine, compute: Callable[[AddressedSnapshot], Change]
) -> Iterator[EmbeddedSnapshot]:
    """A snapshot as it would be with a change, and with what follows from it by the rules.

    It is a copy, made of hard links, of which nothing is left when the block is left.
    """
    with engine.snapshot() as snapshot, engine.workspace() as folder:
        store = Store.read_only(str(snapshot.address["path"]))
        change = settle(compute(snapshot), engine.base, EngineForm())
        change_set = difference(store, change)
        copy = WorkingCopy(store, folder).store
        apply(copy, change_set, merge=engine.gated)
        if engine.gated:
            rules = Rules(read_rules(shipped("ontology") / "rules"), engine.base)
            for computed in rules.derive(copy, change_set):
                apply(copy, computed, merge=True)
        copy.flush()
        del copy
        path = folder / "store"
        descriptor = os.open(path / _THERE, os.O_RDONLY | os.O_CLOEXEC)
        opened = EmbeddedSnapshot(
            Lease(snapshot.sequence, path, descriptor), base=engine.base, union=engine.gated
        )
        try:
            yield opened
        finally:
            opened.close()
