"""Files in UTF-16 and other encodings, handed to the parser as the UTF-8 that it reads.

XML says itself how it is encoded, and every processor must read UTF-8 and UTF-16 (XML 1.0, 4.3.3,
https://www.w3.org/TR/xml/#charencoding). All other formats are UTF-8.
"""

from __future__ import annotations

import codecs
import re
from typing import Final, Protocol

from pledgegraph.errors import ReadError

HEAD: Final = 400
"""Bytes at the beginning that tell which encoding it is."""
_MARKS: Final = (
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
    (b"<\0", "utf-16-le"),
    (b"\0<", "utf-16-be"),
)
"""How files begin, and what they are then; XML without a mark begins with `<`."""
_DECLARED: Final = re.compile(rb"""^\s*<\?xml[^>]*?\sencoding\s*=\s*["']([A-Za-z0-9._-]+)["']""")
_DECLARATION: Final = re.compile(r"""(^\s*<\?xml[^>]*?)\sencoding\s*=\s*["'][^"'>]*["']""")
_PLAIN: Final = frozenset({"utf-8", "utf8"})
_READ: Final = {
    "us-ascii": "ascii",
    "iso-8859-1": "latin-1",
    "latin1": "latin-1",
    "windows-1252": "cp1252",
}
"""Encodings that XML may declare and that are read, as Python calls them."""
_READ_OF_XML: Final = "of RDF/XML, UTF-8, UTF-16, ISO-8859-1 and windows-1252 are read"
_READ_ELSE: Final = "only UTF-8 is read"


class Readable(Protocol):
    """A binary file."""

    def read(self, size: int = -1, /) -> bytes:
        """Up to so many bytes; none at the end."""
        ...


def encoding_of(head: bytes, file: str, *, xml: bool) -> str | None:
    """The encoding of what begins so, as Python calls it; None for UTF-8 without a mark.

    A mark goes before what the XML says (RFC 7303, section 3.3).

    Raises:
        ReadError: it is one that is not read.
    """
    marked = next((name for mark, name in _MARKS if head.startswith(mark)), None)
    if marked is not None and marked != "utf-8-sig":
        if xml and marked != "utf-32":
            return marked
        name = marked.upper().removesuffix("-LE").removesuffix("-BE")
        raise _refusal(f"This is {name}; {_READ_OF_XML if xml else _READ_ELSE}.", file)
    declared = _DECLARED.match(head.removeprefix(codecs.BOM_UTF8)) if xml else None
    if declared is not None and marked is None:
        name = declared[1].decode().lower()
        if name not in _PLAIN:
            said = f"This says that it is {declared[1].decode()}"
            if name.startswith("utf-16"):
                raise _refusal(f"{said}, and is not.", file)
            if name not in _READ:
                raise _refusal(f"{said}; {_READ_OF_XML}.", file)
            return _READ[name]
    return marked


class InUtf8:
    """A file in another encoding, read as UTF-8; of XML, the declaration no longer says which."""

    def __init__(self, source: Readable, encoding: str, file: str) -> None:
        self._source = source
        self._decoder = codecs.getincrementaldecoder(encoding)()
        self._encoding = encoding
        self._file = file
        self._line = 1
        self._begun = False
        self._rest = b""

    def read(self, size: int = -1, /) -> bytes:
        """See `Readable`."""
        ended = False
        while not ended and (size < 0 or len(self._rest) < size):
            piece = self._source.read(size)
            ended = not piece
            self._rest += self._decoded(piece, ended=ended).encode()
        part = self._rest if size < 0 else self._rest[:size]
        self._rest = self._rest[len(part) :]
        return part

    def _decoded(self, piece: bytes, *, ended: bool) -> str:
        try:
            text = self._decoder.decode(piece, ended)
        except UnicodeDecodeError as error:
            raise ReadError(
                f"This is not {self._encoding.upper()}, as which the file begins: {error.reason}.",
                file=self._file,
                line=self._line,
                remedy="Save the file as UTF-8.",
            ) from None
        self._line += text.count("\n")
        if not self._begun and text:
            self._begun = True
            text = _DECLARATION.sub(r"\1", text.removeprefix("\ufeff"), count=1)
        return text


def _refusal(message: str, file: str) -> ReadError:
    return ReadError(message, file=file, line=1, remedy="Save the file as UTF-8.")
