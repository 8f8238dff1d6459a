"""A look at the parts of an XLSX file before anything reads it whole.

A file of a few kilobytes can unpack to gigabytes, and one cell in the far corner of a sheet makes a
table of billions. Both are found by unpacking piece by piece, and nothing is kept. Formulas are
found on the way: whoever reads values does not see which cells have none.
See ECMA-376, part 1, 18.3.1.4 (`c`) and 18.3.1.40 (`f`).
"""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from html import unescape
from typing import BinaryIO, Final

from pledgegraph.errors import InputError

MOST_UNPACKED: Final = 400_000_000
"""Bytes that the parts of a workbook may unpack to."""
MOST_PARTS: Final = 2_000
MOST_CELLS: Final = 8_000_000
"""Cells of the smallest rectangle around those that a sheet has."""
_PIECE: Final = 1 << 20
_LONGEST_CELL: Final = 10_000_000
_WHOLE: Final = (b"</c>", b":c>", b"</row>", b":row>")
_CELL: Final = re.compile(
    rb"<(?:\w+:)?c\b[^>]*?\br=\"([A-Z]{1,3})(\d{1,7})\"[^>]*?(/?)>(?:\s*<(?:\w+:)?(f)\b)?"
)
_END: Final = re.compile(rb"</(?:\w+:)?c>")
_VALUE: Final = re.compile(rb"<(?:\w+:)?v>[^<]")
_SHEET: Final = re.compile(rb"<(?:\w+:)?sheet\b([^>]*)>")
_RELATION: Final = re.compile(rb"<(?:\w+:)?Relationship\b([^>]*)>")
_PROPERTY: Final = re.compile(rb"<(?:\w+:)?property\b([^>]*)>\s*<(?:\w+:)?lpwstr\b[^>]*>([^<]*)</")
_LONGEST_PART: Final = 10_000_000
"""Of parts that are read whole."""
_ATTRIBUTE: Final = re.compile(rb"([\w:]+)\s*=\s*\"([^\"]*)\"")
_REMEDY: Final = "Save the workbook anew as .xlsx, with the register's sheets only."


@dataclass(slots=True)
class SheetScan:
    """What the look at one sheet has shown."""

    rows: int = 0
    columns: int = 0
    without_value: list[str] = field(default_factory=list)
    """Cells with a formula of which no value is stored, such as F12."""
    computed: list[str] = field(default_factory=list)
    """Cells with a formula and its value."""


def scan(file: BinaryIO) -> dict[str, SheetScan]:
    """What each sheet of a workbook holds, by its name.

    Raises:
        InputError: it is no workbook, or unpacks to more than one may.
    """
    try:
        with zipfile.ZipFile(file) as package:
            return _scanned(package)
    except (zipfile.BadZipFile, zipfile.LargeZipFile, NotImplementedError, EOFError) as error:
        raise InputError("The file is no workbook, or is damaged.", remedy=_REMEDY) from error
    except RuntimeError as error:  # a part is encrypted
        raise InputError(
            "The workbook is protected by a password.", remedy="Save it without one."
        ) from error


def property_of(file: BinaryIO, name: str) -> str:
    """What a workbook that was scanned says by a property of its own; empty where nothing."""
    part = "docProps/custom.xml"
    with zipfile.ZipFile(file) as package:
        if part not in package.namelist():
            return ""
        text = b"".join(_pieces(package, package.getinfo(part), _LONGEST_PART))
    for match in _PROPERTY.finditer(text):
        said = dict(_ATTRIBUTE.findall(match[1])).get(b"name", b"")
        if unescape(said.decode("utf-8", "replace")) == name:
            return unescape(match[2].decode("utf-8", "replace"))
    return ""


def _scanned(package: zipfile.ZipFile) -> dict[str, SheetScan]:
    parts = package.infolist()
    if len(parts) > MOST_PARTS:
        raise InputError(f"The workbook has {len(parts):,} parts.", remedy=_REMEDY)
    if sum(part.file_size for part in parts) > MOST_UNPACKED:
        raise _too_large()
    names = {part.filename for part in parts}
    places = _places(package, names)
    left = MOST_UNPACKED
    found: dict[str, SheetScan] = {}
    for part in parts:
        title = places.get(part.filename)
        told = SheetScan()
        pieces = _pieces(package, part, left)
        if title is None:
            for piece in pieces:
                left -= len(piece)
        else:
            left -= _look_at(pieces, told)
            found[title] = told
            if told.rows * told.columns > MOST_CELLS:
                raise InputError(
                    f"The sheet {title!r} reaches to row {told.rows:,} and column "
                    f"{told.columns:,}.",
                    remedy="Delete the cells far away from the table, then save the workbook.",
                )
    return found


def _pieces(package: zipfile.ZipFile, part: zipfile.ZipInfo, most: int) -> Iterator[bytes]:
    """The part, unpacked piece by piece; what it says of its size is not believed."""
    with package.open(part) as stream:
        while piece := stream.read(_PIECE):
            most -= len(piece)
            if most < 0:
                raise _too_large()
            yield piece


def _look_at(pieces: Iterator[bytes], told: SheetScan) -> int:
    """Go through the cells of a sheet; returns its length."""
    size = 0
    rest = b""
    for piece in pieces:
        size += len(piece)
        text = rest + piece
        # What is behind the end of the last whole cell is looked at with the next piece.
        cut = max((text.rfind(mark) + len(mark) for mark in _WHOLE if mark in text), default=0)
        cut = len(text) if cut == 0 and len(text) > _LONGEST_CELL else cut
        _cells_in(text[:cut], told)
        rest = text[cut:]
    _cells_in(rest, told)
    return size


def _cells_in(text: bytes, told: SheetScan) -> None:
    for match in _CELL.finditer(text):
        letters, number = match[1], int(match[2])
        told.rows = max(told.rows, number)
        told.columns = max(told.columns, _number(letters))
        if match[4]:
            end = _END.search(text, match.end())
            inside = text[match.end() : end.start() if end else None]
            cell = f"{letters.decode()}{number}"
            (told.computed if _VALUE.search(inside) else told.without_value).append(cell)


def _number(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number


def _places(package: zipfile.ZipFile, names: set[str]) -> dict[str, str]:
    """The part in which each sheet stands, with the sheet's name."""
    book, relations = "xl/workbook.xml", "xl/_rels/workbook.xml.rels"
    if book not in names or relations not in names:
        raise InputError("The file is no workbook of the form .xlsx.", remedy=_REMEDY)
    targets = {
        told.get("Id", ""): told.get("Target", "") for told in _tags(_RELATION, package, relations)
    }
    found: dict[str, str] = {}
    for told in _tags(_SHEET, package, book):
        reference = next((told[name] for name in told if name.endswith(":id")), "")
        target = targets.get(reference, "")
        path = target.removeprefix("/") if target.startswith("/") else f"xl/{target}"
        found[path] = told.get("name", "")
    return found


def _tags(tag: re.Pattern[bytes], package: zipfile.ZipFile, part: str) -> Iterator[dict[str, str]]:
    text = b"".join(_pieces(package, package.getinfo(part), _LONGEST_PART))
    for match in tag.finditer(text):
        yield {
            name.decode("ascii", "replace"): unescape(value.decode("utf-8", "replace"))
            for name, value in _ATTRIBUTE.findall(match[1])
        }


def _too_large() -> InputError:
    return InputError(
        f"The workbook unpacks to more than {MOST_UNPACKED // 1_000_000} MB.", remedy=_REMEDY
    )
