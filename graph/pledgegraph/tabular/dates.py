"""Days with their precision, as people write them: "2 March 2026", "3 years (2024-27)", 2024-09.

What is no single day in the form of ISO 8601 is kept as it is written, beside the first and the
last day that it can mean.
"""

from __future__ import annotations

import calendar
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Final

from babel.dates import get_month_names

from pledgegraph.search import fold

LANGUAGES: Final = ("en", "fr", "es", "ar", "ru", "zh")
"""In which dates, numbers and the lists of a workbook may be written."""
_ISO: Final = re.compile(r"(\d{4})(?:-(\d{2})(?:-(\d{2}))?)?")
_NUMERIC: Final = re.compile(r"(\d{1,2})\s*([./-])\s*(\d{1,2})\s*\2\s*(\d{4})")
_YEARS: Final = re.compile(r"(?<![\d/.-])(\d{4})\s*[-\u2013/]\s*(\d{4}|\d{2})(?![\d/.-])")
_YEAR: Final = re.compile(r"(?<!\d)(\d{4})(?!\d)")
_DAYS: Final = re.compile(r"(?<!\d)(\d{1,2})(?:\s*[-\u2013]\s*(\d{1,2}))?(?:st|nd|rd|th|er)?(?!\d)")
_WORD: Final = re.compile(r"[^\W\d_]+")
_CHINESE: Final = re.compile(r"(\d{4})\u5e74(\d{1,2})\u6708(\d{1,2})\u65e5")
_QUARTER: Final = re.compile(r"\b[QT]([1-4])\b")
_MONTHS: Final = 12
_LAST_DAY: Final = 31
_FIRST_YEAR: Final = 1800
_LAST_YEAR: Final = 2200


@dataclass(frozen=True, slots=True)
class Span:
    """The days that a text can mean, both included; None where it tells none."""

    first: date | None
    last: date | None
    words: str = ""
    """The text, where it says more or less than the days."""
    guessed: bool = False
    """Whether day and month could be the other way round."""

    @property
    def exact(self) -> bool:
        """Whether it is a single day."""
        return self.first is not None and self.first == self.last

    def written(self) -> str:
        """As a cell holds it: the words, or else days in the form of ISO 8601."""
        if self.words:
            return self.words
        if self.first is None or self.last is None:
            return (self.first or self.last or "") and str(self.first or self.last)
        if self.exact:
            return self.first.isoformat()
        if (self.first.month, self.first.day, self.last.month, self.last.day) == (1, 1, 12, 31):
            if self.first.year == self.last.year:
                return f"{self.first.year:04}"
        elif _month(self.first.year, self.first.month) == (self.first, self.last):
            return f"{self.first:%Y-%m}"
        return f"{self.first.isoformat()}/{self.last.isoformat()}"


class NoDay(Exception):
    """A text has the form of a date and is none."""

    def __init__(self, text: str, instead: tuple[str, ...] = ()) -> None:
        super().__init__(text)
        self.instead = instead
        """What may be meant, in forms that are read."""


def read_span(text: str) -> Span:
    """The days that a text tells of.

    Raises:
        NoDay: it is written like a date, and there is no such day, or it ends before it begins.
    """
    text = " ".join(text.split())
    if exact := _iso(text):
        return exact
    first, slash, last = text.partition("/")
    if slash and (begin := _iso(first)) and (end := _iso(last)) and "-" in text:
        return _between(begin.first, end.last, text, words="")
    if numeric := _NUMERIC.fullmatch(text):
        return _numeric(numeric)
    if chinese := _CHINESE.fullmatch(text):
        return _iso(f"{chinese[1]}-{int(chinese[2]):02}-{int(chinese[3]):02}") or _worded(text)
    return _worded(text)


def _iso(text: str) -> Span | None:
    match = _ISO.fullmatch(text)
    if match is None:
        return None
    year, month, day = (int(part) if part else 0 for part in match.groups())
    if not _FIRST_YEAR <= year <= _LAST_YEAR:
        raise NoDay(text)
    if not month and match[2] is None:
        return Span(date(year, 1, 1), date(year, 12, 31))
    if match[3] is None and month > _MONTHS:
        return None  # "2024-27", years
    if not 1 <= month <= _MONTHS:
        raise NoDay(text, (f"{year}",))
    if match[3] is None:
        return Span(*_month(year, month))
    found = _day(text, year, month, day)
    return Span(found, found)


def _numeric(match: re.Match[str]) -> Span:
    day, month, year = int(match[1]), int(match[3]), int(match[4])
    if month > _MONTHS >= day:
        day, month = month, day
    elif month > _MONTHS:
        raise NoDay(match[0])
    found = _day(match[0], year, month, day, separator=match[2])
    ambiguous = day <= _MONTHS and day != month and int(match[1]) == day
    return Span(found, found, guessed=ambiguous)


