"""Entities of XML files: those that abbreviate are read, those that explode are refused.

The parser replaces an entity by its value and the entities in that by theirs, without end: a
file of a kilobyte becomes gigabytes, and the process is gone. Files of RDF/XML declare entities
to abbreviate namespaces, so a short value without another entity in it is let through.
"""

from __future__ import annotations

import re
from typing import Final

_BEGIN: Final = b"<!ENTITY"
_DECLARATION: Final = re.compile(rb'<!ENTITY[^">]*(?:"([^"]*)"|>)')
_REFERENCE: Final = re.compile(rb"&(?!#|lt;|gt;|amp;|quot;|apos;)")
_LONGEST: Final = 500


class EntityCheck:
    """Looks through the bytes of an XML file, piece by piece."""

    def __init__(self) -> None:
        self._rest = b""
        self._line = 1

    def refuses(self, piece: bytes) -> int | None:
        """The line of a declaration, within what has been seen, that is to be refused."""
        seen = self._rest + piece
        place = 0
        while (begin := seen.find(_BEGIN, place)) >= 0:
            whole = _DECLARATION.match(seen, begin)
            value = (whole[1] or b"") if whole else seen[begin:]
            # What is cut off may end in the middle of a reference to a character.
            if len(value) > _LONGEST or (whole and _REFERENCE.search(value)):
                return self._line + seen.count(b"\n", 0, begin)
            if whole is None:
                break
            place = whole.end()
        kept = begin if begin >= 0 else max(place, len(seen) - len(_BEGIN) + 1)
        self._line += seen.count(b"\n", 0, kept)
        self._rest = seen[kept:]
        return None
