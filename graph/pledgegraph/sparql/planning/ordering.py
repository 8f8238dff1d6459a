"""In which order the triples of a pattern are looked up, and what they come to as text.

The figures are the engine's own guesses (pyoxigraph 0.5.13): it knows no counts, only which ends
of a triple have a value. What it does not know is what has a value from outside.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from typing import Final

from pledgegraph.sparql.mending.tree import Block, Node

_SIZES: Final = {
    (True, True, True): 1,
    (True, False, True): 2,
    (True, True, False): 10,
    (True, False, False): 100,
    (False, True, True): 10_000,
    (False, False, True): 100_000,
    (False, True, False): 1_000_000,
    (False, False, False): 1_000_000_000,
}
SMALL: Final = 10
"""What a triple comes to whose subject has a value: the statements of one record."""
_ENDS: Final = frozenset({"var", "term", "blank"})
_ODD: Final = ("<<", "{|", "~", "_:", "(", "[")
"""What stands in a block with more than plain triples; in a string it is a false alarm."""


@dataclass(frozen=True, slots=True)
class Lookup:
    """One triple, with the variables that it has and binds."""

    subject: str
    predicate: str
    object: str

    @property
    def variables(self) -> frozenset[str]:
        """The names of its variables."""
        parts = (self.subject, self.predicate, self.object)
        return frozenset(part[1:] for part in parts if part[0] in "?$")

    @property
    def is_open(self) -> bool:
        """Whether both its ends are variables."""
        return self.subject[0] in "?$" and self.object[0] in "?$"

    def size(self, bound: Collection[str]) -> int:
        """How many statements it is thought to match where these variables have values."""
        subject, predicate, value = (
            part[0] not in "?$" or part[1:] in bound
            for part in (self.subject, self.predicate, self.object)
        )
        return _SIZES[subject, predicate, value]

    def __str__(self) -> str:
        return f"{self.subject} {self.predicate} {self.object}"


def lookups(block: Block, text: str, fresh: Callable[[], str] | None = None) -> list[Lookup]:
    """The triples of a block one by one; none where they cannot be told apart surely.

    With ``fresh``, which names new variables, brackets that are no lists become variables, and
    sequences of properties become triples.
    """
    written = text[block.start : block.end]
    odd = [each for each in _ODD if each in written]
    if set(odd) - {"["} or (odd and fresh is None):
        return []
    names: dict[int, str] = {}

    def term(node: Node) -> str:
        if node.kind != "blank" or fresh is None:
            return text[node.start : node.end]
        return names.setdefault(id(node), f"?{fresh()}")

    found: list[Lookup] = []
    for triple in block.triples:
        if triple.subject.kind not in _ENDS or triple.object.kind not in _ENDS:
            return []
        subject, value = term(triple.subject), term(triple.object)
        steps = [triple.path]
        if triple.path.kind == "seq" and fresh is not None:
            steps = triple.path.children
        ends = [subject, *(f"?{fresh()}" for _ in steps[1:] if fresh), value]
        for number, step in enumerate(steps):
            inverse = step.kind == "inverse" and fresh is not None
            plain = step.children[0] if inverse else step
            if plain.kind not in ("step", "var"):
                return []
            one, other = ends[number], ends[number + 1]
            if inverse and other[0] not in "?$<" and other[-1] in "\"'0123456789":
                return []  # a literal is no subject
            property_ = text[plain.start : plain.end]
            found.append(
                Lookup(other, property_, one) if inverse else Lookup(one, property_, other)
            )
    return found


def ordered(found: Sequence[Lookup], bound: Collection[str]) -> list[Lookup]:
    """The triples, always the one next that is thought to match least."""
    left, known, order = list(found), set(bound), []
    while left:
        near = [each for each in left if each.variables & known] or left
        best = min(near, key=lambda each: each.size(known))
        left.remove(best)
        order.append(best)
        known |= best.variables
    return order


def chained(order: Sequence[Lookup], *, begun: bool) -> str:
    """The triples as text, each asked for every solution of those before."""
    first = "" if begun else f"{order[0]} "
    rest = order if begun else order[1:]
    return first + " ".join(f"LATERAL {{ {each} }}" for each in rest)
