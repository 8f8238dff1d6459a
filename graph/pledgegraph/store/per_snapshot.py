"""What is worked out once a snapshot, when somebody first asks for it."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any, Generic, TypeVar
from weakref import WeakKeyDictionary, WeakSet

from pledgegraph.store.engine import Engine, Snapshot

Value = TypeVar("Value")


_held: WeakKeyDictionary[Engine, WeakSet[OnceASnapshot[Any]]] = WeakKeyDictionary()


def refresh(engine: Engine) -> None:
    """Make ahead of need what was used since it was last made, of the newest snapshot. Blocks.

    What is new counts as used, so that the first call makes everything.
    """
    for each in list(_held.get(engine, ())):
        each.refresh()


class OnceASnapshot(Generic[Value]):
    """Something made of a snapshot, remembered until it is asked for of another.

    Of a snapshot that has no name it is made each time. Both ways to it block: they are to be
    called in a thread.
    """

    def __init__(self, engine: Engine, make: Callable[[Snapshot], Value]) -> None:
        self._engine = engine
        self._make = make
        self._known: tuple[str, Value] | None = None
        self._making = threading.Lock()
        self._used = True
        _held.setdefault(engine, WeakSet()).add(self)

    def current(self) -> Value:
        """What there is of the newest snapshot."""
        # The snapshot is taken last, so that none is gone through that is replaced meanwhile.
        with self._making, self._engine.snapshot() as snapshot:
            return self._of(snapshot)

    def of(self, snapshot: Snapshot) -> Value:
        """What there is of the snapshot, for whoever needs more of the same one."""
        with self._making:
            return self._of(snapshot)

    def refresh(self) -> None:
        """Make it of the newest snapshot, if somebody used the last one."""
        if self._used:
            self.current()
            self._used = False

    def _of(self, snapshot: Snapshot) -> Value:
        self._used = True
        name = snapshot.version
        if self._known is not None and self._known[0] == name:
            return self._known[1]
        value = self._make(snapshot)
        self._known = None if name is None else (name, value)
        return value
