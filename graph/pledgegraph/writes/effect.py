"""What a load would come to, told before it is made."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from pyoxigraph import NamedNode, Quad, Store

from pledgegraph.store.changes import ChangeSet
from pledgegraph.store.system_graphs import is_computed


@dataclass(frozen=True, slots=True)
class Effect:
    """How many statements come, go and stay, and which records they are about."""

    added: int
    removed: int
    unchanged: int
    """Statements of the files that are known already, from the same source."""
    new: tuple[str, ...]
    """Records of which nothing was said before."""
    changed: tuple[str, ...]
    gone: tuple[str, ...]
    """Records of which nothing would be said any more."""
    unread: tuple[tuple[str, int], ...]
    """Properties that no list and no question reads, with how often they would come."""

    def as_json(self) -> dict[str, Any]:
        """The same as an object that `json` can write."""
        return {
            "added": self.added,
            "removed": self.removed,
            "unchanged": self.unchanged,
            "new": list(self.new),
            "changed": list(self.changed),
            "gone": list(self.gone),
            "unread": dict(self.unread),
        }

    def in_words(self, shown: Callable[[str], str], *, most: int = 10) -> list[str]:
        """A line for each thing that would happen; ``shown`` makes a term readable."""

        def listed(nodes: Sequence[str]) -> str:
            names = ", ".join(shown(node) for node in nodes[:most])
            more = len(nodes) - most
            return f"{names} and {more:,} more" if more > 0 else names

        lines = []
        if not self.added and not self.removed:
            lines.append("A load would change nothing: the data directory says the same already.")
        if self.added:
            lines.append(f"A load would add {_counted(self.added, 'statement')}.")
        if self.removed:
            lines.append(
                f"A load would remove {_counted(self.removed, 'statement')} that the source made "
                "before and the files do not make."
            )
        if self.new:
            lines.append(f"New: {listed(self.new)}.")
        if self.changed:
            lines.append(f"Changed: {listed(self.changed)}.")
        if self.gone:
            lines.append(f"Gone: {listed(self.gone)}.")
        if self.unchanged and (self.added or self.removed):
            lines.append(
                f"Without effect, because known already: {_counted(self.unchanged, 'statement')}."
            )
        if self.unread:
            names = ", ".join(f"{shown(iri)} ({times:,})" for iri, times in self.unread[:most])
            lines.append(f"Kept, though no list and no question reads it: {names}.")
        return lines


def effect_of(
    brought: int, change: ChangeSet, store: Store, base: str, reads: Callable[[NamedNode], bool]
) -> Effect:
    """What a change set would come to in the store, of ``brought`` statements in the files."""
    new: list[str] = []
    changed: list[str] = []
    gone: list[str] = []
    added = {quad.subject for quad in change.added if isinstance(quad.subject, NamedNode)}
    removed = {quad.subject for quad in change.removed if isinstance(quad.subject, NamedNode)}
    for subject in sorted(added | removed, key=str):
        said = [q for q in store.quads_for_pattern(subject, None, None) if _is_said(q, base)]
        if not said:
            new.append(str(subject))
        elif subject in added or any(quad not in change.removed for quad in said):
            changed.append(str(subject))
        else:
            gone.append(str(subject))
    unread = Counter(
        str(predicate)
        for predicate in (quad.predicate for quad in change.added)
        if not reads(predicate)
    )
    return Effect(
        added=len(change.added),
        removed=len(change.removed),
        unchanged=brought - len(change.added),
        new=tuple(new),
        changed=tuple(changed),
        gone=tuple(gone),
        unread=tuple(sorted(unread.items())),
    )


def _is_said(quad: Quad, base: str) -> bool:
    """Whether a source says it: the union holds it again, and rules compute the rest."""
    graph = quad.graph_name
    return isinstance(graph, NamedNode) and not is_computed(graph, base)


def _counted(number: int, noun: str) -> str:
    return f"{number:,} {noun}{'' if number == 1 else 's'}"
