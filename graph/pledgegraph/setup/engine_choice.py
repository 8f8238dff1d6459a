"""From settings to an engine that is ready to be asked."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import replace
from functools import cache, cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Final, assert_never

from pyoxigraph import NamedNode, Store

from pledgegraph.errors import (
    DirectoryLocked,
    DirectoryReadOnly,
    LogUnavailable,
    RemoteUnavailable,
    SettingsError,
    StorageFull,
    ValidationFailed,
)
from pledgegraph.settings import Settings
from pledgegraph.shipped import shipped
from pledgegraph.store.changes import ChangeSet
from pledgegraph.store.directory import DataDirectory, open_directory
from pledgegraph.store.embedded import EmbeddedEngine
from pledgegraph.store.engine import Engine
from pledgegraph.store.log_address import reached_by
from pledgegraph.store.migrations import upgraded
from pledgegraph.store.remote.address import RemoteAddress, remote_address
from pledgegraph.store.remote_engine.engine import RemoteEngine
from pledgegraph.store.rules import Rules, read_rules

if TYPE_CHECKING:
    from pledgegraph.validation import (
        BeyondShapes,
        ValidationReport,
    )


class _Judge:
    """A SHACL engine with the shapes of a folder, which one change is put to at a time."""

    def __init__(self, name: str, ontology: Path) -> None:
        from pledgegraph.validation import ChangeValidator, validator_named  # noqa: PLC0415

        self.guard: Final = threading.Lock()
        validator = validator_named(name, ontology)
        self.shapes: Final = validator.shapes
        self.check: Final = ChangeValidator(validator).check


_judge: Final = cache(_Judge)
"""To read and compile the shapes takes a second: the engines of a process share them."""


class Gatekeeper:
    """Judges change sets by the shipped shapes; reads them when the first one comes.

    The SHACL engines are loaded then too: most commands never write, and rdflib alone would
    double the time that they take to start.
    """

    def __init__(
        self, validator: str, base: str, *, told: Callable[[ValidationReport], None] | None = None
    ) -> None:
        """``told`` gets the report on each change set that passes, for its warnings."""
        self._name = validator
        self._told = told
        self._base = base

    @cached_property
    def _shapes(self) -> _Judge:
        return _judge(self._name, shipped("ontology"))

    @cached_property
    def _beyond_shapes(self) -> BeyondShapes:
        from pledgegraph.validation import BeyondShapes  # noqa: PLC0415 - see the class

        return BeyondShapes(self._shapes.shapes, self._base)

    def report(self, store: Store, change_set: ChangeSet) -> ValidationReport:
        """What the shapes say of the store with the change set."""
        judge = self._shapes
        with judge.guard:
            by_shapes = judge.check(change_set, store)
            return self._beyond_shapes.completed(by_shapes, change_set, store)

    def reads(self, predicate: NamedNode) -> bool:
        """Whether a list, a question or a shape reads statements with the predicate."""
        return self._beyond_shapes.words.reads(predicate)

    def __call__(self, store: Store, change_set: ChangeSet) -> None:
        """Let the change set pass.

        Raises:
            ValidationFailed: it would break a shape of severity Violation.
        """
        report = self.report(store, change_set)
        if not report.conforms:
            raise ValidationFailed(report, base=self._base)
        if self._told is not None:
            self._told(report)


_rules: Final = cache(read_rules)


class _ShippedRules:
    """The shipped rules, read when a change comes; a `Derive`."""

    def __init__(self, base: str) -> None:
        self._base = base

    @cached_property
    def rules(self) -> Rules:
        """The rules.

        Raises:
            ReadError: the file of a rule cannot be used.
        """
        return Rules(_rules(shipped("ontology") / "rules"), self._base)

    def __call__(self, store: Store, change: ChangeSet | None) -> Iterator[ChangeSet]:
        return self.rules.derive(store, change)


def engine_over(
    directory: DataDirectory,
    settings: Settings,
    *,
    told: Callable[[ValidationReport], None] | None = None,
) -> EmbeddedEngine:
    """The engine over a data directory that is open already.

    ``told`` gets the report on each change set that passes, for its warnings.
    """
    directory = replace(
        directory,
        remote=_remote(directory, settings),
        log=reached_by(directory.log, log=settings.log, credentials=settings.log_credentials),
    )
    if not directory.gated or directory.origin is not None:
        # What a mirror takes was judged at its origin, and is followed there by the rules.
        return EmbeddedEngine(directory, lock_wait=settings.lock_wait)
    gatekeeper = Gatekeeper(settings.validator, directory.base, told=told)
    derive = _ShippedRules(directory.base)

    def check(store: Store, change_set: ChangeSet) -> None:
        # What is logged has to be followed by the rules: they must be there before.
        _ = derive.rules
        gatekeeper(store, change_set)

    return EmbeddedEngine(directory, check=check, derive=derive, lock_wait=settings.lock_wait)


def open_engine(
    settings: Settings, *, told: Callable[[ValidationReport], None] | None = None
) -> EmbeddedEngine:
    """The engine over the settings' data directory; what a dead writer left is finished first.

    A writer that is alive finishes its own work: nobody waits for it only to read. Who may not
    write, or finds the disk full, reads what there is. ``told`` gets the report on each change
    set that passes, for its warnings.

    Raises:
        DirectoryMissing, FormatTooNew, BaseMismatch: see `open_directory`.
        DirectoryReadOnly, DirectoryLocked: it has an old format, and cannot be brought up now.
        LogDamaged: the changes log cannot be trusted.
    """
    directory = open_directory(settings.data_dir, base=settings.asked_base)
    engine = engine_over(upgraded(directory, wait=settings.lock_wait), settings, told=told)
    # A node whose shared log, or whose remote engine, is away serves what it has.
    with suppress(
        DirectoryLocked, DirectoryReadOnly, StorageFull, LogUnavailable, RemoteUnavailable
    ):
        engine.settle(wait=0)
    return engine


def answering_engine(engine: EmbeddedEngine) -> Engine:
    """What a service over the engine answers from: the remote engine, where there is one."""
    address = engine.directory.remote
    return engine if address is None else RemoteEngine(engine, address)


def _remote(directory: DataDirectory, settings: Settings) -> RemoteAddress | None:
    """The remote engine that the settings name.

    Raises:
        SettingsError: the data directory is of a kind that has none, or the settings are not whole.
    """
    match settings.engine:
        case "embedded":
            return None
        case "remote":
            pass
        case _:  # a further one would answer from the embedded store, and nobody would know
            assert_never(settings.engine)
    why = (
        "is a node of a shared changes log"
        if directory.log is not None
        else "mirrors another service"
        if directory.origin is not None
        else "takes changes without validation"
        if not directory.gated
        else ""
    )
    if why:
        raise SettingsError(
            f"The data directory {why}: such a one cannot have a remote engine.",
            remedy="Leave PLEDGEGRAPH_ENGINE away, or choose another data directory.",
        )
    return remote_address(
        query=settings.remote_query,
        update=settings.remote_update,
        graphs=settings.remote_graphs,
        dialect=settings.remote_dialect,
        credentials=settings.remote_credentials,
        seconds=settings.query_timeout,
    )
