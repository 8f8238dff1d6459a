"""The words of the pages in every language that they are in."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import yaml

from pledgegraph_api.languages import LANGUAGES

_FILE: Final = Path(__file__).with_name("wording.yaml")

Wording = dict[str, str]
"""A text by its name in the templates; some have places for values, in braces."""


def read_wording() -> dict[str, Wording]:
    """The words by language.

    Raises:
        KeyError: a text lacks one of the languages.
    """
    texts: dict[str, dict[str, str]] = yaml.safe_load(_FILE.read_text(encoding="utf-8"))
    return {tag: {name: text[tag] for name, text in texts.items()} for tag in LANGUAGES}


def grouped(number: int, language: str) -> str:
    """A number with its thousands set apart as readers of the language expect it."""
    # CLDR: French has a narrow no-break space; Spanish none below ten thousand.
    mark = "," if language == "en" else "\N{NARROW NO-BREAK SPACE}"
    if language == "es" and abs(number) < 10_000:  # noqa: PLR2004 - said above
        return str(number)
    return f"{number:,}".replace(",", mark)
