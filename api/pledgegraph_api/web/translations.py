"""The words of the pages in every language that they are in: one gettext catalogue each."""

from __future__ import annotations

import sys
from calendar import monthrange
from collections.abc import Mapping
from datetime import date, timedelta
from functools import cache, lru_cache
from pathlib import Path
from typing import Final

from babel import Locale
from babel.dates import (
    format_date,
    format_interval,
    format_skeleton,
    format_timedelta,
    match_skeleton,
)
from babel.messages.pofile import read_po
from babel.numbers import format_decimal
from markupsafe import Markup, escape

from pledgegraph_api.http.languages import DEFAULT, LANGUAGES, direction

_REMEMBERED: Final = 5_000
"""Days in words, which take longer to make than all else of their line."""
_DECEMBER: Final = 12
_DAYS_OF_A_MONTH: Final = 30.5
_LOCALE: Final = Path(__file__).with_name("locale")

Wording = Mapping[str, str]
"""A text by its name in the templates; some have places for values, in braces."""


@cache
def read_wording() -> Mapping[str, Wording]:
    """The words by language, from ``locale/{language}/LC_MESSAGES/pages.po``; read once."""
    return {tag: _catalogue(tag) for tag in LANGUAGES}


def grouped(number: int, language: str) -> str:
    """A number as the Unicode CLDR writes it in the language."""
    return format_decimal(number, locale=language)


@lru_cache(maxsize=_REMEMBERED)
def dated(day: date, language: str) -> str:
    """A day as the Unicode CLDR writes it in the language, with the name of the month."""
    return format_date(day, "long", locale=language)


@lru_cache(maxsize=_REMEMBERED)
def spanned(first: date, last: date, language: str) -> str:
    """A day, a month, a year or any other stretch of days, as short as it can be said."""
    if first == last:
        return dated(first, language)
    ends = monthrange(last.year, last.month)[1] == last.day
    if first.day == 1 and ends and first.year == last.year:
        if (first.month, last.month) == (1, _DECEMBER):
            return format_skeleton("y", first, locale=language)
        if first.month == last.month:
            return format_skeleton("yMMMM", first, locale=language)
    return format_interval(first, last, _interval_form(language), locale=language)


@cache
def _interval_form(language: str) -> str | None:
    """The form of stretches of days in the language; Babel would look for it each time."""
    return match_skeleton("yMMMMd", Locale.parse(language).interval_formats)


@lru_cache(maxsize=_REMEMBERED)
def months(number: int, language: str) -> str:
    """A number of months, in words of the language."""
    # Of `format_unit` Babel knows no months in Arabic and Chinese.
    length = timedelta(days=_DAYS_OF_A_MONTH * number)
    return format_timedelta(length, granularity="month", threshold=sys.maxsize, locale=language)


def day_of(text: str, language: str) -> str:
    """A day as data have it (ISO 8601), as `dated` writes it; as it is where it is none."""
    try:
        return dated(date.fromisoformat(text), language)
    except ValueError:
        return text


def filled(text: str, **values: object) -> Markup:
    """The text with values in its places; only what is markup already stays markup."""
    return Markup(escape(text)).format(**values)  # noqa: S704 -- escaped


def worded(words: Wording, language: str) -> str:
    """The text in the language, else in English."""
    return words.get(language) or words.get(DEFAULT, "")


def spoken(words: Wording, language: str) -> Markup:
    """The attributes of an element with what `worded` returns; none in the page's language."""
    if language in words or not words:
        return Markup()
    return Markup(' lang="{}" dir="{}"').format(DEFAULT, direction(DEFAULT))


def anchor(address: str, text: str) -> Markup:
    """A link, for a place in a text."""
    return Markup('<a href="{}">{}</a>').format(address, text)


def code(text: str) -> Markup:
    """A piece of code, for a place in a text; it runs from left to right everywhere."""
    return Markup('<code dir="ltr">{}</code>').format(text)


def _catalogue(tag: str) -> Wording:
    with (_LOCALE / tag / "LC_MESSAGES" / "pages.po").open("rb") as file:
        catalogue = read_po(file, locale=tag, abort_invalid=True)
    return {str(each.id): str(each.string) for each in catalogue if each.id}
