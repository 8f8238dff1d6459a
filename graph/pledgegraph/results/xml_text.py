"""Keeps XML readable, whatever texts it holds.

Control characters of texts, which no XML parser reads, would be written as they are. XML 1.0 has
no way to write them; U+FFFD stands for each. The other formats carry them. A carriage return, which
parsers read as a line feed, is written by its number.

See https://www.w3.org/TR/xml/#charsets and https://www.w3.org/TR/xml/#sec-line-ends.
"""

from __future__ import annotations

import re
from typing import BinaryIO, Final

_SPECIAL: Final = re.compile(rb"[\x00-\x08\x0b\x0c\x0d\x0e-\x1f]|\xef\xbf[\xbe\xbf]")
_CARRIAGE_RETURN: Final = b"\r"
_REPLACEMENT: Final = "\N{REPLACEMENT CHARACTER}".encode()


class WellFormed:
    """A file to whoever writes XML, with every forbidden character replaced."""

    def __init__(self, output: BinaryIO) -> None:
        self._output = output

    def write(self, data: bytes) -> int:
        """Write it without what XML forbids; the engine never parts a character in two."""
        self._output.write(_SPECIAL.sub(_readable, data))
        return len(data)

    def flush(self) -> None:
        """Flush the file behind it."""
        self._output.flush()


def well_formed(text: bytes) -> bytes:
    """XML without what it forbids."""
    return _SPECIAL.sub(_readable, text)


def _readable(found: re.Match[bytes]) -> bytes:
    return b"&#13;" if found[0] == _CARRIAGE_RETURN else _REPLACEMENT
