"""The questions of the catalogue that the pages show as examples."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from pledgegraph.catalogue import Question, Words

_SHOWN: Final = (
    "events-co-hosted-by-statistical-offices",
    "evidence-by-undertaking",
    "statements-in-doubt",
)


@dataclass(frozen=True, slots=True)
class Example:
    """A query that shows what can be asked."""

    id: str
    """Of the question in the catalogue."""
    title: Words
    """The question."""
    query: str


def examples_among(questions: Sequence[Question]) -> tuple[Example, ...]:
    """The examples, in the order in which they are shown."""
    known = {each.id: each for each in questions}
    shown = (known[name] for name in _SHOWN)
    return tuple(Example(each.id, each.question, each.query) for each in shown)
