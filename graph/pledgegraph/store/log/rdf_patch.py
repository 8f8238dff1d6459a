"""RDF Patch, the text that a record of the changes log is written in.

https://afs.github.io/rdf-patch/: header lines (``H``), then between ``TX`` and ``TC`` one line
for each quad removed (``D``) and added (``A``), in N-Quads terms. A quad never spans lines
(N-Quads escapes line feeds), so a record can be cut at line ends without parsing it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime
from itertools import islice
from typing import Final

from pyoxigraph import Literal, NamedNode, Quad, RdfFormat, parse, serialize

from pledgegraph.namespaces import XSD
from pledgegraph.store.changes import Header

_LINES_AT_ONCE: Final = 20_000
_SUBJECT: Final = "<urn:h>"
"""Header lines are parsed as N-Triples with this subject before them."""


def header_lines(header: Header) -> bytes:
    """The ``H`` lines of a record and its opening ``TX``."""
    fields: list[tuple[str, Literal | NamedNode]] = [
        ("sequence", Literal(str(header.sequence))),
        ("time", Literal(header.time.isoformat(), datatype=XSD.dateTime)),
        ("agent", Literal(header.agent)),
        ("reason", Literal(header.reason)),
        *(("source", NamedNode(iri)) for iri in header.sources),
        ("added", Literal(str(header.added))),
        ("removed", Literal(str(header.removed))),
        *([("key", Literal(header.key))] if header.key else []),
    ]
    lines = [f"H {name} {term} .\n" for name, term in fields]
    return ("".join(lines) + "TX .\n").encode()


def quad_lines(letter: bytes, quads: Iterable[Quad]) -> Iterator[bytes]:
    """``A`` or ``D`` lines for the quads, in pieces of some megabytes."""
    rest = iter(quads)
    while piece := list(islice(rest, _LINES_AT_ONCE)):
        text = serialize(piece, format=RdfFormat.N_QUADS)
        if text is None:
            raise AssertionError("serialize() without an output returns bytes")
        yield b"".join(letter + b" " + line for line in text.splitlines(keepends=True))


CLOSING: Final = b"TC .\n"


def read_header(lines: Iterable[bytes]) -> Header:
    """The header that the ``H`` lines say; reads no further than ``TX``.

    Raises:
        ValueError: a line is not a header line, or one is missing.
    """
    found: dict[str, list[str]] = {}
    for line in lines:
        letter, _, rest = line.partition(b" ")
        if letter == b"TX":
            break
        name, _, term = rest.partition(b" ")
        if letter != b"H" or not name.isalpha():
            raise ValueError("not a header line of an RDF Patch")
        triple = f"{_SUBJECT} <urn:{name.decode()}> ".encode() + term
        try:
            quad = next(iter(parse(triple, format=RdfFormat.N_TRIPLES)))
        except (SyntaxError, StopIteration) as error:
            raise ValueError("a header line of an RDF Patch without a term") from error
        if not isinstance(quad.object, Literal | NamedNode):
            raise TypeError("a header of an RDF Patch is a literal or an IRI")
        found.setdefault(name.decode(), []).append(quad.object.value)
    try:
        return Header(
            sequence=int(found["sequence"][0]),
            time=datetime.fromisoformat(found["time"][0]),
            agent=found["agent"][0],
            reason=found["reason"][0],
            sources=tuple(found.get("source", ())),
            added=int(found["added"][0]),
            removed=int(found["removed"][0]),
            key=found.get("key", [""])[0],
        )
    except KeyError as error:
        raise ValueError(f"a header of an RDF Patch is missing: {error}") from error


def read_quads(lines: Iterable[bytes], letter: bytes) -> Iterator[Quad]:
    """The quads of the lines that begin with ``letter`` (``b"A"`` or ``b"D"``)."""
    wanted = letter + b" "
    chosen = (line[2:] for line in lines if line.startswith(wanted))
    while piece := b"".join(islice(chosen, _LINES_AT_ONCE)):
        yield from parse(piece, format=RdfFormat.N_QUADS)
