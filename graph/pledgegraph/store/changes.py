"""Change sets: the quads that one step adds and removes, with who, when and why."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime

from pyoxigraph import BlankNode, Dataset, DefaultGraph, NamedNode, Quad


@dataclass(frozen=True, slots=True)
class Scope:
    """A part of the dataset: one graph, or what it says of one subject."""

    graph: NamedNode | DefaultGraph
    subject: NamedNode | BlankNode | None = None


@dataclass(frozen=True, slots=True)
class Change:
    """What somebody wants changed.

    First goes what stands in the scopes of ``replace`` and what ``remove`` names, then
    ``add`` comes; what is in both stays. Blank nodes are replaced and literals brought into
    the engine's form at the gate.
    """

    agent: str
    """Who: a person's or program's name, or an IRI. Never an e-mail address."""
    reason: str
    """Why, in a sentence."""
    add: Iterable[Quad] = ()
    """Read once, by whoever makes the change."""
    remove: Iterable[Quad] = ()
    replace: tuple[Scope, ...] = ()
    sources: tuple[NamedNode, ...] = ()
    """The sources whose graphs the change is about."""
    key: str = ""
    """What the client knows the change again by; see `pledgegraph.store.log.idempotency`."""


@dataclass(frozen=True, slots=True)
class ChangeSet:
    """What a change comes to: a difference. ``added`` holds no quad that was there before."""

    added: Dataset = field(default_factory=Dataset)
    removed: Dataset = field(default_factory=Dataset)

    def __bool__(self) -> bool:
        return len(self.added) + len(self.removed) > 0


@dataclass(frozen=True, slots=True)
class Header:
    """The description of one record of the changes log."""

    sequence: int
    time: datetime
    """When it was accepted; aware, UTC."""
    agent: str
    reason: str
    sources: tuple[str, ...]
    added: int
    removed: int
    key: str = ""
    """What the client of the change knows it again by; empty where it gave none."""


@dataclass(frozen=True, slots=True)
class Receipt:
    """What came of a change."""

    sequence: int
    """The snapshot that shows it. Where nothing had to change, the one that was current."""
    added: int
    removed: int
    warnings: tuple[str, ...] = ()
    """What whoever made the change hardly meant, in words."""
