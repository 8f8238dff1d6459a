"""Keeps characters out of XML that XML cannot hold.

The engine writes control characters of literals into XML as they are, which no XML parser reads.
XML 1.0 has no way to write them; U+FFFD stands for each. The other formats carry them.

See https://www.w3.org/TR/xml/#charsets
"""

from __future__ import annotations

import re
from typing import BinaryIO, Final

_FORBIDDEN: Final = re.compile(rb"[\x00-\x08\x0b\x0c\x0e-\x1f]|\xef\xbf[\xbe\xbf]")
_REPLACEMENT: Final = "\N{REPLACEMENT CHARACTER}".encode()


class WellFormed:
    """A file to whoever writes XML, with every forbidden character replaced."""

    def __init__(self, output: BinaryIO) -> None:
        self._output = output

    def write(self, data: bytes) -> int:
        """Write it without what XML forbids; the engine never parts a character in two."""
        self._output.write(_FORBIDDEN.sub(_REPLACEMENT, data))
        return len(data)

    def flush(self) -> None:
        """Flush the file behind it."""
        self._output.flush()
