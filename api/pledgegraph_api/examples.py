"""The queries that the pages show as examples."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Final

_FOLDER: Final = Path(__file__).resolve().parent / "queries" / "examples"


@dataclass(frozen=True, slots=True)
class Example:
    """A query that shows what can be asked."""

    title: str
    query: str


def read_examples() -> tuple[Example, ...]:
    """The examples, in the order in which they are shown."""
    texts = (path.read_text(encoding="utf-8") for path in sorted(_FOLDER.glob("*.rq")))
    return tuple(Example(text.partition("\n")[0].lstrip("# "), text) for text in texts)
