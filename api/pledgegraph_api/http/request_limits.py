"""The limits that a request sets itself: ``timeout`` in seconds and ``limit`` in rows.

A request may only lower what the settings allow. More than that is lowered to it, and the
answer says what holds; what is no number at all is refused.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from pledgegraph.errors import Limit
from pledgegraph.results import LIMIT_PARAMETER, Bounds
from pledgegraph.settings import Settings
from pledgegraph_api.errors import Fault

TIMEOUT: Final = "timeout"
HEADER: Final = "Pledgegraph-Limit"
"""Tells a request that sets limits which ones hold, as a structured field (RFC 9651)."""
CUT_HEADER: Final = "Pledgegraph-Cut"
"""Tells that an answer was cut, and where, as far as that is known when the answer begins."""

_SECONDS: Final = re.compile(r"[0-9]{1,9}(?:\.[0-9]{1,9})?")
_ROWS: Final = re.compile(r"[0-9]{1,15}")
_QUOTED: Final = 80


@dataclass(frozen=True, slots=True)
class AskedLimits:
    """What a request says; None where it says nothing."""

    seconds: float | None = None
    rows: int | None = None

    def parameters(self) -> list[tuple[str, str]]:
        """What is said, as parameters of a request."""
        said = []
        if self.seconds is not None:
            # No exponent, which the parameter has none of.
            said.append((TIMEOUT, f"{self.seconds:.9f}".rstrip("0").rstrip(".")))
        if self.rows is not None:
            said.append((LIMIT_PARAMETER, str(self.rows)))
        return said

    def time(self, settings: Settings) -> Limit:
        """The seconds that the query may take."""
        if self.seconds is not None and self.seconds < settings.query_timeout:
            return Limit(TIMEOUT, self.seconds, "s")
        return Limit("query_timeout", settings.query_timeout, "s")

    def bounds(self, settings: Settings) -> Bounds:
        """The rows and bytes that the answer may have."""
        rows = Limit("max_rows", settings.max_rows, "rows")
        if self.rows is not None and self.rows < settings.max_rows:
            rows = Limit(LIMIT_PARAMETER, self.rows, "rows")
        return Bounds(rows, Limit("max_answer_bytes", settings.max_answer_bytes, "bytes"))

    def header(self, settings: Settings) -> dict[str, str]:
        """The header that says what holds, for requests that say something."""
        told = []
        if self.seconds is not None:
            told.append(f"{TIMEOUT}={min(self.seconds, settings.query_timeout):.3f}")
        if self.rows is not None:
            told.append(f"{LIMIT_PARAMETER}={min(self.rows, settings.max_rows)}")
        return {HEADER: ", ".join(told)} if told else {}


NOT_ASKED: Final = AskedLimits()


def limits_of(given: Mapping[str, str]) -> tuple[AskedLimits, tuple[Fault, ...]]:
    """The limits among some parameters, and what is wrong with those that are none.

    One left empty is no limit: forms send their empty fields, too.
    """
    faults = []
    seconds = rows = None
    if text := given.get(TIMEOUT):
        if _SECONDS.fullmatch(text) and float(text) > 0:
            seconds = float(text)
        else:
            faults.append(_fault(TIMEOUT, text, "a number of seconds above 0, such as 2.5", "2.5"))
    if text := given.get(LIMIT_PARAMETER):
        if _ROWS.fullmatch(text) and int(text) > 0:
            rows = int(text)
        else:
            faults.append(
                _fault(LIMIT_PARAMETER, text, "a whole number of rows above 0, such as 100", "100")
            )
    return AskedLimits(seconds, rows), tuple(faults)


def cut_header(met: Limit) -> dict[str, str]:
    """The header that says at which limit an answer was cut."""
    return {CUT_HEADER: f"{met.name}={met.value:.0f}"}


def _fault(name: str, value: str, expected: str, example: str) -> Fault:
    return Fault(
        name,
        "value",
        f"The parameter {name} is {value[:_QUOTED]!r}; expected {expected}.",
        value[:_QUOTED],
        "number",
        example=example,
    )
