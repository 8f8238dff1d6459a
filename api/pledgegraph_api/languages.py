"""The languages of the pages, and which of them a reader gets."""

from __future__ import annotations

import re
from typing import Final

LANGUAGES: Final = {"en": "English", "fr": "Français", "es": "Español"}
"""Language tag to its own name; the first is for those who read none of them."""
DEFAULT: Final = next(iter(LANGUAGES))

_LONGEST: Final = 1000
"""Characters of the header that are read; browsers send a few dozen."""
_MEMBER: Final = re.compile(
    r"[ \t]*([A-Za-z]{1,8}|\*)(?:-[A-Za-z0-9]{1,8})*[ \t]*"
    r"(?:;[ \t]*[qQ]=(0(?:\.[0-9]{0,3})?|1(?:\.0{0,3})?)[ \t]*)?"
)


def preferred_language(header: str | None) -> str:
    """The language that an Accept-Language header asks for most, of those that there are.

    See https://www.rfc-editor.org/rfc/rfc4647.html#section-3.4 (lookup); a range such as
    ``fr-CH`` is met by ``fr``. A malformed member counts for nothing.
    """
    wanted: list[tuple[float, str]] = []
    for member in (header or "")[:_LONGEST].split(","):
        match = _MEMBER.fullmatch(member)
        if match is not None:
            wanted.append((float(match[2] or 1), match[1].lower()))
    refused = {tag for quality, tag in wanted if quality == 0}
    # Sorting is stable: among equals the first one named goes first.
    for quality, tag in sorted(wanted, key=lambda each: -each[0]):
        if quality > 0 and tag in LANGUAGES:
            return tag
        if quality > 0 and tag == "*":
            return next((each for each in LANGUAGES if each not in refused), DEFAULT)
    return DEFAULT
