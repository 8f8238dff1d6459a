"""Text that a page can hold."""

from __future__ import annotations

import re
from typing import Final

from markupsafe import Markup, escape

_UNPRINTABLE: Final = re.compile(
    r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ufdd0-\ufdef"
    + "".join(rf"\U{plane:04x}fffe\U{plane:04x}ffff" for plane in range(0x11))
    + "]"
)
"""A page cannot hold them, whichever way they are escaped."""


def unbroken(value: object) -> object:
    """What a template prints, with carriage returns by their number: bare ones are line feeds."""
    if isinstance(value, str) and "\r" in value:
        return Markup(str(escape(value)).replace("\r", "&#13;"))  # noqa: S704 -- escaped
    return value


def printable(text: str) -> str:
    """The text with a sign in the place of control characters."""
    return _UNPRINTABLE.sub("\N{REPLACEMENT CHARACTER}", text)
