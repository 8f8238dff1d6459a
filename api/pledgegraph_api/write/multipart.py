"""The documents in a form with files, ``multipart/form-data``, as browsers and curl send them.

See https://www.w3.org/TR/sparql11-http-rdf-update/#http-post and RFC 7578.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from python_multipart.exceptions import FormParserError
from python_multipart.multipart import MultipartParser, parse_options_header

from pledgegraph_api.errors import ParameterError

if TYPE_CHECKING:
    from python_multipart.multipart import MultipartCallbacks  # it is there for types only

MULTIPART: Final = "multipart/form-data"
MOST_PARTS: Final = 20
"""Documents in one request; each takes a process to read it."""
_REMEDY: Final = "Send each document as a file of the form, as `curl -F file=@x.ttl` does."


@dataclass(slots=True)
class Part:
    """One document, with what the form says of it."""

    content_type: str | None = None
    name: str = ""
    """Of the form's field."""
    file_name: str = ""
    body: bytearray = field(default_factory=bytearray)

    @property
    def ending(self) -> str:
        """The ending of the file's name, in small letters and without the dot."""
        return self.file_name.rpartition(".")[2].lower() if "." in self.file_name else ""


def parts_of(body: bytes, boundary: str) -> list[Part]:
    """The documents in a form.

    Raises:
        ParameterError: it is no such form, or has too many parts or none.
    """
    reader = _Reader()
    try:
        parser = MultipartParser(boundary.encode("latin-1"), reader.callbacks())
        parser.write(body)
    except (FormParserError, UnicodeEncodeError):
        raise ParameterError(
            "The body is not the form that its Content-Type says.", remedy=_REMEDY
        ) from None
    if not reader.has_ended:
        raise ParameterError("The form breaks off before its end.", remedy=_REMEDY)
    if not reader.parts:
        raise ParameterError("The form holds no document.", remedy=_REMEDY)
    return reader.parts


class _Reader:
    """Takes down what the parser finds."""

    def __init__(self) -> None:
        self.parts: list[Part] = []
        self.has_ended = False
        self._name = bytearray()
        self._value = bytearray()

    def callbacks(self) -> MultipartCallbacks:
        """What the parser is to call."""
        return {
            "on_part_begin": self._begin,
            "on_part_data": self._data,
            "on_header_field": self._header_field,
            "on_header_value": self._header_value,
            "on_header_end": self._header_end,
            "on_end": self._end,
        }

    def _begin(self) -> None:
        if len(self.parts) >= MOST_PARTS:
            raise ParameterError(
                f"The form holds more than {MOST_PARTS} documents.",
                remedy="Send them in several requests.",
            )
        self.parts.append(Part())

    def _data(self, data: bytes, start: int, end: int) -> None:
        self.parts[-1].body += data[start:end]

    def _header_field(self, data: bytes, start: int, end: int) -> None:
        self._name += data[start:end]

    def _header_value(self, data: bytes, start: int, end: int) -> None:
        self._value += data[start:end]

    def _header_end(self) -> None:
        name, value = bytes(self._name).lower(), bytes(self._value)
        self._name.clear()
        self._value.clear()
        if name == b"content-type":
            self.parts[-1].content_type = value.decode("latin-1")
        elif name == b"content-disposition":
            _, options = parse_options_header(value)
            self.parts[-1].name = options.get(b"name", b"").decode("latin-1")
            self.parts[-1].file_name = options.get(b"filename", b"").decode("latin-1")

    def _end(self) -> None:
        self.has_ended = True
