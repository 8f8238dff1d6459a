"""Text that a page can hold."""

from __future__ import annotations

import re
from typing import Final

_UNPRINTABLE: Final = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]")
"""A page cannot hold them, whichever way they are escaped."""


def printable(text: str) -> str:
    """The text with a sign in the place of control characters."""
    return _UNPRINTABLE.sub("\N{REPLACEMENT CHARACTER}", text)
