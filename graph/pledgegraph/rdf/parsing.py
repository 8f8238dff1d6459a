"""Reading RDF files, with the place of every mistake."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import BinaryIO, Final

from pyoxigraph import Literal, Quad, RdfFormat, parse

from pledgegraph.datatypes import why_no_literal
from pledgegraph.errors import ReadError, UnknownFormat
from pledgegraph.media_types import Format
from pledgegraph.namespaces import RDF
from pledgegraph.rdf.character_encodings import HEAD, InUtf8, Readable, encoding_of
from pledgegraph.rdf.lost_directions import IN_JSON, IN_XML, require_no_lost_direction
from pledgegraph.rdf.xml_entities import EntityCheck

BODY: Final = "the body of the request"
"""What errors in a body are said to be in."""

Progress = Callable[[int], None]
"""Called with the number of bytes read since the last call."""

_PIECE: Final = 65_536
_LONGEST_LINE: Final = 1_048_576
"""Bytes; a longer line is handed to the parser in parts."""
_ENDINGS: Final = ("ttl", "nt", "nq", "trig", "rdf", "jsonld")
_SPOKEN: Final = frozenset({RDF.langString, RDF.dirLangString})
_WITH_LOST_DIRECTIONS: Final = (RdfFormat.RDF_XML, RdfFormat.JSON_LD)
"""Formats of which the parser passes over base directions."""


class _Counted:
    """A binary file that tells how far it has been read."""

    def __init__(self, file: Readable, progress: Progress) -> None:
        self._file = file
        self._progress = progress

    def read(self, size: int = -1) -> bytes:
        piece = self._file.read(size)
        self._progress(len(piece))
        return piece


class _Checked(_Counted):
    """The same for XML; breaks off where an entity is declared that could explode."""

    def __init__(self, file: Readable, progress: Progress, name: str) -> None:
        super().__init__(file, progress)
        self._name = name
        self._check = EntityCheck()

    def read(self, size: int = -1) -> bytes:
        piece = super().read(size)
        line = self._check.refuses(piece)
        if line is not None:
            raise ReadError(
                "An entity is declared that is long, or has another entity in it.",
                file=self._name,
                line=line,
                remedy="Write the text out where it is used.",
            )
        return piece


@dataclass
class Line:
    """How far a file has been read, in lines; told while `read_quads` gives its quads."""

    number: int = 0
    """The line on which the newest quad ends, counted from 1."""


class _ByLine:
    """Hands out a file a line at a time, so that the parser is never ahead of its quads."""

    def __init__(self, file: Readable, line: Line) -> None:
        self._file = file
        self._line = line
        self._rest = b""
        self._within = False
        """Whether a part of the line has been handed out."""

    def read(self, size: int = -1) -> bytes:
        while b"\n" not in self._rest and len(self._rest) < _LONGEST_LINE:
            piece = self._file.read(_PIECE)
            if not piece:
                break
            self._rest += piece
        end = self._rest.find(b"\n") + 1 or len(self._rest)
        end = min(end, size) if size >= 0 else end
        part, self._rest = self._rest[:end], self._rest[end:]
        self._line.number += bool(part) and not self._within
        self._within = not part.endswith(b"\n")
        return part


def rdf_format(path: Path) -> RdfFormat:
    """The format that the file's ending names.

    Raises:
        UnknownFormat: the ending is not one of RDF.
    """
    ending = path.suffix.lstrip(".").lower()
    found = RdfFormat.from_extension(ending) if ending in _ENDINGS else None
    if found is None:
        raise UnknownFormat(
            f"{path}: the ending {path.suffix!r} is not one of an RDF format.",
            remedy="Use one of: " + ", ".join(f".{each}" for each in _ENDINGS) + ".",
        )
    return found


def read_quads(
    path: Path, *, base: str, progress: Progress | None = None, line: Line | None = None
) -> Iterator[Quad]:
    """The quads of a file; triples stand in the default graph.

    Relative IRIs are resolved against ``{base}/``. ``line``, where given, tells at each quad
    on which line it ends, which takes a little more time.

    Raises:
        UnknownFormat: the file's ending is not one of RDF.
        ReadError: the file cannot be opened, or is not what its ending says (line, column).
    """
    form = rdf_format(path)
    try:
        with path.open("rb") as file:
            told = progress or (lambda _: None)
            is_xml = form == RdfFormat.RDF_XML
            encoding = encoding_of(file.peek(HEAD)[:HEAD], str(path), xml=is_xml)
            if form in _WITH_LOST_DIRECTIONS and file.seekable():
                whole = file if encoding is None else InUtf8(file, encoding, str(path))
                may_be_lost = _has(whole, IN_XML if is_xml else IN_JSON)
                file.seek(0)
                if may_be_lost:
                    whole = file if encoding is None else InUtf8(file, encoding, str(path))
                    require_no_lost_direction(whole.read(), str(path), xml=is_xml)
                    file.seek(0)
            text = file if encoding is None else InUtf8(file, encoding, str(path))
            counted = _Checked(text, told, str(path)) if is_xml else _Counted(text, told)
            pieces = counted if line is None else _ByLine(counted, line)
            # The engine wants an IO[bytes] and calls nothing but read().
            source: BinaryIO = pieces  # type: ignore[assignment]
            yield from parse(source, format=form, base_iri=f"{base}/")
    except SyntaxError as error:
        raise _mistake(error, form, str(path)) from error
    except OSError as error:
        raise ReadError(
            f"The file cannot be read: {error.strerror or error}.",
            file=str(path),
            remedy="Check the name and the permissions.",
        ) from error


def read_body(body: bytes, form: Format, *, base: str, renamed: bool = False) -> Iterator[Quad]:
    """The quads of the body of a request; triples stand in the default graph.

    Relative IRIs are resolved against ``base``; where ``renamed``, blank nodes get labels that
    no other document has. Of RDF/XML, no document type declaration is
    read: strangers send bodies, and with it come the entities that explode.

    Raises:
        ReadError: it is not of that format (line, column).
    """
    encoding = encoding_of(body[:HEAD], BODY, xml=form.rdf == RdfFormat.RDF_XML)
    if encoding is not None:
        body = InUtf8(BytesIO(body), encoding, BODY).read()
    if form.rdf == RdfFormat.RDF_XML and (place := body.find(b"<!DOCTYPE")) >= 0:
        raise ReadError(
            "A document type declaration is not read here.",
            file=BODY,
            line=body.count(b"\n", 0, place) + 1,
            column=place - body.rfind(b"\n", 0, place),
            remedy="Write out what its entities stand for, or send another format.",
        )
    if form.rdf in _WITH_LOST_DIRECTIONS:
        require_no_lost_direction(body, BODY, xml=form.rdf == RdfFormat.RDF_XML)
    try:
        for quad in parse(body, format=form.rdf, base_iri=base, rename_blank_nodes=renamed):
            _require_language(quad)
            yield quad
    except SyntaxError as error:
        raise _mistake(error, form.rdf, BODY) from error


def _require_language(quad: Quad) -> None:
    """Refuses a text whose datatype asks for a language, without one; not every parser does."""
    value = quad.object
    if isinstance(value, Literal) and value.language is None and value.datatype in _SPOKEN:
        raise ReadError(
            f"{why_no_literal(value)}.",
            file=BODY,
            remedy="Say the language of the text, or leave the datatype out.",
        )


def _has(file: Readable, sign: bytes) -> bool:
    """Whether a file has some bytes; it is read for that, at most to its end."""
    seen = b""
    while piece := file.read(_PIECE):
        seen = seen[-len(sign) :] + piece
        if sign in seen:
            return True
    return False


def _mistake(error: SyntaxError, form: RdfFormat, file: str) -> ReadError:
    return ReadError(
        f"This is not valid {form.name}: {_reason(error)}.",
        file=file,
        line=error.lineno,
        column=error.offset,
        remedy="Mend the file at the place named; nothing was loaded.",
    )


def _reason(error: SyntaxError) -> str:
    """The parser's message without the place, which is told apart."""
    _, colon, reason = error.msg.partition(": ")
    has_place = error.msg.startswith("Parser error at")
    if "LoadDocumentCallback" in error.msg:
        return "it refers to a context on the web, which is not fetched; put the context into it"
    return (reason if has_place and colon else error.msg).rstrip(".")
