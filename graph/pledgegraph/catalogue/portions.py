"""Answers in portions: of a question that lists everything there is, a number of records at a time.

The front matter of such a question has ``portions``: ``by``, the variable of the record that rows
are about; ``size``, how many of these a portion has; ``keys``, the query that lists them as
``?key`` in the order of the answer; and ``unless``, the parameters that narrow the answer so far
that it comes whole. Lines ``# portion ?variable`` of the query say where the records of a portion
take the place of all. As the file has it, the query answers whole.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from pyoxigraph import NamedNode

from pledgegraph.store.engine import Snapshot, Substitutions
from pledgegraph.store.select import solutions

AFTER: Final = "after"
"""The parameter that asks for the portion after the one that a record ends."""
MORE_AFTER: Final = "moreAfter"
"""The column with the value of `AFTER` that leads to the next portion; empty in the last."""
_VARIABLE: Final = re.compile(r"\?(\w+)")
_MARK: Final = re.compile(r"^([ ]*)# portion \?(\w+)$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Portion:
    """Some of the records that an answer is about."""

    keys: Sequence[NamedNode]
    before: int
    """How many come before them."""
    total: int

    @property
    def more_after(self) -> NamedNode | None:
        """After which record the next portion begins; None for the last one."""
        is_last = self.before + len(self.keys) >= self.total
        return None if is_last else self.keys[-1]

    @property
    def in_words(self) -> str:
        """Which records of how many: ``records 1-125 of 242``."""
        return f"records {self.before + 1}-{self.before + len(self.keys)} of {self.total}"


@dataclass(frozen=True, slots=True)
class Portions:
    """How the answer to a question is divided."""

    by: str
    size: int
    unless: frozenset[str]
    keys: str

    def divides(self, given: Iterable[str]) -> bool:
        """Whether the answer comes in portions, where these parameters have values."""
        return self.unless.isdisjoint(given)

    def all_keys(self, snapshot: Snapshot, terms: Substitutions) -> tuple[NamedNode, ...]:
        """The records that the whole answer is about, in its order, each once."""
        # The engine takes terms for variables of the projection only.
        named = set(_VARIABLE.findall(self.keys.partition("WHERE")[0]))
        known = {variable: term for variable, term in terms.items() if variable.value in named}
        found = (row["key"] for row in solutions(snapshot, self.keys, known))
        return tuple(dict.fromkeys(each for each in found if isinstance(each, NamedNode)))

    def portion(self, keys: Sequence[NamedNode], after: NamedNode | None) -> Portion | None:
        """The one that begins after a record, of all keys; None where that is not among them."""
        if after is None:
            first = 0
        elif after in keys:
            first = keys.index(after) + 1
        else:
            return None
        return Portion(keys[first : first + self.size], first, len(keys))


def in_portion(query: str, keys: Iterable[NamedNode]) -> str:
    """The query, asked of these records alone."""
    listed = " ".join(str(key) for key in keys)
    return _MARK.sub(lambda found: f"{found[1]}VALUES ?{found[2]} {{ {listed} }}", query)


def read_portions(matter: Mapping[str, Any], query: str, columns: Sequence[str]) -> Portions | None:
    """What the front matter says; None where the answer is never divided.

    Raises:
        KeyError, ValueError: it is incomplete.
    """
    if "portions" not in matter:
        if _MARK.search(query):
            raise ValueError("the query has a mark for portions, and the front matter none")
        return None
    told = matter["portions"]
    if not _MARK.search(query) or columns[-1:] != (MORE_AFTER,):
        raise ValueError(f"portions need a line `# portion` and the last column {MORE_AFTER}")
    return Portions(
        by=str(told["by"]),
        size=int(told["size"]),
        unless=frozenset(map(str, told.get("unless") or ())),
        keys=str(told["keys"]),
    )
