"""Datatypes that the store does not keep: a number of xsd:int comes back as one of xsd:integer.

The store keeps numbers by their value (docs/decisions/0013-engine-faults.md). Whoever brings such
literals is told. They are looked for in the text, since a parser has changed them already.
"""

from __future__ import annotations

import mmap
import re
from pathlib import Path
from typing import Final

from pledgegraph.datatypes import DERIVED_INTEGERS

_XSD: Final = r"http://www\.w3\.org/2001/XMLSchema\#"
_WRITTEN: Final = re.compile(
    rf"""(?: \^\^\s*(?:<{_XSD}|xsd?:)
        | datatype\s*=\s*["'](?:{_XSD}|&xsd;)
        | ["']@type["']\s*:\s*["'](?:{_XSD}|xsd?:)
      )({"|".join(DERIVED_INTEGERS)}|dateTimeStamp)(?![\w\-])""".encode(),
    re.VERBOSE,
)


def changed_datatypes(text: bytes | mmap.mmap) -> list[str]:
    """A sentence on each datatype in a text that the store keeps as another, with its line."""
    found: dict[str, int] = {}
    place, line = 0, 1
    for match in _WRITTEN.finditer(text):
        line += text[place : match.start()].count(b"\n")
        place = match.start()
        found.setdefault(match[1].decode(), line)
    return [_sentence(name, line) for name, line in found.items()]


def datatypes_in_file(path: Path) -> list[str]:
    """Those of a file, which may be long."""
    with path.open("rb") as file:
        if not path.stat().st_size:
            return []
        with mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as text:
            return changed_datatypes(text)


def _sentence(name: str, line: int) -> str:
    kept = "dateTime" if name == "dateTimeStamp" else "integer"
    return (
        f"line {line}: xsd:{name} is kept as xsd:{kept}. The value stays; queries and downloads "
        f"say xsd:{kept}."
    )
