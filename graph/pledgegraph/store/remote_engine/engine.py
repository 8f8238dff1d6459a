"""The engine of a service that answers from a remote engine.

Writes go the way that they always go: the gate, the rules and the changes log are the data
directory's, and so is the store that they work on. What its writer shows, it has shown the remote
engine first; what is read is read there.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pledgegraph.errors import DirectoryLocked, RemoteBehind
from pledgegraph.store.changes import Change, Receipt
from pledgegraph.store.commit_permit import Permit
from pledgegraph.store.embedded import EmbeddedEngine
from pledgegraph.store.engine import AddressedSnapshot, Condition
from pledgegraph.store.remote.address import RemoteAddress
from pledgegraph.store.remote.dialects import Dialect, dialect_named
from pledgegraph.store.remote_engine.asking import reading
from pledgegraph.store.remote_engine.snapshot import RemoteSnapshot


@dataclass(frozen=True, slots=True)
class _Address:
    """What a worker needs; it looks itself of which state its answer is."""

    sequence: int
    version: str
    address: dict[str, Any]


class RemoteEngine:
    """An `Engine` that answers from another program's store. Any number of threads may use one."""

    def __init__(self, own: EmbeddedEngine, address: RemoteAddress) -> None:
        self._own = own
        self._address = address
        self._card = {"directory": str(own.directory.path), "address": address.card()}

    @property
    def dialect(self) -> Dialect:
        """What is known of the engine."""
        return dialect_named(self._address.dialect)

    @contextmanager
    def snapshot(self) -> Iterator[AddressedSnapshot]:
        """What the engine holds; it stays as it is until the block is left.

        Raises:
            RemoteUnavailable: it does not answer, or lacks what the log has.
        """
        with ExitStack() as stack:
            try:
                held = stack.enter_context(self._once())
            except RemoteBehind:
                # What a writer left that died is brought first; one that is alive does it itself.
                with suppress(DirectoryLocked):
                    self._own.settle(wait=0)
                held = stack.enter_context(self._once())
            yield held

    @contextmanager
    def _once(self) -> Iterator[RemoteSnapshot]:
        directory = self._own.directory
        with reading(directory.path, self._address) as at, self._own.snapshot() as own:
            yield RemoteSnapshot(at, own, self.base, self._card)

    def opened_snapshot(self) -> AbstractContextManager[AddressedSnapshot] | None:
        """None: the engine has to be asked first."""
        return None

    @property
    def for_workers(self) -> RemoteWorkers:
        """What the pool of workers is given."""
        return RemoteWorkers(self._own, self._card)

    @property
    def base(self) -> str:
        """The base IRI of the data, without a final slash."""
        return self._own.base

    @property
    def gated(self) -> bool:
        """True: other data have no remote engine."""
        return self._own.gated

    def workspace(self) -> AbstractContextManager[Path]:
        """An empty folder on the disk of the data directory."""
        return self._own.workspace()

    def version(self) -> str | None:
        """The name of the newest snapshot, which the remote engine has too."""
        return self._own.version()

    def update_from(
        self,
        compute: Callable[[AddressedSnapshot], Change],
        *,
        permit: Permit | None = None,
        condition: Condition | None = None,
    ) -> Receipt:
        """Make a change computed from the directory's own copy; see `engine.Engine`."""
        return self._own.update_from(compute, permit=permit, condition=condition)

    def update(
        self,
        change: Change,
        *,
        permit: Permit | None = None,
        condition: Condition | None = None,
    ) -> Receipt:
        """Make a change; see `engine.Engine.update`."""
        return self._own.update(change, permit=permit, condition=condition)


class RemoteWorkers:
    """What workers are told to ask; see `pledgegraph.workers.pool.HoldsSnapshots`."""

    def __init__(self, own: EmbeddedEngine, card: dict[str, Any]) -> None:
        self._own = own
        self._card = card

    def opened_snapshot(self) -> AbstractContextManager[_Address] | None:
        """None where the directory's snapshot has to be opened first."""
        return self.snapshot() if self._own.version() else None

    @contextmanager
    def snapshot(self) -> Iterator[_Address]:
        """The address, which nothing is held for: the worker holds what it reads."""
        name = self._own.version() or "0"
        number = int(name.partition("-")[0])
        yield _Address(number, name, {"base": self._own.base, "remote": self._card})
