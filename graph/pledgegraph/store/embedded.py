"""The embedded engine: Oxigraph on disk, read from snapshots, written through the log."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

from pyoxigraph import Store

from pledgegraph.store.changes import Change, ChangeSet, Receipt
from pledgegraph.store.commit_permit import Permit
from pledgegraph.store.directory import DataDirectory
from pledgegraph.store.embedded_snapshot import EmbeddedSnapshot
from pledgegraph.store.engine import Condition
from pledgegraph.store.graph_states import GraphStates
from pledgegraph.store.normalisation import EngineForm, difference, in_engine_form, settle
from pledgegraph.store.replication.retry import until_first
from pledgegraph.store.replication.writer import writer_of
from pledgegraph.store.rules import Derive
from pledgegraph.store.scratch import workspace
from pledgegraph.store.snapshots import Snapshots
from pledgegraph.store.writer import Writer, writing

Check = Callable[[Store, ChangeSet], None]
"""Raises `ValidationFailed` when the store with the change set would break a shape."""


class EmbeddedEngine:
    """An `Engine` over a data directory. Any number of threads may use one."""

    def __init__(
        self,
        directory: DataDirectory,
        *,
        check: Check | None = None,
        derive: Derive | None = None,
        lock_wait: float = 60.0,
    ) -> None:
        self.directory = directory
        self._check = check
        self._derive = derive
        self._lock_wait = lock_wait
        self._snapshots = Snapshots(directory)
        self._opening = threading.Lock()
        self._guard = threading.Lock()
        """Over the counts; held for moments only, since event loops wait for it too."""
        self._held: dict[EmbeddedSnapshot, int] = {}
        self._newest: EmbeddedSnapshot | None = None

    @contextmanager
    def snapshot(self) -> Iterator[EmbeddedSnapshot]:
        """The newest snapshot; it stays as it is, and on disk, until the block is left.

        Raises:
            DirectoryError: no snapshot can be opened.
        """
        with self._giving_back(self._take()) as held:
            yield held

    def version(self) -> str | None:
        """The name of the newest snapshot, by one look at a file; None before the first."""
        return self._snapshots.version()

    def opened_snapshot(self) -> AbstractContextManager[EmbeddedSnapshot] | None:
        """The newest snapshot without any waiting; None where it has to be opened first."""
        held = self._hold_opened()
        return None if held is None else self._giving_back(held)

    def update(
        self,
        change: Change,
        *,
        permit: Permit | None = None,
        condition: Condition | None = None,
    ) -> Receipt:
        """Make a change, whole or not at all; see `pledgegraph.store.engine.Engine.update`."""
        change = self._settled(change)

        def once() -> Receipt:
            with self._writing() as writer:
                return self._commit(writer, change, permit, condition)

        return until_first(once)

    def update_from(
        self,
        compute: Callable[[EmbeddedSnapshot], Change],
        *,
        permit: Permit | None = None,
        condition: Condition | None = None,
    ) -> Receipt:
        """Make a change computed from a snapshot; see `engine.Engine.update_from`."""

        def once() -> Receipt:
            with self.snapshot() as snapshot:
                change = self._settled(compute(snapshot))
                computed_on = snapshot.sequence
            with self._writing() as writer:
                if writer.sequence != computed_on:
                    # Somebody was faster. Now that nobody else writes, it is computed on what will
                    # be changed: a slow one keeps others waiting only after it has lost once.
                    with self.snapshot() as snapshot:
                        change = self._settled(compute(snapshot))
                return self._commit(writer, change, permit, condition)

        return until_first(once)

    def workspace(self) -> AbstractContextManager[Path]:
        """An empty folder on the disk of the snapshots, gone when the block is left."""
        return workspace(self.directory.work)

    @property
    def base(self) -> str:
        """The base IRI of the data, without a final slash."""
        return self.directory.base

    @property
    def gated(self) -> bool:
        """Whether changes are validated and the default graph is closed."""
        return self.directory.gated

    def _settled(self, change: Change) -> Change:
        if self.gated:
            return settle(change, self.base, EngineForm())
        return in_engine_form(change, EngineForm())

    def _commit(
        self,
        writer: Writer,
        change: Change,
        permit: Permit | None,
        condition: Condition | None,
    ) -> Receipt:
        made = writer.made_already(change.key) if change.key else None
        if made is not None:
            return made
        if condition is not None:
            states = GraphStates(
                writer.store, base=self.base, gated=self.gated, version=self.version()
            )
            condition(change, states)
        change_set = difference(writer.store, change)
        if change_set and self._check is not None and self.gated:
            self._check(writer.store, change_set)
        if permit is not None:
            permit.commit()
        return writer.commit(
            change_set,
            agent=change.agent,
            reason=change.reason,
            sources=tuple(source.value for source in change.sources),
            key=change.key,
        )

    def settle(self, *, wait: float | None = None) -> int:
        """Finish what a dead writer left; return the number of the newest snapshot.

        Another writer is given ``wait`` seconds, or as long as any change gives it.
        """
        with self._writing(wait) as writer:
            return writer.sequence

    def recompute(self) -> int:
        """Compute everything anew that rules compute; return the number of the newest snapshot.

        Needed when the rules have changed, not when the data have.
        """
        with self._writing() as writer:
            writer.follow(None)
            return writer.sequence

    def rebuild(self) -> int:
        """Make the store and the newest snapshot again from the changes log; return its number.

        Raises:
            LogDamaged: the log is damaged too; nothing was changed.
            DirectoryLocked, DirectoryReadOnly, StorageFull: as `update`.
        """
        with writing(
            self.directory,
            writer_of(self.directory),
            wait=self._lock_wait,
            derive=self._derive,
            anew=True,
        ) as writer:
            return writer.sequence

    def _writing(self, wait: float | None = None) -> AbstractContextManager[Writer]:
        patience = self._lock_wait if wait is None else wait
        return writing(
            self.directory, writer_of(self.directory), wait=patience, derive=self._derive
        )

    def close(self) -> None:
        """Let the snapshot go that is kept open between queries."""
        with self._guard:
            newest, self._newest = self._newest, None
            if newest is not None and self._held.get(newest, 0) == 0:
                self._held.pop(newest, None)
                newest.close()

    def _take(self) -> EmbeddedSnapshot:
        with self._opening:
            opened = self._hold_opened()
            if opened is not None:
                return opened
            fresh = EmbeddedSnapshot(
                self._snapshots.hold_current(),
                base=self.directory.base,
                union=self.directory.gated,
                changes=self.directory.changes,
            )
            with self._guard:
                stale, self._newest = self._newest, fresh
                self._held[fresh] = 1
                unheld = stale is not None and self._held[stale] == 0
                if stale is not None and unheld:
                    del self._held[stale]
        if stale is not None and unheld:
            stale.close()
        return fresh

    def _hold_opened(self) -> EmbeddedSnapshot | None:
        """The newest snapshot where it is open already; takes a hold on it."""
        with self._guard:
            # A snapshot that was made again has the number of the one before, but another name.
            if self._newest is None or self._newest.version != self._snapshots.version():
                return None
            self._held[self._newest] += 1
            return self._newest

    @contextmanager
    def _giving_back(self, held: EmbeddedSnapshot) -> Iterator[EmbeddedSnapshot]:
        try:
            yield held
        finally:
            self._give_back(held)

    def _give_back(self, snapshot: EmbeddedSnapshot) -> None:
        with self._guard:
            self._held[snapshot] -= 1
            unheld = self._held[snapshot] == 0 and snapshot is not self._newest
            if unheld:
                del self._held[snapshot]
        if unheld:
            snapshot.close()
