"""The words of workbooks in a language: sheets, headings and help."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any, Final

import yaml

LANGUAGES: Final = ("en", "fr", "es")
"""The languages of the headings; the labels of the lists are in all that the schemes have."""


@cache
def _all() -> Any:
    text = Path(__file__).with_name("words.yaml").read_text(encoding="utf-8")
    return yaml.safe_load(text)


def _in(words: dict[str, Any], language: str) -> Any:
    return words.get(language) or words["en"]


def sheet_name(key: str, language: str) -> str:
    """What a sheet is called."""
    return str(_in(_all()["sheets"][key], language))


def heading(key: str, language: str) -> str:
    """The heading of a column."""
    return str(_in(_all()["columns"][key], language)[0])


def column_name(key: str, language: str) -> str:
    """The heading of a column, with the language of its text, as in ``Text@fr``."""
    name, mark, tag = key.partition("@")
    return f"{heading(name, language)}{mark}{tag}"


def help_on(key: str, language: str) -> str:
    """What stands in the heading's comment."""
    return str(_in(_all()["columns"][key], language)[1])


def about(key: str, language: str) -> str:
    """A word of the sheet that tells of the workbook."""
    return str(_in(_all()["about"][key], language))


def removal(language: str) -> str:
    """The word that takes a row's record out."""
    return str(_in(_all()["remove"], language))


@cache
def removals() -> frozenset[str]:
    """The same in every language, and a cross."""
    return frozenset({*_all()["remove"].values(), "x"})


@cache
def keys_of_sheets() -> dict[str, str]:
    """By what each sheet may be called, the key of it."""
    return {
        name.casefold(): key
        for key, names in _all()["sheets"].items()
        for name in (key, *names.values())
    }


@cache
def keys_of_headings() -> dict[str, tuple[str, str]]:
    """By what each column may be called, its keys and the language of the heading.

    One heading may be that of several columns, of which a sheet has one: keys are separated by
    a space.
    """
    found: dict[str, tuple[str, str]] = {}
    for key, names in _all()["columns"].items():
        for language, (name, _) in (("", (key, "")), *names.items()):
            folded = name.casefold()
            known, its = found.get(folded, ("", language))
            keys = dict.fromkeys((*known.split(), key))
            found[folded] = (" ".join(keys), its)
    return found


@cache
def keys_of_about() -> dict[str, str]:
    """By what each line of the sheet about the workbook may be called, the key of it."""
    return {
        name.casefold(): key
        for key, names in _all()["about"].items()
        for name in (key, *names.values())
        if key != "note"
    }
