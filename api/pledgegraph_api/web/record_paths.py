"""Addresses of records and of the documents about them.

``{base}/id/{kind}/{slug}`` is the record; ``/doc/{kind}/{slug}`` the document about it, and with
an extension one representation of that. See https://www.w3.org/TR/cooluris/#r303gendocument.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator
from typing import Final
from urllib.parse import unquote

from pyoxigraph import NamedNode

from pledgegraph.documents import CONTEXT_VERSION
from pledgegraph.media_types import JSON_LD, N_TRIPLES, RDF_XML, TRIG, TURTLE, Format
from pledgegraph_api.http.addresses import uri_of

CONTEXT_PATH: Final = f"/context/{CONTEXT_VERSION}.jsonld"
"""Where the JSON-LD context of this release is."""
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
_NOT_ASCII: Final = r"(?:%[89A-Fa-f][0-9A-Fa-f])+"
_LETTERS: Final = re.compile(_NOT_ASCII)
_EXACT: Final = re.compile(rf"{_NOT_ASCII}|%25|%2[Ee]|%3[Ff]")
"""What stands for another letter in the address of a document."""
_LENIENT: Final = re.compile(
    rf"{_NOT_ASCII}|%(?:2[1456789A-Ea-e]|3[0-9ABDFabdf]|[46][0-9A-Fa-f]|5[0-9AFaf]|7[0-9AEae])"
)
"""What clients encode without need, beside that: all but ``/`` and ``#``."""
_KEPT: Final = re.compile(r"%(?=25|2[Ee]|3[Ff]|[89A-Fa-f][0-9A-Fa-f])")
"""The sign of what would be decoded, where it is of the IRI itself."""


def records_at(path: str, base: str) -> tuple[NamedNode, ...]:
    """The records that ``/id/...`` or ``/doc/...`` may be about, the likeliest first.

    The path is percent-encoded, as it came. An IRI can have percent signs of its own, and clients
    encode what need not be: of these the first is meant that there is.
    """
    for start, records in (
        (_MADE_UP_DOCUMENTS, _MADE_UP),
        (_DOCUMENTS, _RECORDS),
        (_RECORDS, _RECORDS),
        (_MADE_UP, _MADE_UP),
    ):
        rest = path.removeprefix(start)
        if rest != path:
            readings = [rest, _LETTERS.sub(_letter, rest), _EXACT.sub(_letter, rest)]
            if start.startswith(_DOCUMENTS):
                readings.reverse()
            readings.append(_LENIENT.sub(_letter, rest))
            found = (_node(f"{base}{records}", each) for each in dict.fromkeys(readings))
            return tuple(node for node in found if node is not None)
    return ()


def document_path(record: NamedNode, base: str) -> str | None:
    """The path of the document about a record, percent-encoded; None where it is not ours.

    What has a fragment is told of in the document about what it is a part of.
    """
    for start, documents in ((_RECORDS, _DOCUMENTS), (_MADE_UP, _MADE_UP_DOCUMENTS)):
        if record.value.startswith(base + start):
            whole = record.value[len(base + start) :].partition("#")[0]
            path = _KEPT.sub("%25", whole).replace("?", "%3F")
            stem, extension = split_extension(path)
            # An IRI that ends like a file is not another one's document of that kind.
            return documents + uri_of(f"{stem}%2E{extension}" if extension else path)
    return None


def record_path(iri: str, base: str) -> str | None:
    """The path of a record of ours below the root, percent-encoded."""
    if iri.startswith((f"{base}{_RECORDS}", f"{base}{_MADE_UP}")):
        return uri_of(iri[len(base) :])
    return None


def linked_path(iri: str, base: str) -> str | None:
    """The path by which a page links a record of ours.

    A letter and what encodes it come to the same URI (RFC 3987, section 3.1), so that ``/id/é`` and
    ``/id/%C3%A9`` have one address. Those of their documents are two.
    """
    path = record_path(iri, base)
    if path is None or not _LETTERS.search(path):
        return path
    _, mark, fragment = uri_of(iri).partition("#")
    return f"{document_path(NamedNode(iri), base)}{mark}{fragment}"


def with_query(
    records: Iterable[NamedNode], query: bytes, parameters: Collection[str]
) -> Iterator[tuple[NamedNode, str]]:
    """The records whose IRIs have a query of their own that an address may mean.

    Each with what is left of the query string: parameters of the service at its end.
    """
    pairs = query.decode("latin-1").split("&")
    kept = len(pairs)
    while kept and pairs[kept - 1].partition("=")[0] in ("", *parameters):
        kept -= 1
    for end in sorted({kept, len(pairs)} - {0}, reverse=True):
        own, rest = "&".join(pairs[:end]), "&".join(pairs[end:])
        for record in records:
            for reading in dict.fromkeys((own, _LETTERS.sub(_letter, own))):
                node = _node(record.value, f"?{reading}")
                if node is not None:
                    yield node, rest


def split_extension(path: str) -> tuple[str, str]:
    """The path without its extension, and that; it is empty where it is none of ours."""
    stem, dot, extension = path.rpartition(".")
    return (stem, extension) if dot and extension in EXTENSIONS else (path, "")


def format_of(extension: str) -> Format | None:
    """The format with that extension; None for a page."""
    return next((each for each in DOCUMENT_FORMATS if each.extension == extension), None)


def _letter(encoded: re.Match[str]) -> str:
    """The letters that were encoded; those that are no UTF-8 stay as they are."""
    try:
        return unquote(encoded[0], errors="strict")
    except UnicodeDecodeError:
        return encoded[0]


def _node(start: str, rest: str) -> NamedNode | None:
    try:
        return NamedNode(start + rest) if 0 < len(rest) < _LONGEST else None
    except ValueError:
        return None
