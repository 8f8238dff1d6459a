"""Addresses of records and of the documents about them.

``{base}/id/{kind}/{slug}`` is the record; ``/doc/{kind}/{slug}`` the document about it, and with
an extension one representation of that. See https://www.w3.org/TR/cooluris/#r303gendocument.
"""

from __future__ import annotations

from typing import Final
from urllib.parse import quote

from pyoxigraph import NamedNode

from pledgegraph.media_types import JSON_LD, N_TRIPLES, RDF_XML, TRIG, TURTLE, Format

DOCUMENT_FORMATS: Final = (TURTLE, JSON_LD, N_TRIPLES, RDF_XML, TRIG)
"""What documents come in beside pages, the default first."""
PAGE_EXTENSION: Final = "html"
EXTENSIONS: Final = (PAGE_EXTENSION, *(each.extension for each in DOCUMENT_FORMATS))

_RECORDS: Final = "/id/"
_DOCUMENTS: Final = "/doc/"
_MADE_UP: Final = "/.well-known/genid/"
"""What took the place of blank nodes."""
_MADE_UP_DOCUMENTS: Final = "/doc/genid/"
_LONGEST: Final = 2000
_SAFE: Final = "/:@!$&'()*+,;=~"


def record_at(path: str, base: str) -> NamedNode | None:
    """The record that ``/id/...`` or ``/doc/...`` (percent-decoded) is about; None where none can.

    Percent-encoded letters of a record's IRI stay encoded in it.
    """
    for start, records in (
        (_MADE_UP_DOCUMENTS, _MADE_UP),
        (_DOCUMENTS, _RECORDS),
        (_RECORDS, _RECORDS),
        (_MADE_UP, _MADE_UP),
    ):
        rest = path.removeprefix(start)
        if rest != path:
            return _node(f"{base}{records}{rest}") if 0 < len(rest) < _LONGEST else None
    return None


def document_path(record: NamedNode, base: str) -> str | None:
    """The path of the document about a record, percent-encoded; None where it is not ours."""
    for start, documents in ((_RECORDS, _DOCUMENTS), (_MADE_UP, _MADE_UP_DOCUMENTS)):
        if record.value.startswith(base + start):
            return documents + _quoted(record.value[len(base + start) :])
    return None


def record_path(iri: str, base: str) -> str | None:
    """The path of a record of ours below the root, percent-encoded."""
    if iri.startswith((f"{base}{_RECORDS}", f"{base}{_MADE_UP}")):
        return _quoted(iri[len(base) :])
    return None


def split_extension(path: str) -> tuple[str, str]:
    """The path without its extension, and that; it is empty where it is none of ours."""
    stem, dot, extension = path.rpartition(".")
    return (stem, extension) if dot and extension in EXTENSIONS else (path, "")


def format_of(extension: str) -> Format | None:
    """The format with that extension; None for a page."""
    return next((each for each in DOCUMENT_FORMATS if each.extension == extension), None)


def _quoted(path: str) -> str:
    # A percent sign in an IRI is there already for something that was encoded.
    return quote(path, safe=_SAFE + "%")


def _node(iri: str) -> NamedNode | None:
    try:
        return NamedNode(iri)
    except ValueError:
        return None
