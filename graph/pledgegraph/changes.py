"""Change sets: the quads that one step adds and removes, with who, when and why."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime

from pyoxigraph import Dataset, NamedNode, Quad


@dataclass(frozen=True, slots=True)
class Change:
    """What somebody wants changed. Blank nodes and rewritten literals are settled at the gate."""

    agent: str
    """Who: a person's or program's name, or an IRI. Never an e-mail address."""
    reason: str
    """Why, in a sentence."""
    add: Iterable[Quad] = ()
    remove: Iterable[Quad] = ()
    source: NamedNode | None = None
    """The graph that the change is about, where it is about one."""


@dataclass(frozen=True, slots=True)
class ChangeSet:
    """What a change comes to: a difference. ``added`` holds no quad that was there before."""

    added: Dataset = field(default_factory=Dataset)
    removed: Dataset = field(default_factory=Dataset)

    def __bool__(self) -> bool:
        return bool(self.added) or bool(self.removed)


@dataclass(frozen=True, slots=True)
class Header:
    """The description of one record of the changes log."""

    sequence: int
    time: datetime
    """When it was accepted; aware, UTC."""
    agent: str
    reason: str
    source: str | None
    added: int
    removed: int


@dataclass(frozen=True, slots=True)
class Receipt:
    """What came of a change."""

    sequence: int
    """The snapshot that shows it. Where nothing had to change, the one that was current."""
    added: int
    removed: int