def _day(text: str, year: int, month: int, day: int, *, separator: str = "-") -> date:
    if not _FIRST_YEAR <= year <= _LAST_YEAR:
        raise NoDay(text)
    last = calendar.monthrange(year, month)[1]
    if 1 <= day <= last:
        return date(year, month, day)
    near = date(year, month, last if day > last else 1)
    form = "%Y-%m-%d" if separator == "-" else f"%d{separator}%m{separator}%Y"
    raise NoDay(text, (near.strftime(form), f"{calendar.month_name[month]} {year}"))


def _month(year: int, month: int) -> tuple[date, date]:
    return date(year, month, 1), date(year, month, calendar.monthrange(year, month)[1])


def _between(first: date | None, last: date | None, text: str, *, words: str) -> Span:
    if first is None or last is None or last < first:
        raise NoDay(text)
    return Span(first, last, words)


def _worded(text: str) -> Span:  # noqa: PLR0911 -- a form each
    """A date in words; where it names several days, those from the first to the last."""
    if (years := _years(text)) is not None:
        return years
    found = [int(each) for each in _YEAR.findall(text)]
    found = [each for each in found if _FIRST_YEAR <= each <= _LAST_YEAR]
    if not found:
        return Span(None, None, text)
    if len(set(found)) > 1:
        return Span(date(min(found), 1, 1), date(max(found), 12, 31), text)
    year = found[0]
    months = list(_months_in(text))
    if not months and (quarter := _QUARTER.search(text)):
        end = int(quarter[1]) * 3
        return Span(_month(year, end - 2)[0], _month(year, end)[1], text)
    if not months:
        return Span(date(year, 1, 1), date(year, 12, 31), text)
    if len(set(months)) > 1:
        return Span(_month(year, min(months))[0], _month(year, max(months))[1], text)
    month = months[0]
    days = _DAYS.search(_YEAR.sub(" ", text))
    if days is None:
        return Span(*_month(year, month), text)
    try:
        first = _day(text, year, month, int(days[1]))
        last = _day(text, year, month, int(days[2])) if days[2] else first
    except NoDay as error:
        raise NoDay(text, error.instead) from None
    whole = _between(first, last, text, words=text)
    # "2 March 2026" says no more than the day.
    bare = _WORD.sub("", _YEAR.sub("", text)).strip(" .,")
    return Span(first, last) if whole.exact and bare == days[0] and _is_bare(text) else whole


def _years(text: str) -> Span | None:
    """The years from one to another, as "2024-27" or 2024/2025; None where there are none.

    Raises:
        NoDay: they end before they begin.
    """
    match = _YEARS.search(text)
    if match is None:
        return None
    begin, end = int(match[1]), int(match[2])
    if len(match[2]) < len(match[1]):
        end += begin // 100 * 100
    others = {int(each) for each in _YEAR.findall(text)} - {begin, end}
    if others or not _FIRST_YEAR <= begin <= _LAST_YEAR:
        return None
    if not begin <= end <= _LAST_YEAR:
        raise NoDay(text, (f"{begin}",))
    return Span(date(begin, 1, 1), date(end, 12, 31), text)


def _is_bare(text: str) -> bool:
    """Whether the only words of a text are the month and those that stand between its parts."""
    others = [fold(word) for word in _WORD.findall(text)]
    return all(word in _month_names() or word in ("de", "del", "of", "\u0433") for word in others)


def _months_in(text: str) -> Iterator[int]:
    names = _month_names()
    for word in _WORD.findall(text):
        if month := names.get(fold(word)):
            yield month
    for month in re.findall(r"(\d{1,2})\u6708", text):
        if 1 <= int(month) <= _MONTHS:
            yield int(month)


@cache
def _month_names() -> dict[str, int]:
    """Each name of a month, whole and shortened, with its number."""
    found: dict[str, int] = {}
    for language in LANGUAGES:
        for width in ("wide", "abbreviated"):
            for context in ("format", "stand-alone"):
                for number, name in get_month_names(width, context, language).items():
                    found.setdefault(fold(name).rstrip("."), number)
    found["sept"] = 9
    return {name: number for name, number in found.items() if not name.isdigit()}


def span_of(first: str | None, last: str | None, words: str = "") -> Span:
    """The span that statements tell of; days that are none are passed over."""
    return Span(_parsed(first), _parsed(last), words)


def _parsed(text: str | None) -> date | None:
    try:
        return None if text is None else date.fromisoformat(text)
    except ValueError:
        return None
