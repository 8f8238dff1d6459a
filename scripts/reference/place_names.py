"""Names of countries and regions in the six languages of the United Nations, from CLDR."""

from __future__ import annotations

from babel import Locale
from babel.core import get_cldr_version

from reference.turtle_text import tagged

LANGUAGES = ("ar", "en", "es", "fr", "ru", "zh")


def names(territory: str) -> dict[str, str]:
    """The names of a territory by language; CLDR knows countries by alpha-2, regions by M49."""
    found = {language: Locale.parse(language).territories.get(territory) for language in LANGUAGES}
    return {language: name for language, name in found.items() if name}


def labels(by_language: dict[str, str]) -> list[str]:
    """The same as Turtle literals."""
    return [tagged(name, language) for language, name in sorted(by_language.items())]


def cldr_version() -> str:
    """The release of CLDR that the installed Babel carries."""
    return str(get_cldr_version())
