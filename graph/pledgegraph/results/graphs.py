"""Statements in a format for graphs, or the word that a term cannot be written in it."""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator, Mapping
from typing import BinaryIO, Final, cast

import pyoxigraph
from pyoxigraph import Quad, Triple

from pledgegraph.errors import TermUnwritable
from pledgegraph.media_types import JSON_LD, RDF_XML, Format
from pledgegraph.namespaces import PREFIXES
from pledgegraph.results.rdf_xml import write_rdf_xml
from pledgegraph.results.xml_text import WellFormed

MAY_FAIL: Final = frozenset({RDF_XML, JSON_LD})
"""The formats that have no way to write some terms."""


def write_graph(
    statements: Iterable[Triple] | Iterable[Quad],
    output: BinaryIO,
    form: Format,
    *,
    prefixes: Mapping[str, str] = PREFIXES,
) -> None:
    """Write the statements to ``output`` as they come.

    Raises:
        TermUnwritable: the format has no way to write one of them.
    """
    if form is RDF_XML:
        write_rdf_xml(statements, cast("BinaryIO", WellFormed(output)), prefixes)
        return
    writable = _without_triple_terms(statements) if form is JSON_LD else statements
    pyoxigraph.serialize(
        cast("Iterable[Quad]", writable), output, format=form.rdf, prefixes=dict(prefixes)
    )


def graph_bytes(
    statements: Iterable[Triple] | Iterable[Quad],
    form: Format,
    *,
    prefixes: Mapping[str, str] = PREFIXES,
) -> bytes:
    """The statements in the format; see `write_graph`."""
    held = io.BytesIO()
    write_graph(statements, held, form, prefixes=prefixes)
    return held.getvalue()


def _without_triple_terms(statements: Iterable[Triple | Quad]) -> Iterator[Triple | Quad]:
    for each in statements:
        if isinstance(each.object, Triple):
            raise TermUnwritable(f"{JSON_LD.title} cannot write the triple term {each.object}.")
        yield each
