"""Text from data as a terminal may show it."""

from __future__ import annotations

from typing import Final

_KEPT: Final = "\n\t"
_SHOWN: Final = {
    code: f"\\x{code:02x}" for code in (*range(0x20), *range(0x7F, 0xA0)) if chr(code) not in _KEPT
}


def harmless(text: str) -> str:
    """The text with its control characters spelt out.

    A terminal obeys them: a literal could move the cursor or set the window's title.
    """
    return text.translate(_SHOWN)
