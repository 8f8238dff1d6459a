"""What is worked out once a snapshot, when somebody first asks for it."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Generic, TypeVar

from pledgegraph.store.engine import Engine, Snapshot

Value = TypeVar("Value")


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

    def current(self) -> Value:
        """What there is of the newest snapshot."""
        # The snapshot is taken last, so that none is gone through that is replaced meanwhile.
        with self._making, self._engine.snapshot() as snapshot:
            return self._of(snapshot)

    def of(self, snapshot: Snapshot) -> Value:
        """What there is of the snapshot, for whoever needs more of the same one."""
        with self._making:
            return self._of(snapshot)

    def _of(self, snapshot: Snapshot) -> Value:
        name = snapshot.version
        if self._known is not None and self._known[0] == name:
            return self._known[1]
        value = self._make(snapshot)
        self._known = None if name is None else (name, value)
        return value
