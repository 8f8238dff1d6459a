"""The day that a request asks how things stood on."""

from __future__ import annotations

from datetime import date
from typing import Final

from pledgegraph_api.errors import Fault

FIRST: Final = date(1900, 1, 1)
LAST: Final = date(2999, 12, 31)
"""Days that can be asked for."""
_LONGEST: Final = 200


def read_day(given: str, today: date) -> date | Fault:
    """The day as ISO 8601 has it, today where none is given; else what is wrong with it."""
    if not given:
        return today
    try:
        day = date.fromisoformat(given)
    except ValueError:
        day = None
    if day is not None and day.isoformat() == given and FIRST <= day <= LAST:
        return day
    detail = (
        f"Parameter `day` is {given[:80]!r}. Give a day from {FIRST.isoformat()} to "
        f"{LAST.isoformat()}, such as {today.isoformat()}."
    )
    return Fault("day", "value", detail, given[:_LONGEST], "date", (), today.isoformat())
