"""What the columns and parameters of the questions are called, in the six UN languages."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from functools import cache
from pathlib import Path
from typing import Final

from pledgegraph.sparql.front_matter import read_yaml

_FILE: Final = Path(__file__).with_name("columns.yaml")
_NAME: Final = "Name"


def words_of(name: str, beside: Collection[str] = ()) -> Mapping[str, str]:
    """What a column is called, by language; ``beside`` are the others of the same table.

    Raises:
        ValueError: ``columns.yaml`` does not say.
    """
    known = _words()
    if name in known:
        return known[name]
    named = name.removesuffix(_NAME)
    if named != name and named in beside and named in known:
        return {tag: form.format(known[named][tag]) for tag, form in known["*Name"].items()}
    raise ValueError(f"columns.yaml does not say what {name!r} is called")


@cache
def _words() -> dict[str, dict[str, str]]:
    found: dict[str, dict[str, str]] = read_yaml(_FILE.read_text(encoding="utf-8"))
    return found
