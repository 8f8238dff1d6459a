"""Where in a file a term stands that cannot be stored: the gate sees terms, and no file."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import Final

from pyoxigraph import Literal, Triple

from pledgegraph.errors import ReadError, TermRefused

_TRIPLE: Final = re.compile(rb"<<|parseType\s*=\s*.Triple")


@contextmanager
def refusals_placed(texts: Iterable[tuple[str, Callable[[], bytes]]]) -> Iterator[None]:
    """Says of a term that is refused within where it stands: ``texts`` are the files, by name.

    Raises:
        ReadError: a term was refused; with the line and the column of its file.
    """
    try:
        yield
    except TermRefused as error:
        for name, read in texts:
            text = read()
            found = _form_of(error.term).search(text)
            if found is not None:
                raise ReadError(
                    str(error),
                    file=name,
                    line=text.count(b"\n", 0, found.start()) + 1,
                    column=len(_before(text, found.start()).decode(errors="replace")) + 1,
                    remedy=error.remedy,
                ) from error
        raise


def _form_of(term: Literal | Triple | None) -> re.Pattern[bytes]:
    """How the term is told from others in the formats that there are."""
    if not isinstance(term, Literal):
        return _TRIPLE
    if term.direction is None:
        text = re.escape(term.value).encode()
        kind = re.escape(re.split(r"[#/]", term.datatype.value)[-1]).encode()
        return re.compile(
            rb"""["']%s["']\s*\^\^\s*\S*?%s\b|\b%s["'][^<>]*>\s*%s\s*<"""
            rb"""|"@value"\s*:\s*"%s\"""" % (text, kind, kind, text, text)
        )
    tag = re.escape(f"@{term.language}--{term.direction.value}").encode()
    return re.compile(rb"""(?<=["'])%s\b|"@direction"|\bits:dir\s*=""" % tag, re.IGNORECASE)


def _before(text: bytes, place: int) -> bytes:
    """What stands before a place on its line."""
    return text[text.rfind(b"\n", 0, place) + 1 : place]
