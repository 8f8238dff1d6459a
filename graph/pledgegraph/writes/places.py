"""Where in the files that somebody brings stands what a validation found fault with."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from pyoxigraph import BlankNode, Quad

from pledgegraph.rdf.parsing import Line, read_quads

if TYPE_CHECKING:
    from pledgegraph.validation import ValidationReport, Violation

_Key = tuple[str | None, str | None, str | None]


@dataclass(frozen=True, slots=True)
class FilePlace:
    """A line of a file, counted from 1: where a statement ends."""

    file: str
    line: int

    def __str__(self) -> str:
        return f"{self.file}:{self.line}"


def places_of(
    report: ValidationReport, files: Sequence[Path], base: str
) -> Mapping[Violation, FilePlace]:
    """For each result the place of the statement it is about, read from the files anew.

    That is the statement with the value found; else one with the property, or the first one on
    the record, or that names it, or on the record that is the value. Left out are results on what
    no file speaks of.
    """
    if not report.results:
        return {}
    wanted = {result.focus for result in report.results}
    wanted |= {r.value for r in report.results if r.value and r.value.startswith("<")}
    found: dict[_Key, FilePlace] = {}
    for path in files:
        line = Line()
        for quad in read_quads(path, base=base, line=line):
            for key in _keys(quad, wanted):
                if key not in found:
                    found[key] = FilePlace(str(path), line.number)
    placed: dict[Violation, FilePlace] = {}
    for result in report.results:
        place = next((found[key] for key in _asked(result) if key in found), None)
        if place is not None:
            placed[result] = place
    return placed


def _keys(quad: Quad, wanted: set[str]) -> Iterable[_Key]:
    subject, predicate, value = str(quad.subject), str(quad.predicate), str(quad.object)
    if isinstance(quad.subject, BlankNode):
        yield None, predicate, value
    if subject in wanted:
        yield subject, predicate, value
        yield subject, predicate, None
        yield subject, None, value
        yield subject, None, None
    if value in wanted:
        yield None, None, value
    if (graph := str(quad.graph_name)) in wanted:
        yield graph, None, None


def _asked(result: Violation) -> Iterable[_Key]:
    """What to look for, the nearest first."""
    focus, path, value = result.focus, result.path, result.value
    yield focus, path, value
    yield focus, None, value
    yield focus, path, None
    yield focus, None, None
    yield None, path, value
    yield None, None, focus
    # Found on what is there already, because of the record that it names.
    yield value, None, None
