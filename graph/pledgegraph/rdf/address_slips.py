"""Relative IRIs that were meant as addresses of the web: ``<www.example.org/x>``.

To every parser that is a relative IRI, and it becomes ``https://base/www.example.org/x`` without a
word. It is the commonest slip in what is written by hand, so whoever brings it is told.
"""

from __future__ import annotations

import mmap
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from pyoxigraph import NamedNode, Quad

from pledgegraph.rdf.parsing import Line, read_quads

_DOMAINS: Final = "org|com|net|int|edu|gov|mil|info"
"""Ends of host names that are no endings of files."""
_WRITTEN: Final = re.compile(
    rf"""(?<=[<"'])((?:(?:https?:?/{{0,2}})?(?:www\.[a-z0-9-]|(?:[a-z0-9-]{{1,63}}\.){{1,8}}"""
    rf"""(?:{_DOMAINS})(?=[/>"'?\#:])))[^<>"'\s]{{0,2000}})(?=[>"'])""".encode(),
    re.IGNORECASE,
)
_SCHEME: Final = re.compile(r"https?:?/{0,2}", re.IGNORECASE)
_RIGHT: Final = ("http://", "https://")
_MOST: Final = 20
"""Slips that are told of one document."""


@dataclass(frozen=True, slots=True)
class Slip:
    """A relative IRI that looks like an address."""

    written: str
    read_as: str
    line: int
    """Where it first stands, counted from 1."""

    def __str__(self) -> str:
        meant = f"https://{_SCHEME.sub('', self.written, count=1)}"
        return (
            f"line {self.line}: <{self.written}> is a relative IRI, and stands for "
            f"<{self.read_as}>. If you mean a web address, write <{meant}>."
        )


def slips_in_file(path: Path, base: str) -> list[Slip]:
    """Those of a file that has been read without an error."""
    with path.open("rb") as file:
        if not path.stat().st_size:
            return []
        with mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as text:
            if _WRITTEN.search(text) is None:
                return []
            written = _candidates(text)
    line = Line()
    found: dict[str, Slip] = {}
    for quad in read_quads(path, base=base, line=line):
        for iri in _iris(quad):
            slip = _slip(iri, written, line.number)
            if slip is not None:
                found.setdefault(iri, slip)
        if len(found) >= _MOST:
            break
    return list(found.values())


def slips_in_body(body: bytes, quads: Iterable[Quad]) -> list[Slip]:
    """Those of a body that says the quads."""
    written = _candidates(body)
    found: dict[str, Slip] = {}
    for quad in quads if written else ():
        for iri in _iris(quad):
            slip = _slip(iri, written, None)
            if slip is not None:
                found.setdefault(iri, slip)
        if len(found) >= _MOST:
            break
    return sorted(found.values(), key=lambda slip: slip.line)


def _candidates(text: bytes | mmap.mmap) -> dict[str, int]:
    """What looks like an address in the text, with its line; it may be in a literal."""
    found: dict[str, int] = {}
    place, line = 0, 1
    for match in _WRITTEN.finditer(text):
        written = match[1].decode(errors="replace")
        if written.lower().startswith(_RIGHT):
            continue
        line += text[place : match.start()].count(b"\n")
        place = match.start()
        found.setdefault(written, line)
    return found


def _slip(iri: str, written: dict[str, int], line: int | None) -> Slip | None:
    """The slip that an IRI comes from, if it does."""
    for text, first in written.items():
        if iri.endswith(f"/{text}"):
            right = [f"{scheme}{text}".lower() for scheme in _RIGHT]
            return None if iri.lower() in right else Slip(text, iri, line or first)
    return None


def _iris(quad: Quad) -> Iterator[str]:
    for node in (quad.subject, quad.predicate, quad.object, quad.graph_name):
        if isinstance(node, NamedNode):
            yield node.value
