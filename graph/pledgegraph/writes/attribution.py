"""Who and why, as the changes log may hold it: names and sentences, never an e-mail address."""

from __future__ import annotations

import re
from typing import Final

from pledgegraph.errors import InputError

LONGEST: Final = 500
"""Characters of a name or a reason."""

_EMAIL: Final = re.compile(r"[^\s@]+@[^\s@]+\.[^\s@]+")
_CONTROL: Final = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")


def attributable(what: str, text: str, *, remedy: str) -> str:
    """The text, if it may stand in the changes log; ``what`` names it in messages.

    Raises:
        InputError: it is empty or long, an e-mail address is in it, or a control character.
    """
    found = text.strip()
    if not found:
        raise InputError(f"{what} is empty.", remedy=remedy)
    if len(found) > LONGEST:
        raise InputError(
            f"{what} has {len(found)} characters; {LONGEST} is the most.", remedy="Shorten it."
        )
    if _CONTROL.search(found):
        raise InputError(f"{what} holds a control character.", remedy="Write it on one line.")
    if _EMAIL.search(found):
        raise InputError("An e-mail address does not belong into the changes log.", remedy=remedy)
    return found
