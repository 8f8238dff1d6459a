"""The questions of the catalogue that the pages show as examples."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from pledgegraph.catalogue import question

_SHOWN: Final = (
    "events-co-hosted-by-statistical-offices",
    "evidence-by-undertaking",
    "statements-in-doubt",
)


@dataclass(frozen=True, slots=True)
class Example:
    """A query that shows what can be asked."""

    title: str
    query: str


def read_examples() -> tuple[Example, ...]:
    """The examples, in the order in which they are shown."""
    shown = (question(name) for name in _SHOWN)
    return tuple(Example(each.question["en"], each.query) for each in shown)
